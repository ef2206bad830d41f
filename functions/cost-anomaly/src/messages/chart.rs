//! The days of unusual spending as a picture that goes with the message.

use nightshift_core::{Attachment, Money, printable};
use nightshift_cost::Day;
use nightshift_cost::chart::{AnomalyChart, ChartDay};

use super::known;
use crate::matter::Spend;
use crate::model::Point;

/// Fewer days say nothing that the message does not.
const FEWEST: usize = 3;
/// Pixels for each of the picture's own: legible on a screen that is looked at closely.
const SCALE: u8 = 2;

/// The picture of what the detector has seen; none of what only others have,
/// for they send no days.
pub(super) fn of(spend: &Spend, over: bool) -> Option<Attachment> {
    let ours = spend.detected()?;
    if ours.days.len() < FEWEST {
        return None;
    }
    let chart = AnomalyChart {
        what: printable(
            known(&ours.cause.service).unwrap_or("an unnamed service"),
            90,
        ),
        days: ours.days.iter().map(day).collect(),
        since: ours.since,
        until: over.then_some(ours.until),
    };
    let words = format!("{}: {}", chart.what, chart.words());
    // What it shows stands in the message's facts as well, so that it may be missing.
    Attachment::new(
        "cost.png",
        "image/png",
        printable(&words, Attachment::ALT_TEXT),
        &chart.picture().png(SCALE),
    )
    .ok()
}

fn day(point: &Point) -> ChartDay {
    let amount = |amount: Money| {
        if point.estimated {
            Day::Estimated(amount)
        } else {
            Day::Settled(amount)
        }
    };
    ChartDay {
        date: point.day,
        expected: point.expected,
        usual: None,
        actual: point.actual.map_or(Day::Missing, amount),
    }
}
