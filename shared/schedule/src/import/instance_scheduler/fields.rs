//! The cron-like fields of a period.

use super::Reader;
use crate::days::Day;
use crate::parse::weekday;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

fn is_any(item: &str) -> bool {
    matches!(item, "*" | "?")
}

fn number(text: &str, least: u8, most: u8) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number: u8 = text.parse().ok()?;
    (digits && (least..=most).contains(&number)).then_some(number)
}

/// A weekday by name, or by number from 0 for Monday.
fn day_of_week(text: &str) -> Option<u8> {
    weekday(text).or_else(|| number(text, 0, 6))
}

/// Splits a step off: `mon-fri/2`. A step of two digits is misread there.
fn step<'i>(item: &'i str, reader: &mut Reader<'_>) -> Option<(&'i str, Option<u8>)> {
    let Some((range, step)) = item.split_once('/') else {
        return Some((item, None));
    };
    let step = number(step, 1, 31)?;
    if step > 9 {
        reader.differs(format!(
            "`{item}`: Instance Scheduler reads only the last digit of the step; here it is read as written"
        ));
    }
    Some((range, Some(step)))
}

/// The weekdays of a period; none if every day will do.
pub(super) fn weekdays(items: &[String], reader: &mut Reader<'_>) -> Option<Vec<Day>> {
    if items.is_empty() || items.iter().any(|item| is_any(item)) {
        return None;
    }
    let mut days = Vec::new();
    for item in items {
        match weekday_item(item, reader) {
            Some(found) => days.extend(found),
            None => reader.problem(
                item,
                format!("`{item}` is not a weekday or a range of them"),
                "write names or numbers from 0 for Monday, such as `mon-fri`, `0-4`, `mon#1`, `friL`",
            ),
        }
    }
    let every = (0..7).all(|weekday| days.contains(&Day::Weekday(weekday)));
    (!every).then_some(days)
}

fn weekday_item(item: &str, reader: &mut Reader<'_>) -> Option<Vec<Day>> {
    if item == "l" {
        return Some(vec![Day::Weekday(6)]);
    }
    if let Some((day, nth)) = item.split_once('#') {
        return Some(vec![Day::Nth(number(nth, 1, 5)? - 1, day_of_week(day)?)]);
    }
    if let Some(day) = item.strip_suffix('l').and_then(day_of_week) {
        return Some(vec![Day::LastWeekday(day)]);
    }
    let (range, step) = step(item, reader)?;
    let (first, last) = match (range.split_once('-'), step) {
        (Some((first, last)), _) => (day_of_week(first.trim())?, day_of_week(last.trim())?),
        (None, Some(_)) => (day_of_week(range)?, 6),
        (None, None) => {
            let day = day_of_week(range)?;
            (day, day)
        }
    };
    let length = (last + 7 - first) % 7;
    let steps = (0..=length).step_by(usize::from(step.unwrap_or(1)));
    Some(steps.map(|step| Day::Weekday((first + step) % 7)).collect())
}

/// The days of the month of a period; none if every day will do.
pub(super) fn monthdays(items: &[String], reader: &mut Reader<'_>) -> Option<Vec<Day>> {
    if items.is_empty() || items.iter().any(|item| is_any(item)) {
        return None;
    }
    let mut days = Vec::new();
    for item in items {
        if item.ends_with('w') {
            reader.problem(
                item,
                format!("the weekday nearest to a day of the month (`{item}`) cannot be said"),
                "name the day itself, or a weekday such as `2nd-Mon`",
            );
            continue;
        }
        match monthday_item(item, reader) {
            Some(found) => days.extend(found),
            None => reader.problem(
                item,
                format!("`{item}` is not a day of the month or a range of them"),
                "write numbers, such as `1`, `1-15`, `1-31/2`, `25-L`, `L`; ranges do not wrap",
            ),
        }
    }
    let every = (1..=31).all(|day| days.contains(&Day::OfMonth(day)));
    (!every).then_some(days)
}

fn monthday_item(item: &str, reader: &mut Reader<'_>) -> Option<Vec<Day>> {
    if item == "l" {
        return Some(vec![Day::LastOfMonth]);
    }
    let (range, step) = step(item, reader)?;
    let (first, last) = match (range.split_once('-'), step) {
        (Some((first, "l")), _) => (number(first.trim(), 1, 31)?, 31),
        (Some((first, last)), _) => (number(first.trim(), 1, 31)?, number(last.trim(), 1, 31)?),
        (None, Some(_)) => (number(range, 1, 31)?, 31),
        (None, None) => {
            let day = number(range, 1, 31)?;
            (day, day)
        }
    };
    let steps = (first..=last).step_by(usize::from(step.unwrap_or(1)));
    (first <= last).then(|| steps.map(Day::OfMonth).collect())
}

/// Whether the months of a period are all twelve.
pub(super) fn months_are_all(items: &[String]) -> bool {
    let month = |text: &str| -> Option<u8> {
        let name = text.trim();
        let by_name = MONTHS.iter().position(|short| name.starts_with(short));
        by_name
            .and_then(|at| u8::try_from(at + 1).ok())
            .or_else(|| number(name, 1, 12))
    };
    let mut covered = [false; 12];
    for item in items {
        let ends = item
            .split_once('-')
            .map(|(first, last)| (month(first), month(last)));
        let (first, last) = match ends {
            Some((Some(first), Some(last))) => (first, last),
            Some(_) => continue,
            None => match month(item) {
                Some(only) => (only, only),
                None => continue,
            },
        };
        for step in 0..=(last + 12 - first) % 12 {
            covered[usize::from((first - 1 + step) % 12)] = true;
        }
    }
    items.is_empty() || items.iter().any(|item| is_any(item)) || covered.iter().all(|all| *all)
}
