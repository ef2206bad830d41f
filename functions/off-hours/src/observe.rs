//! The world as it is now: resources of every kind and Region, what the ledger
//! keeps of them, and the calendars.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures_util::future::join3;
use futures_util::stream::{StreamExt, iter};
use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Arn, Document, Region};
use nightshift_runtime::{CallError, Entry, Ledger, LedgerError};
use nightshift_schedule::{Calendar, Effect};

use crate::cloud::Cloud;
use crate::config::{CalendarMeaning, CalendarSource, Config};
use crate::model::{EnvironmentRecord, Kind, Record, Resource};
use crate::plan::{Snapshot, Stored};

/// The ledger's partition of this function.
pub const PARTITION: &str = "off-hours";
/// The key of what is kept of the environment as a whole.
pub const ENVIRONMENT_KEY: &str = "environment";
/// What the keys of resources begin with.
const RESOURCE_PREFIX: &str = "resource#";
/// How many sweeps are under way at a time: what AWS's rates and 128 MB allow.
const SWEEPS_AT_ONCE: usize = 6;
/// How far around now an unreadable calendar of frozen dates freezes everything.
const UNREADABLE: SignedDuration = SignedDuration::from_hours(24);

/// Where calendars are read from.
pub trait Calendars: Send + Sync {
    /// A calendar's text.
    fn text(
        &self,
        source: &CalendarSource,
    ) -> impl Future<Output = Result<String, CallError>> + Send;
}

/// The ledger's key of a resource.
pub fn resource_key(arn: &Arn) -> String {
    format!("{RESOURCE_PREFIX}{arn}")
}

/// Sees everything. A sweep that fails leaves its kind and Region out and is
/// named among the blind ones; an entry of the ledger that cannot be read
/// makes its resource untouchable.
///
/// # Errors
/// When the ledger as a whole cannot be read: without memory nothing may change.
pub async fn observe(
    cloud: &impl Cloud,
    ledger: &impl Ledger,
    calendars: &impl Calendars,
    document: &Document,
    config: &Config,
    now: Timestamp,
) -> Result<Snapshot, LedgerError> {
    let (seen, entries, (calendar, mut problems)) = join3(
        sweep(cloud, document, config),
        ledger.load(PARTITION),
        calendar(calendars, config, now),
    )
    .await;
    let remembered = remembered(entries?);
    let mut resources = seen.resources;
    for resource in &mut resources {
        if let Some(problem) = remembered.unreadable.get(&resource_key(&resource.arn)) {
            resource.cannot_sleep = Some(problem.clone());
        }
    }
    problems.extend(remembered.unreadable.into_values());
    for problem in &problems {
        tracing::warn!(%problem, "not everything could be read");
    }
    Ok(Snapshot {
        resources,
        records: remembered.records,
        environment: remembered.environment,
        calendar,
        swept: seen.swept,
        blind: seen.blind,
        problems,
    })
}

impl Snapshot {
    /// What the ledger alone tells, without a look at AWS.
    pub fn of_ledger(entries: Vec<Entry>) -> Self {
        let remembered = remembered(entries);
        Self {
            records: remembered.records,
            environment: remembered.environment,
            problems: remembered.unreadable.into_values().collect(),
            ..Self::default()
        }
    }
}

/// What came of all sweeps.
#[derive(Default)]
struct Seen {
    resources: Vec<Resource>,
    swept: BTreeSet<(Kind, Region)>,
    blind: Vec<CallError>,
}

async fn sweep(cloud: &impl Cloud, document: &Document, config: &Config) -> Seen {
    let sweeps: Vec<_> = document
        .regions
        .iter()
        .flat_map(|region| config.kinds.iter().map(move |kind| (*kind, region)))
        .map(|(kind, region)| async move {
            let answer = sweep_one(cloud, kind, region).await;
            (kind, region, answer)
        })
        .collect();
    let answers: Vec<_> = iter(sweeps).buffered(SWEEPS_AT_ONCE).collect().await;
    let mut seen = Seen::default();
    for (kind, region, answer) in answers {
        match answer {
            Ok(found) => {
                seen.resources.extend(found);
                seen.swept.insert((kind, region.clone()));
            }
            // Kinds share some reads; one failure is told once.
            Err(error) if seen.blind.contains(&error) => {}
            Err(error) => seen.blind.push(error),
        }
    }
    seen
}

async fn sweep_one(
    cloud: &impl Cloud,
    kind: Kind,
    region: &Region,
) -> Result<Vec<Resource>, CallError> {
    cloud.sweep(kind, region).await
}

/// What the ledger keeps, with the entries that cannot be read by their keys.
#[derive(Default)]
struct Remembered {
    records: BTreeMap<Arn, Stored<Record>>,
    environment: Stored<EnvironmentRecord>,
    unreadable: BTreeMap<String, String>,
}

fn remembered(entries: Vec<Entry>) -> Remembered {
    let mut all = Remembered::default();
    for Entry {
        key, version, body, ..
    } in entries
    {
        if key.starts_with(RESOURCE_PREFIX) {
            match body.read::<Record>() {
                Ok(value) if resource_key(&value.arn) == key => {
                    all.records
                        .insert(value.arn.clone(), Stored { version, value });
                }
                Ok(value) => {
                    let problem = format!("it is about {}", value.arn);
                    all.unreadable
                        .insert(key.clone(), unreadable(&key, &problem));
                }
                Err(error) => {
                    all.unreadable
                        .insert(key.clone(), unreadable(&key, &error.to_string()));
                }
            }
        } else if key == ENVIRONMENT_KEY {
            // What was announced and when runs began can be begun anew; sizes
            // are not in it.
            match body.read() {
                Ok(value) => all.environment = Stored { version, value },
                Err(error) => {
                    all.environment.version = version;
                    all.unreadable
                        .insert(key.clone(), unreadable(&key, &error.to_string()));
                }
            }
        }
    }
    all
}

fn unreadable(key: &str, problem: &str) -> String {
    let malformed = LedgerError::Malformed {
        key: key.to_owned(),
        problem: problem.to_owned(),
    };
    format!("{malformed}; until then nothing is done with it")
}

/// The dates of the calendars, and which of them could not be read.
async fn calendar(
    calendars: &impl Calendars,
    config: &Config,
    now: Timestamp,
) -> (Calendar, Vec<String>) {
    let mut calendar = Calendar::default();
    let mut problems = Vec::new();
    let reads: Vec<_> = config
        .calendars
        .iter()
        .map(|source| async move { (source, read_calendar(calendars, source).await) })
        .collect();
    let read: Vec<_> = iter(reads).buffered(SWEEPS_AT_ONCE).collect().await;
    for (source, text) in read {
        match text {
            Ok(one) => calendar.extend(one),
            Err(problem) => {
                let problem = format!("the calendar {} cannot be read: {problem}", source.name);
                if source.means == CalendarMeaning::Frozen {
                    freeze(&mut calendar, now, &problem);
                }
                problems.push(problem);
            }
        }
    }
    (calendar, problems)
}

async fn read_calendar(
    calendars: &impl Calendars,
    source: &CalendarSource,
) -> Result<Calendar, String> {
    let effect = match source.means {
        CalendarMeaning::Closed => Effect::Closed,
        CalendarMeaning::Frozen => Effect::Frozen,
    };
    let text = calendars
        .text(source)
        .await
        .map_err(|error| error.to_string())?;
    Calendar::from_text(&text, effect).map_err(|errors| {
        let first = errors.first();
        first.map_or_else(|| "it is empty".to_owned(), ToString::to_string)
    })
}

/// Nobody knows whether today is frozen, so it is.
fn freeze(calendar: &mut Calendar, now: Timestamp, why: &str) {
    let from = now.checked_sub(UNREADABLE).unwrap_or(Timestamp::MIN);
    let until = now.checked_add(UNREADABLE).unwrap_or(Timestamp::MAX);
    calendar.add_span(Effect::Frozen, from, until, why);
}
