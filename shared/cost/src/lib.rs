//! Daily cost: its history, what is unusual in it, where the month will end.
//!
//! Pure: no I/O and no clock.
//!
//! - [`History`] holds what was read, by key and day; [`read_csv`] and
//!   [`read_cost_explorer`] read it.
//! - [`judge`] judges one series, [`find`] a whole history, one anomaly for each cause.
//! - [`forecast`] says where a month will end, and [`Forecast::reach`] when a budget is used up.
//! - [`backtest`] measures all that on any history.

mod amount;
mod anomaly;
pub mod backtest;
mod charge;
pub mod chart;
mod credits;
mod detect;
mod findings;
mod forecast;
mod history;
mod key;
mod read;
pub mod recommendations;
pub mod report;
mod series;
mod settings;

pub use amount::parse_amount;
pub use anomaly::{Anomaly, Cause, sentence, sparkline};
pub use charge::{Class, RecordType};
pub use credits::{Credits, credits};
pub use detect::{Ahead, Episode, Judged, Kind, State, Track, Verdict, judge};
pub use findings::{Findings, Move, find};
pub use forecast::{Forecast, Reach, forecast, spending};
pub use history::{Batch, History};
pub use key::{Breakdown, Dimension, Key};
pub use read::{Query, ReadError, read_cost_explorer, read_csv};
pub use series::{Day, Series};
pub use settings::Settings;
