//! What sleep saves at list price: pure functions over resources and records.

mod digest;
mod prices;

pub use digest::{Digest, DigestLine, digest};
pub use prices::{Price, Prices};

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use nightshift_core::Money;

use crate::model::{Kind, Resource, Saved, Sizes};

/// What a sleep saved, by month in UTC (`2026-11`). Without a price the hours
/// count and the money is nothing.
pub fn saved(from: Timestamp, until: Timestamp, hourly: Option<Money>) -> BTreeMap<String, Saved> {
    let mut months = BTreeMap::new();
    let mut begin = from;
    while begin < until {
        let end = next_month(begin).map_or(until, |next| next.min(until));
        let seconds = end.duration_since(begin).as_secs();
        let money = hourly.unwrap_or(Money::ZERO).per_hour_over_seconds(seconds);
        months.insert(month(begin), Saved { seconds, money });
        begin = end;
    }
    months
}

/// The month in UTC before the one that an instant lies in, as `2026-11`.
pub fn month_before(at: Timestamp) -> String {
    let first = date(at).first_of_month();
    let before = first.yesterday().unwrap_or(first);
    format!("{:04}-{:02}", before.year(), before.month())
}

/// The month in UTC that an instant lies in, as `2026-11`.
pub fn month(at: Timestamp) -> String {
    let date = date(at);
    format!("{:04}-{:02}", date.year(), date.month())
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The instant at which the next month begins in UTC; none at the end of time.
fn next_month(at: Timestamp) -> Option<Timestamp> {
    let next = date(at).last_of_month().tomorrow().ok()?;
    let midnight = next.to_zoned(TimeZone::UTC).ok()?.timestamp();
    (midnight.duration_since(at) > SignedDuration::ZERO).then_some(midnight)
}

/// What goes on costing while a resource sleeps.
pub fn still_paid(resource: &Resource) -> &'static str {
    match resource.kind {
        Kind::AutoScalingGroup if stops_members(resource) => {
            "EBS volumes of the stopped instances, load balancers and NAT gateways"
        }
        Kind::AutoScalingGroup => "load balancers and NAT gateways",
        Kind::Ec2Instance => "its EBS volumes and Elastic IP addresses",
        Kind::NodeGroup => "the cluster's control plane, load balancers and NAT gateways",
        Kind::DbInstance => "its storage, provisioned IOPS and backups",
        Kind::DbCluster => "its storage and backups",
        Kind::EcsService => "its load balancer, and instances of its cluster unless they sleep too",
    }
}

fn stops_members(resource: &Resource) -> bool {
    matches!(
        resource.sizes,
        Sizes::AutoScalingGroup {
            mode: crate::model::AutoScalingMode::SuspendAndStop,
            ..
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_over_the_turn_of_the_year_is_split_by_month_in_utc() {
        let from: Timestamp = "2026-12-31T19:00:00Z".parse().unwrap();
        let until: Timestamp = "2027-01-01T07:00:00Z".parse().unwrap();
        let months = saved(from, until, Money::parse_usd("0.10"));
        let expected = |hours: i64, cents: i64| Saved {
            seconds: hours * 3600,
            money: Money::from_micro_usd(cents * 10_000),
        };
        assert_eq!(
            months.into_iter().collect::<Vec<_>>(),
            [
                ("2026-12".to_owned(), expected(5, 50)),
                ("2027-01".to_owned(), expected(7, 70))
            ]
        );
    }

    #[test]
    fn no_price_leaves_the_hours_and_no_time_leaves_nothing() {
        let from: Timestamp = "2026-11-23T19:00:00Z".parse().unwrap();
        let hour = from + SignedDuration::from_hours(1);
        assert_eq!(
            saved(from, hour, None)["2026-11"],
            Saved {
                seconds: 3600,
                money: Money::ZERO
            }
        );
        assert!(saved(hour, from, None).is_empty());
        assert!(saved(from, from, None).is_empty());
        assert!(saved(Timestamp::MAX, Timestamp::MAX, None).is_empty());
    }
}
