//! Turns events that start and stop a resource into windows.

use crate::days::{Day, Days};
use crate::window::{DAY, TimeOfDay, Window};

use super::week;

/// An event at a time of day, in minutes, on certain days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub day: Day,
    pub minute: u16,
}

/// Why events do not make windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unpaired {
    NoStart,
    NoStop,
    /// A start and a stop fall together.
    Together(Day, u16),
    /// Days of the month are involved, and this start has no stop on the same day.
    Open(Day, u16),
    /// Days of the month are involved, and this stop has no start on the same day.
    Stray(Day, u16),
}

impl Unpaired {
    /// What is wrong, and what to do about it.
    pub fn words(self) -> (String, String) {
        let at = |day: Day, minute: u16| {
            let days: Days = [day].into_iter().collect();
            let time = TimeOfDay::new(minute).unwrap_or(TimeOfDay::END);
            format!("{days} {time}")
        };
        let monthly = "on days of the month each start needs its stop on the same day".to_owned();
        match self {
            Self::NoStart => (
                "nothing starts the resource: a schedule that only stops cannot be said".to_owned(),
                "add when it starts".to_owned(),
            ),
            Self::NoStop => (
                "nothing stops the resource: a schedule that only starts cannot be said".to_owned(),
                "add when it stops, or write `always`".to_owned(),
            ),
            Self::Together(day, minute) => (
                format!("start and stop fall together at {}", at(day, minute)),
                "leave one of them out".to_owned(),
            ),
            Self::Open(day, minute) => (
                format!("no stop follows the start at {}", at(day, minute)),
                monthly,
            ),
            Self::Stray(day, minute) => (
                format!("no start comes before the stop at {}", at(day, minute)),
                monthly,
            ),
        }
    }
}

/// Pairs each start with the stop that follows it. Events on weekdays alone are paired over the
/// whole week; with days of the month among them, within each day.
pub(super) fn pair(starts: &[Event], stops: &[Event]) -> Result<Vec<Window>, Unpaired> {
    if starts.is_empty() {
        return Err(Unpaired::NoStart);
    }
    if stops.is_empty() {
        return Err(Unpaired::NoStop);
    }
    if let Some(both) = starts.iter().find(|start| stops.contains(start)) {
        return Err(Unpaired::Together(both.day, both.minute));
    }
    let weekly = |events: &[Event]| -> Option<Vec<u16>> {
        events
            .iter()
            .map(|event| match event.day {
                Day::Weekday(weekday) => Some(u16::from(weekday) * DAY + event.minute),
                _ => None,
            })
            .collect()
    };
    if let (Some(starts), Some(stops)) = (weekly(starts), weekly(stops)) {
        return Ok(week::windows(&week::from_events(&starts, &stops)));
    }
    by_day(starts, stops)
}

fn by_day(starts: &[Event], stops: &[Event]) -> Result<Vec<Window>, Unpaired> {
    let mut grouped: Vec<((u16, u16), Days)> = Vec::new();
    let mut used = vec![false; stops.len()];
    for start in starts {
        let next = |events: &[Event]| {
            let later = events.iter().filter(|event| event.day == start.day);
            later
                .map(|event| event.minute)
                .filter(|minute| *minute > start.minute)
                .min()
        };
        let Some(stop) = next(stops) else {
            return Err(Unpaired::Open(start.day, start.minute));
        };
        for (index, event) in stops.iter().enumerate() {
            used[index] |= event.day == start.day && event.minute == stop;
        }
        // A start while it runs already adds nothing.
        let runs_already = starts.iter().any(|other| {
            other.day == start.day
                && other.minute < start.minute
                && !stops.iter().any(|stop| {
                    stop.day == start.day && (other.minute..start.minute).contains(&stop.minute)
                })
        });
        if runs_already {
            continue;
        }
        match grouped
            .iter_mut()
            .find(|(hours, _)| *hours == (start.minute, stop))
        {
            Some((_, days)) => {
                days.insert(start.day);
            }
            None => grouped.push(((start.minute, stop), [start.day].into_iter().collect())),
        }
    }
    if let Some(stray) = used.iter().position(|used| !used) {
        return Err(Unpaired::Stray(stops[stray].day, stops[stray].minute));
    }
    let time = |minute: u16| TimeOfDay::new(minute).unwrap_or(TimeOfDay::END);
    let windows = grouped
        .into_iter()
        .map(|((begin, end), days)| Window::Daily {
            days,
            begin: time(begin),
            end: time(end),
        });
    Ok(windows.collect())
}
