//! The judgement of one series: what each settled day should have cost, and
//! the episodes in which it cost something else.

mod baseline;
mod episode;
mod few;
mod line;
mod robust;
mod track;

pub use episode::{Episode, Kind, State};
pub use track::{Ahead, Judged, Track, Verdict, judge};

pub(crate) use line::Line;
pub(crate) use robust::median;
