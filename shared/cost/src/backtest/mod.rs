//! How well a history's anomalies would be found: known ones are put into it
//! and looked for, with this detector and with what else people use.

mod inject;
mod methods;
mod random;
mod score;
mod synthetic;

pub use inject::Injection;
pub use methods::Method;
pub use score::{Found, Report, Row, back_test};
pub use synthetic::{Labelled, Pattern, generate};
