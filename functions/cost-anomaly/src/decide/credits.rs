//! How long the account's credits last. Spending that credits hide is no anomaly
//! to anybody until the day on which they are used up.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use nightshift_core::Money;
use nightshift_cost::{Class, Day, History, Key, Series, Settings, credits};

use crate::config::Credits;
use crate::matter::CreditState;
use crate::observe::Cut;

/// What is known of the credits; None where there never were any, or too little
/// of the bill is known to say so.
pub fn state(
    history: &History,
    configured: Option<&Credits>,
    settings: &Settings,
    now: Timestamp,
) -> Option<CreditState> {
    let breakdown = Cut::ServiceRecordType.breakdown();
    let left = configured.and_then(|configured| left(history, configured, settings));
    let known = credits(history, breakdown, settings, left)?;
    Some(CreditState {
        at: now,
        per_day: known.daily,
        left,
        used_up: known.empty_on,
        expires: configured.and_then(|configured| configured.expires),
        stopped: known
            .ended
            .then(|| known.last.checked_add(1.day()).unwrap_or(known.last)),
    })
}

/// What is left after the last settled day; None where a day since then is not
/// known, for it may have cost anything.
fn left(history: &History, configured: &Credits, settings: &Settings) -> Option<Money> {
    let breakdown = Cut::ServiceRecordType.breakdown();
    let parts = history.series(breakdown, Class::Credit, settings.lag_days);
    let all = Series::sum(Key::default(), &parts);
    let last: Date = all
        .dated()
        .rev()
        .find(|(_, known)| matches!(known, Day::Settled(_)))
        .map(|(day, _)| day)?;
    let mut left = configured.balance_usd.0;
    let mut day = configured.as_of;
    while day <= last {
        // Credits are below zero on the bill.
        left += all.on(day).settled()?;
        day = day.tomorrow().ok()?;
    }
    Some(left)
}
