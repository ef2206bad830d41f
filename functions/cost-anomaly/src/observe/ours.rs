//! What Nightshift itself has done that costs money: off-hours' memory says which
//! resources were kept awake, or could not be put to sleep.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Money, printable};
use nightshift_cost::recommendations::{Schedules, Sleeper, SleeperKind};
use nightshift_cost::report::Month;
use nightshift_runtime::{Entry, Ledger, LedgerError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decide::day_of;

/// Off-hours' partition of the ledger, and how it names a resource in it.
const OFF_HOURS: &str = "off-hours";
const RESOURCE: &str = "resource#";

/// What off-hours did, or did not do, with a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Own {
    /// The resource's name.
    pub name: String,
    /// Words in the names of services on whose bill it is.
    pub services: Vec<String>,
    /// When it began.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// When it ends or ended; None where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
    /// What it is, in words.
    pub words: String,
}

impl Own {
    /// Whether it may explain what a service cost in a span of time.
    pub fn explains(&self, service: &str, since: Timestamp, until: Timestamp) -> bool {
        self.services.iter().any(|name| service.contains(name))
            && self.since <= until
            && self.until.is_none_or(|end| end >= since)
    }
}

/// What is read of off-hours' record of a resource. Another version of off-hours
/// may keep more.
#[derive(Debug, Deserialize)]
struct Kept {
    arn: String,
    kind: String,
    name: String,
    phase: String,
    since: Timestamp,
    #[serde(default, rename = "override")]
    wish: Option<Wish>,
    #[serde(default)]
    tagged: Option<Wish>,
    #[serde(default)]
    lease: Option<Lease>,
    #[serde(default)]
    forced_at: Option<Timestamp>,
    #[serde(default)]
    failed: Option<Failed>,
    #[serde(default)]
    saved: BTreeMap<String, Saved>,
}

#[derive(Debug, Deserialize)]
struct Wish {
    state: String,
    since: Timestamp,
    until: Timestamp,
    owner: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
struct Lease {
    state: String,
    since: Timestamp,
    until: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Failed {
    first_at: Timestamp,
    cause: String,
}

/// What off-hours remembers, as far as it is about money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estate {
    /// What it did, or did not do, that may cost money.
    pub own: Vec<Own>,
    /// What sleeps, and how much.
    pub schedules: Schedules,
    /// What sleep has saved, by month and by kind of resource.
    pub saved: BTreeMap<String, BTreeMap<String, Saved>>,
}

/// What sleep has saved at list price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Saved {
    /// How long it slept.
    pub seconds: i64,
    /// What that would have cost.
    pub money: Money,
}

/// Everything in off-hours' memory that is about money.
pub async fn estate(ledger: &impl Ledger, now: Timestamp) -> Result<Estate, LedgerError> {
    let entries = ledger.load(OFF_HOURS).await?;
    let mut estate = Estate::default();
    // What another version wrote otherwise explains nothing, and harms nothing.
    let kept = entries
        .iter()
        .filter(|entry| entry.key.starts_with(RESOURCE))
        .filter_map(|entry: &Entry| entry.body.read::<Kept>().ok());
    for kept in kept {
        for (month, saved) in &kept.saved {
            let kinds = estate.saved.entry(month.clone()).or_default();
            let kind = kinds.entry(kept.kind.clone()).or_default();
            kind.seconds = kind.seconds.saturating_add(saved.seconds);
            kind.money += saved.money;
        }
        estate.schedules.sleepers.extend(sleeper(&kept, now));
        estate.own.extend(actions(&kept));
    }
    Ok(estate)
}

/// What sleeps regularly: how long in a week, by the last month that is over, or
/// by this one where there is none.
fn sleeper(kept: &Kept, now: Timestamp) -> Option<Sleeper> {
    let kind = serde_json::from_value::<SleeperKind>(kept.kind.as_str().into()).ok()?;
    let this = Month::of(day_of(now));
    let month = |month: Month| Some((month, *kept.saved.get(&month.to_string())?));
    let (month, saved) = month(this.former()).or_else(|| month(this))?;
    let until = month.last().min(day_of(now));
    let days = i64::from(until.day()).max(1);
    let hours = saved.seconds * 7 / days / 3_600;
    let since = kept.saved.keys().next()?.parse::<Month>().ok()?;
    Some(Sleeper {
        arn: kept.arn.clone(),
        name: printable(&kept.name, 100),
        kind,
        since: since
            .first()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp(),
        hours_asleep_a_week: u16::try_from(hours.clamp(0, 168)).ok()?,
        longest_awake_hours: None,
        asleep: kept.phase == "asleep",
        volumes: Vec::new(),
    })
}

fn actions(kept: &Kept) -> Vec<Own> {
    let mut found = Vec::new();
    let own = |since, until, words: String| Own {
        name: printable(&kept.name, 100),
        services: services(&kept.kind),
        since,
        until,
        words: printable(&words, 250),
    };
    for wish in [&kept.wish, &kept.tagged].into_iter().flatten() {
        if wish.state == "on" {
            found.push(own(
                wish.since,
                Some(wish.until),
                format!(
                    "{} is kept awake until {} for {}: {}",
                    kept.name, wish.until, wish.owner, wish.reason
                ),
            ));
        }
    }
    if let Some(lease) = kept.lease.as_ref().filter(|lease| lease.state == "on") {
        found.push(own(
            lease.since,
            Some(lease.until),
            format!(
                "somebody started {} by hand; off-hours respects that until {}",
                kept.name, lease.until
            ),
        ));
    }
    if let Some(at) = kept.forced_at {
        let day = SignedDuration::from_hours(24);
        found.push(own(
            at,
            at.checked_add(day).ok(),
            format!("AWS itself started {} after seven days", kept.name),
        ));
    }
    if let Some(failed) = kept.failed.as_ref().filter(|_| kept.phase != "asleep") {
        found.push(own(
            failed.first_at,
            None,
            format!(
                "off-hours could not change {} since {}: {}",
                kept.name, failed.first_at, failed.cause
            ),
        ));
    }
    if found.is_empty() && kept.phase == "waking" {
        found.push(own(
            kept.since,
            None,
            format!(
                "off-hours has been waking {} since {}",
                kept.name, kept.since
            ),
        ));
    }
    found
}

/// Words in the names of services on whose bill a kind of resource is.
fn services(kind: &str) -> Vec<String> {
    let names: &[&str] = match kind {
        "db-instance" | "db-cluster" => &["Relational Database", "DocDB", "DocumentDB", "Neptune"],
        "ecs-service" => &[
            "Elastic Container Service",
            "Elastic Compute Cloud",
            "Fargate",
        ],
        _ => &["Elastic Compute Cloud", "EC2 - Other"],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}
