use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::charge::{Class, RecordType};
use crate::key::{Breakdown, Key};
use crate::series::{Day, Series};

/// The rows of one reading: one query with all its pages, or one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// When it was read; a later reading of a day replaces an earlier one.
    pub read_at: Timestamp,
    /// What its rows tell apart.
    pub breakdown: Breakdown,
    /// The record types whose rows it has; `None` for all of them.
    pub record_types: Option<BTreeSet<RecordType>>,
    /// Days of which every row is there: whose row is missing had no cost.
    pub complete: BTreeSet<Date>,
    /// The rows. `None` is a day that is known to be unknown.
    pub rows: BTreeMap<(Key, RecordType), BTreeMap<Date, Option<Money>>>,
}

impl Batch {
    /// A reading without any row.
    pub const fn new(read_at: Timestamp, breakdown: Breakdown) -> Self {
        Self {
            read_at,
            breakdown,
            record_types: None,
            complete: BTreeSet::new(),
            rows: BTreeMap::new(),
        }
    }

    /// Adds a row; rows of one key, record type and day are one amount, which
    /// is unknown as soon as one of them is.
    pub fn add(&mut self, key: Key, record_type: RecordType, day: Date, amount: Option<Money>) {
        let days = self.rows.entry((key, record_type)).or_default();
        days.entry(day)
            .and_modify(|sum| *sum = sum.zip(amount).map(|(one, other)| one + other))
            .or_insert(amount);
    }
}

/// A day's amount with when it was read.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
struct Reading {
    #[schemars(with = "String")]
    read_at: Timestamp,
    amount: Option<Money>,
}

type Readings = BTreeMap<Date, Reading>;
type Instants = BTreeMap<Date, Timestamp>;

/// What was read of an account's cost, day by day.
///
/// Readings may come in any order and any number of times: of each day the
/// latest counts, and of two at the same instant the one with the larger amount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    rows: BTreeMap<Breakdown, BTreeMap<(Key, RecordType), Readings>>,
    /// When a day was last read whole, by the record types that were asked for.
    complete: BTreeMap<Breakdown, BTreeMap<Option<BTreeSet<RecordType>>, Instants>>,
}

impl History {
    /// Takes a reading in.
    pub fn add(&mut self, batch: Batch) {
        let Batch {
            read_at,
            breakdown,
            record_types,
            complete,
            rows,
        } = batch;
        let whole = self.complete.entry(breakdown).or_default();
        let whole = whole.entry(record_types).or_default();
        for day in complete {
            let last = whole.entry(day).or_insert(read_at);
            *last = (*last).max(read_at);
        }
        let known = self.rows.entry(breakdown).or_default();
        for (key, days) in rows {
            let known = known.entry(key).or_default();
            for (day, amount) in days {
                let reading = Reading { read_at, amount };
                let last = known.entry(day).or_insert(reading);
                *last = (*last).max(reading);
            }
        }
    }

    /// The ways in which it is broken down.
    pub fn breakdowns(&self) -> impl Iterator<Item = Breakdown> + '_ {
        self.rows.keys().copied()
    }

    /// The record types that were read.
    pub fn record_types(&self) -> BTreeSet<&RecordType> {
        let keys = self.rows.values().flat_map(BTreeMap::keys);
        keys.map(|(_, record_type)| record_type).collect()
    }

    /// The series of one class, one for each key of a breakdown.
    ///
    /// A day is settled when it was read `lag` days or more after it. It is
    /// missing when it was never read, or when one of the record types that it
    /// is the sum of is unknown.
    pub fn series(&self, breakdown: Breakdown, class: Class, lag: u8) -> Vec<Series> {
        let Some(rows) = self.rows.get(&breakdown) else {
            return Vec::new();
        };
        let mut whole: BTreeMap<&RecordType, Instants> = BTreeMap::new();
        for (_, record_type) in rows.keys() {
            whole
                .entry(record_type)
                .or_insert_with(|| self.whole(breakdown, record_type));
        }
        let mut found: BTreeMap<&Key, Vec<BTreeMap<Date, Day>>> = BTreeMap::new();
        for ((key, record_type), days) in rows {
            if record_type.class() == class {
                let parts = found.entry(key).or_default();
                parts.push(resolved(days, &whole[record_type], lag));
            }
        }
        let series = found
            .into_iter()
            .map(|(key, parts)| Series::new(key.clone(), &summed(&parts)));
        series.collect()
    }

    /// When each day was last read whole as far as a record type goes.
    fn whole(&self, breakdown: Breakdown, record_type: &RecordType) -> Instants {
        let mut days = Instants::new();
        for (asked, read) in self.complete.get(&breakdown).into_iter().flatten() {
            if asked
                .as_ref()
                .is_none_or(|asked| asked.contains(record_type))
            {
                for (&day, &at) in read {
                    let last = days.entry(day).or_insert(at);
                    *last = (*last).max(at);
                }
            }
        }
        days
    }
}

/// Each day as what is known of it: a row that a later whole reading no
/// longer has is gone.
fn resolved(days: &Readings, whole: &Instants, lag: u8) -> BTreeMap<Date, Day> {
    let nothing = |read_at: Timestamp| Reading {
        read_at,
        amount: Some(Money::ZERO),
    };
    let mut readings: Readings = whole.iter().map(|(&day, &at)| (day, nothing(at))).collect();
    for (&day, &reading) in days {
        let last = readings.entry(day).or_insert(reading);
        if reading.read_at >= last.read_at {
            *last = reading;
        }
    }
    readings
        .into_iter()
        .map(|(day, Reading { read_at, amount })| {
            let settles = day.checked_add(i64::from(lag).days());
            let read_on = read_at.to_zoned(TimeZone::UTC).date();
            let day_is = match amount {
                None => Day::Missing,
                Some(amount) if settles.is_ok_and(|settles| read_on >= settles) => {
                    Day::Settled(amount)
                }
                Some(amount) => Day::Estimated(amount),
            };
            (day, day_is)
        })
        .collect()
}

/// The sum of a key's record types, missing where one of them is.
fn summed(parts: &[BTreeMap<Date, Day>]) -> BTreeMap<Date, Day> {
    let dates: BTreeSet<Date> = parts.iter().flat_map(BTreeMap::keys).copied().collect();
    let day = |date: &Date| {
        let days = parts
            .iter()
            .map(|part| part.get(date).copied().unwrap_or_default());
        days.reduce(Day::plus).unwrap_or_default()
    };
    dates.iter().map(|date| (*date, day(date))).collect()
}
