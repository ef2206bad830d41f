//! Pictures of cost: drawn once as marks, written as SVG for a page and as PNG
//! for a channel that shows no SVG.
//!
//! Lengths are whole tenths of a pixel, so that whatever comes in, what comes
//! out is a picture: there is no fraction that could be none.

mod anomaly;
mod glyphs;
mod paint;
mod picture;
mod png;
mod raster;
mod scale;
mod sparkline;
mod svg;

pub use anomaly::{AnomalyChart, ChartDay};
pub use paint::{Paint, stylesheet};
pub use picture::{Anchor, Mark, Picture, Point};
pub use scale::{Scale, axis_label, dollars};
pub use sparkline::sparklines;
pub use svg::escaped;
