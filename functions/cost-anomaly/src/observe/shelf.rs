//! The history of the bill as the ledger keeps it: a cut's month in one entry,
//! so that a day costs a few cents to ask and almost nothing to remember.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Money, printable};
use nightshift_cost::{Batch, Breakdown, Key, RecordType};
use nightshift_runtime::{Body, Entry, LedgerError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bills::Cut;

/// `DynamoDB` takes 400 KB; the rest is for keys and what else an item has.
const LARGEST: usize = 360_000;
/// Cost Explorer keeps 13 months, and so do we, with the month of the report.
const KEEP: SignedDuration = SignedDuration::from_hours(430 * 24);

/// A month of one cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shelf {
    /// The version of this shape; 1.
    pub version: u32,
    /// When each day of the month was last read whole; a day that was not is
    /// unknown.
    #[schemars(with = "BTreeMap<String, i64>")]
    pub read: BTreeMap<u8, i64>,
    /// What the days cost; a day of which nothing is here cost nothing, where it
    /// was read.
    pub rows: Vec<ShelfRow>,
    /// Rows that were too small for the entry.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// What one key cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShelfRow {
    /// Whose cost it is.
    #[serde(rename = "k")]
    pub key: Key,
    /// What kind of line of the bill.
    #[serde(rename = "t", default = "usage", skip_serializing_if = "is_usage")]
    pub of: RecordType,
    /// Millionths of a dollar, from the first of the month on.
    #[serde(rename = "d")]
    pub days: Vec<i64>,
}

const fn usage() -> RecordType {
    RecordType::Usage
}

fn is_usage(of: &RecordType) -> bool {
    *of == RecordType::Usage
}

/// Where a month of a cut is kept.
pub fn sort_key(cut: Cut, month: Date) -> String {
    format!(
        "history#{}#{:04}-{:02}",
        cut.slug(),
        month.year(),
        month.month()
    )
}

/// The months that a span of days touches, by their first day.
pub fn months(from: Date, to: Date) -> Vec<Date> {
    let mut months = Vec::new();
    let mut month = from.first_of_month();
    while month < to {
        months.push(month);
        match month.last_of_month().tomorrow() {
            Ok(next) => month = next,
            Err(_) => break,
        }
    }
    months
}

impl Shelf {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// Reads an entry.
    pub fn of(entry: &Entry) -> Result<Self, LedgerError> {
        entry.body.read().map_err(|error| LedgerError::Malformed {
            key: printable(&entry.key, 200),
            problem: printable(&error.to_string(), 200),
        })
    }

    /// Takes in the days of a reading that were read whole and lie in the month;
    /// whether anything of it was later than what is here.
    pub fn take(&mut self, batch: &Batch, month: Date) -> bool {
        let mut days: BTreeSet<u8> = BTreeSet::new();
        let read_at = batch.read_at.as_second();
        for day in &batch.complete {
            if day.first_of_month() == month {
                let place = place(*day);
                if self.read.get(&place).is_none_or(|known| *known <= read_at) {
                    self.read.insert(place, read_at);
                    days.insert(place);
                }
            }
        }
        if days.is_empty() {
            return false;
        }
        for row in &mut self.rows {
            for day in &days {
                if let Some(amount) = row.days.get_mut(usize::from(*day) - 1) {
                    *amount = 0;
                }
            }
        }
        let mut rows: BTreeMap<(Key, RecordType), Vec<i64>> = std::mem::take(&mut self.rows)
            .into_iter()
            .map(|row| ((row.key, row.of), row.days))
            .collect();
        for (key, amounts) in &batch.rows {
            for (day, amount) in amounts {
                let at = place(*day);
                let Some(amount) = amount.filter(|_| day.first_of_month() == month) else {
                    continue;
                };
                if days.contains(&at) && amount != Money::ZERO {
                    let row = rows.entry(key.clone()).or_default();
                    let at = usize::from(at);
                    if row.len() < at {
                        row.resize(at, 0);
                    }
                    row[at - 1] = amount.micro_usd();
                }
            }
        }
        let rows = rows
            .into_iter()
            .filter(|(_, days)| days.iter().any(|amount| *amount != 0));
        self.rows = rows
            .map(|((key, of), days)| ShelfRow { key, of, days })
            .collect();
        self.version = Self::VERSION;
        true
    }

    /// The readings that are here, as the history takes them.
    pub fn batches(&self, breakdown: Breakdown, month: Date, usage: bool) -> Vec<Batch> {
        let mut batches: BTreeMap<i64, Batch> = BTreeMap::new();
        for (day, read_at) in &self.read {
            let Ok(at) = Timestamp::from_second(*read_at) else {
                continue;
            };
            let Some(date) = date(month, *day) else {
                continue;
            };
            let batch = batches.entry(*read_at).or_insert_with(|| {
                let mut batch = Batch::new(at, breakdown);
                batch.record_types = usage.then(|| [RecordType::Usage].into());
                batch
            });
            batch.complete.insert(date);
        }
        for row in &self.rows {
            for (day, amount) in (1..).zip(&row.days) {
                let Some(read_at) = self.read.get(&day).filter(|_| *amount != 0) else {
                    continue;
                };
                if let (Some(batch), Some(date)) = (batches.get_mut(read_at), date(month, day)) {
                    let amount = Some(Money::from_micro_usd(*amount));
                    batch.add(row.key.clone(), row.of.clone(), date, amount);
                }
            }
        }
        batches.into_values().collect()
    }

    /// The entry to write over the one of this version; the smallest rows are
    /// left out where all do not fit.
    pub fn entry(
        mut self,
        cut: Cut,
        month: Date,
        version: u64,
        now: Timestamp,
    ) -> Result<Entry, serde_json::Error> {
        let size = |row: &ShelfRow| {
            row.days
                .iter()
                .map(|amount| amount.unsigned_abs())
                .sum::<u64>()
        };
        let mut text = serde_json::to_string(&self)?;
        while text.len() > LARGEST && !self.rows.is_empty() {
            self.rows.sort_by_key(|row| std::cmp::Reverse(size(row)));
            let keep = self.rows.len() * LARGEST / text.len() * 95 / 100;
            self.left_out += self.rows.len() - keep;
            self.rows.truncate(keep);
            self.rows
                .sort_by(|one, other| (&one.key, &one.of).cmp(&(&other.key, &other.of)));
            text = serde_json::to_string(&self)?;
        }
        Ok(Entry {
            key: sort_key(cut, month),
            version,
            body: Body::new(&self)?,
            expires_at: now.checked_add(KEEP).ok(),
        })
    }
}

fn place(day: Date) -> u8 {
    u8::try_from(day.day()).unwrap_or(1)
}

fn date(month: Date, day: u8) -> Option<Date> {
    let day = i8::try_from(day).ok()?;
    Date::new(month.year(), month.month(), day).ok()
}
