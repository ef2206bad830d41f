//! Lights Off's tags: `sched-start=u=1 u=2 H:M=07:00; sched-stop=u=1 u=2 H:M=19:00`.
//!
//! The value holds both tags, each with its key (`sched-start` or `start`, `sched-stop` or
//! `stop`). A tag is a list of terms: days (`d=01`, `d=_` for every day, `u=1` for Monday), hours
//! and minutes (`H=07 M=30`, `H=_`, `H:M=07:30`), or whole moments (`uTH:M=1T07:30`,
//! `dTH:M=01T07:30`). Every day is combined with every time. All times are UTC.

use super::pairing::{Event, pair};
use super::tags;
use super::{Import, Part};
use crate::days::Day;
use crate::problem::Problem;
use crate::zone::Zone;

const EXAMPLE: &str = "sched-start=u=1 u=2 H:M=07:00; sched-stop=u=1 u=2 H:M=19:00";

pub(super) fn translate(value: &str) -> Result<Import, Vec<Problem>> {
    let mut starts: Option<Vec<Event>> = None;
    let mut stops: Option<Vec<Event>> = None;
    let mut differences = Vec::new();
    let mut problems = Vec::new();
    for tag in tags::split(value, EXAMPLE)? {
        let key = tag.key.text.to_ascii_lowercase();
        let slot = match key.as_str() {
            "sched-start" | "start" => &mut starts,
            "sched-stop" | "stop" => &mut stops,
            "sched-hibernate" | "hibernate" => {
                differences.push("hibernation is not used: the resource is stopped".to_owned());
                &mut stops
            }
            _ if key.starts_with("sched-") => {
                differences.push(format!(
                    "`{key}` neither starts nor stops the resource and is not translated"
                ));
                continue;
            }
            _ => {
                problems.push(tag.key.problem(
                    format!(
                        "expected `sched-start` or `sched-stop`, found `{}`",
                        tag.key.text
                    ),
                    format!("write both tags, such as `{EXAMPLE}`"),
                ));
                continue;
            }
        };
        if slot.is_some() {
            problems.push(
                tag.key
                    .problem(format!("`{key}` is there twice"), "write it once"),
            );
            continue;
        }
        *slot = Some(read_terms(tag.value, &mut problems));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let windows = pair(&starts.unwrap_or_default(), &stops.unwrap_or_default()).map_err(|why| {
        let (message, hint) = why.words();
        vec![Problem::new(0, message, hint)]
    })?;
    differences.push(
        "Lights Off acts once, within ten minutes of each event; here the state is kept, so that a missed run is caught up"
            .to_owned(),
    );
    differences.push(
        "all times are UTC there, so they are here; local hours move with the clocks".to_owned(),
    );
    Ok(Import::windows(windows, &Zone::utc(), differences))
}

/// The terms of one tag so far.
#[derive(Default)]
struct Terms {
    days: Vec<Day>,
    hours: Vec<u16>,
    minutes: Vec<u16>,
    times: Vec<u16>,
    moments: Vec<Event>,
}

fn read_terms(value: Part<'_>, problems: &mut Vec<Problem>) -> Vec<Event> {
    let before = problems.len();
    let mut terms = Terms::default();
    for term in value.split(|c| c == ' ') {
        let term = term.trim();
        if !term.text.is_empty() {
            read_term(term, &mut terms, problems);
        }
    }
    for hour in &terms.hours {
        terms
            .times
            .extend(terms.minutes.iter().map(|minute| hour * 60 + minute));
    }
    if problems.len() > before {
        return Vec::new();
    }
    if terms.hours.is_empty() != terms.minutes.is_empty() {
        problems.push(value.problem(
            "hours and minutes belong together",
            "write `H=07 M=30` or `H:M=07:30`",
        ));
    } else if terms.days.is_empty() != terms.times.is_empty() {
        problems.push(value.problem(
            "days and times belong together",
            "write days before times, such as `u=1 u=2 H:M=07:30`, or `d=_ H:M=07:30` for every day",
        ));
    } else if terms.times.is_empty() && terms.moments.is_empty() {
        problems.push(value.problem("the tag is empty", format!("write `{EXAMPLE}`")));
    }
    let mut events = terms.moments;
    for day in terms.days {
        events.extend(terms.times.iter().map(|minute| Event {
            day,
            minute: *minute,
        }));
    }
    events.dedup();
    events
}

fn read_term(term: Part<'_>, terms: &mut Terms, problems: &mut Vec<Problem>) {
    let Some((name, value)) = term.cut(|c| c == '=') else {
        problems.push(term.problem(
            format!(
                "expected a term such as `u=1` or `H:M=07:30`, found `{}`",
                term.text
            ),
            "write a name, `=` and a value",
        ));
        return;
    };
    let text = value.text;
    let every = matches!(text, "_" | "*");
    let timed = !terms.hours.is_empty() || !terms.minutes.is_empty() || !terms.times.is_empty();
    if matches!(name.text, "d" | "u") && timed {
        problems.push(term.problem(
            "a day after a time never matches in Lights Off",
            "write the days first",
        ));
        return;
    }
    let read = match name.text {
        "d" if every => {
            terms.days.extend((0..7).map(Day::Weekday));
            Some(())
        }
        "d" => day_of_month(text).map(|day| terms.days.push(day)),
        "u" => weekday(text).map(|day| terms.days.push(day)),
        "H" if every => {
            terms.hours.extend(0..24);
            Some(())
        }
        "H" => two_digits(text, 23).map(|hour| terms.hours.push(hour)),
        "M" => two_digits(text, 59).map(|minute| terms.minutes.push(minute)),
        "H:M" => time(text).map(|minute| terms.times.push(minute)),
        "dTH:M" => moment(text, day_of_month).map(|event| terms.moments.push(event)),
        "uTH:M" => moment(text, weekday).map(|event| terms.moments.push(event)),
        _ => {
            problems.push(name.problem(
                format!("`{}` is not a term", name.text),
                "write d, u, H, M, H:M, dTH:M or uTH:M",
            ));
            return;
        }
    };
    if read.is_none() {
        problems.push(value.problem(
            format!("`{text}` is not a value of `{}`", name.text),
            "write two digits (one for `u`, 1 to 7), such as `d=01`, `u=1`, `H:M=07:30`: Lights Off never matches anything else",
        ));
    }
}

fn two_digits(text: &str, most: u16) -> Option<u16> {
    let exact = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| exact && *number <= most)
}

fn time(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    Some(two_digits(hour, 23)? * 60 + two_digits(minute, 59)?)
}

fn day_of_month(text: &str) -> Option<Day> {
    let day = two_digits(text, 31).filter(|day| *day > 0)?;
    u8::try_from(day).ok().map(Day::OfMonth)
}

fn weekday(text: &str) -> Option<Day> {
    let number: u8 = text.parse().ok().filter(|_| text.len() == 1)?;
    (1..=7).contains(&number).then(|| Day::Weekday(number - 1))
}

fn moment(text: &str, day: impl Fn(&str) -> Option<Day>) -> Option<Event> {
    let (first, last) = text.split_once('T')?;
    Some(Event {
        day: day(first)?,
        minute: time(last)?,
    })
}
