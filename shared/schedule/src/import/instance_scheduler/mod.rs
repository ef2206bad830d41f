//! A schedule of Instance Scheduler on AWS with its periods, as JSON.
//!
//! Taken are a schedule with its periods inside (`{"timezone": ..., "periods": [{...}]}`), a
//! schedule that names periods beside it (`{"schedule": {...}, "periods": [{...}]}`), and what
//! its command line prints (`{"Schedules": [{...}], "Periods": [{...}]}`). Case and underscores
//! in field names do not matter. All conditions of a period hold together there.

mod fields;
mod period;

use serde_json::{Map, Value};

use super::Import;
use super::week::{WEEK, stretches, windows};
use crate::parse::Hours;
use crate::problem::Problem;
use crate::schedule::Context;
use crate::window::{DAY, Window};
use crate::zone::Zone;

use period::Period;

const EXAMPLE: &str = r#"write `{"timezone":"Europe/Berlin","periods":[{"begintime":"09:00","endtime":"17:00","weekdays":["mon-fri"]}]}`"#;

/// The JSON text, and what is found while reading it.
struct Reader<'v> {
    text: &'v str,
    differences: Vec<String>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Reports a problem at the place where a word of the JSON stands.
    fn problem(&mut self, word: &str, message: impl Into<String>, hint: impl Into<String>) {
        let (text, word) = (self.text.to_ascii_lowercase(), word.to_ascii_lowercase());
        let byte = text
            .find(&format!("\"{word}"))
            .map_or_else(|| text.find(&word).unwrap_or(0), |quote| quote + 1);
        let position = self.text[..byte].chars().count();
        self.problems.push(Problem::new(position, message, hint));
    }

    fn differs(&mut self, difference: impl Into<String>) {
        self.differences.push(difference.into());
    }
}

pub(super) fn translate(value: &str, context: &Context) -> Result<Import, Vec<Problem>> {
    let root: Value = serde_json::from_str(value).map_err(|error| {
        let before: usize = value
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(|line| line.chars().count())
            .sum();
        let position = before + error.column().saturating_sub(1);
        vec![Problem::new(
            position.min(value.chars().count()),
            format!("not JSON: {error}"),
            EXAMPLE,
        )]
    })?;
    let mut reader = Reader {
        text: value,
        differences: Vec::new(),
        problems: Vec::new(),
    };
    let import = read(&root, context, &mut reader);
    match import {
        Some(hours) if reader.problems.is_empty() => {
            Ok(Import::hours(&hours.0, &hours.1, reader.differences))
        }
        _ => Err(reader.problems),
    }
}

/// A field's name without case, underscores and dashes.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn field<'j>(object: &'j Map<String, Value>, name: &str) -> Option<&'j Value> {
    object
        .iter()
        .find(|(key, _)| plain(key) == name)
        .map(|(_, value)| value)
        .filter(|value| !value.is_null())
}

fn read(root: &Value, context: &Context, reader: &mut Reader<'_>) -> Option<(Hours, Zone)> {
    let Some(object) = root.as_object() else {
        reader.problem("", "expected an object with a schedule", EXAMPLE);
        return None;
    };
    let schedule = match (field(object, "schedule"), field(object, "schedules")) {
        (Some(Value::Object(schedule)), _) => schedule,
        (_, Some(Value::Array(all))) => {
            let [Value::Object(only)] = all.as_slice() else {
                reader.problem(
                    "schedules",
                    "expected one schedule",
                    "translate them one at a time",
                );
                return None;
            };
            only
        }
        _ => object,
    };
    let zone = read_zone(schedule, context, reader);
    read_options(schedule, reader);
    match field(schedule, "overridestatus").and_then(Value::as_str) {
        Some("running") => return Some((Hours::Always, zone?)),
        Some("stopped") => {
            reader.problem(
                "stopped",
                "a schedule that is always stopped cannot be said: `off` opts out here",
                "stop the resource once and write `no`",
            );
            return None;
        }
        Some(other) if !other.is_empty() => {
            reader.problem(
                other,
                format!("`{other}` is not an override_status"),
                "write `running` or `stopped`, or leave it out",
            );
        }
        _ => {}
    }
    let periods = find_periods(object, schedule, reader)?;
    Some((combine(&periods, reader)?, zone?))
}

fn read_zone(
    schedule: &Map<String, Value>,
    context: &Context,
    reader: &mut Reader<'_>,
) -> Option<Zone> {
    let name = field(schedule, "timezone").and_then(Value::as_str);
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        reader.differs(format!(
            "no timezone: the stack's default holds there; read as {}",
            context.default_zone
        ));
        return Some(context.default_zone.clone());
    };
    Zone::named(name)
        .map_err(|error| reader.problem(name, error.message, error.hint))
        .ok()
}

/// Options that change what is done, but not the hours.
fn read_options(schedule: &Map<String, Value>, reader: &mut Reader<'_>) {
    let is = |name: &str| match field(schedule, name) {
        Some(Value::Bool(value)) => Some(*value),
        Some(Value::String(text)) => Some(text.eq_ignore_ascii_case("true")),
        _ => None,
    };
    if is("enforced") == Some(true) {
        reader.differs(
            "enforced puts a person's changes back at each cycle; here only strict mode does so",
        );
    } else {
        reader.differs(
            "not enforced, a person's start at night lasts until the next stop; here it is a lease of limited length",
        );
    }
    if is("retainrunning") == Some(true) {
        reader.differs(
            "retain_running keeps what a person started before the period; not translated: use keep-awake",
        );
    }
    if is("hibernate") == Some(true) {
        reader.differs("hibernate is not translated: instances are stopped");
    }
    if is("stopnewinstances") == Some(false) {
        reader.differs(
            "stop_new_instances false is not translated: what runs outside its hours is stopped",
        );
    }
    let has_maintenance = is("usemaintenancewindow") == Some(true)
        || field(schedule, "ssmmaintenancewindow").is_some();
    if has_maintenance {
        reader.differs("maintenance windows of SSM and RDS do not become hours of the translation");
    }
    reader.differs(
        "hours that occur twice when clocks are set back flap there; here each window opens and closes once",
    );
}

fn find_periods<'j>(
    root: &'j Map<String, Value>,
    schedule: &'j Map<String, Value>,
    reader: &mut Reader<'_>,
) -> Option<Vec<Period>> {
    let listed = match field(schedule, "periods") {
        Some(Value::Array(periods)) if !periods.is_empty() => periods.as_slice(),
        Some(single @ (Value::String(_) | Value::Object(_))) => std::slice::from_ref(single),
        _ => {
            reader.problem(
                "periods",
                "the schedule has no periods, so it never starts anything",
                EXAMPLE,
            );
            return None;
        }
    };
    let defined: Vec<&Value> = match field(root, "periods") {
        Some(Value::Array(periods)) => periods.iter().collect(),
        Some(Value::Object(by_name)) => by_name.values().collect(),
        _ => Vec::new(),
    };
    let mut periods = Vec::new();
    for item in listed {
        let object = match item {
            Value::Object(object) => Some(object),
            Value::String(reference) => {
                let name = reference.split('@').next().unwrap_or(reference);
                if reference.contains('@') {
                    reader.differs(format!("`{reference}`: the instance type is not changed"));
                }
                let named = |value: &&Value| {
                    let own = value.as_object().and_then(|period| field(period, "name"));
                    own.and_then(Value::as_str) == Some(name)
                };
                let found = defined
                    .iter()
                    .find(|value| named(value))
                    .and_then(|v| v.as_object());
                if found.is_none() {
                    reader.problem(
                        name,
                        format!("the period `{name}` is not defined"),
                        "put the period itself in place of its name",
                    );
                }
                found
            }
            _ => {
                reader.problem("periods", "expected periods or their names", EXAMPLE);
                None
            }
        };
        if let Some(object) = object {
            if field(object, "instancetype").is_some() {
                reader.differs("the instance type is not changed");
            }
            periods.extend(period::read(object, reader));
        }
    }
    (periods.len() == listed.len()).then_some(periods)
}

/// Puts periods together: running beats left alone, and that beats stopped.
fn combine(periods: &[Period], reader: &mut Reader<'_>) -> Option<Hours> {
    let weekly: Option<Vec<[bool; 7]>> = periods.iter().map(Period::weekdays).collect();
    let Some(weekly) = weekly else {
        let mut all: Vec<Window> = Vec::new();
        for period in periods {
            let Some(window) = period.window() else {
                reader.problem(
                    "monthdays",
                    "a period without begin or end on days of the month cannot be said",
                    "give the period both a begintime and an endtime",
                );
                return None;
            };
            if !all.contains(&window) {
                all.push(window);
            }
        }
        return Some(Hours::Windows(all));
    };
    let length = usize::from(WEEK);
    let mut running = vec![false; length];
    let mut left_alone = vec![false; length];
    for (period, days) in periods.iter().zip(&weekly) {
        for minute in (0..WEEK).filter(|minute| days[usize::from(minute / DAY)]) {
            let at = usize::from(minute);
            running[at] |= period.runs_at(minute % DAY);
            left_alone[at] |= period.leaves_alone_at(minute % DAY);
        }
    }
    settle(&mut running, &left_alone, reader);
    // Periods one minute apart are joined there.
    for at in 0..length {
        let (before, after) = ((at + length - 1) % length, (at + 1) % length);
        if !running[at] && periods.len() > 1 && running[before] && running[after] {
            running[at] = true;
        }
    }
    let open = stretches(&running);
    if open.is_empty() {
        reader.problem("periods", "the periods never start anything", EXAMPLE);
        return None;
    }
    Some(Hours::Windows(windows(&open)))
}

/// What is left alone keeps the state from before it.
fn settle(running: &mut [bool], left_alone: &[bool], reader: &mut Reader<'_>) {
    let length = running.len();
    if !left_alone
        .iter()
        .zip(running.iter())
        .any(|(alone, runs)| *alone && !*runs)
    {
        return;
    }
    let given = running.to_vec();
    let mut state = false;
    for step in 0..2 * length {
        let at = step % length;
        if given[at] || !left_alone[at] {
            state = given[at];
        }
        running[at] = state;
    }
    reader.differs(
        "a period with only a begin or only an end leaves what it finds alone on its other side; here the state from before it is kept",
    );
    if running.iter().all(|runs| *runs) {
        reader.differs(
            "warning: with these one-sided periods nothing is ever stopped there; for hours over midnight write `daily 18:00-06:00`",
        );
    }
}
