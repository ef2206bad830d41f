//! Yearly recurrence rules of iCalendar (RFC 5545, section 3.3.10).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::ics::CalendarError;
use super::stamp::{Stamp, parse_date};
use super::{EPOCH, Edge};
use crate::window::later;

/// The last year for which an endless rule is worked out.
const LAST_YEAR: i16 = 2099;
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule with FREQ=YEARLY.
#[derive(Clone, Debug)]
pub(super) struct Recurrence {
    interval: i16,
    count: Option<usize>,
    until: Option<Until>,
    months: Vec<i8>,
    /// Days of the month; negative ones count from its end.
    month_days: Vec<i8>,
    /// Weekdays from 0 for Monday, and which of the month; 0 is each of them.
    weekdays: Vec<(i8, i8)>,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    Date(Date),
    /// An instant in seconds since 1970.
    Instant(i64),
}

impl Recurrence {
    pub fn parse(text: &str, line: usize) -> Result<Self, CalendarError> {
        let mut rule = Self {
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
        };
        let unsupported = |part: &str| {
            CalendarError::new(
                line,
                format!("the rule `{text}` is not supported: `{part}`"),
                "write FREQ=YEARLY with BYMONTH, BYMONTHDAY, BYDAY, COUNT or UNTIL, or single events",
            )
        };
        let mut frequency = None;
        for part in text.trim().split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| unsupported(part))?;
            let value = value.trim().to_ascii_uppercase();
            let done = match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => {
                    frequency = Some(value.clone());
                    (value == "YEARLY").then_some(())
                }
                "INTERVAL" => {
                    let interval = value.parse().ok().filter(|years| (1..=100).contains(years));
                    interval.map(|years| rule.interval = years)
                }
                "COUNT" => {
                    let count = value.parse().ok().filter(|count| *count > 0);
                    count.map(|count| rule.count = Some(count))
                }
                "UNTIL" => until(&value).map(|until| rule.until = Some(until)),
                "BYMONTH" => list(&value, |month| {
                    month.parse().ok().filter(|month| (1..=12).contains(month))
                })
                .map(|months| rule.months = months),
                "BYMONTHDAY" => list(&value, |day| {
                    day.parse()
                        .ok()
                        .filter(|day: &i8| (1..=31).contains(&day.abs()))
                })
                .map(|days| rule.month_days = days),
                "BYDAY" => list(&value, by_day).map(|days| rule.weekdays = days),
                "WKST" => Some(()),
                _ => None,
            };
            done.ok_or_else(|| unsupported(part))?;
        }
        if frequency.is_none() {
            return Err(unsupported("no FREQ"));
        }
        // Counted in the year instead of the month, which nobody writes for a holiday.
        let counted = rule.weekdays.iter().any(|(_, nth)| *nth != 0);
        if counted && (rule.months.is_empty() || !rule.month_days.is_empty()) {
            return Err(unsupported("a counted BYDAY without BYMONTH"));
        }
        Ok(rule)
    }

    /// The dates on which occurrences begin, the first one included.
    pub fn dates(&self, start: &Stamp) -> Vec<Date> {
        let first = start.date();
        let mut dates = vec![first];
        let mut year = first.year();
        while year <= LAST_YEAR {
            for date in self.in_year(year, first) {
                if date <= first {
                    continue;
                }
                let full = self.count.is_some_and(|count| dates.len() >= count);
                if full || self.is_over(date, start) {
                    return dates;
                }
                dates.push(date);
            }
            year += self.interval;
        }
        dates
    }

    fn is_over(&self, date: Date, start: &Stamp) -> bool {
        match self.until {
            None => false,
            Some(Until::Date(last)) => date > last,
            Some(Until::Instant(last)) => match (start, start.edge()) {
                (Stamp::Time(wall, Some(zone)), Edge::Instant(_)) => {
                    zone.instant(date.to_datetime(wall.time())) > last
                }
                _ => date.at(0, 0, 0, 0).duration_since(EPOCH).as_secs() > last,
            },
        }
    }

    fn in_year(&self, year: i16, first: Date) -> BTreeSet<Date> {
        let by_days = !self.month_days.is_empty() || !self.weekdays.is_empty();
        let months: Vec<i8> = match (self.months.as_slice(), by_days) {
            ([], true) => (1..=12).collect(),
            ([], false) => vec![first.month()],
            (months, _) => months.to_vec(),
        };
        let starts = months
            .iter()
            .filter_map(|month| Date::new(year, *month, 1).ok());
        starts
            .flat_map(|month| self.in_month(month, first))
            .collect()
    }

    fn in_month(&self, month: Date, first: Date) -> Vec<Date> {
        let length = month.days_in_month();
        if self.month_days.is_empty() && self.weekdays.is_empty() {
            let same = month.with().day(first.day()).build();
            return same.into_iter().collect();
        }
        (0..i32::from(length))
            .map(|days| later(month, days))
            .filter(|date| {
                let (day, back) = (date.day(), date.day() - length - 1);
                let by_number = self.month_days.is_empty()
                    || self
                        .month_days
                        .iter()
                        .any(|wanted| *wanted == day || *wanted == back);
                by_number && self.on_weekday(*date)
            })
            .collect()
    }

    fn on_weekday(&self, date: Date) -> bool {
        let (day, length) = (date.day(), date.days_in_month());
        let weekday = date.weekday().to_monday_zero_offset();
        let (nth, from_end) = ((day - 1) / 7 + 1, -((length - day) / 7 + 1));
        self.weekdays.is_empty()
            || self.weekdays.iter().any(|(wanted, which)| {
                *wanted == weekday && (*which == 0 || *which == nth || *which == from_end)
            })
    }
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(|item| read(item.trim())).collect()
}

/// Reads `MO`, `4TH` or `-1MO`.
fn by_day(text: &str) -> Option<(i8, i8)> {
    let at = text.len().checked_sub(2)?;
    let (count, name) = (text.get(..at)?, text.get(at..)?);
    let weekday = WEEKDAYS.iter().position(|short| *short == name)?;
    let count: i8 = if count.is_empty() {
        0
    } else {
        count
            .trim_start_matches('+')
            .parse()
            .ok()
            .filter(|count: &i8| (1..=5).contains(&count.abs()))?
    };
    Some((i8::try_from(weekday).ok()?, count))
}

fn until(text: &str) -> Option<Until> {
    let date = text.get(..8).and_then(parse_date)?;
    let rest = &text[8..];
    if rest.is_empty() {
        return Some(Until::Date(date));
    }
    let time = rest.strip_prefix('T')?;
    let Some(time) = time.strip_suffix('Z') else {
        return Some(Until::Date(date));
    };
    let part = |at: usize| time.get(at..at + 2).and_then(|two| two.parse::<i8>().ok());
    let wall = jiff::civil::Time::new(part(0)?, part(2)?, part(4)?.min(59), 0).ok()?;
    let seconds = date.to_datetime(wall).duration_since(EPOCH).as_secs();
    Some(Until::Instant(seconds))
}
