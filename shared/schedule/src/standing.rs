//! What a schedule wants at an instant, since when, until when, and why.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Mark, Marks};
use crate::days::WEEKDAYS;
use crate::parse::Hours;
use crate::schedule::Schedule;
use crate::window::{Window, later};

/// What a resource should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Desired {
    /// Running.
    On,
    /// Stopped.
    Off,
    /// Whatever it is: no action.
    None,
}

/// What a schedule wants at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// What is wanted.
    pub desired: Desired,
    /// When it began to be wanted. None if no beginning is found, 400 days back or more.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub since: Option<Timestamp>,
    /// When something else will be wanted. None if nothing else is in sight, 400 days ahead or
    /// more; of a schedule that is always on or has ended, always none.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub until: Option<Timestamp>,
    /// Why, in words.
    pub reason: String,
}

/// A change of what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    /// The instant from which the new state is wanted.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The new state: on or off.
    pub to: Desired,
}

impl Schedule {
    /// What the schedule wants at an instant.
    pub fn at(&self, instant: Timestamp, calendar: &Calendar) -> Standing {
        // Windows begin and end on whole seconds, so a fraction changes nothing; before 1970 it
        // must not be rounded up.
        let second = floor(instant);
        let (desired, since, until) = self.run_at(second, calendar);
        let time = |second: i64| Timestamp::from_second(second).ok();
        Standing {
            desired,
            since: since.and_then(time),
            until: until.and_then(time),
            reason: self.reason(second, desired, until, calendar),
        }
    }

    /// The changes after an instant and before the end of so many times 24 hours, on and off in
    /// turn. A frozen stretch is no change; one that outlasts a change delays it to its own end.
    pub fn transitions(&self, from: Timestamp, days: u16, calendar: &Calendar) -> Vec<Transition> {
        let from = floor(from);
        let end = from.saturating_add(i64::from(days) * 86_400);
        let mut state = self.last_acted(from, calendar);
        let runs = self.runs(
            later(self.date_of(from), -1),
            later(self.date_of(end), 1),
            calendar,
        );
        let mut found = Vec::new();
        for run in runs.iter().filter(|run| run.from > from && run.from < end) {
            if run.desired == Desired::None || Some(run.desired) == state {
                continue;
            }
            state = Some(run.desired);
            if let Ok(at) = Timestamp::from_second(run.from) {
                found.push(Transition {
                    at,
                    to: run.desired,
                });
            }
        }
        found
    }

    /// The state in which resources are left at an instant: the last one that was wanted.
    fn last_acted(&self, instant: i64, calendar: &Calendar) -> Option<Desired> {
        let mut instant = instant;
        loop {
            let (desired, since, _) = self.run_at(instant, calendar);
            if desired != Desired::None {
                return Some(desired);
            }
            instant = since? - 1;
        }
    }

    fn reason(
        &self,
        instant: i64,
        desired: Desired,
        until: Option<i64>,
        calendar: &Calendar,
    ) -> String {
        match desired {
            Desired::None => {
                let mark = self.mark_at(instant, &calendar.frozen);
                format!("frozen {}: no action", marked(mark.as_ref()))
            }
            Desired::Off => {
                let opens = until.map_or_else(
                    || "nothing ahead".to_owned(),
                    |until| format!("until {}", self.clock(instant, until)),
                );
                match self.mark_at(instant, &calendar.closed) {
                    Some(mark) => format!("closed {}, {opens}", marked(Some(&mark))),
                    None => format!("outside {} ({}), {opens}", self.hours, self.place()),
                }
            }
            Desired::On => match (&self.hours, until) {
                (Hours::Always, None) => "always on".to_owned(),
                (Hours::Always, Some(until)) => {
                    format!("always on; frozen from {}", self.clock(instant, until))
                }
                (Hours::Windows(windows), until) => {
                    let window = windows.iter().find(|window| self.is_open(window, instant));
                    let hours = window.map_or_else(|| self.hours.to_string(), Window::to_string);
                    let until = until.map_or_else(
                        || "with no end in sight".to_owned(),
                        |until| format!("until {}", self.clock(instant, until)),
                    );
                    format!("inside {hours} ({}) {until}", self.place())
                }
            },
        }
    }

    /// The zone, with the schedule's name if it has one.
    fn place(&self) -> String {
        self.name.as_ref().map_or_else(
            || self.zone.to_string(),
            |name| format!("{name}, {}", self.zone),
        )
    }

    /// The local time of an instant, with the day if it is another one than today's.
    fn clock(&self, now: i64, instant: i64) -> String {
        let Ok(time) = Timestamp::from_second(instant) else {
            return "the end of time".to_owned();
        };
        let wall = self.zone.wall(time);
        let hour = format!("{:02}:{:02}", wall.hour(), wall.minute());
        if wall.date() == self.date_of(now) {
            return hour;
        }
        let weekday = wall.date().weekday().to_monday_zero_offset();
        let name = WEEKDAYS[usize::from(weekday.unsigned_abs())];
        format!("{name} {} {hour}", wall.date())
    }

    fn is_open(&self, window: &Window, instant: i64) -> bool {
        let holds = |(begin, end)| {
            let interval = self.stretch(begin, end);
            interval.from <= instant && instant < interval.to
        };
        if let Window::Once { begin, end } = window {
            return holds((*begin, *end));
        }
        let today = self.date_of(instant);
        (-1..=window.reach() + 1)
            .filter_map(|back| window.opening_on(later(today, -back)))
            .any(holds)
    }

    fn mark_at<'c>(&self, instant: i64, marks: &'c Marks) -> Option<Mark<'c>> {
        let today = self.date_of(instant);
        marks
            .between(today, today, &self.zone)
            .into_iter()
            .find(|mark| mark.from <= instant && instant < mark.to)
    }
}

fn floor(instant: Timestamp) -> i64 {
    let second = instant.as_second();
    if instant.subsec_nanosecond() < 0 {
        second - 1
    } else {
        second
    }
}

fn marked(mark: Option<&Mark<'_>>) -> String {
    let Some(mark) = mark else {
        return "date".to_owned();
    };
    let what = mark
        .date
        .map_or_else(|| "time".to_owned(), |date| format!("date {date}"));
    if mark.title.is_empty() {
        what
    } else {
        format!("{what} ({})", mark.title)
    }
}
