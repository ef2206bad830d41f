//! The sources of cost-anomaly that read what comes from outside and know no SDK.
#![allow(dead_code, reason = "what only the other rooms use is here too")]

#[path = "../../../../functions/cost-anomaly/src/budget.rs"]
pub mod budget;
#[path = "../../../../functions/cost-anomaly/src/model.rs"]
pub mod model;
#[path = "../../../../functions/cost-anomaly/src/sources/mod.rs"]
pub mod sources;
