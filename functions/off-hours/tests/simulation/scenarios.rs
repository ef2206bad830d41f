//! Single rules, one story each.

mod missing;
mod nature;
mod order;
mod people;
mod safety;

use crate::estate::Variant;
use crate::stage::{HOURS, Stage};

fn stage_of(variants: &[(Variant, &str)]) -> Stage {
    let mut stage = Stage::new();
    for (variant, name) in variants {
        variant.add(&stage.world, name, HOURS);
    }
    stage.tick();
    stage
}
