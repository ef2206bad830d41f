//! The history in the ledger is the history that was read.

use cost_anomaly::observe::{Cut, Shelf};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use nightshift_core::Money;
use nightshift_cost::{Batch, Class, Day, Dimension, History, Key, RecordType};
use proptest::prelude::*;

use crate::world::{at, day};

const MONTH: &str = "2026-11-01";

fn key(service: u8, account: u8) -> Key {
    Key::default()
        .with(Dimension::Service, format!("service {service}"))
        .with(Dimension::Account, format!("{account:012}"))
}

/// Readings of November, each of some days in a row, whole.
fn readings() -> impl Strategy<Value = Vec<Batch>> {
    let cell = (0..3_u8, 0..2_u8, 0..30_i64, -5_000..50_000_i64);
    let reading = (
        0..40_i64,
        0..30_i64,
        1..31_i64,
        prop::collection::vec(cell, 0..40),
    );
    prop::collection::vec(reading, 1..6).prop_map(|readings| {
        readings
            .into_iter()
            .map(|(after, from, days, cells)| {
                let first = day(MONTH);
                let read_at =
                    at("2026-11-02T06:30:00Z") + jiff::SignedDuration::from_hours(24 * after);
                let mut batch = Batch::new(read_at, Cut::ServiceAccount.breakdown());
                batch.record_types = Some([RecordType::Usage].into());
                let span: Vec<Date> = (from..(from + days).min(30))
                    .map(|at| first.checked_add(at.days()).unwrap())
                    .collect();
                batch.complete.extend(span.iter().copied());
                for (service, account, at, cents) in cells {
                    let on = first.checked_add(at.days()).unwrap();
                    if batch.complete.contains(&on) {
                        let amount = Some(Money::from_micro_usd(cents * 10_000));
                        batch.add(key(service, account), RecordType::Usage, on, amount);
                    }
                }
                batch
            })
            .collect()
    })
}

fn days(history: &History) -> Vec<(Key, Vec<(Date, Day)>)> {
    let series = history.series(Cut::ServiceAccount.breakdown(), Class::Usage, 2);
    let mut found: Vec<_> = series
        .iter()
        .map(|one| {
            let days = one.dated().filter(|(_, known)| *known != Day::Missing);
            (one.key.clone(), days.collect::<Vec<_>>())
        })
        // A key of which every amount was taken back is none.
        .filter(|(_, days)| {
            days.iter()
                .any(|(_, known)| known.amount() != Some(Money::ZERO))
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

proptest! {
    #[test]
    fn what_is_kept_is_what_was_read(mut readings in readings()) {
        // Two readings of the same instant are the same reading.
        readings.sort_by_key(|batch| batch.read_at);
        readings.dedup_by_key(|batch| batch.read_at);
        let (mut kept, mut history) = (Shelf::default(), History::default());
        for batch in &readings {
            kept.take(batch, day(MONTH));
            let text = serde_json::to_string(&kept).unwrap();
            kept = serde_json::from_str(&text).unwrap();
            history.add(batch.clone());
        }
        let mut again = History::default();
        for batch in kept.batches(Cut::ServiceAccount.breakdown(), day(MONTH), true) {
            again.add(batch);
        }
        prop_assert_eq!(days(&again), days(&history));
    }

    #[test]
    fn the_order_of_readings_does_not_matter(readings in readings()) {
        let take = |order: &[Batch]| {
            let mut kept = Shelf::default();
            for batch in order {
                kept.take(batch, day(MONTH));
            }
            kept.rows.sort_by(|one, other| one.key.cmp(&other.key));
            for row in &mut kept.rows {
                while row.days.last() == Some(&0) {
                    row.days.pop();
                }
            }
            kept
        };
        let mut unique = readings;
        unique.sort_by_key(|batch| batch.read_at);
        unique.dedup_by_key(|batch| batch.read_at);
        let forth = take(&unique);
        unique.reverse();
        prop_assert_eq!(take(&unique), forth);
    }
}

#[test]
fn a_month_of_a_large_bill_fits_into_an_item() {
    let mut batch = Batch::new(
        at("2026-12-04T06:30:00Z"),
        Cut::ServiceUsageType.breakdown(),
    );
    for number in 0..6_000_u32 {
        let key = Key::default()
            .with(Dimension::Service, "Amazon Elastic Compute Cloud - Compute")
            .with(
                Dimension::UsageType,
                format!("EUC1-BoxUsage:x{number}.24xlarge"),
            );
        for at in 0..30 {
            let on = day(MONTH).checked_add(at.days()).unwrap();
            batch.complete.insert(on);
            let amount = Some(Money::from_micro_usd(i64::from(number) * 1_234_567));
            batch.add(key.clone(), RecordType::Usage, on, amount);
        }
    }
    let mut shelf = Shelf::default();
    shelf.take(&batch, day(MONTH));
    let entry = shelf
        .entry(Cut::ServiceUsageType, day(MONTH), 0, Timestamp::UNIX_EPOCH)
        .unwrap();
    let kept: Shelf = entry.body.read().unwrap();
    assert!(serde_json::to_string(&kept).unwrap().len() <= 360_000);
    assert_eq!(
        kept.left_out + kept.rows.len(),
        5_999,
        "a row without cost is none"
    );
    // What is left out is what costs least.
    let most = kept.rows.iter().map(|row| row.days[0]).min().unwrap();
    assert!(most > 5_000 * 1_234_567 / 2, "{most}");
}
