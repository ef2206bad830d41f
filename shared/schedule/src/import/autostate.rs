//! Auto State's tags: `start-schedule=0 8 * * 1-5; stop-schedule=0 18 * * 1-5; timezone=...`.
//!
//! The value holds the tags of one resource, with or without the prefix `autostate:`. A schedule
//! is a cron expression of five fields; for RDS, whose tags have neither `*` nor `,`, a lone `-`
//! stands for the one and `:` for the other.

use super::pairing::{Event, pair};
use super::tags;
use super::{Import, Part};
use crate::days::Day;
use crate::problem::Problem;
use crate::window::DAY;
use crate::zone::Zone;

const EXAMPLE: &str =
    "start-schedule=0 8 - - 1-5; stop-schedule=0 18 - - 1-5; timezone=America/Denver";

#[derive(Default)]
struct Found<'v> {
    starts: Option<Vec<Event>>,
    stops: Option<Vec<Event>>,
    most_minutes: Option<(u16, Part<'v>)>,
    zone: Option<Zone>,
    differences: Vec<String>,
    problems: Vec<Problem>,
}

pub(super) fn translate(value: &str) -> Result<Import, Vec<Problem>> {
    let mut found = Found::default();
    let mut seen: Vec<String> = Vec::new();
    for tag in tags::split(value, EXAMPLE)? {
        let lower = tag.key.text.to_ascii_lowercase();
        let key = lower
            .strip_prefix("autostate:")
            .unwrap_or(&lower)
            .to_owned();
        if seen.contains(&key) {
            found.problems.push(
                tag.key
                    .problem(format!("`{key}` is there twice"), "write it once"),
            );
        } else {
            read_tag(&key, tag, &mut found);
            seen.push(key);
        }
    }
    if found.stops.is_none() {
        stop_after_most_minutes(&mut found);
    } else if found.most_minutes.is_some() {
        found.differences.push(
            "`max-runtime` also stops the resource that long after each start there; not translated"
                .to_owned(),
        );
    }
    if !found.problems.is_empty() {
        return Err(found.problems);
    }
    let (starts, stops) = (
        found.starts.unwrap_or_default(),
        found.stops.unwrap_or_default(),
    );
    let windows = pair(&starts, &stops).map_err(|why| {
        let (message, hint) = why.words();
        vec![Problem::new(0, message, hint)]
    })?;
    found.differences.push(
        "Auto State acts once at each event; here the state is kept, so that a missed run is caught up"
            .to_owned(),
    );
    let monthly = |event: &Event| !matches!(event.day, Day::Weekday(_));
    if starts.iter().any(monthly) && !starts.iter().all(monthly) {
        found.differences.push(
            "where a weekday's hours and a day of the month's overlap, the first stop ends both there; here they are joined"
                .to_owned(),
        );
    }
    let zone = found.zone.unwrap_or_else(Zone::utc);
    Ok(Import::windows(windows, &zone, found.differences))
}

fn read_tag<'v>(key: &str, tag: tags::Tag<'v>, found: &mut Found<'v>) {
    match key {
        "start-schedule" | "start" => found.starts = read_cron(tag.value, &mut found.problems),
        "stop-schedule" | "stop" => {
            found.stops = Some(read_cron(tag.value, &mut found.problems).unwrap_or_default());
        }
        "timezone" | "tz" => match Zone::named(tag.value.text) {
            Ok(zone) => found.zone = Some(zone),
            Err(error) => found
                .problems
                .push(tag.value.problem(error.message, error.hint)),
        },
        "max-runtime" => match tag.value.text.parse::<u16>() {
            Ok(minutes) if minutes > 0 => found.most_minutes = Some((minutes, tag.value)),
            _ => found.problems.push(tag.value.problem(
                format!("`{}` is not a number of minutes", tag.value.text),
                "write a whole number, such as `600`",
            )),
        },
        "reboot-schedule" => found
            .differences
            .push("reboots are not translated: Nightshift only starts and stops".to_owned()),
        "terminate-schedule" | "max-lifetime" => found.differences.push(format!(
            "`{key}` is not translated: Nightshift never terminates anything"
        )),
        "desired-count" => found.differences.push(
            "`desired-count` is not translated: the count from before the stop is restored"
                .to_owned(),
        ),
        "skip-final-snapshot" | "final-snapshot-identifier" => {}
        _ => found.problems.push(tag.key.problem(
            format!("`{}` is not a tag of Auto State", tag.key.text),
            format!("write `{EXAMPLE}`"),
        )),
    }
}

/// Without a stop schedule the longest run time ends each run.
fn stop_after_most_minutes(found: &mut Found<'_>) {
    let (Some((minutes, value)), Some(starts)) = (found.most_minutes, &found.starts) else {
        return;
    };
    let stops: Option<Vec<Event>> = starts
        .iter()
        .map(|start| {
            let stop = start.minute.checked_add(minutes)?;
            let day = match start.day {
                Day::Weekday(weekday) => {
                    Day::Weekday((weekday + u8::try_from(stop / DAY).ok()? % 7) % 7)
                }
                day => (stop < DAY).then_some(day)?,
            };
            Some(Event {
                day,
                minute: stop % DAY,
            })
        })
        .collect();
    if minutes >= 7 * DAY || stops.is_none() {
        found.problems.push(value.problem(
            "a run that long cannot be told from the next one",
            "write a stop-schedule",
        ));
        return;
    }
    found.stops = stops;
    found.differences.push(
        "`max-runtime` counts from every start there, a person's too; here from the scheduled start"
            .to_owned(),
    );
}

/// Reads `0 8 * * 1-5`.
fn read_cron(value: Part<'_>, problems: &mut Vec<Problem>) -> Option<Vec<Event>> {
    let before = problems.len();
    let fields: Vec<Part<'_>> = value
        .split(|c| c == ' ')
        .into_iter()
        .filter(|field| !field.text.is_empty())
        .collect();
    let [minute, hour, of_month, month, of_week] = fields.as_slice() else {
        problems.push(value.problem(
            format!("expected five fields, found {}", fields.len()),
            "write minute, hour, day of month, month and day of week, such as `0 8 - - 1-5`",
        ));
        return None;
    };
    if is_any(minute.text) {
        problems.push(minute.problem(
            "every minute is not a schedule",
            "write a minute, such as `0`",
        ));
    }
    if !is_any(month.text) && month.text != "1-12" {
        problems.push(month.problem(
            format!("months (`{}`) cannot be said in a schedule", month.text),
            "write `*`, or `-` for RDS",
        ));
    }
    let minutes = numbers(*minute, 0, 59, problems);
    let hours = numbers(*hour, 0, 23, problems);
    let mut days: Vec<Day> = Vec::new();
    if !is_any(of_week.text) {
        read_weekdays(*of_week, &mut days, problems);
    }
    if !is_any(of_month.text) {
        read_days_of_month(*of_month, &mut days, problems);
    }
    if is_any(of_week.text) && is_any(of_month.text) {
        days.extend((0..7).map(Day::Weekday));
    }
    let mut events = Vec::new();
    for day in days {
        for hour in &hours {
            events.extend(minutes.iter().map(|minute| Event {
                day,
                minute: hour * 60 + minute,
            }));
        }
    }
    (problems.len() == before).then_some(events)
}

fn is_any(field: &str) -> bool {
    matches!(field, "*" | "-" | "?")
}

fn read_weekdays(field: Part<'_>, days: &mut Vec<Day>, problems: &mut Vec<Problem>) {
    let mut rest = Vec::new();
    for item in field.split(|c| c == ',' || c == ':') {
        let last = item
            .text
            .strip_suffix(['L', 'l'])
            .and_then(|day| day.parse::<u8>().ok());
        match last {
            Some(day @ 0..=7) => days.push(Day::LastWeekday((day + 6) % 7)),
            _ => rest.push(item),
        }
    }
    for item in rest {
        for number in range(item, 0, 7, problems) {
            // Sunday is 0 and 7.
            let day = Day::Weekday(u8::try_from((number + 6) % 7).unwrap_or(0));
            if !days.contains(&day) {
                days.push(day);
            }
        }
    }
}

fn read_days_of_month(field: Part<'_>, days: &mut Vec<Day>, problems: &mut Vec<Problem>) {
    for item in field.split(|c| c == ',' || c == ':') {
        if item.text.eq_ignore_ascii_case("L") {
            days.push(Day::LastOfMonth);
        } else {
            let numbers = range(item, 1, 31, problems);
            days.extend(
                numbers
                    .into_iter()
                    .filter_map(|day| u8::try_from(day).ok().map(Day::OfMonth)),
            );
        }
    }
}

/// Reads a list of numbers, ranges and steps.
fn numbers(field: Part<'_>, least: u16, most: u16, problems: &mut Vec<Problem>) -> Vec<u16> {
    let mut all: Vec<u16> = Vec::new();
    for item in field.split(|c| c == ',' || c == ':') {
        all.extend(range(item, least, most, problems));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Reads `5`, `1-5`, `*`, `*/2`, `1-10/3`.
fn range(item: Part<'_>, low: u16, high: u16, problems: &mut Vec<Problem>) -> Vec<u16> {
    let (body, step) = item.text.split_once('/').unwrap_or((item.text, "1"));
    let bounds = if is_any(body) {
        Some((low, high))
    } else if let Some((first, last)) = body.split_once('-') {
        number(first).zip(number(last))
    } else if item.text.contains('/') {
        number(body).map(|first| (first, high))
    } else {
        number(body).map(|only| (only, only))
    };
    match (bounds, number(step)) {
        (Some((first, last)), Some(step @ 1..))
            if low <= first && first <= last && last <= high =>
        {
            (first..=last).step_by(usize::from(step)).collect()
        }
        _ => {
            problems.push(item.problem(
                format!("`{}` is not within {low} to {high}", item.text),
                "write numbers, ranges such as `1-5`, or lists with `,` (`:` for RDS)",
            ));
            Vec::new()
        }
    }
}

fn number(text: &str) -> Option<u16> {
    let digits =
        !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}
