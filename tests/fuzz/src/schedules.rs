//! Schedules of every syntax, and calendars.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use jiff::civil::date;
use nightshift_schedule::{Calendar, Context, Syntax, Zone};

use crate::holds;

fn context() -> Context {
    let mut context = Context::new(Zone::named("Europe/Berlin").expect("a zone"));
    for (name, hours) in [
        ("office-hours", "Mon-Fri 07:00-19:00"),
        ("broken", "Mon-Fri 07:00"),
    ] {
        context.named.insert(name.to_owned(), hours.to_owned());
    }
    context.calendar = Calendar::from_dates([date(2026, 12, 25)], [date(2026, 12, 31)]);
    context
}

/// An instant of the years 2020 to 2035 that only the text decides.
fn some_instant(text: &str) -> Timestamp {
    const FIRST: i64 = 1_577_836_800;
    const SECONDS: u64 = 16 * 366 * 86_400;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let offset = i64::try_from(hasher.finish() % SECONDS).expect("sixteen years");
    Timestamp::from_second(FIRST + offset).expect("within range")
}

/// Any value, in one syntax.
pub fn value(text: &str, syntax: Syntax) {
    let some = some_instant(text);
    // Every second text is asked about days on which nothing is as on others.
    let christmas = Timestamp::from_second(1_798_150_000).expect("within range");
    let now = if some.as_second() % 2 == 0 {
        some
    } else {
        christmas
    };
    holds::value(text, syntax, &context(), now);
}

/// Any calendar.
pub fn calendar(text: &str) {
    holds::calendar(text, some_instant(text));
}
