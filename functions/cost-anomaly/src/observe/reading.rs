//! Reads the bill: what is missing and what may have been revised is asked of
//! Cost Explorer, the rest comes from the ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use nightshift_core::printable;
use nightshift_cost::{Batch, History, Query, RecordType, read_cost_explorer};
use nightshift_runtime::{Deadline, Entry, Ledger, LedgerError};

use super::bills::{Ask, Bills, Cut};
use super::meter::{Meter, MeterError};
use super::shelf::{Shelf, months, sort_key};
use crate::config::CostExplorer;
use crate::decide::day_of;
use crate::matter::PARTITION;

/// The IAM action.
const COSTS: &str = "ce:GetCostAndUsage";
/// What was read so shortly ago is not asked again: a run that comes twice does
/// not pay twice.
const FRESH: SignedDuration = SignedDuration::from_hours(12);
/// More pages than this have no end.
const PAGES: u32 = 60;
/// A question is not begun when less than this is left.
const NEEDED: Duration = Duration::from_secs(20);
const ATTEMPTS: u32 = 4;

/// What is known of the bill.
#[derive(Debug, Default)]
pub struct Read {
    /// Day by day, cut by cut.
    pub history: History,
    /// What could not be asked or remembered, and why. A day that was not read is
    /// unknown, never nothing.
    pub gaps: Vec<String>,
    /// How many pages were asked for.
    pub pages: u32,
    /// Whether each cut has all of its days.
    pub whole: BTreeMap<&'static str, bool>,
}

/// Reads the bill.
#[derive(Debug)]
pub struct Reader<'a, L, B> {
    /// What was read before.
    pub ledger: &'a L,
    /// Who is asked.
    pub bills: &'a B,
    /// What is counted.
    pub meter: Meter<'a, L>,
    /// What is asked.
    pub settings: &'a CostExplorer,
    /// The key of the environment's tag.
    pub environment_tag: &'a str,
    /// What counts as now.
    pub now: Timestamp,
    /// How long there is.
    pub deadline: &'a Deadline,
}

/// A month as it stands in the ledger.
struct Month {
    first: Date,
    version: u64,
    shelf: Shelf,
    changed: bool,
}

impl<L: Ledger, B: Bills> Reader<'_, L, B> {
    /// Everything from `from` on, asked where it is missing or may have been
    /// revised.
    pub async fn read(&self, cuts: &[Cut], from: Date) -> Read {
        let mut read = Read::default();
        for cut in cuts {
            self.cut(*cut, from, true, &mut read).await;
        }
        read
    }

    /// What is remembered from `from` on; nobody is asked.
    pub async fn remembered(&self, cuts: &[Cut], from: Date) -> Read {
        let mut read = Read::default();
        for cut in cuts {
            self.cut(*cut, from, false, &mut read).await;
        }
        read
    }

    async fn cut(&self, cut: Cut, from: Date, ask: bool, read: &mut Read) {
        let today = day_of(self.now);
        let mut shelves = match self.shelves(cut, from, today).await {
            Ok(shelves) => shelves,
            Err(error) => {
                read.gaps.push(gap(cut, &error.to_string()));
                read.whole.insert(cut.slug(), false);
                return;
            }
        };
        if ask && let Some(since) = self.since(&shelves, from, today) {
            match self.ask(cut, since, today, &mut read.pages).await {
                Ok(batch) => {
                    for month in &mut shelves {
                        month.changed = month.shelf.take(&batch, month.first);
                    }
                    for month in &shelves {
                        if month.changed
                            && let Err(error) = self.keep(cut, month, &batch).await
                        {
                            read.gaps.push(gap(cut, &error.to_string()));
                        }
                    }
                }
                Err(problem) => read.gaps.push(gap(cut, &problem)),
            }
        }
        let mut whole = true;
        for month in &shelves {
            for batch in month
                .shelf
                .batches(cut.breakdown(), month.first, cut.is_usage())
            {
                read.history.add(batch);
            }
            let days = days(month.first, from, today);
            whole &= days.iter().all(|day| month.shelf.read.contains_key(day));
        }
        read.whole.insert(cut.slug(), whole);
    }

    async fn shelves(&self, cut: Cut, from: Date, today: Date) -> Result<Vec<Month>, LedgerError> {
        let mut shelves = Vec::new();
        for first in months(from, today) {
            let entry = self.ledger.read(PARTITION, &sort_key(cut, first)).await?;
            let known = entry.as_ref().map(Shelf::of).transpose()?;
            shelves.push(Month {
                first,
                version: entry.map_or(0, |entry: Entry| entry.version),
                shelf: known.unwrap_or_default(),
                changed: false,
            });
        }
        Ok(shelves)
    }

    /// The first day that has to be asked for; None where all is fresh.
    fn since(&self, shelves: &[Month], from: Date, today: Date) -> Option<Date> {
        let reread = today
            .checked_sub(i64::from(self.settings.reread_days).days())
            .unwrap_or(from)
            .max(from);
        let fresh = self.now.saturating_sub(FRESH).unwrap_or(Timestamp::MIN);
        let mut first = None;
        for month in shelves {
            for day in days(month.first, from, today) {
                let Some(date) = i8::try_from(day)
                    .ok()
                    .and_then(|day| Date::new(month.first.year(), month.first.month(), day).ok())
                else {
                    continue;
                };
                let due = match month.shelf.read.get(&day) {
                    None => true,
                    Some(read_at) => date >= reread && *read_at < fresh.as_second(),
                };
                if due && first.is_none() {
                    first = Some(date);
                }
            }
        }
        first
    }

    async fn ask(&self, cut: Cut, from: Date, to: Date, pages: &mut u32) -> Result<Batch, String> {
        let ask = Ask {
            cut,
            from,
            to,
            metric: self.settings.metric,
            environment_tag: self.environment_tag.to_owned(),
        };
        let mut bodies = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..PAGES {
            if !self.deadline.allows(NEEDED) {
                return Err("no time was left in this run; the next one asks".to_owned());
            }
            let request = || self.bills.costs(&ask, next.as_deref());
            let page = self
                .meter
                .ask(COSTS, request)
                .await
                .map_err(|error: MeterError| error.to_string())?;
            *pages += 1;
            bodies.push(page.body);
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        if next.is_some() {
            return Err(format!("the answer has more than {PAGES} pages"));
        }
        let query = Query {
            read_at: self.now,
            metric: Some(ask.metric.as_str()),
            record_type: &RecordType::Usage,
        };
        let text = serde_json::Value::Array(bodies).to_string();
        read_cost_explorer(&text, &query).map_err(|error| error.to_string())
    }

    /// Writes a month. Whoever wrote meanwhile has read the same bill: what is
    /// later counts, day by day.
    async fn keep(&self, cut: Cut, month: &Month, batch: &Batch) -> Result<(), LedgerError> {
        let malformed = |error: serde_json::Error| LedgerError::Malformed {
            key: sort_key(cut, month.first),
            problem: error.to_string(),
        };
        let (mut kept, mut version) = (month.shelf.clone(), month.version);
        let mut attempt = 1;
        loop {
            let entry = kept
                .clone()
                .entry(cut, month.first, version, self.now)
                .map_err(malformed)?;
            match self.ledger.write(PARTITION, &entry).await {
                Ok(_) => return Ok(()),
                Err(LedgerError::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
            let entry = self.ledger.read(PARTITION, &entry.key).await?;
            version = entry.as_ref().map_or(0, |entry| entry.version);
            kept = entry
                .as_ref()
                .map(Shelf::of)
                .transpose()?
                .unwrap_or_default();
            if !kept.take(batch, month.first) {
                return Ok(());
            }
        }
    }
}

/// The days of a month that lie in a span, as days of the month.
fn days(first: Date, from: Date, to: Date) -> Vec<u8> {
    let last = first.last_of_month();
    let mut days = Vec::new();
    let mut day = first.max(from);
    while day <= last && day < to {
        days.push(u8::try_from(day.day()).unwrap_or(1));
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    days
}

fn gap(cut: Cut, why: &str) -> String {
    printable(
        &format!("the bill by {}: {why}", cut.slug().replace('-', " ")),
        400,
    )
}
