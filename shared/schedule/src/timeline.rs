//! What a schedule means on the line of time: UTC half-open intervals, in seconds since 1970.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::{Calendar, Mark};
use crate::parse::Hours;
use crate::schedule::Schedule;
use crate::standing::Desired;
use crate::window::{Window, later};

/// A half-open stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Interval {
    pub from: i64,
    pub to: i64,
}

/// A stretch of time throughout which the same is desired, as long as possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub from: i64,
    pub to: i64,
    pub desired: Desired,
}

/// How many days before and after an instant are looked at, until both ends of the run around it
/// are found. Windows that recur do so within months, so the last step serves only windows that
/// join without end, up to the next closed date. Without recurring windows no day is visited singly.
const STEPS_RECURRING: &[i32] = &[4, 16, 64, 400];
const STEPS_SINGLE: &[i32] = &[64, 1024, 80_000];

impl Schedule {
    fn steps(&self) -> &'static [i32] {
        match &self.hours {
            Hours::Windows(windows)
                if windows.iter().any(Window::recurs)
                    && !windows.iter().any(Window::is_every_hour) =>
            {
                STEPS_RECURRING
            }
            _ => STEPS_SINGLE,
        }
    }

    /// The run around an instant. An end that was not found lies at the limit of what can be
    /// looked at, and is told as missing.
    pub(crate) fn run_at(
        &self,
        instant: i64,
        calendar: &Calendar,
    ) -> (Desired, Option<i64>, Option<i64>) {
        let day = self.date_of(instant);
        let mut found = (Desired::Off, None, None);
        for days in self.steps() {
            let (first, last) = (later(day, -days), later(day, *days));
            let runs = self.runs(first, last, calendar);
            let (Some(low), Some(high)) = (runs.first(), runs.last()) else {
                continue;
            };
            let at = runs.partition_point(|run| run.to <= instant);
            if let Some(run) = runs.get(at).filter(|run| run.from <= instant) {
                let since = (run.from > low.from).then_some(run.from);
                let until = (run.to < high.to).then_some(run.to);
                found = (run.desired, since, until);
                if since.is_some() && until.is_some() {
                    break;
                }
            }
        }
        found
    }

    /// The local date at an instant.
    pub(crate) fn date_of(&self, instant: i64) -> Date {
        Timestamp::from_second(instant).map_or(Date::MAX, |instant| self.zone.wall(instant).date())
    }

    /// The runs from the midnight that begins one date to the midnight that ends another,
    /// without gaps between them.
    pub(crate) fn runs(&self, first: Date, last: Date, calendar: &Calendar) -> Vec<Run> {
        let low = self.zone.midnight(first);
        let high = self.zone.midnight(later(last, 1));
        if low >= high {
            return Vec::new();
        }
        let on = self.on(first, last, calendar);
        let frozen: Vec<Interval> = calendar
            .frozen
            .between(first, last, &self.zone)
            .iter()
            .map(interval)
            .collect();
        let frozen = union(frozen);
        let mut points = vec![low, high];
        for interval in on.iter().chain(&frozen) {
            points.extend([interval.from, interval.to]);
        }
        points.retain(|point| (low..=high).contains(point));
        points.sort_unstable();
        points.dedup();
        let mut runs: Vec<Run> = Vec::with_capacity(points.len());
        for pair in points.windows(2) {
            let desired = if covers(&frozen, pair[0]) {
                Desired::None
            } else if covers(&on, pair[0]) {
                Desired::On
            } else {
                Desired::Off
            };
            match runs.last_mut() {
                Some(run) if run.desired == desired => run.to = pair[1],
                _ => runs.push(Run {
                    from: pair[0],
                    to: pair[1],
                    desired,
                }),
            }
        }
        runs
    }

    /// When the schedule's windows are open, closed dates taken away: disjoint intervals that do
    /// not touch, in order. Exact between the two dates.
    fn on(&self, first: Date, last: Date, calendar: &Calendar) -> Vec<Interval> {
        let throughout = Interval {
            from: self.zone.midnight(later(first, -1)),
            to: self.zone.midnight(later(last, 2)),
        };
        let mut open = Vec::new();
        match &self.hours {
            Hours::Always => return vec![throughout],
            Hours::Windows(windows) if windows.iter().any(Window::is_every_hour) => {
                open.push(throughout);
            }
            Hours::Windows(windows) => {
                for window in windows {
                    self.openings(window, first, last, calendar, &mut open);
                }
            }
        }
        let closed: Vec<Interval> = calendar
            .closed
            .between(first, last, &self.zone)
            .iter()
            .map(interval)
            .collect();
        subtract(union(open), &union(closed))
    }

    /// The intervals of one window that touch the time between two dates.
    fn openings(
        &self,
        window: &Window,
        first: Date,
        last: Date,
        calendar: &Calendar,
        open: &mut Vec<Interval>,
    ) {
        if let Window::Once { begin, end } = window {
            open.push(self.stretch(*begin, *end));
            return;
        }
        // A gap can shift a time to the next date, hence one date more than the window's reach.
        let mut date = later(first, -window.reach() - 1);
        while date <= last {
            if let Some((begin, end)) = window.opening_on(date) {
                let shut = matches!(window, Window::Daily { .. }) && calendar.closed.has_date(date);
                if !shut {
                    open.push(self.stretch(begin, end));
                }
            }
            let Ok(next) = date.tomorrow() else {
                break;
            };
            date = next;
        }
    }

    /// A stretch of local time in UTC. If clocks are set forward over its beginning so far that
    /// nothing would be left, its end is shifted as its beginning is.
    pub(crate) fn stretch(
        &self,
        begin: jiff::civil::DateTime,
        end: jiff::civil::DateTime,
    ) -> Interval {
        let from = self.zone.instant(begin);
        let to = self.zone.instant(end);
        if to > from {
            Interval { from, to }
        } else {
            let length = end.duration_since(begin).as_secs();
            Interval {
                from,
                to: from + length,
            }
        }
    }
}

fn interval(mark: &Mark<'_>) -> Interval {
    Interval {
        from: mark.from,
        to: mark.to,
    }
}

/// Joins what overlaps or touches.
fn union(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(intervals.len());
    for interval in intervals {
        match joined.last_mut() {
            Some(last) if interval.from <= last.to => last.to = last.to.max(interval.to),
            _ => joined.push(interval),
        }
    }
    joined
}

/// Takes the second set out of the first; both are disjoint and in order.
fn subtract(from: Vec<Interval>, minus: &[Interval]) -> Vec<Interval> {
    if minus.is_empty() {
        return from;
    }
    let mut rest = Vec::with_capacity(from.len());
    for interval in from {
        let mut start = interval.from;
        let first = minus.partition_point(|cut| cut.to <= start);
        for cut in &minus[first..] {
            if cut.from >= interval.to {
                break;
            }
            if cut.from > start {
                rest.push(Interval {
                    from: start,
                    to: cut.from,
                });
            }
            start = cut.to;
        }
        if start < interval.to {
            rest.push(Interval {
                from: start,
                to: interval.to,
            });
        }
    }
    rest
}

fn covers(intervals: &[Interval], instant: i64) -> bool {
    let at = intervals.partition_point(|interval| interval.to <= instant);
    intervals
        .get(at)
        .is_some_and(|interval| interval.from <= instant)
}
