//! Closed and frozen dates, and the texts that they come from.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::Timestamp;
use jiff::civil::date;
use nightshift_schedule::{Calendar, Context, Desired, Effect, Parsed, Schedule, Zone};

fn schedule(text: &str) -> Schedule {
    match Schedule::parse(text, &Context::new(Zone::utc())) {
        Parsed::Schedule(schedule) => schedule,
        other => panic!("{text}: {other:?}"),
    }
}

/// The desired state at a time of December 2026 in UTC, and its reason.
fn at(text: &str, calendar: &Calendar, time: &str) -> (Desired, String) {
    let instant: Timestamp = time.parse().unwrap();
    let standing = schedule(text).at(instant, calendar);
    (standing.desired, standing.reason)
}

fn closed_on(day: i8) -> Calendar {
    Calendar::from_dates([date(2026, 12, day)], [])
}

#[test]
fn a_closed_date_is_off_from_midnight_to_midnight() {
    let calendar = closed_on(25);
    let nights = "daily 22:00-06:00 @UTC";
    for (time, desired) in [
        ("2026-12-24T23:59:59Z", Desired::On),
        // The tail of the evening before is cut.
        ("2026-12-25T00:00:00Z", Desired::Off),
        ("2026-12-25T23:00:00Z", Desired::Off),
        // The window of the closed date did not open, so it has no tail.
        ("2026-12-26T03:00:00Z", Desired::Off),
        ("2026-12-26T22:00:00Z", Desired::On),
    ] {
        assert_eq!(at(nights, &calendar, time).0, desired, "{time}");
    }
    let standing = schedule(nights).at("2026-12-25T12:00:00Z".parse().unwrap(), &calendar);
    assert_eq!(
        standing.since,
        Some("2026-12-25T00:00:00Z".parse().unwrap())
    );
    assert_eq!(
        standing.until,
        Some("2026-12-26T22:00:00Z".parse().unwrap())
    );
    assert_eq!(
        standing.reason,
        "closed date 2026-12-25, until Sat 2026-12-26 22:00"
    );
}

#[test]
fn a_window_over_several_days_is_interrupted() {
    let week = "Mon 08:00 - Fri 20:00 @UTC";
    let wednesday = closed_on(23);
    assert_eq!(at(week, &wednesday, "2026-12-22T23:59:00Z").0, Desired::On);
    assert_eq!(at(week, &wednesday, "2026-12-23T00:00:00Z").0, Desired::Off);
    assert_eq!(at(week, &wednesday, "2026-12-24T00:00:00Z").0, Desired::On);
    let monday = closed_on(21);
    assert_eq!(at(week, &monday, "2026-12-21T12:00:00Z").0, Desired::Off);
    assert_eq!(at(week, &monday, "2026-12-22T00:00:00Z").0, Desired::On);
    let once = "2026-12-24T08:00 - 2026-12-26T14:00 @UTC";
    assert_eq!(
        at(once, &closed_on(25), "2026-12-25T12:00:00Z").0,
        Desired::Off
    );
    assert_eq!(
        at(once, &closed_on(25), "2026-12-26T12:00:00Z").0,
        Desired::On
    );
}

#[test]
fn always_is_not_stopped_on_closed_dates_but_is_frozen() {
    let mut calendar = closed_on(25);
    assert_eq!(
        at("always", &calendar, "2026-12-25T12:00:00Z").0,
        Desired::On
    );
    calendar.add_date(Effect::Frozen, date(2026, 12, 25), "Christmas");
    assert_eq!(
        at("always", &calendar, "2026-12-25T12:00:00Z"),
        (
            Desired::None,
            "frozen date 2026-12-25 (Christmas): no action".to_owned()
        )
    );
    let standing = schedule("always").at("2026-12-24T12:00:00Z".parse().unwrap(), &calendar);
    assert_eq!(
        standing.reason,
        "always on; frozen from Fri 2026-12-25 00:00"
    );
}

#[test]
fn a_change_on_a_frozen_date_comes_when_it_is_over() {
    let calendar = Calendar::from_dates([], [date(2026, 12, 24), date(2026, 12, 25)]);
    let days = schedule("Mon-Fri 07:00-19:00 @UTC");
    let from: Timestamp = "2026-12-23T12:00:00Z".parse().unwrap();
    let changes: Vec<String> = days
        .transitions(from, 7, &calendar)
        .iter()
        .map(|change| format!("{} {:?}", change.at, change.to))
        .collect();
    assert_eq!(
        changes,
        [
            "2026-12-23T19:00:00Z Off",
            "2026-12-28T07:00:00Z On",
            "2026-12-28T19:00:00Z Off",
            "2026-12-29T07:00:00Z On",
            "2026-12-29T19:00:00Z Off",
            "2026-12-30T07:00:00Z On"
        ]
    );
    let nights = schedule("daily 12:00-24:00 @UTC");
    let first = nights.transitions(from, 2, &calendar);
    // On until the freeze, off only after it: at midnight of the 26th.
    assert_eq!(first.first().map(|change| change.at.to_string()), None);
    let later = nights.transitions(from, 3, &calendar);
    assert_eq!(later[0].at.to_string(), "2026-12-26T00:00:00Z");
    assert_eq!(later[0].to, Desired::Off);
}

#[test]
fn dates_are_local_to_the_schedule() {
    let calendar = closed_on(25);
    let (early, late) = (
        "daily 00:00-24:00 @Asia/Tokyo",
        "daily 00:00-24:00 @America/New_York",
    );
    assert_eq!(at(early, &calendar, "2026-12-24T15:00:00Z").0, Desired::Off);
    assert_eq!(at(early, &calendar, "2026-12-25T15:00:00Z").0, Desired::On);
    assert_eq!(at(late, &calendar, "2026-12-25T04:59:00Z").0, Desired::On);
    assert_eq!(at(late, &calendar, "2026-12-25T05:00:00Z").0, Desired::Off);
    assert_eq!(at(late, &calendar, "2026-12-26T05:00:00Z").0, Desired::On);
}

const HOLIDAYS: &str = "BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//example//holidays//EN\r
BEGIN:VTIMEZONE\r
TZID:Europe/Berlin\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20201225\r
DTEND;VALUE=DATE:20201227\r
RRULE:FREQ=YEARLY\r
SUMMARY:Christmas\\, both\r
  days\r
BEGIN:VALARM\r
TRIGGER:-PT15M\r
DTSTART:19990101\r
END:VALARM\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20201126\r
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20281231\r
EXDATE;VALUE=DATE:20271125\r
SUMMARY:Thanksgiving\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260525\r
RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=2\r
SUMMARY:Memorial Day\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;TZID=Europe/Berlin:20261231T120000\r
DTEND;TZID=Europe/Berlin:20261231T180000\r
SUMMARY:Early close\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART:20261230T200000\r
DURATION:PT2H\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261201\r
STATUS:CANCELLED\r
END:VEVENT\r
END:VCALENDAR\r
";

#[test]
fn reads_holidays_from_icalendar() {
    let calendar = Calendar::from_ics(HOLIDAYS, Effect::Closed).unwrap();
    let open = "daily 00:00-24:00 @UTC";
    for (time, is_closed) in [
        ("2026-12-24T12:00:00Z", false),
        ("2026-12-25T12:00:00Z", true),
        ("2026-12-26T12:00:00Z", true),
        ("2026-12-27T12:00:00Z", false),
        ("2034-12-25T12:00:00Z", true),
        ("2019-12-25T12:00:00Z", false),
        ("2026-11-26T12:00:00Z", true),
        ("2026-11-19T12:00:00Z", false),
        ("2027-11-25T12:00:00Z", false),
        ("2028-11-23T12:00:00Z", true),
        ("2029-11-22T12:00:00Z", false),
        ("2026-05-25T12:00:00Z", true),
        ("2027-05-31T12:00:00Z", true),
        ("2028-05-29T12:00:00Z", false),
        // Times in a zone are instants, floating ones local to the schedule.
        ("2026-12-31T10:59:00Z", false),
        ("2026-12-31T11:00:00Z", true),
        ("2026-12-31T17:00:00Z", false),
        ("2026-12-30T20:00:00Z", true),
        ("2026-12-30T22:00:00Z", false),
        ("2026-12-01T12:00:00Z", false),
    ] {
        let (desired, reason) = at(open, &calendar, time);
        let expected = if is_closed { Desired::Off } else { Desired::On };
        assert_eq!(desired, expected, "{time}: {reason}");
    }
    let (_, reason) = at(open, &calendar, "2026-12-25T12:00:00Z");
    assert!(
        reason.starts_with("closed date 2026-12-25 (Christmas, both days)"),
        "{reason}"
    );
    let (_, reason) = at(open, &calendar, "2026-12-31T12:00:00Z");
    assert!(
        reason.starts_with("closed time (Early close), until 17:00"),
        "{reason}"
    );
    let tokyo = "daily 00:00-24:00 @Asia/Tokyo";
    assert_eq!(at(tokyo, &calendar, "2026-12-30T11:00:00Z").0, Desired::Off);
}

fn event(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

#[test]
fn refuses_what_it_would_misread_and_names_the_line() {
    for (text, line, words) in [
        (
            event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=MONTHLY"),
            4,
            "FREQ=MONTHLY",
        ),
        (
            event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYSETPOS=1"),
            4,
            "BYSETPOS=1",
        ),
        (
            event("DTSTART;VALUE=DATE:20261225\nRRULE:BYMONTH=3"),
            4,
            "no FREQ",
        ),
        (
            event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYDAY=20MO"),
            4,
            "BYDAY=20MO",
        ),
        (
            event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYDAY=2MO"),
            4,
            "without BYMONTH",
        ),
        (
            event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=13"),
            4,
            "BYMONTH=13",
        ),
        (event("DTSTART:20261332"), 3, "`20261332` is not a date"),
        (event("DTSTART:20261225T080000"), 3, "no length"),
        (
            event("DTSTART:20261225T080000Z\nDTEND:20261225T070000Z"),
            3,
            "no length",
        ),
        (
            event("DTSTART:20261225T080000Z\nDTEND;VALUE=DATE:20261226"),
            4,
            "not of the kind",
        ),
        (
            event("DTSTART;TZID=W. Europe Standard Time:20261225T080000\nDTEND:20261225T090000Z"),
            3,
            "W. Europe",
        ),
        (event("SUMMARY:none"), 3, "no DTSTART"),
        (
            event("DTSTART:20261225\nRECURRENCE-ID:20261224"),
            4,
            "RECURRENCE-ID",
        ),
        (event("DTSTART:20261225\nDURATION:P1X"), 4, "not a duration"),
        (
            "BEGIN:VCALENDAR\nX-CALENDAR-TYPE:DEFAULT_CLOSED\nEND:VCALENDAR".to_owned(),
            2,
            "closed by default",
        ),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT".to_owned(), 2, "has no end"),
        ("BEGIN:VCALENDAR\nEND:VEVENT".to_owned(), 2, "ends nothing"),
        (
            "BEGIN:VCALENDAR\nnonsense\nEND:VCALENDAR".to_owned(),
            2,
            "found `nonsense`",
        ),
        ("2026-12-25".to_owned(), 1, "found `2026-12-25`"),
        (String::new(), 1, "BEGIN:VCALENDAR"),
    ] {
        let errors = Calendar::from_text(&text, Effect::Closed).unwrap_err();
        assert_eq!(errors[0].line, line, "{text}: {errors:?}");
        assert!(errors[0].message.contains(words), "{text}: {errors:?}");
    }
}

#[test]
fn reads_json_with_dates_or_with_a_change_calendar() {
    let calendar = Calendar::from_text(
        r#"{"closed": ["2026-12-25"], "frozen": ["2026-12-31"]}"#,
        Effect::Closed,
    )
    .unwrap();
    assert_eq!(
        calendar,
        Calendar::from_dates([date(2026, 12, 25)], [date(2026, 12, 31)])
    );
    let list = Calendar::from_text(r#"["2026-12-25"]"#, Effect::Frozen).unwrap();
    assert_eq!(list, Calendar::from_dates([], [date(2026, 12, 25)]));
    let content = "BEGIN:VCALENDAR\nPRODID:-//AWS//Change Calendar 1.0//EN\nX-CALENDAR-TYPE:DEFAULT_OPEN\nBEGIN:VEVENT\nDTSTART:20261224T180000Z\nDTEND:20261225T060000Z\nSUMMARY:Freeze\nEND:VEVENT\nEND:VCALENDAR";
    let document =
        serde_json::json!({"Name": "freeze", "DocumentType": "ChangeCalendar", "Content": content});
    let calendar = Calendar::from_text(&document.to_string(), Effect::Frozen).unwrap();
    let open = "daily 00:00-24:00 @UTC";
    assert_eq!(at(open, &calendar, "2026-12-24T17:59:00Z").0, Desired::On);
    assert_eq!(at(open, &calendar, "2026-12-24T18:00:00Z").0, Desired::None);
    assert_eq!(at(open, &calendar, "2026-12-25T06:00:00Z").0, Desired::On);
    for wrong in [
        r#"{"holidays": []}"#,
        r#"["25.12.2026"]"#,
        r#"{"closed": "#,
        r#"{"closed": [], "x": 1}"#,
    ] {
        assert!(
            Calendar::from_text(wrong, Effect::Closed).is_err(),
            "{wrong}"
        );
    }
}
