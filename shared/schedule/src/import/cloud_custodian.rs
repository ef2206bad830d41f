//! Cloud Custodian's off-hours tag: `off=(M-F,19);on=(M-F,7);tz=et`.
//!
//! Its two policies act in the one hour that each part names. A part that is missing is taken
//! from the policy, whose own defaults are assumed here: off at 19 and on at 7, Monday to Friday.

use super::pairing::{Event, pair};
use super::{Import, Part};
use crate::days::Day;
use crate::parse::Hours;
use crate::problem::Problem;
use crate::schedule::Context;
use crate::zone::Zone;

const EXAMPLE: &str = "write a value such as `off=(M-F,19);on=(M-F,7);tz=America/New_York`";
const DAYS: &str = "mtwhfsu";
const DEFAULT_OFF: u16 = 19;
const DEFAULT_ON: u16 = 7;

/// The short names that Cloud Custodian knows, each with the zone that it takes.
const ALIASES: &[(&str, &[&str])] = &[
    ("America/Chicago", &["ct", "cst", "cdt"]),
    ("America/Denver", &["mt", "mst", "mdt"]),
    ("America/Los_Angeles", &["pt", "pst", "pdt"]),
    ("America/New_York", &["et", "est", "edt"]),
    ("America/Phoenix", &["at", "ast"]),
    ("America/Sao_Paulo", &["brt"]),
    ("Asia/Kolkata", &["it"]),
    ("Asia/Seoul", &["kst"]),
    ("Asia/Singapore", &["sgt"]),
    ("Asia/Tokyo", &["jst"]),
    ("Australia/Sydney", &["aet"]),
    ("Etc/GMT", &["gmt", "gt"]),
    ("Etc/UTC", &["utc"]),
    ("Europe/Berlin", &["cet"]),
    ("Europe/Dublin", &["ist"]),
    ("Europe/London", &["bst"]),
];

#[derive(Default)]
struct Found {
    off: Option<Vec<Event>>,
    on: Option<Vec<Event>>,
    zone: Option<Zone>,
    differences: Vec<String>,
    problems: Vec<Problem>,
}

pub(super) fn translate(value: &str, context: &Context) -> Result<Import, Vec<Problem>> {
    let whole = Part::whole(value).trim();
    let bare = unquoted(whole).trim();
    let word = bare.text.to_ascii_lowercase();
    if word == "off" {
        return Ok(Import::opted_out(Vec::new()));
    }
    let mut found = Found::default();
    if !matches!(word.as_str(), "" | "on") {
        if !word.contains('=') {
            return Err(vec![bare.problem(
                format!("`{}` has no schedule", bare.text),
                "Cloud Custodian would take its defaults and stop the resource: write `on` if that is meant, `off` to opt out",
            )]);
        }
        for piece in bare.split(|c| c == ';') {
            read_piece(piece, &mut found);
        }
    }
    if !found.problems.is_empty() {
        return Err(found.problems);
    }
    finish(found, whole, context)
}

fn finish(mut found: Found, whole: Part<'_>, context: &Context) -> Result<Import, Vec<Problem>> {
    let weekdays = |hour: u16| -> Vec<Event> {
        (0..5)
            .map(|day| Event {
                day: Day::Weekday(day),
                minute: hour * 60,
            })
            .collect()
    };
    let off = found.off.take().unwrap_or_else(|| {
        found.differences.push(format!(
            "no `off`: the policy's own default holds there (offhour, weekends, weekends-only); read as (M-F,{DEFAULT_OFF})"
        ));
        weekdays(DEFAULT_OFF)
    });
    let on = found.on.take().unwrap_or_else(|| {
        found.differences.push(format!(
            "no `on`: the policy's own default holds there (onhour, weekends, weekends-only); read as (M-F,{DEFAULT_ON})"
        ));
        weekdays(DEFAULT_ON)
    });
    let zone = found.zone.take().unwrap_or_else(|| {
        found.differences.push(format!(
            "no `tz`: the policy's default_tz holds there; read as {}",
            context.default_zone
        ));
        context.default_zone.clone()
    });
    found.differences.push(
        "Cloud Custodian acts once, in the hour of each event; here the state is kept, so that a missed run is caught up"
            .to_owned(),
    );
    found.differences.push(
        "skip-days of the policy mean no action on these dates: configure them as frozen dates"
            .to_owned(),
    );
    if on.iter().chain(&off).any(|event| event.minute <= 3 * 60) {
        found.differences.push(
            "an hour that is missing or repeated when clocks change is skipped or acted on twice there; here each window opens and closes once"
                .to_owned(),
        );
    }
    let windows = pair(&on, &off).map_err(|unpaired| {
        let (message, hint) = unpaired.words();
        vec![whole.problem(message, hint)]
    })?;
    let hours = Hours::Windows(windows);
    Ok(Import::hours(&hours, &zone, found.differences))
}

/// People copy the quotes of the documentation.
fn unquoted(part: Part<'_>) -> Part<'_> {
    let quote = |c: char| c == '\'' || c == '"';
    let rest = part.text.trim_start_matches(quote);
    let skipped = part.text.len() - rest.len();
    Part {
        text: rest.trim_end_matches(quote),
        position: part.position + skipped,
    }
}

fn read_piece(piece: Part<'_>, found: &mut Found) {
    let padded = piece.text != piece.text.trim();
    let piece = piece.trim();
    if piece.text.is_empty() {
        return;
    }
    let Some((key, value)) = piece.cut(|c| c == '=') else {
        found.problems.push(piece.problem(
            format!("expected `off=`, `on=` or `tz=`, found `{}`", piece.text),
            EXAMPLE,
        ));
        return;
    };
    let name = key.trim().text.to_ascii_lowercase();
    if padded {
        found.differences.push(format!(
            "Cloud Custodian does not see `{name}` beside a blank; here it is read as it is meant"
        ));
    }
    let twice = match name.as_str() {
        "off" => found.off.is_some(),
        "on" => found.on.is_some(),
        "tz" => found.zone.is_some(),
        _ => {
            found.problems.push(key.problem(
                format!("expected `off=`, `on=` or `tz=`, found `{}=`", key.text),
                EXAMPLE,
            ));
            return;
        }
    };
    if twice {
        found.problems.push(key.problem(
            format!("`{name}` is there twice"),
            format!("write one list, such as `{name}=[(M-F,7),(U,10)]`"),
        ));
    } else if name == "tz" {
        read_zone(value.trim(), found);
    } else if let Some(events) = read_events(value.trim(), found) {
        let slot = if name == "off" {
            &mut found.off
        } else {
            &mut found.on
        };
        *slot = Some(events);
    }
}

fn read_zone(value: Part<'_>, found: &mut Found) {
    if value.text.is_empty() {
        found.differences.push(
            "an empty `tz` takes whichever zone the machine has there; here the default".to_owned(),
        );
        return;
    }
    let lower = value.text.to_ascii_lowercase();
    let alias = ALIASES
        .iter()
        .find(|(_, short)| short.contains(&lower.as_str()));
    match Zone::named(alias.map_or(value.text, |(zone, _)| *zone)) {
        Ok(zone) => {
            match lower.as_str() {
                "ist" => found.differences.push(
                    "warning: `ist` is Europe/Dublin to Cloud Custodian; if India is meant, write Asia/Kolkata".to_owned(),
                ),
                "it" => found.differences.push(
                    "warning: `it` is Asia/Kolkata to Cloud Custodian; if Italy is meant, write Europe/Rome".to_owned(),
                ),
                "ast" | "at" => found.differences.push(
                    "warning: `ast` and `at` are America/Phoenix to Cloud Custodian; if the Atlantic coast is meant, write America/Halifax".to_owned(),
                ),
                _ => {}
            }
            found.zone = Some(zone);
        }
        Err(error) => found
            .problems
            .push(value.problem(error.message, error.hint)),
    }
}

/// Reads `(M-F,19)` or `[(M-F,21),(U,18)]`.
fn read_events(value: Part<'_>, found: &mut Found) -> Option<Vec<Event>> {
    let before = found.problems.len();
    let inner = if value.text.starts_with('[') && value.text.ends_with(']') && value.text.len() > 1
    {
        Part {
            text: &value.text[1..value.text.len() - 1],
            position: value.position + 1,
        }
    } else {
        value
    };
    let mut events = Vec::new();
    let mut rest = inner.trim();
    loop {
        let body = rest
            .text
            .strip_prefix('(')
            .and_then(|text| text.split_once(')'));
        let Some((body, _)) = body else {
            let hint = "write days and a whole hour, such as `(M-F,19)`";
            found.problems.push(rest.problem(
                format!("expected `(days,hour)`, found `{}`", rest.text),
                hint,
            ));
            break;
        };
        let specification = Part {
            text: body,
            position: rest.position + 1,
        };
        read_event(specification, &mut events, found);
        let Some((_, tail)) = rest.cut(|c| c == ')') else {
            break;
        };
        let tail = tail.trim();
        if tail.text.is_empty() {
            break;
        }
        let Some(next) = tail.text.strip_prefix(',') else {
            found.problems.push(tail.problem(
                format!("expected `,` or the end, found `{}`", tail.text),
                EXAMPLE,
            ));
            break;
        };
        rest = Part {
            text: next,
            position: tail.position + 1,
        }
        .trim();
    }
    (found.problems.len() == before).then_some(events)
}

/// Reads `M-F,19`.
fn read_event(part: Part<'_>, events: &mut Vec<Event>, found: &mut Found) {
    let Some((days, hour)) = part.cut(|c| c == ',') else {
        found.problems.push(part.problem(
            format!("expected days, `,` and an hour, found `{}`", part.text),
            "write `(M-F,19)`",
        ));
        return;
    };
    let (days, hour) = (days.trim(), hour.trim());
    let number = hour.text.bytes().all(|byte| byte.is_ascii_digit());
    let hour_of_day = hour
        .text
        .parse::<u16>()
        .ok()
        .filter(|hour| number && *hour < 24);
    if hour_of_day.is_none() {
        found.problems.push(hour.problem(
            format!("`{}` is not an hour: 0 to 23", hour.text),
            "write a whole hour; Cloud Custodian has no minutes",
        ));
    }
    let range = weekdays(days.text);
    if range.is_none() {
        found.problems.push(days.problem(
            format!("`{}` is neither a day nor a range of days", days.text),
            "write M, T, W, H (Thursday), F, S or U (Sunday), such as `M-F`",
        ));
    }
    if let (Some(range), Some(hour)) = (range, hour_of_day) {
        for day in range {
            let event = Event {
                day: Day::Weekday(day),
                minute: hour * 60,
            };
            if !events.contains(&event) {
                events.push(event);
            }
        }
    }
}

fn weekdays(text: &str) -> Option<Vec<u8>> {
    let day = |letter: &str| -> Option<u8> {
        let lower = letter.trim().to_ascii_lowercase();
        let at = (lower.len() == 1)
            .then(|| DAYS.find(lower.as_str()))
            .flatten()?;
        u8::try_from(at).ok()
    };
    let Some((first, last)) = text.split_once('-') else {
        return day(text).map(|day| vec![day]);
    };
    let (first, last) = (day(first)?, day(last)?);
    Some(
        (0..=(last + 7 - first) % 7)
            .map(|step| (first + step) % 7)
            .collect(),
    )
}
