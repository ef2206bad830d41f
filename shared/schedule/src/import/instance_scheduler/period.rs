//! One period: hours of the day, and the days on which they hold.

use serde_json::{Map, Value};

use super::fields::{monthdays, months_are_all, weekdays};
use super::{Reader, field};
use crate::days::{Day, Days};
use crate::import::clock;
use crate::window::{DAY, TimeOfDay, Window};

/// A period as it was read.
pub(super) struct Period {
    begin: Option<u16>,
    end: Option<u16>,
    /// None is every day.
    days: Option<Vec<Day>>,
}

impl Period {
    /// The weekdays on which it holds, if only these matter.
    pub fn weekdays(&self) -> Option<[bool; 7]> {
        let mut on = [false; 7];
        match &self.days {
            None => on = [true; 7],
            Some(days) => {
                for day in days {
                    let Day::Weekday(weekday) = day else {
                        return None;
                    };
                    on[usize::from(*weekday)] = true;
                }
            }
        }
        Some(on)
    }

    /// Whether it runs things at this minute of one of its days.
    pub fn runs_at(&self, minute: u16) -> bool {
        match (self.begin, self.end) {
            (None, None) => true,
            (Some(begin), None) => minute >= begin,
            (None, Some(_)) => false,
            (Some(begin), Some(end)) => (begin..end).contains(&minute),
        }
    }

    /// Whether it leaves things as they are at this minute of one of its days.
    pub fn leaves_alone_at(&self, minute: u16) -> bool {
        match (self.begin, self.end) {
            (Some(begin), None) => minute < begin,
            (None, Some(end)) => minute < end,
            _ => false,
        }
    }

    /// The period as a window, if it has both ends or neither.
    pub fn window(&self) -> Option<Window> {
        let (begin, end) = match (self.begin, self.end) {
            (None, None) => (0, DAY),
            (Some(begin), Some(end)) => (begin, end),
            _ => return None,
        };
        let days = self
            .days
            .as_ref()
            .map_or(Days::DAILY, |days| days.iter().copied().collect());
        Some(Window::Daily {
            days,
            begin: TimeOfDay::new(begin)?,
            end: TimeOfDay::new(end)?,
        })
    }
}

/// Reads a period; none if there is a problem, which is reported.
pub(super) fn read(object: &Map<String, Value>, reader: &mut Reader<'_>) -> Option<Period> {
    let before = reader.problems.len();
    let begin = time(object, "begintime", reader);
    let mut end = time(object, "endtime", reader);
    if let (Some(begin), Some(end)) = (begin, end)
        && begin >= end
    {
        reader.problem(
            "endtime",
            "the period ends no later than it begins; Instance Scheduler refuses it as well",
            "write hours over midnight as `daily 22:00-06:00`",
        );
    }
    if end == Some(DAY - 1) {
        reader.differs("an endtime of 23:59 is read as 24:00, which Instance Scheduler cannot say");
        end = Some(DAY);
    }
    if !months_are_all(&list(object, "months")) {
        reader.problem(
            "months",
            "months cannot be said in a schedule",
            "leave them out, or make the other months closed dates",
        );
    }
    let of_week = list(object, "weekdays");
    let of_month = list(object, "monthdays");
    let of_week = weekdays(&of_week, reader);
    let of_month = monthdays(&of_month, reader);
    let days = match (of_week, of_month) {
        (Some(_), Some(_)) => {
            reader.problem(
                "monthdays",
                "weekdays and days of the month that must both hold cannot be said",
                "keep one of them; in a list with `/` either is enough",
            );
            None
        }
        (week, month) => week.or(month),
    };
    (reader.problems.len() == before).then_some(Period { begin, end, days })
}

fn time(object: &Map<String, Value>, name: &str, reader: &mut Reader<'_>) -> Option<u16> {
    let text = field(object, name)?;
    let text = text
        .as_str()
        .map_or_else(|| text.to_string(), str::to_owned);
    if text.is_empty() {
        return None;
    }
    let minutes = clock(&text).filter(|minutes| *minutes < DAY);
    if minutes.is_none() {
        reader.problem(
            &text,
            format!("`{text}` is not a time of day: 00:00 to 23:59"),
            "write hours and minutes, such as `09:00`",
        );
    }
    minutes
}

/// A field's items: a list of texts or one text, each with commas between items.
fn list(object: &Map<String, Value>, name: &str) -> Vec<String> {
    let texts: Vec<String> = match field(object, name) {
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| {
                item.as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            })
            .collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Number(number)) => vec![number.to_string()],
        _ => Vec::new(),
    };
    texts
        .iter()
        .flat_map(|text| text.split(','))
        .map(|item| item.trim().to_ascii_lowercase())
        .filter(|item| !item.is_empty())
        .collect()
}
