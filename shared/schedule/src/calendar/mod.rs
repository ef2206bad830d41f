//! Dates on which schedules do not hold: `closed` (stay off) and `frozen` (no action).

mod ics;
mod lines;
mod recurrence;
mod stamp;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::window::later;
use crate::zone::Zone;

pub use ics::CalendarError;

/// What a calendar's entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Resources stay off.
    Closed,
    /// Nothing is done: what is on stays on and what is off stays off.
    Frozen,
}

/// Closed and frozen dates and times.
///
/// A date means the local date in the zone of the schedule that is asked, from its midnight to
/// the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendar {
    pub(crate) closed: Marks,
    pub(crate) frozen: Marks,
}

/// One end of an entry that does not cover whole dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// In the local time of whichever schedule is asked.
    Local(DateTime),
    /// In seconds since 1970.
    Instant(i64),
}

impl Edge {
    fn instant(self, zone: &Zone) -> i64 {
        match self {
            Self::Local(wall) => zone.instant(wall),
            Self::Instant(second) => second,
        }
    }

    /// The instant, if the local time were UTC.
    fn as_utc(self) -> i64 {
        match self {
            Self::Local(wall) => wall.duration_since(EPOCH).as_secs(),
            Self::Instant(second) => second,
        }
    }
}

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// The entries of one effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    /// Whole dates with their titles, which may be empty.
    dates: BTreeMap<Date, String>,
    spans: Vec<Stretch>,
}

/// A stretch of time with its title, which may be empty.
#[derive(Clone, Debug, PartialEq)]
struct Stretch {
    from: Edge,
    to: Edge,
    /// Seconds since 1970 that enclose it in every zone, to pass over it quickly.
    within: (i64, i64),
    title: String,
}

impl Stretch {
    fn new(from: Edge, to: Edge, title: &str) -> Self {
        // No zone is further than this from UTC, the largest change of clocks included.
        const FARTHEST: i64 = 2 * 86_400;
        Self {
            within: (from.as_utc() - FARTHEST, to.as_utc() + FARTHEST),
            from,
            to,
            title: title.to_owned(),
        }
    }
}

/// An entry in UTC, as half-open seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark<'c> {
    pub from: i64,
    pub to: i64,
    /// The date, if the entry is a whole one.
    pub date: Option<Date>,
    pub title: &'c str,
}

impl Marks {
    pub fn has_date(&self, date: Date) -> bool {
        self.dates.contains_key(&date)
    }

    /// The entries that may touch the time from the first date to the last.
    pub fn between<'c>(&'c self, first: Date, last: Date, zone: &Zone) -> Vec<Mark<'c>> {
        if self.dates.is_empty() && self.spans.is_empty() {
            return Vec::new();
        }
        let dates = self.dates.range(later(first, -1)..=later(last, 1));
        let mut marks: Vec<Mark<'_>> = dates
            .map(|(date, title)| Mark {
                from: zone.midnight(*date),
                to: zone.midnight(later(*date, 1)),
                date: Some(*date),
                title,
            })
            .collect();
        let (low, high) = (zone.midnight(first), zone.midnight(later(last, 1)));
        let near = |span: &&Stretch| span.within.0 < high && span.within.1 > low;
        for span in self.spans.iter().filter(near) {
            let (from, to) = (span.from.instant(zone), span.to.instant(zone));
            if from < high && to > low {
                marks.push(Mark {
                    from,
                    to,
                    date: None,
                    title: &span.title,
                });
            }
        }
        marks.retain(|mark| mark.from < mark.to);
        marks.sort_by_key(|mark| (mark.from, mark.to));
        marks
    }

    fn add_date(&mut self, date: Date, title: &str) {
        self.dates
            .entry(date)
            .and_modify(|known| {
                if known.is_empty() {
                    title.clone_into(known);
                }
            })
            .or_insert_with(|| title.to_owned());
    }
}

impl Calendar {
    /// A calendar of whole dates.
    pub fn from_dates(
        closed: impl IntoIterator<Item = Date>,
        frozen: impl IntoIterator<Item = Date>,
    ) -> Self {
        let mut calendar = Self::default();
        for date in closed {
            calendar.add_date(Effect::Closed, date, "");
        }
        for date in frozen {
            calendar.add_date(Effect::Frozen, date, "");
        }
        calendar
    }

    /// Adds a whole date with a title, which may be empty.
    pub fn add_date(&mut self, effect: Effect, date: Date, title: &str) {
        self.marks(effect).add_date(date, title);
    }

    /// Adds a stretch of time. One that ends no later than it begins is nothing.
    pub fn add_span(&mut self, effect: Effect, from: Timestamp, to: Timestamp, title: &str) {
        let (from, to) = (
            Edge::Instant(from.as_second()),
            Edge::Instant(to.as_second()),
        );
        self.add_stretch(effect, from, to, title);
    }

    fn add_stretch(&mut self, effect: Effect, from: Edge, to: Edge, title: &str) {
        self.marks(effect).spans.push(Stretch::new(from, to, title));
    }

    /// Adds everything that another calendar has.
    pub fn extend(&mut self, other: Self) {
        for (effect, marks) in [
            (Effect::Closed, other.closed),
            (Effect::Frozen, other.frozen),
        ] {
            for (date, title) in marks.dates {
                self.add_date(effect, date, &title);
            }
            self.marks(effect).spans.extend(marks.spans);
        }
    }

    fn marks(&mut self, effect: Effect) -> &mut Marks {
        match effect {
            Effect::Closed => &mut self.closed,
            Effect::Frozen => &mut self.frozen,
        }
    }
}
