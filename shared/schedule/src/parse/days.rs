//! Lists of days.

use super::cursor::Cursor;
use super::lexer::{Kind, Token};
use super::{WORDS, cursor};
use crate::days::{Day, Days, ORDINALS, WEEKDAYS};
use crate::suggest::nearest;

const FULL_NAMES: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// The weekday that a word names, in three letters or in full, any case.
pub(crate) fn weekday(word: &str) -> Option<u8> {
    (0..7_u8).find(|day| {
        let at = usize::from(*day);
        word.eq_ignore_ascii_case(WEEKDAYS[at]) || word.eq_ignore_ascii_case(FULL_NAMES[at])
    })
}

/// Which of its kind in the month: `1st` to `5th`, or `last`.
#[derive(Clone, Copy)]
enum Ordinal {
    Nth(u8),
    Last,
}

fn ordinal(word: &str) -> Option<Ordinal> {
    if word.eq_ignore_ascii_case("last") {
        return Some(Ordinal::Last);
    }
    (0..5_u8)
        .find(|nth| word.eq_ignore_ascii_case(ORDINALS[usize::from(*nth)]))
        .map(Ordinal::Nth)
}

/// Whether the first token begins a list of days.
pub(super) fn opens_with_day(tokens: &[Token<'_>]) -> bool {
    let Some(first) = tokens.first() else {
        return false;
    };
    let day_of_month = first.text.eq_ignore_ascii_case("day")
        && tokens
            .get(2)
            .is_some_and(|token| token.text.starts_with(|c: char| c.is_ascii_digit()));
    first.text.eq_ignore_ascii_case("daily")
        || weekday(first.text).is_some()
        || ordinal(first.text).is_some()
        || day_of_month
}

/// Reads a list of days; none if there was any problem, each of which is reported.
pub(super) fn read(cursor: &mut Cursor<'_, '_, '_>) -> Option<Days> {
    let before = cursor.problem_count();
    let mut days = Days::default();
    loop {
        let position = cursor.position();
        let start = cursor.peek();
        if let Some(item) = read_item(cursor) {
            if item.iter().filter(|day| !days.insert(**day)).count() > 0 {
                let word = start.map_or("", |token| token.text);
                cursor.problem(
                    position,
                    format!("a day of `{word}` is in the list already"),
                    "name each day once",
                );
            }
        } else if cursor.peek().is_none_or(|token| token.kind != Kind::Slash) {
            break;
        }
        if !cursor.take(Kind::Slash) {
            break;
        }
    }
    (cursor.problem_count() == before).then_some(days)
}

fn read_item(cursor: &mut Cursor<'_, '_, '_>) -> Option<Vec<Day>> {
    let Some(token) = cursor.atom() else {
        cursor.expected(
            "a day",
            "write days such as `Mon-Fri`, `Sat/Sun` or `daily`",
        );
        return None;
    };
    let word = token.text;
    if word.eq_ignore_ascii_case("daily") {
        return Some((0..7).map(Day::Weekday).collect());
    }
    if let Some(first) = weekday(word) {
        return read_range(cursor, first, token);
    }
    if let Some(ordinal) = ordinal(word) {
        return read_counted(cursor, ordinal, word);
    }
    if word.eq_ignore_ascii_case("day") {
        return read_day_of_month(cursor);
    }
    report_word(cursor, token);
    None
}

/// After `Mon`: `-Fri`, or nothing.
fn read_range(cursor: &mut Cursor<'_, '_, '_>, first: u8, token: Token<'_>) -> Option<Vec<Day>> {
    if !cursor.take(Kind::Dash) {
        return Some(vec![Day::Weekday(first)]);
    }
    let Some(end) = cursor.atom() else {
        cursor.expected("a weekday", "write a range of days such as `Mon-Fri`");
        return None;
    };
    let Some(last) = weekday(end.text) else {
        report_word(cursor, end);
        return None;
    };
    if first == last {
        cursor.problem(
            token.position,
            format!(
                "the range `{}-{}` begins and ends on the same day",
                token.text, end.text
            ),
            format!("write `{}`, or `daily` for every day", token.text),
        );
        return None;
    }
    let length = (last + 7 - first) % 7;
    Some(
        (0..=length)
            .map(|step| Day::Weekday((first + step) % 7))
            .collect(),
    )
}

/// After `2nd` or `last`: `-Sun`, or `-day`.
fn read_counted(cursor: &mut Cursor<'_, '_, '_>, ordinal: Ordinal, word: &str) -> Option<Vec<Day>> {
    let hint = format!("write `{}-Fri`", word.to_ascii_lowercase());
    if !cursor.take(Kind::Dash) {
        cursor.expected("`-` and a weekday", hint);
        return None;
    }
    let Some(token) = cursor.atom() else {
        cursor.expected("a weekday", hint);
        return None;
    };
    let day = match (ordinal, weekday(token.text)) {
        (Ordinal::Nth(nth), Some(weekday)) => Day::Nth(nth, weekday),
        (Ordinal::Last, Some(weekday)) => Day::LastWeekday(weekday),
        (Ordinal::Last, None) if token.text.eq_ignore_ascii_case("day") => Day::LastOfMonth,
        (Ordinal::Nth(nth), None) if token.text.eq_ignore_ascii_case("day") => {
            cursor.problem(
                token.position,
                format!("`{word}-day` is not a day"),
                format!("write `day-{}` for the day of the month", nth + 1),
            );
            return None;
        }
        (_, None) => {
            report_word(cursor, token);
            return None;
        }
    };
    Some(vec![day])
}

/// After `day`: `-15`.
fn read_day_of_month(cursor: &mut Cursor<'_, '_, '_>) -> Option<Vec<Day>> {
    let hint = "write `day-1` to `day-31`, or `last-day`";
    if !cursor.take(Kind::Dash) {
        cursor.expected("`-` and a day of the month", hint);
        return None;
    }
    let Some(token) = cursor.atom() else {
        cursor.expected("a day of the month", hint);
        return None;
    };
    let digits = token.text.len() <= 2 && token.text.bytes().all(|byte| byte.is_ascii_digit());
    match token.text.parse::<u8>() {
        Ok(day @ 1..=31) if digits => Some(vec![Day::OfMonth(day)]),
        _ => {
            cursor.problem(
                token.position,
                format!("`{}` is not a day of the month: 1 to 31", token.text),
                hint,
            );
            None
        }
    }
}

/// Reports a word that is no day.
fn report_word(cursor: &mut cursor::Cursor<'_, '_, '_>, token: Token<'_>) {
    let word = token.text;
    let hint = match word.to_ascii_lowercase().as_str() {
        "weekdays" | "weekday" | "workdays" | "workday" | "businessdays" => {
            "which days these are differs by country: write `Mon-Fri`".to_owned()
        }
        "weekends" | "weekend" => {
            "which days these are differs by country: write `Sat/Sun`".to_owned()
        }
        "everyday" | "every" | "all" | "alldays" | "any" => "write `daily`".to_owned(),
        "always" => "`always` stands alone, without hours".to_owned(),
        _ if word.contains('=') => {
            "values of other tools are translated by `explain` with their `syntax`".to_owned()
        }
        _ if word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(':') => {
            "write the days first, such as `daily 07:00-19:00`".to_owned()
        }
        "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" => {
            "write the weekday's name, such as `Mon`".to_owned()
        }
        _ => nearest(word, WORDS.iter().chain(&FULL_NAMES).copied()).map_or_else(
            || "write days such as `Mon-Fri`, `Sat/Sun` or `daily`".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        ),
    };
    cursor.problem(
        token.position,
        format!("expected a day, found `{word}`"),
        hint,
    );
}
