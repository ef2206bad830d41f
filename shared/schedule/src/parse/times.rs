//! Times of day and dates.

use jiff::civil::Date;

use super::cursor::Cursor;
use super::lexer::Kind;
use crate::window::TimeOfDay;

/// Whether a time closes a window, where `24:00` may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Begin,
    End,
}

/// Reads a time of day. A word that is no time is reported and passed over, so that what follows
/// can be read.
pub(super) fn read(cursor: &mut Cursor<'_, '_, '_>, side: Side) -> Option<TimeOfDay> {
    let Some(token) = cursor.atom() else {
        cursor.expected("a time of day", "write a time such as `07:00`");
        return None;
    };
    check(cursor, token.text, token.position, side)
}

/// Reads the text of a time of day that stands at an offset.
pub(super) fn check(
    cursor: &mut Cursor<'_, '_, '_>,
    text: &str,
    position: usize,
    side: Side,
) -> Option<TimeOfDay> {
    let Some(minutes) = minutes(text) else {
        cursor.problem(
            position,
            format!("`{text}` is not a time of day: 00:00 to 24:00"),
            repair(text).map_or_else(
                || "write hours and minutes, such as `07:00`".to_owned(),
                |time| format!("write `{time}`"),
            ),
        );
        return None;
    };
    if side == Side::Begin && minutes == TimeOfDay::END.minutes() {
        cursor.problem(
            position,
            "`24:00` can end a window, but not begin one",
            "write `00:00` on the next day",
        );
        return None;
    }
    TimeOfDay::new(minutes)
}

/// Minutes from midnight, of one or two digits, a colon and two digits.
pub(crate) fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return None;
    }
    let hour: u16 = hour.parse().ok()?;
    let minute: u16 = minute.parse().ok()?;
    let total = hour * 60 + minute;
    (minute < 60 && total <= TimeOfDay::END.minutes()).then_some(total)
}

/// The time that was probably meant by a time written another way: `7am`, `7:30pm`, `19`, `1900`,
/// `19.30`, `19h30`, `19:00:00`.
fn repair(text: &str) -> Option<TimeOfDay> {
    let lower = text.to_ascii_lowercase();
    let (number, half) = if let Some(number) = lower.strip_suffix("am") {
        (number, Some(0))
    } else if let Some(number) = lower.strip_suffix("pm") {
        (number, Some(12))
    } else {
        (lower.as_str(), None)
    };
    let number = number.trim_end_matches(['h', ':', '.']);
    let parts: Vec<&str> = number.split([':', '.', 'h', '_']).collect();
    let (hour, minute) = match parts.as_slice() {
        [hour, minute] | [hour, minute, "00"] => (*hour, *minute),
        [digits] if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        [hour] => (*hour, "00"),
        _ => return None,
    };
    let mut hour: u16 = hour.parse().ok()?;
    let minute: u16 = minute.parse().ok()?;
    if let Some(half) = half {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + half;
    }
    if hour > 24 || minute > 59 {
        return None;
    }
    TimeOfDay::new(hour * 60 + minute)
}

/// Whether the next tokens are a date: `2026-12-24`.
pub(super) fn opens_with_date(cursor: &Cursor<'_, '_, '_>) -> bool {
    let kinds = [Kind::Atom, Kind::Dash, Kind::Atom, Kind::Dash, Kind::Atom];
    let shape = (0..5).all(|at| {
        cursor
            .peek_at(at)
            .is_some_and(|token| token.kind == kinds[at])
    });
    let year = cursor.peek().map_or("", |token| token.text);
    shape && year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads `2026-12-24T08:00`.
pub(super) fn read_moment(
    cursor: &mut Cursor<'_, '_, '_>,
    side: Side,
) -> Option<(Date, TimeOfDay)> {
    if !opens_with_date(cursor) {
        cursor.expected(
            "a date and time",
            "write both ends with their dates, such as `2026-12-24T08:00 - 2026-12-24T14:00`",
        );
        return None;
    }
    let position = cursor.position();
    let mut part = || {
        let token = cursor.atom();
        cursor.take(Kind::Dash);
        token.map_or("", |token| token.text)
    };
    let (year, month) = (part(), part());
    let last = cursor.atom()?;
    let (day, time) = match last.text.split_once(['T', 't']) {
        Some((day, time)) => (day, Some(time)),
        None => (last.text, None),
    };
    let shown = format!("{year}-{month}-{day}");
    let date = date(year, month, day);
    if date.is_none() {
        cursor.problem(
            position,
            format!("`{shown}` is not a date"),
            "write year (2000 to 2199), month and day, such as `2026-12-24`",
        );
    }
    let Some(time) = time else {
        let next = cursor.peek().filter(|token| token.text.contains(':'));
        let hint = next.map_or_else(
            || format!("write `{shown}T08:00`"),
            |time| format!("write `{shown}T{}`", time.text),
        );
        cursor.problem(
            last.position,
            "expected `T` and a time of day after the date",
            hint,
        );
        return None;
    };
    let offset = last.position + day.chars().count() + 1;
    let time = check(cursor, time, offset, side);
    Some((date?, time?))
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let exact = month.len() == 2 && day.len() == 2;
    let digits = [year, month, day]
        .iter()
        .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let year: i16 = year.parse().ok()?;
    if !exact || !digits || !(2000..=2199).contains(&year) {
        return None;
    }
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}
