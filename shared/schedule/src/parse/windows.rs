//! The three forms of a window.

use super::cursor::Cursor;
use super::days;
use super::lexer::Kind;
use super::times::{self, Side};
use crate::days::Days;
use crate::window::{TimeOfDay, Window};

/// Reads one window to its end; none if there was any problem, each of which is reported.
pub(super) fn read(cursor: &mut Cursor<'_, '_, '_>) -> Option<Window> {
    let before = cursor.problem_count();
    if cursor.peek().is_none() {
        cursor.expected(
            "a window",
            "write one such as `Mon-Fri 07:00-19:00`, or leave out the `+`",
        );
        return None;
    }
    let window = if times::opens_with_date(cursor) {
        read_once(cursor)
    } else {
        read_recurring(cursor)
    };
    if cursor.problem_count() == before && cursor.peek().is_some() {
        cursor.expected(
            "`+` or the end",
            "write `+` between two windows, and `@` before the time zone",
        );
    }
    window.filter(|_| cursor.problem_count() == before)
}

fn read_once(cursor: &mut Cursor<'_, '_, '_>) -> Option<Window> {
    let position = cursor.position();
    let first = times::read_moment(cursor, Side::Begin);
    if !cursor.take(Kind::Dash) {
        if first.is_some() {
            cursor.expected(
                "`-` and the end of the window",
                "write both ends with their dates",
            );
        }
        return None;
    }
    let last = times::read_moment(cursor, Side::End);
    let ((first, begin), (last, end)) = (first?, last?);
    let (begin, end) = (begin.on(first), end.on(last));
    if end <= begin {
        cursor.problem(
            position,
            "the window ends no later than it begins",
            "write the earlier date and time first",
        );
        return None;
    }
    Some(Window::Once { begin, end })
}

fn read_recurring(cursor: &mut Cursor<'_, '_, '_>) -> Option<Window> {
    let position = cursor.position();
    let before = cursor.problem_count();
    let days = if cursor.peek().is_some_and(|token| token.text.contains(':')) {
        cursor.expected(
            "days before the time",
            format!(
                "write `daily {}...` or `Mon-Fri {}...`",
                text(cursor),
                text(cursor)
            ),
        );
        None
    } else {
        days::read(cursor)
    };
    // After a word that is no day the rest is read only if it looks like a time.
    if cursor.problem_count() > before
        && cursor.peek().is_none_or(|token| !token.text.contains(':'))
    {
        return None;
    }
    let begin = times::read(cursor, Side::Begin);
    if !cursor.take(Kind::Dash) {
        if begin.is_some() {
            cursor.expected(
                "`-` and the end of the window",
                "write both ends, such as `07:00-19:00`",
            );
        }
        return None;
    }
    let weekday = cursor.peek().and_then(|token| days::weekday(token.text));
    if let Some(to) = weekday {
        cursor.advance();
        let end = times::read(cursor, Side::End);
        return weekly(cursor, position, (days?, begin?), (to, end?));
    }
    let end = times::read(cursor, Side::End);
    daily(cursor, position, days?, begin?, end?)
}

fn text<'v>(cursor: &Cursor<'_, 'v, '_>) -> &'v str {
    cursor.peek().map_or("", |token| token.text)
}

fn daily(
    cursor: &mut Cursor<'_, '_, '_>,
    position: usize,
    days: Days,
    begin: TimeOfDay,
    end: TimeOfDay,
) -> Option<Window> {
    if begin == end {
        cursor.problem(
            position,
            format!("the window begins and ends at {begin}"),
            "write `00:00-24:00` for the whole day",
        );
        return None;
    }
    let end = if end.minutes() == 0 {
        TimeOfDay::END
    } else {
        end
    };
    Some(Window::Daily { days, begin, end })
}

fn weekly(
    cursor: &mut Cursor<'_, '_, '_>,
    position: usize,
    (days, begin): (Days, TimeOfDay),
    (to, end): (u8, TimeOfDay),
) -> Option<Window> {
    let Some(from) = days.single_weekday() else {
        cursor.problem(
            position,
            format!("a window over several days begins on one weekday, not on `{days}`"),
            "write one weekday at each end, such as `Mon 08:00 - Fri 20:00`",
        );
        return None;
    };
    if from == to && begin == end {
        cursor.problem(
            position,
            "the window begins and ends at the same time of the week",
            "write `always` for a resource that is never stopped",
        );
        return None;
    }
    Some(Window::weekly(from, begin, to, end))
}
