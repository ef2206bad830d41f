//! Stops what need not run at night and restores it exactly.

pub mod act;
pub mod aws;
pub mod cloud;
pub mod config;
pub mod decide;
pub mod kinds;
pub mod model;
pub mod observe;
pub mod occasions;
pub mod plan;
pub mod savings;
pub mod rounds;
