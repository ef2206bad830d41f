//! A second, slow reading of what schedules mean, written another way: it looks at a clock on the
//! wall minute by minute and notes which time it shows, and never asks for the instant of a time.

pub mod text;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nightshift_schedule::Desired;

use text::{Day, Window, date};

/// What the wall clock shows at each minute of some days, and what follows from it.
pub struct Oracle {
    /// The first minute of the scan, counted from 1970 in UTC.
    start: i64,
    /// The local reading at each minute, as minutes from 1970 of the local calendar.
    readings: Vec<i64>,
    /// The lowest reading, and for each one from there the first minute at which it is shown.
    lowest: i64,
    first_shown: Vec<Option<i64>>,
}

impl Oracle {
    /// Watches the clock from the beginning of one UTC day to the end of another.
    pub fn watch(zone: &TimeZone, first: i64, last: i64) -> Self {
        let start = first * 1440;
        let readings: Vec<i64> = (start..(last + 1) * 1440)
            .map(|minute| {
                let instant = Timestamp::from_second(minute * 60).unwrap();
                minute + i64::from(zone.to_offset(instant).seconds()) / 60
            })
            .collect();
        let (lowest, highest) = (readings.iter().min(), readings.iter().max());
        let (lowest, highest) = (*lowest.unwrap(), *highest.unwrap());
        let mut first_shown = vec![None; usize::try_from(highest - lowest + 1).unwrap()];
        for (at, reading) in (start..).zip(&readings) {
            first_shown[usize::try_from(reading - lowest).unwrap()].get_or_insert(at);
        }
        Self {
            start,
            readings,
            lowest,
            first_shown,
        }
    }

    /// The minute at which the clock first shows a time; if it jumps over it, the minute at which
    /// it first shows the time as much later as it jumped.
    fn shown(&self, reading: i64) -> Option<i64> {
        let known = |reading: i64| {
            let index = usize::try_from(reading - self.lowest).ok()?;
            *self.first_shown.get(index)?
        };
        if let Some(minute) = known(reading) {
            return Some(minute);
        }
        // What is shown after the scan is after all that matters.
        if reading > self.readings[self.readings.len() - 1] {
            return Some(self.start + i64::try_from(self.readings.len()).unwrap());
        }
        let jump = self
            .readings
            .windows(2)
            .find(|pair| pair[0] < reading && reading < pair[1])?;
        known(reading + jump[1] - jump[0] - 1)
    }

    /// What is wanted at each minute of the scan. Exact but for the first nine days and the last
    /// two, where windows reach out of it.
    pub fn desired(
        &self,
        windows: &[Window],
        closed: &BTreeSet<i64>,
        frozen: &BTreeSet<i64>,
    ) -> Vec<Desired> {
        let mut on = vec![false; self.readings.len()];
        let mut open = |begin: i64, end: i64| {
            let (Some(from), Some(to)) = (self.shown(begin), self.shown(end)) else {
                return;
            };
            // A window that a jump of the clock leaves without length moves as a whole.
            let to = if to <= from { from + (end - begin) } else { to };
            let index = |minute: i64| usize::try_from((minute - self.start).max(0)).unwrap();
            let last = index(to).min(on.len());
            for state in &mut on[index(from).min(last)..last] {
                *state = true;
            }
        };
        let first = self.readings[0].div_euclid(1440);
        let last = self.readings[self.readings.len() - 1].div_euclid(1440);
        for window in windows {
            match window {
                Window::Daily(days, begin, end) => {
                    for day in first..=last {
                        if opens(days, day) && !closed.contains(&day) {
                            let next = i64::from(end <= begin);
                            open(day * 1440 + begin, (day + next) * 1440 + end);
                        }
                    }
                }
                Window::Weekly(from, begin, to, end) => {
                    for day in first..=last {
                        if weekday(day) != *from {
                            continue;
                        }
                        let mut until = day;
                        while weekday(until) != *to || until * 1440 + end <= day * 1440 + begin {
                            until += 1;
                        }
                        let is_daily = until * 1440 + end - (day * 1440 + begin) < 1440
                            || (until == day + i64::from(*end == 0) && *end % 1440 == 0);
                        if !(is_daily && closed.contains(&day)) {
                            open(day * 1440 + begin, until * 1440 + end);
                        }
                    }
                }
                Window::Once(begin, end) => open(*begin, *end),
            }
        }
        let wanted = |(on, reading): (&bool, &i64)| {
            let day = reading.div_euclid(1440);
            if frozen.contains(&day) {
                Desired::None
            } else if *on && !closed.contains(&day) {
                Desired::On
            } else {
                Desired::Off
            }
        };
        on.iter().zip(&self.readings).map(wanted).collect()
    }
}

/// 1970-01-01 was a Thursday.
fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Whether a window opens on a date: by counting days, not by arithmetic.
fn opens(days: &Day, day: i64) -> bool {
    let of_month = i64::from(date(day).day());
    let month = |day: i64| date(day).month();
    match days {
        Day::Every => true,
        Day::Weekday(only) => weekday(day) == *only,
        Day::Range(first, last) => {
            let mut each = *first;
            loop {
                if weekday(day) == each {
                    return true;
                }
                if each == *last {
                    return false;
                }
                each = (each + 1) % 7;
            }
        }
        Day::Nth(nth, only) => {
            let earlier = (1..of_month)
                .filter(|back| weekday(day - back) == *only)
                .count();
            weekday(day) == *only && earlier == usize::try_from(*nth).unwrap()
        }
        Day::Last(only) => weekday(day) == *only && month(day + 7) != month(day),
        Day::OfMonth(number) => of_month == *number,
        Day::LastOfMonth => month(day + 1) != month(day),
    }
}
