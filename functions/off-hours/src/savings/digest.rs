use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::Serialize;

use super::saved;
use crate::model::{Kind, Phase, Record, Saved};

/// What a month of sleep came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Digest {
    /// The month in UTC, such as `2026-11`.
    pub month: String,
    /// Everything together.
    pub total: Saved,
    /// By kind, the most saving first.
    pub kinds: Vec<DigestLine>,
    /// By resource, the most saving first.
    pub resources: Vec<DigestLine>,
    /// The resources that slept and have no known price.
    pub not_priced: BTreeSet<String>,
}

/// One line of a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DigestLine {
    /// The kind's or the resource's name.
    pub name: String,
    /// What it saved.
    pub saved: Saved,
}

/// What the month that `now` lies in, or one before it, came to. A sleep that
/// still goes on counts up to now.
pub fn digest<'a>(
    of_month: &str,
    now: Timestamp,
    records: impl IntoIterator<Item = &'a Record>,
) -> Digest {
    let mut digest = Digest {
        month: of_month.to_owned(),
        ..Digest::default()
    };
    let mut kinds: BTreeMap<Kind, Saved> = BTreeMap::new();
    for record in records {
        let slept = slept(of_month, now, record);
        if slept.seconds == 0 {
            continue;
        }
        add(&mut digest.total, slept);
        add(kinds.entry(record.kind).or_default(), slept);
        let priced = record
            .memory
            .as_ref()
            .is_none_or(|memory| memory.hourly.is_some());
        if !priced || slept.money == Money::ZERO {
            digest.not_priced.insert(record.name.clone());
        }
        digest.resources.push(DigestLine {
            name: record.name.clone(),
            saved: slept,
        });
    }
    let line = |(kind, saved): (Kind, Saved)| DigestLine {
        name: kind.to_string(),
        saved,
    };
    digest.kinds = kinds.into_iter().map(line).collect();
    most_first(&mut digest.kinds);
    most_first(&mut digest.resources);
    digest
}

/// What a record says of one month, with the sleep that goes on.
fn slept(of_month: &str, now: Timestamp, record: &Record) -> Saved {
    let mut total = record.saved.get(of_month).copied().unwrap_or_default();
    if let (Phase::Asleep, Some(since)) = (record.phase, record.asleep_since) {
        let hourly = record.memory.as_ref().and_then(|memory| memory.hourly);
        if let Some(current) = saved(since, now, hourly).get(of_month) {
            add(&mut total, *current);
        }
    }
    total
}

fn add(total: &mut Saved, more: Saved) {
    total.seconds = total.seconds.saturating_add(more.seconds);
    total.money += more.money;
}

fn most_first(lines: &mut [DigestLine]) {
    lines.sort_by(|a, b| {
        (b.saved.money, b.saved.seconds)
            .cmp(&(a.saved.money, a.saved.seconds))
            .then_with(|| a.name.cmp(&b.name))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Memory, Remembered};

    fn record(name: &str, kind: Kind, hourly: Option<&str>, asleep_since: Option<&str>) -> Record {
        let arn = format!("arn:aws:rds:us-east-1:123456789012:db:{name}");
        serde_json::from_value(serde_json::json!({
            "arn": arn, "kind": kind, "name": name, "region": "us-east-1",
            "phase": if asleep_since.is_some() { "asleep" } else { "awake" },
            "since": "2026-11-01T00:00:00Z",
            "asleep_since": asleep_since,
            "memory": Memory {
                taken_at: Timestamp::UNIX_EPOCH,
                muted_alarms: BTreeSet::new(),
                loud_alarms: BTreeSet::new(),
                hourly: hourly.and_then(Money::parse_usd),
                remembered: Remembered::Power,
            },
        }))
        .unwrap()
    }

    #[test]
    fn the_digest_counts_what_is_over_and_what_goes_on() {
        let now: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
        let mut orders = record("orders", Kind::DbInstance, Some("0.036"), None);
        let hours = |hours: i64, price: &str| Saved {
            seconds: hours * 3600,
            money: Money::parse_usd(price).unwrap(),
        };
        orders.saved.insert("2026-11".into(), hours(100, "3.6"));
        orders.saved.insert("2026-10".into(), hours(900, "32.4"));
        let since = Some("2026-11-30T19:00:00Z");
        let web = record("web", Kind::AutoScalingGroup, Some("1"), since);
        let odd = record("odd", Kind::DbInstance, None, since);
        let idle = record("idle", Kind::Ec2Instance, None, None);
        let digest = digest("2026-11", now, [&orders, &web, &odd, &idle]);
        assert_eq!(digest.total, hours(110, "8.6"));
        let names = |lines: &[DigestLine]| -> Vec<String> {
            lines.iter().map(|line| line.name.clone()).collect()
        };
        assert_eq!(names(&digest.kinds), ["Auto Scaling group", "RDS instance"]);
        assert_eq!(names(&digest.resources), ["web", "orders", "odd"]);
        assert_eq!(digest.not_priced, BTreeSet::from(["odd".to_owned()]));
    }
}
