//! The sources of off-hours that read what comes from outside and know no SDK.
#![allow(dead_code, reason = "what only the other rooms use is here too")]

use jiff::Timestamp;

#[path = "../../../../functions/off-hours/src/config.rs"]
pub mod config;
#[path = "../../../../functions/off-hours/src/event.rs"]
pub mod event;
#[path = "../../../../functions/off-hours/src/decide/maintenance.rs"]
mod maintenance;
#[path = "../../../../functions/off-hours/src/model/mod.rs"]
pub mod model;
#[path = "../../../../functions/off-hours/src/savings/prices.rs"]
pub mod prices;
#[path = "../../../../functions/off-hours/src/decide/tagged.rs"]
mod tagged;

pub use tagged::Tagged;

/// When the maintenance that is going on or about to begin ends.
pub fn maintenance_ends_at(window: &str, now: Timestamp) -> Option<Timestamp> {
    maintenance::ends_at(window, now)
}
