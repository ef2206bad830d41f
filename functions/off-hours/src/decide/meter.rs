//! What a sleeping resource saves, counted once, in the write that ends it.

use jiff::Timestamp;

use crate::model::{Phase, Record, Saved, State};
use crate::savings::saved;

/// Starts counting when a resource sleeps and stops when it does not.
pub(super) fn read(record: &mut Record, state: &State, now: Timestamp) {
    match record.asleep_since {
        None if record.phase == Phase::Asleep && *state == State::Off => {
            record.asleep_since = Some(now);
        }
        Some(_) if *state != State::Off => stop(record, now),
        _ => {}
    }
}

/// Counts a sleep that is over.
pub(super) fn stop(record: &mut Record, now: Timestamp) {
    let Some(since) = record.asleep_since.take() else {
        return;
    };
    let hourly = record.memory.as_ref().and_then(|memory| memory.hourly);
    let mut sleep = Saved::default();
    for (month, more) in saved(since, now, hourly) {
        sleep.seconds += more.seconds;
        sleep.money += more.money;
        let total = record.saved.entry(month).or_default();
        total.seconds += more.seconds;
        total.money += more.money;
    }
    record.last_sleep = Some(sleep);
}
