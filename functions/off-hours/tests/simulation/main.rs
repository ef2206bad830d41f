//! Off-hours against a simulated AWS: the conformance suite that every kind
//! passes, scenarios of single rules, and properties of random estates.

mod conformance;
mod estate;
mod faults;
mod hands;
mod properties;
mod scenarios;
mod stage;
mod states;
mod world;
