//! What a month cost, against what, and what was saved: one typed report, and
//! the same as Markdown and as a page.
//!
//! Everything is added up once, in [`Report::of`]; tables and pictures only
//! show it, so that they cannot disagree.

mod charts;
mod compile;
mod facts;
mod figure;
mod findings;
mod headline;
mod html;
mod markdown;
mod model;
mod month;
mod not_known;
mod page;
mod sections;
mod spending;
mod tiles;

pub use charts::{budgets, daily, goals, slept};
pub use facts::{
    AnomalyLine, Baseline, Commitment, EnvironmentFacts, Facts, Forecast, Held, OwnCost, Slept,
    SleptKind, Spending,
};
pub use figure::{Figure, Known, Percent};
pub use model::{
    ClassLine, Compared, Daily, DayLine, EnvironmentLine, NotKnown, Reduction, Report, ServiceLine,
    SleptLine,
};
pub use month::{Month, MonthError};
