//! Whether spending is seen at all.

use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::printable;

use crate::decide::{day_of, detect};
use crate::matter::{WatchState, days_between};
use crate::observe::Read;

/// Days without a new day of the bill that are a bad morning and no blindness:
/// Cost Explorer itself may be a day late.
const PATIENCE: i32 = 3;
/// Causes that are told.
const CAUSES: usize = 5;

/// What keeps spending from being seen. `read` is none where another function
/// reads the bill, `shut_out` says why AWS cannot say something by itself, and
/// `before` is what the round before has found.
pub fn state(
    read: Option<&Read>,
    shut_out: Option<&str>,
    before: Option<&WatchState>,
    lag: u8,
    now: Timestamp,
) -> WatchState {
    let mut state = WatchState {
        at: now,
        ..WatchState::default()
    };
    if let Some(read) = read {
        let today = day_of(now);
        let newest = detect::newest_day(&read.history, lag);
        // An account that has never cost anything is not blind.
        if newest.is_none() && !read.gaps.is_empty() {
            let tried = before.and_then(|before| before.tried_since);
            state.tried_since = tried.or(Some(today));
        }
        let late = |day: &Date| days_between(*day, today) > PATIENCE;
        let unread = newest
            .filter(late)
            .map(|day| format!("Nothing of the bill is known after {day}."));
        let never = state.tried_since.filter(late).map(|day| {
            format!("Nothing of the bill could be read yet, which is tried since {day}.")
        });
        if let Some(unread) = unread.or(never) {
            state.blind.push(unread);
            let gaps = read.gaps.iter().take(CAUSES);
            state.causes.extend(gaps.map(|gap| printable(gap, 300)));
        }
    }
    state.blind.extend(shut_out.map(|why| printable(why, 400)));
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_no_bill_is_blind_only_where_aws_is_shut_out() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(state(None, None, None, 2, now).blind, [""; 0]);
        let shut_out = state(None, Some("shut out"), None, 2, now);
        assert_eq!(shut_out.blind, ["shut out"]);
        let nothing = Read::default();
        assert_eq!(state(Some(&nothing), None, None, 2, now).tried_since, None);
    }

    #[test]
    fn a_bill_that_was_never_read_has_some_days_before_anybody_is_told() {
        let read = Read {
            gaps: vec!["throttled".to_owned()],
            ..Read::default()
        };
        let mut known: Option<WatchState> = None;
        for day in 0..6 {
            let now = Timestamp::from_second(day * 86_400).unwrap();
            let state = state(Some(&read), None, known.as_ref(), 2, now);
            assert_eq!(state.blind.is_empty(), day < 4, "day {day}");
            assert_eq!(state.causes.is_empty(), day < 4);
            known = Some(state);
        }
    }
}
