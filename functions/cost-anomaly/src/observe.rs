//! What is read of the world: the bill, day by day; who has changed what; what
//! Nightshift itself has done. What could not be had is a gap with its reason:
//! never an error, and never nothing.

pub mod aws;
mod bills;
mod changes;
mod meter;
mod ours;
mod reading;
mod shelf;
mod surroundings;
mod topic;

pub use bills::{Ask, Bills, Commitment, Cut, Page};
pub use changes::{Wanted, is_region, wanted};
pub use meter::{Meter, MeterError, Spent, month_key};
pub use ours::{Estate, Own, estate};
pub use reading::{Read, Reader};
pub use shelf::{Shelf, ShelfRow};
pub use surroundings::{Context, LookUps, Surroundings, Surveyor};
pub use topic::shut_out;
