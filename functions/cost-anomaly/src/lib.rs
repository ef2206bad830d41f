//! `cost-anomaly` tells people of unusual spending within a day: what, where,
//! who and how much in money, without a flood of false alarms, and without costing
//! anything to notice itself.
//!
//! event (Cost Anomaly Detection, Budgets, the clock) -> observe (the bill, who
//! changed what, what Nightshift did) -> decide -> act (tell) -> report.

pub mod act;
pub mod budget;
pub mod config;
pub mod decide;
pub mod event;
pub mod handler;
pub mod matter;
pub mod messages;
pub mod model;
pub mod observe;
pub mod report;
pub mod sources;

pub use handler::CostAnomaly;
