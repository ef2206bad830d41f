//! Stops what need not run at night and restores it exactly.

pub mod act;
pub mod aws;
pub mod cloud;
pub mod commands;
pub mod config;
pub mod decide;
pub mod event;
pub mod handler;
pub mod kinds;
pub mod messages;
pub mod model;
pub mod observe;
pub mod occasions;
pub mod plan;
mod remedies;
pub mod report;
pub mod rounds;
pub mod savings;

pub use handler::OffHours;
