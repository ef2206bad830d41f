//! What the grammar accepts, refuses and suggests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use nightshift_schedule::{Context, Parsed, Problem, Schedule, Zone};

fn context() -> Context {
    let mut context = Context::new(Zone::named("America/New_York").unwrap());
    context.named.insert(
        "office-hours".to_owned(),
        "Mon-Fri 07:00-19:00 @America/New_York".to_owned(),
    );
    context
}

fn canonical(value: &str) -> String {
    match Schedule::parse(value, &context()) {
        Parsed::Schedule(schedule) => schedule.to_string(),
        other => panic!("{value}: {other:?}"),
    }
}

fn problems(value: &str) -> Vec<Problem> {
    match Schedule::parse(value, &context()) {
        Parsed::Invalid { errors } => {
            assert!(!errors.is_empty());
            errors
        }
        other => panic!("{value}: {other:?}"),
    }
}

#[test]
fn reads_every_form_and_writes_it_canonically() {
    let zone = |hours: &str| format!("{hours} @America/New_York");
    for (value, expected) in [
        (
            "Mon-Fri 07:00-19:00 @Europe/Berlin",
            "Mon-Fri 07:00-19:00 @Europe/Berlin".to_owned(),
        ),
        (
            "Mon-Thu 07:00-19:00 + Fri 07:00-16:00 @America/New_York",
            zone("Mon-Thu 07:00-19:00 + Fri 07:00-16:00"),
        ),
        ("Mon/Wed/Fri 09:00-17:00", zone("Mon/Wed/Fri 09:00-17:00")),
        (
            "daily 22:00-06:00 @UTC",
            "daily 22:00-06:00 @UTC".to_owned(),
        ),
        (
            "Mon 08:00 - Fri 20:00 @UTC",
            "Mon 08:00 - Fri 20:00 @UTC".to_owned(),
        ),
        ("2nd-Sun 00:00-24:00", zone("2nd-Sun 00:00-24:00")),
        ("last-Fri 09:00-17:00", zone("last-Fri 09:00-17:00")),
        ("day-15 09:00-12:00", zone("day-15 09:00-12:00")),
        ("last-day 09:00-17:00", zone("last-day 09:00-17:00")),
        (
            "2026-12-24T08:00 - 2026-12-24T14:00 @Europe/Berlin",
            "2026-12-24T08:00 - 2026-12-24T14:00 @Europe/Berlin".to_owned(),
        ),
        ("office-hours", zone("Mon-Fri 07:00-19:00")),
        (" Office-Hours ", zone("Mon-Fri 07:00-19:00")),
        ("always", zone("always")),
        ("ALWAYS@utc", "always @UTC".to_owned()),
        // Other ways to write the same.
        ("monday-FRIDAY 7:00-19:00", zone("Mon-Fri 07:00-19:00")),
        ("Fri-Mon 08:00-10:00", zone("Fri-Mon 08:00-10:00")),
        ("Sun/Sat/Fri/Mon 08:00-10:00", zone("Fri-Mon 08:00-10:00")),
        ("Mon-Sun 08:00-10:00", zone("daily 08:00-10:00")),
        ("Tue-Mon 08:00-10:00", zone("daily 08:00-10:00")),
        ("Sat/Sun 08:00-10:00", zone("Sat/Sun 08:00-10:00")),
        ("Sun/Sat 08:00-10:00", zone("Sat/Sun 08:00-10:00")),
        ("Mon 22:00-00:00", zone("Mon 22:00-24:00")),
        ("Mon 08:00 - Mon 20:00", zone("Mon 08:00-20:00")),
        ("Fri 22:00 - Sat 06:00", zone("Fri 22:00-06:00")),
        ("Mon 20:00 - Mon 08:00", zone("Mon 20:00 - Mon 08:00")),
        ("Mon 08:00 - Tue 08:00", zone("Mon 08:00 - Tue 08:00")),
        ("Fri 18:00 - Mon 00:00", zone("Fri 18:00 - Sun 24:00")),
        (
            "last-day/1st-Mon/day-3/2nd-Tue/last-Fri 08:00-10:00",
            zone("1st-Mon/2nd-Tue/last-Fri/day-3/last-day 08:00-10:00"),
        ),
        (
            "2026-12-24t08:00-2026-12-24T24:00@etc/utc",
            "2026-12-24T08:00 - 2026-12-25T00:00 @Etc/UTC".to_owned(),
        ),
        (
            "Mon 07:00-08:00+Tue 07:00-08:00@Asia/Kolkata",
            "Mon 07:00-08:00 + Tue 07:00-08:00 @Asia/Kolkata".to_owned(),
        ),
        (
            "daily 07:00-08:00 @Etc/GMT+5",
            "daily 07:00-08:00 @Etc/GMT+5".to_owned(),
        ),
    ] {
        let written = canonical(value);
        assert_eq!(written, expected, "{value}");
        assert_eq!(canonical(&written), written, "{value}");
    }
}

#[test]
fn opts_out_only_by_the_closed_list_of_words() {
    for word in [
        "no", "none", "never", "false", "off", "disabled", "exclude", "skip", "0", "  OFF ", "No",
    ] {
        assert_eq!(
            Schedule::parse(word, &context()),
            Parsed::Excluded {
                word: word.trim().to_lowercase()
            },
        );
    }
    for value in ["nope", "n", "off-hours", "stop", "ignore", "00", "offf", ""] {
        assert!(!problems(value).is_empty(), "{value}");
    }
}

/// A value, the position of its first problem, and words of that problem's message and hint.
#[rustfmt::skip]
const PROBLEMS: &[(&str, usize, &str, &str)] = &[
    ("", 0, "the value is empty", "`no` to opt out"),
    ("   ", 3, "the value is empty", "Mon-Fri"),
    ("Mon-Fri 25:00-19:00", 8, "`25:00` is not a time of day: 00:00 to 24:00", "07:00"),
    ("Mon-Fri 07:00-19:60", 14, "`19:60` is not a time of day", ""),
    ("Mon-Fri 07:00-24:01", 14, "`24:01` is not a time of day", ""),
    ("Mon-Fri 7am-19:00", 8, "`7am`", "write `07:00`"),
    ("Mon-Fri 07:00-7pm", 14, "`7pm`", "write `19:00`"),
    ("Mon-Fri 07:00-7:30pm", 14, "`7:30pm`", "write `19:30`"),
    ("Mon-Fri 12am-19:00", 8, "`12am`", "write `00:00`"),
    ("Mon-Fri 7-19", 8, "`7`", "write `07:00`"),
    ("Mon-Fri 0700-1900", 8, "`0700`", "write `07:00`"),
    ("Mon-Fri 07.30-19:00", 8, "`07.30`", "write `07:30`"),
    ("Mon-Fri 07:00:00-19:00", 8, "`07:00:00`", "write `07:00`"),
    ("Mon-Fri 24:00-06:00", 8, "`24:00` can end a window", "`00:00` on the next day"),
    ("Mon-Fri 07:00-07:00", 0, "begins and ends at 07:00", "00:00-24:00"),
    ("Mon 07:00 - Mon 07:00", 0, "same time of the week", "always"),
    ("Mon-Fri 07:00", 13, "expected `-` and the end of the window, found the end", ""),
    ("Mon-Fri", 7, "expected a time of day, found the end", "07:00"),
    ("07:00-19:00", 0, "expected days before the time", "daily 07:00"),
    ("Mon-Fry 07:00-19:00", 4, "expected a day, found `Fry`", "did you mean `Fri`?"),
    ("Wendesday 07:00-19:00", 0, "`Wendesday`", "did you mean `Wednesday`?"),
    ("Montag 07:00-19:00", 0, "expected a day, found `Montag`", "Mon"),
    ("weekdays 07:00-19:00", 0, "`weekdays`", "write `Mon-Fri`"),
    ("weekends 07:00-19:00", 0, "`weekends`", "write `Sat/Sun`"),
    ("everyday 07:00-19:00", 0, "`everyday`", "write `daily`"),
    ("1-5 07:00-19:00", 0, "found `1`", "weekday's name"),
    ("Mon-Mon 07:00-19:00", 0, "begins and ends on the same day", "write `Mon`"),
    ("Mon/Tue/Mon 07:00-19:00", 8, "in the list already", "once"),
    ("Mon-Fri/Wed 07:00-19:00", 8, "in the list already", "once"),
    ("Mon/1st-Mon 07:00-19:00", 4, "in the list already", "once"),
    ("1st-Mon/Mon 07:00-19:00", 8, "in the list already", "once"),
    ("day-3/day-3 07:00-19:00", 6, "in the list already", "once"),
    ("Mon 07:00-19:00 + Mon 7:00-19:00", 18, "`Mon 07:00-19:00` is there twice", ""),
    ("6th-Mon 07:00-19:00", 0, "found `6th`", "did you mean"),
    ("2nd 07:00-19:00", 4, "expected `-` and a weekday", "2nd-Fri"),
    ("2nd-day 07:00-19:00", 4, "`2nd-day` is not a day", "day-2"),
    ("day-32 07:00-19:00", 4, "`32` is not a day of the month", "last-day"),
    ("day-0 07:00-19:00", 4, "`0` is not a day of the month", ""),
    ("Mon-Fri 07:00 - Fri 19:00", 0, "begins on one weekday, not on `Mon-Fri`", "Mon 08:00"),
    ("Mon-Fri 07:00-19:00 Sat 09:00-12:00", 20, "expected `+` or the end", "`+`"),
    ("Mon-Fri 07:00-19:00 +", 21, "expected a window, found the end", "leave out the `+`"),
    ("Mon-Fri 07:00-19:00 Europe/Berlin", 20, "expected `+` or the end", "`@`"),
    ("2026-12-24 08:00-14:00", 8, "expected `T`", "write `2026-12-24T08:00`"),
    ("2026-12-24T08:00-14:00", 17, "expected a date and time", "both ends"),
    ("2026-02-29T08:00 - 2026-03-01T08:00", 0, "`2026-02-29` is not a date", ""),
    ("2026-12-24T08:00 - 2026-12-24T08:00", 0, "no later than it begins", "earlier"),
    ("1999-12-24T08:00 - 2026-12-24T08:00", 0, "`1999-12-24` is not a date", "2000 to 2199"),
    ("Mon-Fri 07:00-19:00 @", 21, "expected a time zone after `@`", "UTC"),
    ("Mon-Fri 07:00-19:00 @Europe/Berln", 21, "`Europe/Berln`", "did you mean `Europe/Berlin`?"),
    ("Mon-Fri 07:00-19:00 @Berlin", 21, "`Berlin`", "did you mean `Europe/Berlin`?"),
    ("Mon-Fri 07:00-19:00 @Europe/New_York", 21, "`Europe/New_York`", "did you mean `America/New_York`?"),
    ("Mon-Fri 07:00-19:00 @America/New York", 33, "", "did you mean `America/New_York`?"),
    ("Mon-Fri 07:00-19:00 @EST", 21, "`EST` is not accepted", "`America/New_York` or `America/Panama`"),
    ("Mon-Fri 07:00-19:00 @CET", 21, "`CET` is not accepted", "`Europe/Berlin`"),
    ("Mon-Fri 07:00-19:00 @ist", 21, "`ist` is not accepted", "`Asia/Kolkata` or `Europe/Dublin`"),
    ("Mon 07:00-19:00 @UTC + Tue 07:00-19:00", 21, "expected the end after the time zone", "one zone"),
    ("office-hours @UTC", 13, "expected the end after the named schedule", "stands alone"),
    ("office-hours + Sat 09:00-12:00", 13, "expected the end after the named", "stands alone"),
    ("ofice-hours", 0, "`ofice-hours` is neither hours nor", "did you mean `office-hours`?"),
    ("alwyas", 0, "`alwyas` is neither", "did you mean `always`?"),
    ("disabeld", 0, "`disabeld` is neither", "did you mean `disabled`?"),
    ("true", 0, "`true` is neither", "write `always`"),
    ("always 07:00-19:00", 0, "found `always`", "stands alone"),
    ("Mon–Fri 07:00-19:00", 3, "`–` is not allowed", "write a plain `-`"),
    ("Mon-Fri 07:00-19:00, Sat 09:00-12:00", 19, "`,` is not allowed", "write `+`"),
    ("Mon,Wed 07:00-19:00", 3, "`,` is not allowed", "`/` between days"),
    ("Mon-Fri\t07:00-19:00", 7, "U+0009 is not allowed", "plain space"),
    ("off=(M-F,19);on=(M-F,7)", 0, "found `off=`", "explain"),
    ("* 07:00-19:00", 0, "`*` is not allowed", "daily"),
];

#[test]
fn every_problem_has_a_place_and_a_suggestion() {
    for &(value, position, message, hint) in PROBLEMS {
        let all = problems(value);
        let first = &all[0];
        assert_eq!(first.position, position, "{value}: {all:?}");
        assert!(first.message.contains(message), "{value}: {all:?}");
        assert!(first.hint.contains(hint), "{value}: {all:?}");
        for problem in &all {
            assert!(
                problem.position <= value.chars().count(),
                "{value}: {all:?}"
            );
            assert!(!problem.hint.is_empty(), "{value}: {all:?}");
        }
    }
}

#[test]
fn reports_all_the_errors_of_one_value() {
    let all = problems("Mon-Fry 25:00-19:00, Sat 9am-12:00 + daily 07:00-07:00 @Nowhere/City");
    let positions: Vec<usize> = all.iter().map(|problem| problem.position).collect();
    assert_eq!(positions, [4, 8, 19, 25, 37, 56], "{all:#?}");
}

#[test]
fn a_named_schedule_with_an_error_says_where_it_is() {
    let mut context = context();
    context
        .named
        .insert("nights".to_owned(), "daily 22:00-26:00".to_owned());
    context
        .named
        .insert("never".to_owned(), "always".to_owned());
    context
        .named
        .insert("alias".to_owned(), "office-hours".to_owned());
    let Parsed::Invalid { errors } = Schedule::parse(" nights", &context) else {
        panic!("26:00 was accepted");
    };
    assert_eq!(errors[0].position, 1);
    assert!(
        errors[0]
            .message
            .contains("`nights` is invalid: at 12: `26:00`"),
        "{errors:?}"
    );
    let found = context.problems();
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["alias", "never", "nights"], "{found:?}");
}
