//! Whatever the text, it is read or refused, and what is read can be written and read again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "oracle/holds.rs"]
mod holds;
#[path = "oracle/text.rs"]
mod text;

use jiff::Timestamp;
use nightshift_schedule::{Context, Parsed, Schedule, Syntax, Zone};
use proptest::prelude::*;
use proptest::test_runner::Config;

fn context() -> Context {
    let mut context = Context::new(Zone::named("Europe/Berlin").unwrap());
    context
        .named
        .insert("office-hours".to_owned(), "Mon-Fri 07:00-19:00".to_owned());
    context
}

fn now() -> Timestamp {
    "2026-11-23T19:00:00Z".parse().unwrap()
}

/// Reads a value in every syntax and checks what must hold for any.
fn check(value: &str) {
    for syntax in Syntax::ALL {
        holds::value(value, syntax, &context(), now());
    }
    holds::calendar(value, now());
}

/// Pieces of every syntax, which random text alone would never put together.
const PIECES: &[&str] = &[
    "Mon",
    "Fri",
    "-",
    "/",
    "+",
    " ",
    "@",
    "daily",
    "07:00",
    "19:00",
    "24:00",
    "25:00",
    "2nd",
    "last",
    "day",
    "15",
    "31",
    "2026-12-24",
    "T",
    "T08:00",
    "UTC",
    "Europe/Berlin",
    "CET",
    "always",
    "no",
    "office-hours",
    ",",
    ";",
    "=",
    "off=",
    "on=",
    "tz=",
    "(M-F,19)",
    "[",
    "]",
    "(",
    ")",
    "u=1",
    "H:M=",
    "start=",
    "stop=",
    "d=_",
    "0 8 * * 1-5",
    "start-schedule=",
    "max-runtime=",
    "{",
    "}",
    "\"periods\":",
    "[{\"begintime\":\"09:00\"}]",
    "\u{2013}",
    "é",
    "日",
    "\n",
    "\t",
    "uptime=",
    "never",
    "00:00",
    ":",
    "BEGIN:VCALENDAR\n",
    "BEGIN:VEVENT\n",
    "DTSTART:20261224\n",
    "RRULE:FREQ=YEARLY;",
    "END:VEVENT\n",
    "END:VCALENDAR\n",
    "BYDAY=-1MO",
    "EXDATE:",
    "DTEND;TZID=UTC:20261224T080000\n",
    "Content",
    "9",
    "L",
    "#",
];

/// What a fuzzer found: an error that was no visible line, or named a line that is not there.
const FOUND: &[&str] = &[
    "alwy\u{c}\0\0@\0",
    "Mon-Fri 07:00-19:00 @Mars/Base\u{202e}",
    "\0\0\u{12}=0 8 * * *",
    "`{ke\u{1c}y}`",
    "start=d=_ H:M=07:00\nhibernate=d=_ H:M=19:00",
    "\u{1d}",
    "\n\n[\n\n",
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:\u{85}\nSUMMARY:\u{7}\nEND:VEVENT\nEND:VCALENDAR",
];

#[test]
fn what_was_found_once_is_mended() {
    for value in FOUND {
        check(value);
    }
}

/// The factor stretches the run: `NIGHTSHIFT_CASES=20`.
fn config(cases: u32) -> Config {
    let factor = std::env::var("NIGHTSHIFT_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    Config {
        cases: cases * factor.unwrap_or(1),
        failure_persistence: None,
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn no_text_makes_it_panic(value in any::<String>()) {
        check(&value);
    }

    #[test]
    fn no_mixture_of_pieces_makes_it_panic(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..14)) {
        check(&pieces.concat());
    }

    #[test]
    fn no_slip_of_the_fingers_makes_it_panic(
        (windows, at, replacement) in (text::windows(20_000), any::<proptest::sample::Index>(), any::<char>())
    ) {
        let mut letters: Vec<char> = format!("{} @Europe/Berlin", text::write(&windows)).chars().collect();
        let at = at.index(letters.len());
        letters[at] = replacement;
        check(&letters.iter().collect::<String>());
        letters.remove(at);
        check(&letters.iter().collect::<String>());
    }

    #[test]
    fn reading_what_was_written_gives_the_same(windows in text::windows(20_000), spaces in 0..3_usize) {
        let context = context();
        let blank = " ".repeat(spaces);
        let value = format!("{blank}{}{blank}@{blank}Pacific/Apia{blank}", text::write(&windows));
        if let Parsed::Schedule(schedule) = Schedule::parse(&value, &context) {
            let written = schedule.to_string();
            prop_assert_eq!(Schedule::parse(&written, &context), Parsed::Schedule(schedule));
        }
    }
}

proptest! {
    // Where time ends nothing is found, so that the search goes as far as it can.
    #![proptest_config(config(40))]

    #[test]
    fn no_instant_makes_it_panic(
        (windows, second) in (text::windows(20_000), Timestamp::MIN.as_second()..Timestamp::MAX.as_second())
    ) {
        let context = context();
        if let Parsed::Schedule(schedule) = Schedule::parse(&text::write(&windows), &context) {
            for second in [second, Timestamp::MIN.as_second(), Timestamp::MAX.as_second()] {
                let instant = Timestamp::from_second(second).unwrap();
                let standing = schedule.at(instant, &context.calendar);
                prop_assert!(standing.since.is_none_or(|since| since <= instant));
                prop_assert!(standing.until.is_none_or(|until| until > instant));
                schedule.transitions(instant, 3, &context.calendar);
            }
        }
    }
}
