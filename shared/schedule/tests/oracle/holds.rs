//! What must hold for every text, whether it is read or refused. Property tests and the fuzz
//! targets ask the same.

use jiff::Timestamp;
use nightshift_schedule::{
    Calendar, Context, Desired, Effect, Explanation, Parsed, Reading, Schedule, Syntax, Zone,
    explain, read,
};

const DAYS: u16 = 3;
const HORIZON: i64 = DAYS as i64 * 86_400;
/// How many instants between the changes are asked about, besides those around each change.
const SAMPLES: i64 = 11;

/// Reads a value in a syntax.
pub fn value(value: &str, syntax: Syntax, context: &Context, now: Timestamp) {
    let explanation = explain(value, syntax, context, now, DAYS);
    let told = format!("{value:?} as {syntax:?} at {now}: {explanation:#?}");
    assert_eq!(explanation.valid, explanation.errors.is_empty(), "{told}");
    for error in &explanation.errors {
        assert!(error.position <= value.chars().count(), "{told}");
        assert!(
            !error.message.is_empty() && !error.hint.is_empty(),
            "{told}"
        );
        assert!(visible(&error.to_string()), "{told}");
    }
    assert!(visible(&explanation.reason), "{told}");
    for difference in explanation.differences.iter().flatten() {
        assert!(visible(difference), "{told}");
    }
    if explanation.translated.is_some() {
        assert!(explanation.valid, "a translation is refused: {told}");
    }
    if !explanation.valid || explanation.excluded {
        assert_eq!(explanation.desired, Desired::None, "{told}");
        assert!(explanation.transitions.is_empty(), "{told}");
    }
    if let Some(canonical) = &explanation.canonical {
        let Parsed::Schedule(again) = Schedule::parse(canonical, context) else {
            panic!("the canonical form is refused: {told}");
        };
        assert_eq!(&again.to_string(), canonical, "{told}");
    }
    let reading = read(value, syntax, context);
    agrees(&explanation, &reading, context, now, &told);
    surroundings(value, syntax, context, &reading, &told);
}

/// The changes that an explanation lists are those that the reconciler would see.
fn agrees(told: &Explanation, reading: &Reading, context: &Context, now: Timestamp, words: &str) {
    let Some(schedule) = reading.schedule() else {
        return;
    };
    let at = |second: i64| {
        let instant = Timestamp::from_second(second).ok()?;
        Some(schedule.at(instant, &context.calendar).desired)
    };
    assert_eq!(at(now.as_second()), Some(told.desired), "{words}");
    // On a frozen date nothing is wanted, whatever the schedule says.
    let is = |second: i64, wanted: Desired| {
        let found = at(second);
        let holds = found.is_none_or(|found| found == wanted || found == Desired::None);
        assert!(
            holds,
            "{found:?} and not {wanted:?} at second {second}: {words}"
        );
    };
    let mut state = told.desired;
    let mut changes = told.transitions.iter().peekable();
    for change in &told.transitions {
        let second = change.at.as_second();
        assert!(
            second > now.as_second() && second <= now.as_second() + HORIZON,
            "{words}"
        );
        is(second, change.to);
        if state != Desired::None {
            assert_ne!(state, change.to, "{words}");
            is(second - 1, state);
        }
        state = change.to;
    }
    state = told.desired;
    for sample in 1..SAMPLES {
        let second = now.as_second() + sample * HORIZON / SAMPLES;
        while let Some(change) = changes.next_if(|change| change.at.as_second() <= second) {
            state = change.to;
        }
        if state != Desired::None {
            is(second, state);
        }
    }
    if let Some(since) = told.since {
        assert!(since <= now, "{words}");
        assert_eq!(at(since.as_second()), Some(told.desired), "{words}");
        if let Some(before) = at(since.as_second() - 1) {
            assert_ne!(before, told.desired, "{words}");
        }
    }
    if let Some(until) = told.until {
        assert!(until > now, "{words}");
        assert_eq!(at(until.as_second() - 1), Some(told.desired), "{words}");
        assert_ne!(at(until.as_second()), Some(told.desired), "{words}");
    }
}

/// Blanks around a value, and the case of the grammar's own words, mean nothing.
fn surroundings(value: &str, syntax: Syntax, context: &Context, reading: &Reading, told: &str) {
    let padded = read(&format!("  {value} "), syntax, context);
    match (&reading.parsed, &padded.parsed) {
        (Parsed::Invalid { errors }, Parsed::Invalid { errors: padded }) => {
            assert!(!errors.is_empty() && !padded.is_empty(), "{told}");
        }
        (parsed, padded) => assert_eq!(parsed, padded, "blanks matter: {told}"),
    }
    assert_eq!(
        reading.translated, padded.translated,
        "blanks matter: {told}"
    );
    if syntax == Syntax::Nightshift && !matches!(reading.parsed, Parsed::Invalid { .. }) {
        for cased in [value.to_ascii_uppercase(), value.to_ascii_lowercase()] {
            assert_eq!(
                Schedule::parse(&cased, context),
                reading.parsed,
                "case matters: {told}"
            );
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c);
        assert!(value.chars().all(legal), "a tag cannot have it: {told}");
    }
}

/// Reads a calendar's text, of either kind.
pub fn calendar(text: &str, now: Timestamp) {
    let closed = Calendar::from_text(text, Effect::Closed);
    let frozen = Calendar::from_text(text, Effect::Frozen);
    let read = match (closed, frozen) {
        (Ok(closed), Ok(frozen)) => [closed, frozen],
        (Err(errors), Err(again)) => {
            assert_eq!(errors, again, "{text:?}");
            assert!(!errors.is_empty(), "{text:?}");
            for error in errors {
                let lines = text.lines().count().max(1);
                assert!((1..=lines).contains(&error.line), "{text:?}: {error}");
                assert!(
                    !error.message.is_empty() && !error.hint.is_empty(),
                    "{text:?}: {error}"
                );
                assert!(visible(&error.to_string()), "{text:?}: {error:?}");
            }
            return;
        }
        (closed, frozen) => panic!("{text:?} is {closed:?} and {frozen:?}"),
    };
    if !text.contains('\r') {
        let network = Calendar::from_text(&text.replace('\n', "\r\n"), Effect::Closed);
        assert_eq!(network.as_ref(), Ok(&read[0]), "line ends matter: {text:?}");
    }
    let padded = Calendar::from_text(&format!("{text}\n\n"), Effect::Closed);
    assert_eq!(
        padded.as_ref(),
        Ok(&read[0]),
        "a blank line matters: {text:?}"
    );
    for calendar in read {
        let mut context = Context::new(Zone::utc());
        context.calendar = calendar;
        for hours in [
            "Mon-Fri 07:00-19:00 @Europe/Berlin",
            "daily 22:00-06:00",
            "always",
        ] {
            value(hours, Syntax::Nightshift, &context, now);
        }
    }
}

/// Nothing in it reorders, ends or obeys a line of a log.
fn visible(text: &str) -> bool {
    let reorders = |c: char| "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{200e}\u{200f}".contains(c);
    !text.contains(|c: char| c.is_control() || reorders(c))
}
