//! notify from its input to Slack's.

mod anatomy;
mod binary;
mod delivery;
mod documents;
mod robustness;
mod rules;
mod schemas;
mod wire;
mod world;
