//! One cause is one anomaly.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lines;

use std::ops::Range;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use lines::dollars;
use nightshift_core::Money;
use nightshift_cost::{
    Batch, Breakdown, Dimension, Findings, History, Key, Kind, RecordType, Settings, State,
    credits, find,
};

const DAYS: usize = 120;
const START: Date = date(2025, 1, 6);

fn read_at() -> Timestamp {
    "2025-09-01T00:00:00Z".parse().unwrap()
}

fn key(service: &str, account: &str, usage: &str) -> Key {
    Key::default()
        .with(Dimension::Service, service)
        .with(Dimension::Account, account)
        .with(Dimension::UsageType, usage)
}

/// The cost of an estate by service, account and usage type.
struct Estate(Vec<(Key, Vec<f64>)>);

impl Estate {
    fn new() -> Self {
        let rows = [
            ("EC2 - Other", "111", "NatGateway-Bytes", 60.0),
            ("EC2 - Other", "111", "NatGateway-Hours", 30.0),
            ("EC2 - Other", "222", "NatGateway-Hours", 30.0),
            ("Amazon RDS", "111", "InstanceUsage:db.r6g", 80.0),
            ("Amazon RDS", "222", "InstanceUsage:db.r6g", 40.0),
            ("Amazon EKS", "111", "Cluster-Hours", 25.0),
            ("AWS Lambda", "111", "GB-Second", 25.0),
            ("Amazon S3", "111", "StandardStorage", 25.0),
        ];
        let cost = |base: f64| {
            (0..DAYS)
                .map(|at| if at % 7 < 5 { base } else { base * 0.55 })
                .collect()
        };
        Self(
            rows.map(|(service, account, usage, base)| (key(service, account, usage), cost(base)))
                .into(),
        )
    }

    fn times(mut self, wanted: impl Fn(&Key) -> bool, days: Range<usize>, factor: f64) -> Self {
        for (_, cost) in self.0.iter_mut().filter(|(key, _)| wanted(key)) {
            for day in &mut cost[days.clone()] {
                *day *= factor;
            }
        }
        self
    }

    fn history(&self, breakdowns: &[Breakdown]) -> History {
        let mut history = History::default();
        for &breakdown in breakdowns {
            let mut batch = Batch::new(read_at(), breakdown);
            for (key, cost) in &self.0 {
                for (at, cost) in cost.iter().enumerate() {
                    let day = START
                        .checked_add(i64::try_from(at).unwrap().days())
                        .unwrap();
                    let amount = Some(dollars(*cost));
                    batch.add(key.projected(breakdown), RecordType::Usage, day, amount);
                    batch.complete.insert(day);
                }
            }
            history.add(batch);
        }
        history
    }

    fn find(&self, breakdowns: &[Breakdown]) -> Findings {
        find(&self.history(breakdowns), &Settings::default(), None)
    }
}

fn whole() -> [Breakdown; 1] {
    [Breakdown::by([
        Dimension::Service,
        Dimension::Account,
        Dimension::UsageType,
    ])]
}

/// As Cost Explorer answers, which tells two dimensions apart at most.
fn pairs() -> [Breakdown; 2] {
    [
        Breakdown::by([Dimension::Service, Dimension::Account]),
        Breakdown::by([Dimension::Service, Dimension::UsageType]),
    ]
}

#[test]
fn a_calm_estate_has_no_findings() {
    for breakdowns in [&whole()[..], &pairs()] {
        assert_eq!(Estate::new().find(breakdowns), Findings::default());
    }
}

#[test]
fn one_cause_is_one_anomaly_however_it_is_broken_down() {
    let bytes = |key: &Key| key.usage_type.as_deref() == Some("NatGateway-Bytes");
    let estate = Estate::new().times(bytes, 115..120, 5.0);
    for breakdowns in [&whole()[..], &pairs()] {
        let findings = estate.find(breakdowns);
        let [one] = findings.anomalies.as_slice() else {
            panic!("{:#?}", findings.anomalies)
        };

        assert_eq!(one.key.usage_type.as_deref(), Some("NatGateway-Bytes"));
        assert_eq!(
            (one.episode.kind, one.episode.state),
            (Kind::Step, State::Open)
        );
        assert!(
            one.also
                .contains(&Key::default().with(Dimension::Service, "EC2 - Other")),
            "{:?}",
            one.also
        );
        assert_eq!(
            one.causes.first().map(|cause| cause.percent.round()),
            Some(100.0)
        );
        assert_eq!(one.sparkline.chars().count(), 28);
    }
    let sentence = &estate.find(&whole()).anomalies[0].sentence;
    assert_eq!(
        sentence,
        "EC2 - Other (NatGateway-Bytes), account 111 has cost $1230.00 since Thu 1 May 2025, \
         where $246.00 was to be expected ($984.00 more, +400 %, 133.3 spreads)."
    );
}

#[test]
fn causes_are_ranked_by_what_they_cost() {
    let nat = |key: &Key| key.service.as_deref() == Some("EC2 - Other");
    let findings = Estate::new().times(nat, 115..120, 2.0).find(&whole());
    let [one] = findings.anomalies.as_slice() else {
        panic!("{:#?}", findings.anomalies)
    };

    assert_eq!(
        one.key,
        Key::default().with(Dimension::Service, "EC2 - Other")
    );
    let percent: Vec<f64> = one.causes.iter().map(|cause| cause.percent).collect();
    assert_eq!(percent, [50.0, 25.0, 25.0]);
    assert_eq!(
        one.causes[0].key,
        key("EC2 - Other", "111", "NatGateway-Bytes")
    );
    let sum: Money = one.causes.iter().map(|cause| cause.impact).sum();
    assert_eq!(sum, one.episode.impact());
}

#[test]
fn many_services_at_once_are_a_matter_of_the_account() {
    let account = |key: &Key| key.account.as_deref() == Some("111");
    let findings = Estate::new().times(account, 115..120, 2.0).find(&whole());
    let [one] = findings.anomalies.as_slice() else {
        panic!("{:#?}", findings.anomalies)
    };

    assert_eq!(one.key, Key::default().with(Dimension::Account, "111"));
    assert_eq!(one.causes.len(), 6);
}

#[test]
fn two_causes_are_two_anomalies() {
    let service = |name: &'static str| move |key: &Key| key.service.as_deref() == Some(name);
    let estate = Estate::new()
        .times(service("Amazon RDS"), 80..82, 2.0)
        .times(service("Amazon S3"), 110..113, 3.0);
    let findings = estate.find(&whole());
    let services: Vec<_> = findings
        .anomalies
        .iter()
        .map(|one| one.key.service.clone().unwrap())
        .collect();

    assert_eq!(services, ["Amazon RDS", "Amazon S3"]);
    let recent = find(
        &estate.history(&whole()),
        &Settings::default(),
        Some(date(2025, 4, 20)),
    );
    assert_eq!(recent.anomalies.len(), 1);
}

#[test]
fn what_only_moved_is_no_anomaly() {
    let rds = |account: &'static str| {
        move |key: &Key| {
            key.service.as_deref() == Some("Amazon RDS") && key.account.as_deref() == Some(account)
        }
    };
    let estate = Estate::new()
        .times(rds("111"), 110..120, 0.5)
        .times(rds("222"), 110..120, 2.0);
    for breakdowns in [&whole()[..], &pairs()] {
        let findings = estate.find(breakdowns);
        assert_eq!(findings.anomalies, [], "{breakdowns:?}");
        let [moved] = findings.moves.as_slice() else {
            panic!("{:#?}", findings.moves)
        };
        assert_eq!(moved.to.account.as_deref(), Some("222"));
        assert_eq!(moved.from[0].account.as_deref(), Some("111"));
    }
}

#[test]
fn credits_that_run_out_are_seen() {
    let with = |days: Range<usize>| {
        let mut batch = Batch::new(read_at(), Breakdown::default());
        for at in 0..60 {
            let day = START
                .checked_add(i64::try_from(at).unwrap().days())
                .unwrap();
            batch.complete.insert(day);
            if days.contains(&at) {
                batch.add(Key::default(), RecordType::Credit, day, Some(dollars(-4.7)));
            }
        }
        let mut history = History::default();
        history.add(batch);
        credits(
            &history,
            Breakdown::default(),
            &Settings::default(),
            Some(dollars(47.0)),
        )
    };
    let running = with(0..60).unwrap();
    assert_eq!((running.daily, running.ended), (dollars(4.7), false));
    assert_eq!(running.empty_on, Some(date(2025, 3, 16)));
    assert!(!with(0..58).unwrap().ended);
    let over = with(0..57).unwrap();
    assert_eq!(
        (over.ended, over.last, over.empty_on),
        (true, date(2025, 3, 3), None)
    );
    assert_eq!(with(0..0), None);
}
