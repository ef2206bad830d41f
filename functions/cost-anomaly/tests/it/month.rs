//! A month's report from what was read: the bill, and what off-hours remembers,
//! as off-hours itself writes it.

use std::collections::BTreeMap;

use cost_anomaly::handler::{Around, Reporter, facts};
use cost_anomaly::observe::{Cut, Estate, estate};
use jiff::Timestamp;
use nightshift_core::{AccountId, Money, Region};
use nightshift_cost::recommendations::SleeperKind;
use nightshift_cost::report::{Commitment, Known, OwnCost, Report};
use nightshift_runtime::{Body, Entry, Ledger};
use nightshift_schedule::Desired;
use off_hours::model::{FailedAttempts, Kind, Lease, Override, Phase, Record, Saved};
use serde_json::json;

use crate::world::{FakeBill, World, at, day, run};

/// The month is over and its figures have settled.
const NOW: &str = "2026-12-04T08:00:00Z";
const HOUR: i64 = 3_600;

fn record(kind: Kind, name: &str) -> Record {
    Record {
        arn: format!("arn:aws:x:us-east-1:123456789012:{name}")
            .parse()
            .unwrap(),
        kind,
        name: name.to_owned(),
        region: Region::new("us-east-1"),
        phase: Phase::Asleep,
        since: at("2026-11-30T19:00:00Z"),
        memory: None,
        acted_at: None,
        forced_at: None,
        asleep_since: None,
        lease: None,
        override_: None,
        tagged: None,
        reported_value: None,
        failing_since: None,
        failed: None,
        missing_since: None,
        forget_at: None,
        last_sleep: None,
        saved: BTreeMap::from([(
            "2026-11".to_owned(),
            Saved {
                seconds: 300 * HOUR,
                money: Money::from_micro_usd(20_000_000),
            },
        )]),
    }
}

/// What off-hours' memory says once it holds these records.
fn remembered(world: &World, records: &[Record]) -> Estate {
    for record in records {
        let entry = Entry {
            key: format!("resource#{}", record.arn),
            version: 0,
            body: Body::new(record).unwrap(),
            expires_at: None,
        };
        run(world.ledger.write("off-hours", &entry)).unwrap();
    }
    run(estate(&world.ledger, at(NOW))).unwrap()
}

#[test]
fn every_kind_that_sleeps_is_one_that_recommendations_know() {
    let world = World::default();
    let records: Vec<Record> = Kind::ALL
        .iter()
        .map(|kind| record(*kind, &format!("{kind:?}").to_lowercase()))
        .collect();
    let estate = remembered(&world, &records);
    assert_eq!(estate.schedules.sleepers.len(), Kind::ALL.len());
    let sleeper = &estate.schedules.sleepers[0];
    // 300 hours in 30 days.
    assert_eq!(sleeper.hours_asleep_a_week, 70);
    assert!(sleeper.asleep);
    assert!(
        estate
            .schedules
            .sleepers
            .iter()
            .any(|one| one.kind == SleeperKind::NodeGroup)
    );
    let saved = &estate.saved["2026-11"];
    assert_eq!(saved.len(), Kind::ALL.len());
    assert!(estate.own.is_empty(), "{:?}", estate.own);
}

#[test]
fn what_kept_a_resource_awake_explains_its_bill_and_no_other() {
    let world = World::default();
    let wish = |state: Desired| Override {
        state,
        since: at("2026-11-20T18:00:00Z"),
        until: at("2026-11-22T18:00:00Z"),
        owner: "maria".to_owned(),
        reason: "load test".to_owned(),
    };
    let estate = remembered(
        &world,
        &[
            Record {
                override_: Some(wish(Desired::On)),
                ..record(Kind::DbInstance, "orders")
            },
            Record {
                tagged: Some(wish(Desired::Off)),
                ..record(Kind::NodeGroup, "asleep-by-wish")
            },
            Record {
                lease: Some(Lease {
                    state: Desired::On,
                    since: at("2026-11-20T18:00:00Z"),
                    until: at("2026-11-21T02:00:00Z"),
                }),
                ..record(Kind::AutoScalingGroup, "web")
            },
            Record {
                phase: Phase::Awake,
                failed: Some(FailedAttempts {
                    attempts: 3,
                    first_at: at("2026-11-19T19:00:00Z"),
                    last_at: at("2026-11-19T19:30:00Z"),
                    cause: "AccessDenied".to_owned(),
                }),
                ..record(Kind::EcsService, "api")
            },
        ],
    );
    let explains = |service: &str, day: &str| -> Vec<&str> {
        let noon: Timestamp = at(&format!("{day}T12:00:00Z"));
        let own = estate.own.iter();
        own.filter(|one| one.explains(service, noon, noon))
            .map(|one| one.name.as_str())
            .collect()
    };
    let rds = "Amazon Relational Database Service";
    assert_eq!(explains(rds, "2026-11-21"), ["orders"]);
    assert_eq!(explains(rds, "2026-11-23"), [""; 0]);
    assert_eq!(explains("AWS Lambda", "2026-11-21"), [""; 0]);
    let compute = "Amazon Elastic Compute Cloud - Compute";
    assert_eq!(
        explains(compute, "2026-11-20"),
        ["api"],
        "what failed has no end"
    );
    let words: Vec<&str> = estate.own.iter().map(|one| one.words.as_str()).collect();
    assert!(
        words
            .iter()
            .any(|words| words.contains("for maria: load test")),
        "{words:?}"
    );
    assert!(
        words.iter().any(|words| words.contains("AccessDenied")),
        "{words:?}"
    );
}

#[test]
fn what_nobody_can_read_explains_nothing_and_harms_nothing() {
    let world = World::default();
    for (key, body) in [
        ("resource#1", json!({"arn": 7})),
        ("resource#2", json!(null)),
        ("state", json!({"arn": "a"})),
    ] {
        let entry = Entry {
            key: key.to_owned(),
            version: 0,
            body: Body::new(&body).unwrap(),
            expires_at: None,
        };
        run(world.ledger.write("off-hours", &entry)).unwrap();
    }
    assert_eq!(
        run(estate(&world.ledger, at(NOW))).unwrap(),
        Estate::default()
    );
}

#[test]
fn a_month_is_added_up_from_the_bill_and_from_what_slept() {
    let world = World {
        bill: FakeBill::estate(day("2026-08-01"), day("2026-12-04")),
        ..World::with(json!({
            "budgets": {"dev": 2_000, "prod": 5_000},
            "baseline": {"name": "as it was", "monthly_usd": 2_000},
        }))
    };
    let estate = Ok(remembered(&world, &[record(Kind::DbInstance, "orders")]));
    let month = "2026-11".parse().unwrap();
    let cuts = [Cut::ServiceEnvironment, Cut::ServiceRecordType];
    let read = run(world.read(&cuts, day("2026-08-01"), at(NOW)));
    assert_eq!(read.gaps, Vec::<String>::new());
    let account = AccountId::new("123456789012");
    let reporter = Reporter {
        project: "personal-timeline",
        environment: "dev",
        account: &account,
        config: &world.config,
        now: at(NOW),
    };
    let around = Around {
        estate: &estate,
        matters: &Ok(Vec::new()),
        reservations: Known::Known(Commitment::NoneHeld),
        savings_plans: Known::Known(Commitment::NoneHeld),
        recommendations: Known::Missing("nobody was asked".to_owned()),
        own: Known::Known(OwnCost {
            requests: 150,
            cap: 300,
            cost: Money::from_micro_usd(1_500_000),
        }),
    };
    let report = Report::of(&facts(&reporter, month, &read, around));
    let charges = world.bill.charges.lock().unwrap();
    let spent: i64 = charges
        .iter()
        .filter(|one| one.day >= day("2026-11-01") && one.day < day("2026-12-01"))
        .map(|one| one.cents)
        .sum();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(
        report.spent.now.whole(),
        Some(Money::from_micro_usd(spent * 10_000)),
        "{}",
        json["spent"]
    );
    assert_eq!(
        report.slept_total(),
        Some((300 * HOUR, Money::from_micro_usd(20_000_000)))
    );
    // What sleeps in production is in production's memory.
    assert!(
        report
            .not_known
            .iter()
            .any(|one| one.why.contains("memory of that environment"))
    );
    assert!(
        report.headline.contains("November 2026"),
        "{}",
        report.headline
    );
    let reduction = report.reduction.get().unwrap();
    assert_eq!(reduction.spent, Money::from_micro_usd(spent * 10_000));
    for written in [report.markdown(), report.html()] {
        assert!(written.contains("EC2 - Other"));
        assert!(written.contains("as it was"));
    }
}
