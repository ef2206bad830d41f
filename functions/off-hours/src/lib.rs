//! Stops what need not run at night and restores it exactly.

pub mod aws;
pub mod cloud;
pub mod config;
pub mod decide;
pub mod kinds;
pub mod model;
pub mod observe;
pub mod plan;
pub mod savings;
