//! kube-downscaler's uptime and downtime: `Mon-Fri 07:30-20:30 Europe/Berlin`, lists of these
//! with `,`, stretches between two ISO 8601 times, `always` and `never`.
//!
//! A bare value is an uptime. `uptime=...` and `downtime=...` name what they are, and both may
//! stand together with `;` between them, with or without the annotation's prefix `downscaler/`.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::week::{WEEK, stretches, windows};
use super::{Import, Part, clock};
use crate::days::{Day, Days};
use crate::parse::{Hours, weekday};
use crate::problem::Problem;
use crate::schedule::Context;
use crate::window::{DAY, TimeOfDay, Window};
use crate::zone::Zone;

const EXAMPLE: &str = "write `Mon-Fri 07:30-20:30 Europe/Berlin`";

/// One of a list of specifications.
enum Entry {
    /// Days, begin and end in minutes.
    Recurring(Vec<u8>, u16, u16),
    Absolute(Timestamp, Timestamp),
}

/// What an annotation says.
enum Times {
    Always,
    Never,
    Entries(Vec<Entry>),
}

#[derive(Default)]
struct Found {
    zone: Option<Zone>,
    differences: Vec<String>,
    problems: Vec<Problem>,
}

pub(super) fn translate(value: &str, context: &Context) -> Result<Import, Vec<Problem>> {
    let mut found = Found::default();
    let (mut uptime, mut downtime) = (None, None);
    for piece in Part::whole(value).split(|c| c == ';') {
        let (is_downtime, times) = annotation(piece.trim());
        let slot = if is_downtime {
            &mut downtime
        } else {
            &mut uptime
        };
        if slot.is_some() {
            found.problems.push(
                piece
                    .trim()
                    .problem("the same annotation is there twice", "write it once"),
            );
        }
        *slot = Some(read_times(times.trim(), &mut found));
    }
    if !found.problems.is_empty() {
        return Err(found.problems);
    }
    let zone = found.zone.take().unwrap_or_else(|| {
        found.differences.push(format!(
            "no time zone is named; read as {}",
            context.default_zone
        ));
        context.default_zone.clone()
    });
    let whole = Part::whole(value).trim();
    let hours = match (uptime.unwrap_or(Times::Always), downtime) {
        (up, None | Some(Times::Never)) => uptime_alone(&up, &zone, whole, &mut found)?,
        (_, Some(Times::Always)) => return Err(vec![always_down(whole)]),
        (up, Some(Times::Entries(down))) => without(&up, &down, whole)?,
    };
    found.differences.push(
        "kube-downscaler puts a workload back in line at each loop; here a person's change is respected for a while"
            .to_owned(),
    );
    Ok(Import::hours(&hours, &zone, found.differences))
}

/// Whether a piece is a downtime, and its text without the key.
fn annotation(piece: Part<'_>) -> (bool, Part<'_>) {
    if let Some((key, rest)) = piece.cut(|c| c == '=' || c == ':') {
        let lower = key.text.trim().to_ascii_lowercase();
        match lower.strip_prefix("downscaler/").unwrap_or(&lower) {
            "uptime" => return (false, rest),
            "downtime" => return (true, rest),
            _ => {}
        }
    }
    (false, piece)
}

fn always_down(whole: Part<'_>) -> Problem {
    whole.problem(
        "a workload that is never up cannot be said: `never` opts out here",
        "scale it to zero once and write `no`",
    )
}

fn read_times(text: Part<'_>, found: &mut Found) -> Times {
    match text.text.to_ascii_lowercase().as_str() {
        "always" => return Times::Always,
        "never" => return Times::Never,
        _ => {}
    }
    let mut entries = Vec::new();
    for entry in text.split(|c| c == ',') {
        let entry = entry.trim();
        if let Some((from, to)) = absolute(entry.text) {
            if from < to {
                entries.push(Entry::Absolute(from, to));
            } else {
                found
                    .problems
                    .push(entry.problem("the stretch ends no later than it begins", EXAMPLE));
            }
        } else if let Some(entry) = recurring(entry, found) {
            entries.push(entry);
        }
    }
    Times::Entries(entries)
}

/// Two ISO 8601 times with offsets and a dash between them.
fn absolute(text: &str) -> Option<(Timestamp, Timestamp)> {
    text.match_indices('-').find_map(|(at, _)| {
        let from = text[..at].trim().parse().ok()?;
        let to = text[at + 1..].trim().parse().ok()?;
        Some((from, to))
    })
}

fn recurring(entry: Part<'_>, found: &mut Found) -> Option<Entry> {
    let before = found.problems.len();
    let words: Vec<Part<'_>> = entry
        .split(|c| c == ' ')
        .into_iter()
        .filter(|word| !word.text.is_empty())
        .collect();
    let (days, times, zone) = match words.as_slice() {
        [days, times] => (days, times, None),
        [days, times, zone] => (days, times, Some(zone)),
        _ => {
            found.problems.push(entry.problem(
                format!("expected days, times and a zone, found `{}`", entry.text),
                EXAMPLE,
            ));
            return None;
        }
    };
    let range = day_range(days.text);
    if range.is_none() {
        found.problems.push(days.problem(
            format!("`{}` is not a range of days", days.text),
            "write three-letter days, such as `Mon-Fri`",
        ));
    }
    let hours = times
        .text
        .split_once('-')
        .and_then(|(begin, end)| clock(begin).zip(clock(end)))
        .filter(|(begin, _)| *begin < DAY);
    if hours.is_none() {
        found.problems.push(times.problem(
            format!("`{}` is not a stretch of the day", times.text),
            "write `07:30-20:30`, 00:00 to 24:00; kube-downscaler takes 25:00 too, but means nothing by it",
        ));
    }
    if let Some(zone) = zone {
        read_zone(*zone, found);
    }
    let (range, (begin, end)) = (range?, hours?);
    if begin == end {
        found.problems.push(times.problem(
            "the stretch begins and ends at the same time",
            "write `00:00-24:00` for the whole day",
        ));
    } else if end < begin && end > 0 {
        found.differences.push(format!(
            "`{}` runs over midnight: kube-downscaler in Python never matches it and the one in Go ends it on the same weekdays; here the tail belongs to the day that opened it",
            times.text
        ));
    }
    (found.problems.len() == before).then_some(Entry::Recurring(range, begin, end))
}

fn read_zone(zone: Part<'_>, found: &mut Found) {
    match Zone::named(zone.text) {
        Ok(named) => match &found.zone {
            Some(first) if *first != named => found.problems.push(zone.problem(
                format!("the zones {first} and {named} cannot be said in one schedule"),
                "write all times in one zone",
            )),
            _ => found.zone = Some(named),
        },
        Err(error) => found.problems.push(zone.problem(error.message, error.hint)),
    }
}

fn day_range(text: &str) -> Option<Vec<u8>> {
    let Some((first, last)) = text.split_once('-') else {
        return weekday(text).map(|day| vec![day]);
    };
    let (first, last) = (weekday(first)?, weekday(last)?);
    Some(
        (0..=(last + 7 - first) % 7)
            .map(|step| (first + step) % 7)
            .collect(),
    )
}

fn uptime_alone(
    up: &Times,
    zone: &Zone,
    whole: Part<'_>,
    found: &mut Found,
) -> Result<Hours, Vec<Problem>> {
    let entries = match up {
        Times::Always => return Ok(Hours::Always),
        Times::Never => return Err(vec![always_down(whole)]),
        Times::Entries(entries) => entries,
    };
    let mut all: Vec<Window> = Vec::new();
    for entry in entries {
        let window = match entry {
            Entry::Recurring(days, begin, end) => Window::Daily {
                days: days.iter().map(|day| Day::Weekday(*day)).collect::<Days>(),
                begin: TimeOfDay::new(*begin).unwrap_or(TimeOfDay::END),
                end: TimeOfDay::new(*end)
                    .filter(|end| end.minutes() > 0)
                    .unwrap_or(TimeOfDay::END),
            },
            Entry::Absolute(from, to) => once(*from, *to, zone, found),
        };
        if !all.contains(&window) {
            all.push(window);
        }
    }
    Ok(Hours::Windows(all))
}

/// A stretch between two instants, in the local time of a zone and to the minute.
fn once(from: Timestamp, to: Timestamp, zone: &Zone, found: &mut Found) -> Window {
    let mut local = |instant: Timestamp| -> DateTime {
        let wall = zone.wall(instant);
        let minute = wall.date().at(wall.hour(), wall.minute(), 0, 0);
        if zone.instant(minute) != instant.as_second() {
            found.differences.push(format!(
                "{instant} is not a whole minute or occurs twice in {zone}: read as {minute}"
            ));
        }
        minute
    };
    Window::Once {
        begin: local(from),
        end: local(to),
    }
}

/// The uptime with the downtime taken out: where both match, downtime wins.
fn without(up: &Times, down: &[Entry], whole: Part<'_>) -> Result<Hours, Vec<Problem>> {
    let refused = || {
        vec![whole.problem(
            "a downtime between two dates, or beside such an uptime, cannot be said",
            "make the dates closed dates of the configuration",
        )]
    };
    let mut on = match up {
        Times::Always => vec![true; usize::from(WEEK)],
        Times::Never => return Err(vec![always_down(whole)]),
        Times::Entries(entries) => {
            let mut on = vec![false; usize::from(WEEK)];
            mark(entries, true, &mut on).ok_or_else(refused)?;
            on
        }
    };
    mark(down, false, &mut on).ok_or_else(refused)?;
    let open = stretches(&on);
    if open.is_empty() {
        return Err(vec![always_down(whole)]);
    }
    Ok(Hours::Windows(windows(&open)))
}

/// Sets the minutes of recurring entries; none if there are others.
fn mark(entries: &[Entry], to: bool, week: &mut [bool]) -> Option<()> {
    for entry in entries {
        let Entry::Recurring(days, begin, end) = entry else {
            return None;
        };
        let length = if end > begin {
            end - begin
        } else {
            DAY - begin + end
        };
        for day in days {
            let first = u16::from(*day) * DAY + begin;
            for minute in first..first + length {
                week[usize::from(minute % WEEK)] = to;
            }
        }
    }
    Some(())
}
