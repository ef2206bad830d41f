//! Windows: the stretches of local time in which a resource runs.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use crate::days::{Days, WEEKDAYS};

/// Minutes in a day; as a time of day, `24:00`.
pub(crate) const DAY: u16 = 24 * 60;

/// A time of day in minutes from midnight, `24:00` included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The end of the day.
    pub(crate) const END: Self = Self(DAY);

    /// Minutes from midnight, 0 to 1440.
    pub fn new(minutes: u16) -> Option<Self> {
        (minutes <= DAY).then_some(Self(minutes))
    }

    /// Minutes from midnight.
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// This time on a date; `24:00` is midnight of the next one.
    pub(crate) fn on(self, date: Date) -> DateTime {
        if self.0 == DAY {
            later(date, 1).at(0, 0, 0, 0)
        } else {
            let hour = i8::try_from(self.0 / 60).unwrap_or(0);
            let minute = i8::try_from(self.0 % 60).unwrap_or(0);
            date.at(hour, minute, 0, 0)
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// One window of a schedule, in the local time of the schedule's zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// Opens on each of some days and lasts at most 24 hours.
    Daily {
        /// The dates on which it opens.
        days: Days,
        /// When it opens, before 24:00.
        begin: TimeOfDay,
        /// When it closes, after 00:00: on the same date if later than `begin`, else on the next.
        end: TimeOfDay,
    },
    /// Opens once a week and lasts over several days.
    Weekly {
        /// The weekday on which it opens, Monday is 0.
        from: u8,
        /// When it opens.
        begin: TimeOfDay,
        /// The weekday on which it closes.
        to: u8,
        /// When it closes.
        end: TimeOfDay,
    },
    /// Opens once.
    Once {
        /// The local date and time at which it opens.
        begin: DateTime,
        /// The local date and time at which it closes.
        end: DateTime,
    },
}

impl Window {
    /// A window from one weekday's time to another's. One of a day or less is the same as the
    /// daily window on that weekday, and becomes it.
    pub(crate) fn weekly(from: u8, begin: TimeOfDay, to: u8, end: TimeOfDay) -> Self {
        let (to, end) = if end.0 == 0 {
            ((to + 6) % 7, TimeOfDay::END)
        } else {
            (to, end)
        };
        let same_day = from == to && begin < end;
        let overnight = (from + 1) % 7 == to && end < begin;
        if same_day || overnight {
            let days = [crate::days::Day::Weekday(from)].into_iter().collect();
            Self::Daily { days, begin, end }
        } else {
            Self::Weekly {
                from,
                begin,
                to,
                end,
            }
        }
    }

    /// Whether the window opens again and again.
    pub(crate) fn recurs(&self) -> bool {
        !matches!(self, Self::Once { .. })
    }

    /// Whether the window is open at every hour of every day.
    pub(crate) fn is_every_hour(&self) -> bool {
        matches!(self, Self::Daily { days, begin, end }
            if days.is_daily() && begin.0 == 0 && *end == TimeOfDay::END)
    }

    /// The number of dates after its opening date that the window reaches into.
    pub(crate) fn reach(&self) -> i32 {
        match self {
            Self::Daily { begin, end, .. } => i32::from(end < begin),
            Self::Weekly { from, to, .. } => i32::from(week_span(*from, *to)),
            Self::Once { .. } => 0,
        }
    }

    /// The local times at which a recurring window that opens on this date opens and closes.
    pub(crate) fn opening_on(&self, date: Date) -> Option<(DateTime, DateTime)> {
        match self {
            Self::Daily { days, begin, end } => days.contains(date).then(|| {
                let last = if end < begin { later(date, 1) } else { date };
                (begin.on(date), end.on(last))
            }),
            Self::Weekly {
                from,
                begin,
                to,
                end,
            } => {
                let weekday = date.weekday().to_monday_zero_offset().unsigned_abs();
                (weekday == *from).then(|| {
                    let last = later(date, i32::from(week_span(*from, *to)));
                    (begin.on(date), end.on(last))
                })
            }
            Self::Once { .. } => None,
        }
    }
}

/// Days from one weekday to the next other one; a whole week if they are the same.
fn week_span(from: u8, to: u8) -> u8 {
    match (to + 7 - from) % 7 {
        0 => 7,
        days => days,
    }
}

/// A date some days later, or earlier; the calendar's first or last one where it ends.
pub(crate) fn later(date: Date, days: i32) -> Date {
    date.saturating_add(SignedDuration::from_hours(24 * i64::from(days)))
}

impl fmt::Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Daily { days, begin, end } => write!(out, "{days} {begin}-{end}"),
            Self::Weekly {
                from,
                begin,
                to,
                end,
            } => write!(
                out,
                "{} {begin} - {} {end}",
                WEEKDAYS[usize::from(*from)],
                WEEKDAYS[usize::from(*to)]
            ),
            Self::Once { begin, end } => {
                write!(out, "{} - {}", Moment(*begin), Moment(*end))
            }
        }
    }
}

/// Writes a local date and time to the minute.
struct Moment(DateTime);

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time: Time = self.0.time();
        write!(
            out,
            "{}T{:02}:{:02}",
            self.0.date(),
            time.hour(),
            time.minute()
        )
    }
}
