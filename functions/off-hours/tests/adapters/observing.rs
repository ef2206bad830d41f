//! What observing makes of sweeps, entries and calendars that fail.

use jiff::Timestamp;
use nightshift_core::{Arn, Document, Region};
use nightshift_runtime::{Body, CallClass, CallError, Entry, Ledger, LedgerError};
use off_hours::aws::Aws;
use off_hours::cloud::Cloud;
use off_hours::config::{CalendarMeaning, CalendarPlace, CalendarSource, Config};
use off_hours::model::{Call, Kind, Resource};
use off_hours::observe::{Calendars, ENVIRONMENT_KEY, observe};
use off_hours::plan::Snapshot;
use serde_json::{Value, json};

use crate::stub::{Stub, database, failed, no_alarms, region, xml};

const ORDERS: &str = "arn:aws:rds:us-east-1:123456789012:db:orders";

/// The adapters, blind for some kinds.
struct Partly {
    aws: Aws,
    blind: Vec<Kind>,
}

fn denied(operation: &'static str) -> CallError {
    CallError {
        operation,
        resource: "everything".to_owned(),
        region: region(),
        code: Some("AccessDenied".to_owned()),
        class: CallClass::Denied,
        message: "AccessDenied".to_owned(),
    }
}

impl Cloud for Partly {
    async fn sweep(&self, kind: Kind, region: &Region) -> Result<Vec<Resource>, CallError> {
        if self.blind.contains(&kind) {
            return Err(denied("cloudwatch:DescribeAlarms"));
        }
        self.aws.sweep(kind, region).await
    }

    async fn look(&self, resources: &[Resource]) -> Result<Vec<Resource>, CallError> {
        self.aws.look(resources).await
    }

    async fn are_ours(&self, region: &Region, alarms: &[Arn]) -> Vec<Result<bool, CallError>> {
        self.aws.are_ours(region, alarms).await
    }

    async fn call(&self, region: &Region, call: &Call) -> Result<(), CallError> {
        self.aws.call(region, call).await
    }
}

struct Entries(Vec<(&'static str, Value)>);

impl Ledger for Entries {
    async fn load(&self, partition: &str) -> Result<Vec<Entry>, LedgerError> {
        assert_eq!(partition, "off-hours");
        let entry = |(key, body): &(&str, Value)| Entry {
            key: (*key).to_owned(),
            version: 3,
            body: Body::new(body).unwrap(),
            expires_at: None,
        };
        Ok(self.0.iter().map(entry).collect())
    }

    async fn read(&self, _: &str, _: &str) -> Result<Option<Entry>, LedgerError> {
        Ok(None)
    }

    async fn write(&self, _: &str, _: &Entry) -> Result<u64, LedgerError> {
        Ok(1)
    }
}

/// No calendar can be read but the one called `holidays`.
struct Shelf;

impl Calendars for Shelf {
    async fn text(&self, source: &CalendarSource) -> Result<String, CallError> {
        if source.name == "holidays" {
            return Ok(r#"["2026-12-25"]"#.to_owned());
        }
        Err(denied("ssm:GetDocument"))
    }
}

async fn see(entries: Vec<(&'static str, Value)>, blind: &[Kind], config: Config) -> Snapshot {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeDBInstances" => {
            let page = database("orders", "dev", "available");
            xml(
                "DescribeDBInstances",
                &format!("<DBInstances>{page}</DBInstances>"),
            )
        }
        "DescribeAlarms" => no_alarms(),
        _ => failed(403, "AccessDenied"),
    })
    .await;
    let cloud = Partly {
        aws: stub.aws().await,
        blind: blind.to_vec(),
    };
    let document = Document::from_json(
        r#"{"version":1,"project":"p","environment":"dev","accounts":["123456789012"],
            "regions":["us-east-1"],"ledger_table":"l","notifications_topic":"t",
            "guards":{"stop_parameter":"/s"}}"#,
    )
    .unwrap();
    let now: Timestamp = "2026-11-23T19:00:00Z".parse().unwrap();
    observe(&cloud, &Entries(entries), &Shelf, &document, &config, now)
        .await
        .unwrap()
}

fn only(kinds: &[Kind]) -> Config {
    Config {
        kinds: kinds.iter().copied().collect(),
        ..Config::default()
    }
}

#[tokio::test]
async fn blindness_for_one_kind_leaves_the_others_and_is_told_once() {
    let blind = [Kind::AutoScalingGroup, Kind::NodeGroup];
    let kinds = [Kind::AutoScalingGroup, Kind::NodeGroup, Kind::DbInstance];
    let seen = see(vec![], &blind, only(&kinds)).await;
    assert_eq!(
        (seen.resources.len(), seen.blind.len()),
        (1, 1),
        "{seen:#?}"
    );
}

#[tokio::test]
async fn what_the_ledger_says_unreadably_is_not_touched() {
    let orders = Box::leak(format!("resource#{ORDERS}").into_boxed_str());
    let strange = json!({"arn": ORDERS, "phase": "hibernating"});
    let entries = vec![
        (&*orders, strange),
        (ENVIRONMENT_KEY, json!("awake")),
        ("run", json!({})),
    ];
    let seen = see(entries, &[], only(&[Kind::DbInstance])).await;
    let why = seen.resources[0].cannot_sleep.clone().unwrap();
    assert!(
        why.contains(&format!("`resource#{ORDERS}` cannot be read")),
        "{why}"
    );
    assert_eq!((seen.records.len(), seen.problems.len()), (0, 2));
    assert_eq!(seen.environment.version, 3, "it can be written anew");
}

#[tokio::test]
async fn an_unreadable_calendar_of_frozen_dates_freezes_and_one_of_closed_dates_does_not() {
    let calendar = |name: &str, means| CalendarSource {
        source: CalendarPlace::SsmChangeCalendar,
        name: name.to_owned(),
        means,
    };
    let with = |calendars| Config {
        calendars,
        ..only(&[Kind::DbInstance])
    };
    let closed = with(vec![
        calendar("gone", CalendarMeaning::Closed),
        calendar("holidays", CalendarMeaning::Closed),
    ]);
    let frozen = with(vec![calendar("gone", CalendarMeaning::Frozen)]);
    let (closed, frozen) = (
        see(vec![], &[], closed).await,
        see(vec![], &[], frozen).await,
    );
    let desired = |seen: &Snapshot, at: &str| {
        let context = nightshift_schedule::Context::new(nightshift_schedule::Zone::utc());
        let schedule = match nightshift_schedule::Schedule::parse("always", &context) {
            nightshift_schedule::Parsed::Schedule(schedule) => schedule,
            other => panic!("{other:?}"),
        };
        schedule.at(at.parse().unwrap(), &seen.calendar).desired
    };
    assert_eq!(
        desired(&closed, "2026-11-23T19:00:00Z"),
        nightshift_schedule::Desired::On
    );
    assert_eq!(
        desired(&frozen, "2026-11-23T19:00:00Z"),
        nightshift_schedule::Desired::None
    );
    assert_eq!((closed.problems.len(), frozen.problems.len()), (1, 1));
}
