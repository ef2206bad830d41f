//! Dates on which schedules do not hold: `closed` (stay off) and `frozen` (no action).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::window::later;
use crate::zone::Zone;

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
}

/// The entries of one effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    /// Whole dates with their titles, which may be empty.
    dates: BTreeMap<Date, String>,
    /// Stretches of time with their titles.
    spans: Vec<(Edge, Edge, String)>,
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
        for (from, to, title) in &self.spans {
            let (from, to) = (from.instant(zone), to.instant(zone));
            if from < high && to > low {
                marks.push(Mark {
                    from,
                    to,
                    date: None,
                    title,
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
        self.marks(effect).spans.push((
            Edge::Instant(from.as_second()),
            Edge::Instant(to.as_second()),
            title.to_owned(),
        ));
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
