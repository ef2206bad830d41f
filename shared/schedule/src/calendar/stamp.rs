//! Beginnings, ends and lengths of events.

use std::str::FromStr;

use jiff::Span;
use jiff::civil::{Date, DateTime};

use super::Edge;
use super::ics::CalendarError;
use super::lines::Property;
use crate::zone::Zone;

/// A beginning or an end as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stamp {
    Date(Date),
    Time(DateTime, Option<Zone>),
}

impl Stamp {
    pub fn date(&self) -> Date {
        match self {
            Self::Date(date) => *date,
            Self::Time(wall, _) => wall.date(),
        }
    }

    pub fn edge(&self) -> Edge {
        match self {
            Self::Date(date) => Edge::Local(date.at(0, 0, 0, 0)),
            Self::Time(wall, None) => Edge::Local(*wall),
            Self::Time(wall, Some(zone)) => Edge::Instant(zone.instant(*wall)),
        }
    }

    /// The same on another date.
    pub fn moved(&self, date: Date) -> Self {
        match self {
            Self::Date(_) => Self::Date(date),
            Self::Time(wall, zone) => Self::Time(date.to_datetime(wall.time()), zone.clone()),
        }
    }

    /// Whether an exception names this beginning.
    pub fn is_named_by(&self, exception: &Self) -> bool {
        match exception {
            Self::Date(date) => self.date() == *date,
            Self::Time(..) => self.edge() == exception.edge(),
        }
    }
}

/// How long an event lasts on its own clock.
#[derive(Clone, Copy, Debug)]
pub(super) enum Length {
    Days(i32),
    Seconds(i64),
}

/// The longest event that is believed: ten years.
const LONGEST: i64 = 3_660 * 86_400;

pub(super) fn length(
    start: &Stamp,
    end: Option<&Property>,
    duration: Option<&Property>,
    line: usize,
) -> Result<Length, CalendarError> {
    let seconds = if let Some(end) = end {
        let stamp = one_stamp(end)?;
        match (start, &stamp) {
            (Stamp::Date(first), Stamp::Date(last)) => last.duration_since(*first).as_secs(),
            (Stamp::Time(from, zone), Stamp::Time(to, other)) if zone == other => {
                to.duration_since(*from).as_secs()
            }
            (Stamp::Time(_, Some(_)), Stamp::Time(_, Some(_))) => {
                match (start.edge(), stamp.edge()) {
                    (Edge::Instant(from), Edge::Instant(to)) => to - from,
                    _ => 0,
                }
            }
            _ => {
                return Err(CalendarError::new(
                    end.line,
                    "DTEND is not of the kind of DTSTART",
                    "write both as dates, or both as times in a zone",
                ));
            }
        }
    } else if let Some(duration) = duration {
        let span = Span::from_str(duration.value.trim()).ok();
        let reference = start.date().at(0, 0, 0, 0);
        span.and_then(|span| reference.checked_add(span).ok())
            .map(|end| end.duration_since(reference).as_secs())
            .ok_or_else(|| {
                CalendarError::new(
                    duration.line,
                    format!("`{}` is not a duration", duration.value),
                    "write one such as `P1D` or `PT8H`",
                )
            })?
    } else if matches!(start, Stamp::Date(_)) {
        86_400
    } else {
        0
    };
    if !(1..=LONGEST).contains(&seconds) {
        return Err(CalendarError::new(
            line,
            "the event has no length, or one of more than ten years",
            "give it a DTEND after its DTSTART",
        ));
    }
    Ok(match start {
        Stamp::Date(_) => Length::Days(i32::try_from(seconds / 86_400).unwrap_or(1).max(1)),
        Stamp::Time(..) => Length::Seconds(seconds),
    })
}

pub(super) fn one_stamp(property: &Property) -> Result<Stamp, CalendarError> {
    stamp(property, property.value.trim())
}

pub(super) fn stamps(property: &Property) -> Result<Vec<Stamp>, CalendarError> {
    let items = property.value.split(',');
    items.map(|item| stamp(property, item.trim())).collect()
}

fn stamp(property: &Property, text: &str) -> Result<Stamp, CalendarError> {
    let wrong = || {
        CalendarError::new(
            property.line,
            format!("`{text}` is not a date or a time"),
            "write `20261224`, `20261224T080000Z`, or a local time with a TZID",
        )
    };
    let kind = property.parameter("VALUE");
    if kind == Some("PERIOD") {
        return Err(CalendarError::new(
            property.line,
            "periods are not supported",
            "write an event of its own",
        ));
    }
    let (wall, utc) = text
        .strip_suffix('Z')
        .map_or((text, false), |wall| (wall, true));
    let date = wall.get(..8).and_then(parse_date).ok_or_else(wrong)?;
    let rest = &wall[8..];
    if rest.is_empty() && !utc {
        return Ok(Stamp::Date(date));
    }
    let time = rest
        .strip_prefix('T')
        .filter(|time| time.len() == 6 && time.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or_else(wrong)?;
    let part = |at: usize| time[at..at + 2].parse::<i8>().unwrap_or(-1);
    let (hour, minute, second) = (part(0), part(2), part(4).min(59));
    let time = jiff::civil::Time::new(hour, minute, second, 0).map_err(|_| wrong())?;
    let zone = match property.parameter("TZID") {
        _ if utc => Some(Zone::utc()),
        Some(name) => Some(
            Zone::named(name.trim_start_matches('/'))
                .map_err(|error| CalendarError::new(property.line, error.message, error.hint))?,
        ),
        None => None,
    };
    Ok(Stamp::Time(date.to_datetime(time), zone))
}

pub(super) fn parse_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i16 = text[..4].parse().ok()?;
    if !(1900..=2199).contains(&year) {
        return None;
    }
    Date::new(year, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()
}
