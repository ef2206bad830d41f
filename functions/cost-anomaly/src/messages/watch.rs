//! A watch that sees nothing, in words.

use nightshift_core::printable;

use super::{VALUE, Words, section};
use crate::decide::Verdict;
use crate::matter::{Telling, WatchState};

pub(super) fn words(watch: &WatchState, verdict: &Verdict) -> Words {
    let mut words = Words {
        title: "Unusual spending would not be noticed".to_owned(),
        summary: if verdict.tell == Telling::Resolved {
            format!("It is over: {}.", printable(&verdict.why, VALUE))
        } else {
            format!(
                "{} Until that is mended, no news of spending means nothing.",
                watch.blind.join(" ")
            )
        },
        next_steps: vec![
            "Mend what is in the way; the next round in the morning looks again.".to_owned(),
            "Look at the last days in Cost Explorer yourself.".to_owned(),
        ],
        ..Words::default()
    };
    section(&mut words.sections, "What is in the way", &watch.causes);
    words
}
