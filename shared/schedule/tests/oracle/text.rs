//! Random windows, and how the grammar writes them.

use std::fmt::Write as _;

use jiff::civil::Date;
use proptest::prelude::*;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A day as the grammar names it. Weekdays count from 0 for Monday.
#[derive(Clone, Debug, PartialEq)]
pub enum Day {
    Every,
    Weekday(i64),
    Range(i64, i64),
    Nth(i64, i64),
    Last(i64),
    OfMonth(i64),
    LastOfMonth,
}

/// A window as the grammar writes it, times in minutes from midnight, dates in days from 1970.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    Daily(Day, i64, i64),
    Weekly(i64, i64, i64, i64),
    Once(i64, i64),
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

pub fn date(days: i64) -> Date {
    Date::constant(1970, 1, 1)
        .checked_add(jiff::Span::new().days(days))
        .unwrap()
}

fn moment(minutes: i64) -> String {
    format!(
        "{}T{}",
        date(minutes.div_euclid(1440)),
        clock(minutes.rem_euclid(1440))
    )
}

/// The windows in the grammar.
pub fn write(windows: &[Window]) -> String {
    let mut text = String::new();
    for (index, window) in windows.iter().enumerate() {
        if index > 0 {
            text.push_str(" + ");
        }
        let day = |weekday: i64| WEEKDAYS[usize::try_from(weekday).unwrap()];
        match window {
            Window::Daily(days, begin, end) => {
                let days = match days {
                    Day::Every => "daily".to_owned(),
                    Day::Weekday(weekday) => day(*weekday).to_owned(),
                    Day::Range(first, last) => format!("{}-{}", day(*first), day(*last)),
                    Day::Nth(nth, weekday) => {
                        let nth =
                            ["1st", "2nd", "3rd", "4th", "5th"][usize::try_from(*nth).unwrap()];
                        format!("{nth}-{}", day(*weekday))
                    }
                    Day::Last(weekday) => format!("last-{}", day(*weekday)),
                    Day::OfMonth(number) => format!("day-{number}"),
                    Day::LastOfMonth => "last-day".to_owned(),
                };
                write!(text, "{days} {}-{}", clock(*begin), clock(*end)).unwrap();
            }
            Window::Weekly(from, begin, to, end) => write!(
                text,
                "{} {} - {} {}",
                day(*from),
                clock(*begin),
                day(*to),
                clock(*end)
            )
            .unwrap(),
            Window::Once(begin, end) => {
                write!(text, "{} - {}", moment(*begin), moment(*end)).unwrap();
            }
        }
    }
    text
}

pub fn days() -> impl Strategy<Value = Day> {
    prop_oneof![
        4 => Just(Day::Every),
        2 => (0..7_i64).prop_map(Day::Weekday),
        3 => (0..7_i64, 1..7_i64).prop_map(|(first, more)| Day::Range(first, (first + more) % 7)),
        1 => (0..5_i64, 0..7_i64).prop_map(|(nth, weekday)| Day::Nth(nth, weekday)),
        1 => (0..7_i64).prop_map(Day::Last),
        1 => (1..32_i64).prop_map(Day::OfMonth),
        1 => Just(Day::LastOfMonth),
    ]
}

/// Times of day, often near the hours at which clocks change, and often round.
pub fn minutes() -> impl Strategy<Value = i64> {
    prop_oneof![
        0..1440_i64,
        (0..24_i64).prop_map(|hour| hour * 60),
        0..200_i64,
        (0..8_i64).prop_map(|half| half * 30),
    ]
}

pub fn hours() -> impl Strategy<Value = (i64, i64)> {
    (minutes(), prop_oneof![4 => minutes(), 1 => Just(1440)])
        .prop_filter("begin = end is refused", |(begin, end)| {
            begin != end && (*begin, *end) != (0, 0)
        })
}

/// Windows, those that open once near a date.
pub fn windows(near: i64) -> impl Strategy<Value = Vec<Window>> {
    let window = prop_oneof![
        6 => (days(), hours()).prop_map(|(days, (begin, end))| Window::Daily(days, begin, end)),
        2 => (0..7_i64, 0..7_i64, hours())
            .prop_map(|(from, to, (begin, end))| Window::Weekly(from, begin, to, end)),
        1 => (-4000..4000_i64, 1..6000_i64)
            .prop_map(move |(from, length)| Window::Once(near * 1440 + from, near * 1440 + from + length)),
    ];
    proptest::collection::vec(window, 1..4)
}
