//! Reads a calendar's text: iCalendar (RFC 5545), or JSON that holds it or plain dates.
//!
//! Of iCalendar, events count: DTSTART with DTEND or DURATION, as dates or as times (in UTC, in
//! an IANA zone, or floating, which is the local time of whichever schedule is asked), RRULE
//! with FREQ=YEARLY, RDATE and EXDATE. An event that would be misread is an error that names its
//! line. A cancelled event is passed over.

use jiff::civil::Date;
use nightshift_core::printable;
use serde_json::Value;

use super::lines::{Property, unescape, unfold};
use super::recurrence::Recurrence;
use super::stamp::{Length, Stamp, length, one_stamp, stamps};
use super::{Calendar, Effect};
use crate::window::later;

/// What is wrong with a calendar's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message} ({hint})")]
pub struct CalendarError {
    /// The line, from 1, on which the property begins.
    pub line: usize,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl CalendarError {
    pub(super) fn new(line: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            line,
            message: printable(&message.into(), usize::MAX),
            hint: printable(&hint.into(), usize::MAX),
        }
    }
}

impl Calendar {
    /// Reads the text of an iCalendar file, as it is kept in SSM Parameter Store or as the content
    /// of an SSM Change Calendar. All its events have the same effect.
    ///
    /// A Change Calendar that is closed by default is refused: its events are the exceptions.
    pub fn from_ics(text: &str, effect: Effect) -> Result<Self, Vec<CalendarError>> {
        let mut errors = Vec::new();
        let mut calendar = Self::default();
        let properties = unfold(text, &mut errors);
        if !properties
            .first()
            .is_some_and(|first| first.is("BEGIN", "VCALENDAR"))
        {
            errors.push(CalendarError::new(
                1,
                "expected `BEGIN:VCALENDAR`",
                "give the text of an iCalendar file",
            ));
            return Err(errors);
        }
        let mut path: Vec<String> = Vec::new();
        let mut event: Vec<Property> = Vec::new();
        for property in properties {
            let in_event = path.len() == 2 && path[1] == "VEVENT";
            match property.name.as_str() {
                "BEGIN" => {
                    path.push(property.value.trim().to_ascii_uppercase());
                    if path.len() == 2 {
                        event.clear();
                    }
                }
                "END" => {
                    if path.pop() != Some(property.value.trim().to_ascii_uppercase()) {
                        errors.push(CalendarError::new(
                            property.line,
                            format!("`END:{}` ends nothing", property.value),
                            "the file is damaged",
                        ));
                        return Err(errors);
                    }
                    if in_event && let Err(error) = calendar.add_event(&event, effect) {
                        errors.push(error);
                    }
                }
                "X-CALENDAR-TYPE" if property.value.trim() == "DEFAULT_CLOSED" => {
                    errors.push(CalendarError::new(
                        property.line,
                        "a Change Calendar that is closed by default cannot be read",
                        "use one of the type DEFAULT_OPEN, whose events are the closed times",
                    ));
                }
                _ if in_event => event.push(property),
                _ => {}
            }
        }
        if let Some(open) = path.last() {
            errors.push(CalendarError::new(
                text.lines().count().max(1),
                format!("`BEGIN:{open}` has no end"),
                "the file is cut off",
            ));
        }
        if errors.is_empty() {
            Ok(calendar)
        } else {
            Err(errors)
        }
    }

    /// Reads a calendar's text of either kind: iCalendar, a JSON object whose `Content` is
    /// iCalendar (as SSM prints a Change Calendar), a JSON list of dates, or a JSON object with
    /// lists of dates under `closed` and `frozen`.
    pub fn from_text(text: &str, effect: Effect) -> Result<Self, Vec<CalendarError>> {
        if !text.trim_start().starts_with(['{', '[']) {
            return Self::from_ics(text, effect);
        }
        let json: Value = serde_json::from_str(text).map_err(|error| {
            vec![CalendarError::new(
                // An end that came too early is on a line that is not there.
                error.line().clamp(1, text.lines().count().max(1)),
                format!("not JSON: {error}"),
                "give iCalendar, or JSON with `Content` or lists of dates",
            )]
        })?;
        let content = json.get("Content").or_else(|| json.get("content"));
        if let Some(content) = content.and_then(Value::as_str) {
            return Self::from_ics(content, effect);
        }
        let mut calendar = Self::default();
        let mut errors = Vec::new();
        let lists = match &json {
            Value::Array(_) => vec![(effect, &json)],
            _ => [(Effect::Closed, "closed"), (Effect::Frozen, "frozen")]
                .into_iter()
                .filter_map(|(effect, name)| json.get(name).map(|list| (effect, list)))
                .collect(),
        };
        let known = json
            .as_object()
            .is_none_or(|object| object.len() == lists.len());
        if lists.is_empty() || !known {
            errors.push(CalendarError::new(
                1,
                "expected `Content`, or lists of dates under `closed` and `frozen`",
                r#"write {"closed": ["2026-12-25"]}"#,
            ));
        }
        for (effect, list) in lists {
            for item in list.as_array().map_or(&[][..], Vec::as_slice) {
                match item.as_str().and_then(|text| text.parse::<Date>().ok()) {
                    Some(date) => calendar.add_date(effect, date, ""),
                    None => errors.push(CalendarError::new(
                        1,
                        format!("{item} is not a date"),
                        "write dates such as \"2026-12-25\"",
                    )),
                }
            }
        }
        if errors.is_empty() {
            Ok(calendar)
        } else {
            Err(errors)
        }
    }

    fn add_event(&mut self, event: &[Property], effect: Effect) -> Result<(), CalendarError> {
        let find = |name: &str| event.iter().find(|property| property.name == name);
        if find("STATUS").is_some_and(|status| status.value.trim() == "CANCELLED") {
            return Ok(());
        }
        for name in ["RECURRENCE-ID", "EXRULE"] {
            if let Some(property) = find(name) {
                return Err(CalendarError::new(
                    property.line,
                    format!("{name} is not supported"),
                    "write changed occurrences as events of their own, and leave them out by EXDATE",
                ));
            }
        }
        let title = find("SUMMARY").map_or_else(String::new, |summary| {
            printable(&unescape(&summary.value), 120)
        });
        let Some(start_property) = find("DTSTART") else {
            let line = event.first().map_or(1, |property| property.line);
            return Err(CalendarError::new(
                line,
                "the event has no DTSTART",
                "give it a beginning",
            ));
        };
        let line = start_property.line;
        let start = one_stamp(start_property)?;
        let length = length(&start, find("DTEND"), find("DURATION"), line)?;
        let rule = find("RRULE")
            .map(|rule| Recurrence::parse(&rule.value, rule.line))
            .transpose()?;
        let mut dates = match &rule {
            Some(rule) => rule.dates(&start),
            None => vec![start.date()],
        };
        let mut exceptions = Vec::new();
        for property in event {
            match property.name.as_str() {
                "RDATE" => dates.extend(stamps(property)?.iter().map(Stamp::date)),
                "EXDATE" => exceptions.extend(stamps(property)?),
                _ => {}
            }
        }
        for date in dates {
            let begin = start.moved(date);
            if !exceptions
                .iter()
                .any(|exception| begin.is_named_by(exception))
            {
                self.add_occurrence(&begin, length, effect, &title);
            }
        }
        Ok(())
    }

    fn add_occurrence(&mut self, begin: &Stamp, length: Length, effect: Effect, title: &str) {
        match (begin, length) {
            (Stamp::Date(first), Length::Days(days)) => {
                for day in 0..days {
                    self.add_date(effect, later(*first, day), title);
                }
            }
            (begin, length) => {
                let seconds = match length {
                    Length::Days(days) => i64::from(days) * 86_400,
                    Length::Seconds(seconds) => seconds,
                };
                let end = match begin {
                    Stamp::Date(date) => Stamp::Date(*date),
                    Stamp::Time(wall, zone) => Stamp::Time(
                        wall.saturating_add(jiff::SignedDuration::from_secs(seconds)),
                        zone.clone(),
                    ),
                };
                self.add_stretch(effect, begin.edge(), end.edge(), title);
            }
        }
    }
}
