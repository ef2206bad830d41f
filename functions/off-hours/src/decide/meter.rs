//! What a sleeping resource saves, counted once, in the write that ends it.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use nightshift_core::Money;
use nightshift_schedule::Zone;

use crate::model::{Phase, Record, Saved, State};

/// Starts counting when a resource sleeps and stops when it does not.
pub(super) fn read(record: &mut Record, state: &State, zone: &Zone, now: Timestamp) {
    match record.asleep_since {
        None if record.phase == Phase::Asleep && *state == State::Off => {
            record.asleep_since = Some(now);
        }
        Some(since) if *state != State::Off => {
            let hourly = record.memory.as_ref().and_then(|memory| memory.hourly);
            for (month, saved) in by_month(since, now, hourly.unwrap_or(Money::ZERO), zone) {
                let total = record.saved.entry(month).or_default();
                total.seconds += saved.seconds;
                total.money += saved.money;
            }
            record.asleep_since = None;
        }
        _ => {}
    }
}

/// What is saved from one instant to another, by local month (`2026-11`).
pub fn by_month(
    from: Timestamp,
    to: Timestamp,
    hourly: Money,
    zone: &Zone,
) -> Vec<(String, Saved)> {
    let mut months = Vec::new();
    let mut begin = from;
    while begin < to {
        let date = zone.wall(begin).date();
        let end = next_month(date, zone).map_or(to, |next| next.min(to));
        let seconds = end.as_second() - begin.as_second();
        let saved = Saved {
            seconds,
            money: hourly.per_hour_over_seconds(seconds),
        };
        months.push((format!("{:04}-{:02}", date.year(), date.month()), saved));
        if end <= begin {
            break;
        }
        begin = end;
    }
    months
}

fn next_month(date: Date, zone: &Zone) -> Option<Timestamp> {
    let first = date
        .first_of_month()
        .checked_add(Span::new().months(1))
        .ok()?;
    let midnight = first.at(0, 0, 0, 0);
    let instant = zone.rules().to_ambiguous_timestamp(midnight).compatible();
    instant.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_over_the_end_of_a_month_counts_in_both() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let months = by_month(
            "2026-11-30T18:00:00Z".parse().unwrap(),
            "2026-12-01T06:00:00Z".parse().unwrap(),
            Money::from_micro_usd(100_000),
            &zone,
        );
        assert_eq!(months.len(), 2);
        assert_eq!(months[0].0, "2026-11");
        assert_eq!(months[0].1.seconds, 5 * 3600);
        assert_eq!(months[1].0, "2026-12");
        assert_eq!(months[1].1.seconds, 7 * 3600);
        assert_eq!(months[1].1.money, Money::from_micro_usd(700_000));
    }
}
