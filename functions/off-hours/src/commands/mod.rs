//! What operators ask for beside `reconcile`.

mod explain;
mod status;
mod wish;

pub use explain::explain;
pub use status::status;
pub use wish::{Request, WishError, enter};
