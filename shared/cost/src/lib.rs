//! Daily cost: its history, what is unusual in it, where the month will end.

mod amount;
mod charge;
mod history;
mod key;
mod read;
mod series;

pub use amount::parse_amount;
pub use charge::{Class, RecordType};
pub use history::{Batch, History};
pub use key::{Breakdown, Dimension, Key};
pub use read::{Query, ReadError, read_cost_explorer, read_csv};
pub use series::{Day, Series};
