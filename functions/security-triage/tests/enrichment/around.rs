//! What is made of answers, refusals and silence.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use nightshift_core::{AccountId, Arn, Document, IsoDuration, Region, Tags};
use nightshift_runtime::{Body, CallClass, CallError, Deadline, Entry, Ledger};
use nightshift_testkit::FakeLedger;
use security_triage::finding::Finding;
use security_triage::observe::{
    BucketAccess, Context, Doors, Enrichment, Home, LookUps, Opening, Reach, Surveyor,
};
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";
const ARN: &str = "arn:aws:ec2:us-east-1:111122223333:instance/i-1";

/// How the world answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Answers,
    Refuses,
    IsSilent,
}

impl World {
    async fn says<T>(self, operation: &'static str, value: T) -> Result<T, CallError> {
        match self {
            Self::Answers => Ok(value),
            Self::IsSilent => std::future::pending().await,
            Self::Refuses => Err(CallError {
                operation,
                resource: "i-1".to_owned(),
                region: Region::new("us-east-1"),
                code: Some("AccessDenied".to_owned()),
                class: CallClass::Denied,
                message: "said AWS".to_owned(),
            }),
        }
    }
}

impl LookUps for World {
    async fn account_name(&self, _: &AccountId) -> Result<String, CallError> {
        self.says("organizations:DescribeAccount", "Retail".to_owned())
            .await
    }

    async fn tags(&self, _: &Region, _: &Arn) -> Result<Tags, CallError> {
        let tags = [
            ("Environment", "dev"),
            ("Owner", " "),
            ("team", "web"),
            ("Keep", "yes"),
        ];
        let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
        self.says("tag:GetResources", Tags::from(tags)).await
    }

    async fn user_tags(&self, _: &Region, _: &str) -> Result<Tags, CallError> {
        self.says(
            "iam:ListUserTags",
            Tags::from([("Owner".to_owned(), "jane".to_owned())]),
        )
        .await
    }

    async fn role_tags(&self, _: &Region, _: &str) -> Result<Tags, CallError> {
        self.says("iam:ListRoleTags", Tags::new()).await
    }

    async fn bucket_access(&self, _: &Region, _: &str) -> Result<BucketAccess, CallError> {
        let access = BucketAccess {
            policy_is_public: true,
            restricts_policies: false,
            ignores_acls: false,
        };
        self.says("s3:GetBucketPolicyStatus", access).await
    }

    async fn instance_doors(&self, _: &Region, _: &str) -> Result<Doors, CallError> {
        let open = Opening {
            group: "sg-1".to_owned(),
            protocol: "tcp".to_owned(),
            ports: Some((22, 22)),
            range: "0.0.0.0/0",
        };
        let doors = Doors {
            addresses: vec!["203.0.113.7".to_owned()],
            open: vec![open],
        };
        self.says("ec2:DescribeInstances", doors).await
    }

    async fn group_doors(&self, _: &Region, _: &str) -> Result<Doors, CallError> {
        self.says("ec2:DescribeSecurityGroups", Doors::default())
            .await
    }

    async fn records(&self, _: &Region, _: &str, _: Timestamp) -> Result<Vec<String>, CallError> {
        let one = |at: &str, role: &str, read_only: bool| {
            json!({
                "eventTime": at, "eventSource": "ec2.amazonaws.com", "eventName": "StopInstances",
                "readOnly": read_only,
                "userIdentity": {"type": "AssumedRole",
                    "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/s"),
                    "sessionContext": {"sessionIssuer": {"userName": role}}},
            })
            .to_string()
        };
        let records = vec![
            one("2026-11-27T09:58:00Z", "Admin", true),
            one("2026-11-27T09:55:00Z", "Admin", false),
            one("2026-11-27T09:50:00Z", "shop-dev-off-hours-role", false),
            "no record".to_owned(),
        ];
        self.says("cloudtrail:LookupEvents", records).await
    }
}

fn finding(kind: &str, id: &str, arn: Option<&str>) -> Finding {
    let at = "2026-11-27T10:00:00Z";
    let told = json!({
        "key": {"account": ACCOUNT, "region": "us-east-1", "id": "f1"},
        "route": "guard-duty", "product": "GuardDuty", "kind": "a", "band": "high",
        "title": "t", "description": "", "subjects": [{"kind": kind, "id": id, "arn": arn}],
        "count": 1, "first_seen": at, "last_seen": at, "updated": at, "emitted": at,
        "standing": "open", "sample": false, "echo": false,
    });
    serde_json::from_value(told).unwrap()
}

fn instance() -> Finding {
    finding("AWS::EC2::Instance", "i-1", Some(ARN))
}

fn home() -> Home {
    let document = Document::from_json(
        r#"{"version":1,"project":"shop","environment":"dev","accounts":["111122223333"],
            "regions":["us-east-1"],"ledger_table":"l","notifications_topic":"t",
            "guards":{"stop_parameter":"/s"}}"#,
    )
    .unwrap();
    Home::new(&document, AccountId::new(ACCOUNT), "aws")
}

fn settings() -> Enrichment {
    Enrichment {
        organizations: true,
        ..Enrichment::default()
    }
}

async fn around(
    world: World,
    finding: &Finding,
    settings: &Enrichment,
    ledger: &FakeLedger,
) -> Context {
    let surveyor = Surveyor {
        look_ups: &world,
        ledger,
        home: &home(),
        settings,
        deadline: &Deadline::after(Duration::from_mins(1)),
    };
    surveyor.look_around(finding).await
}

#[tokio::test]
async fn what_answers_tell_is_put_together() {
    let context = around(
        World::Answers,
        &instance(),
        &settings(),
        &FakeLedger::default(),
    )
    .await;
    assert_eq!(context.account_name.as_deref(), Some("Retail"));
    assert_eq!(context.owner.as_deref(), Some("web"));
    assert_eq!(context.environment.as_deref(), Some("dev"));
    assert_eq!(context.reach, Reach::Open);
    assert_eq!(
        context.exposure.as_deref(),
        Some("203.0.113.7, open to the world on tcp 22 (sg-1)")
    );
    let by: Vec<&str> = context
        .changes
        .iter()
        .map(|change| change.by.as_str())
        .collect();
    assert_eq!(by, ["role Admin as s", "role shop-dev-off-hours-role as s"]);
    assert_eq!(
        context.ours.as_deref(),
        Some("Nightshift's off-hours did ec2:StopInstances at 2026-11-27T09:50:00Z")
    );
    assert!(context.gaps.is_empty(), "{:?}", context.gaps);
}

#[tokio::test]
async fn users_roles_and_buckets_are_looked_at_by_their_own_services() {
    let look = async |kind: &str, id: &str| {
        let finding = finding(kind, id, None);
        around(
            World::Answers,
            &finding,
            &settings(),
            &FakeLedger::default(),
        )
        .await
    };
    let user = look("AWS::IAM::User", "team/jane").await;
    assert_eq!(user.owner.as_deref(), Some("jane"));
    assert_eq!(user.reach, Reach::Unasked);
    let role = look("AWS::IAM::Role", "deployer").await;
    assert_eq!(role.tags, Some(Tags::new()));
    let bucket = look("AWS::S3::Bucket", "arn:aws:s3:::assets").await;
    assert_eq!(bucket.reach, Reach::Open);
    assert!(bucket.exposure.unwrap().contains("policy is public"));
}

#[tokio::test]
async fn refusals_are_gaps_and_nothing_is_made_up() {
    let context = around(
        World::Refuses,
        &instance(),
        &settings(),
        &FakeLedger::default(),
    )
    .await;
    let gaps = context.gaps.join("\n");
    for operation in [
        "organizations:DescribeAccount",
        "tag:GetResources",
        "ec2:DescribeInstances",
        "cloudtrail:LookupEvents",
    ] {
        assert!(gaps.contains(operation), "{gaps}");
    }
    assert_eq!((context.reach, &context.tags), (Reach::Unknown, &None));
    assert_eq!(
        Context {
            gaps: Vec::new(),
            reach: Reach::Unasked,
            ..context
        },
        Context::default()
    );
}

#[tokio::test]
async fn silence_ends_after_the_patience_for_all_look_ups_together() {
    let hasty = Enrichment {
        patience: "PT1S".parse().unwrap(),
        ..settings()
    };
    let begun = Instant::now();
    let context = around(World::IsSilent, &instance(), &hasty, &FakeLedger::default()).await;
    // Together: one after the other they would take four times as long.
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(context.gaps.len(), 4);
    assert!(
        context
            .gaps
            .iter()
            .all(|gap| gap.ends_with("no answer in time"))
    );
    // An invocation that is about to end waits for nothing.
    let world = World::IsSilent;
    let surveyor = Surveyor {
        look_ups: &world,
        ledger: &FakeLedger::default(),
        home: &home(),
        settings: &settings(),
        deadline: &Deadline::after(Duration::from_secs(3)),
    };
    let begun = Instant::now();
    let context = surveyor.look_around(&instance()).await;
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(context.gaps.len(), 4);
}

#[tokio::test]
async fn another_account_is_not_looked_into_and_says_so() {
    let mut far = instance();
    far.key.account = AccountId::new("444455556666");
    let context = around(World::Answers, &far, &settings(), &FakeLedger::default()).await;
    assert_eq!(context.account_name.as_deref(), Some("Retail"));
    assert_eq!((context.tags, context.reach), (None, Reach::Unasked));
    assert!(
        context.gaps[0].contains("444455556666 was not looked into"),
        "{:?}",
        context.gaps
    );
    // What the finding itself brings is known all the same.
    far.subjects[0]
        .tags
        .insert("Environment".to_owned(), "prod".to_owned());
    let context = around(World::Answers, &far, &settings(), &FakeLedger::default()).await;
    assert_eq!(context.environment.as_deref(), Some("prod"));
}

#[tokio::test]
async fn what_is_switched_off_is_not_asked() {
    let off = Enrichment {
        account_names: [(AccountId::new(ACCOUNT), "Shop".to_owned())].into(),
        tags: false,
        exposure: false,
        changes: 0,
        ..Enrichment::default()
    };
    let context = around(World::Refuses, &instance(), &off, &FakeLedger::default()).await;
    assert_eq!(context.account_name.as_deref(), Some("Shop"));
    assert!(context.gaps.is_empty(), "{:?}", context.gaps);
    let low = Enrichment {
        changes_within: IsoDuration::from_hours(1),
        ..settings()
    };
    let mut quiet = instance();
    quiet.band = security_triage::finding::Band::Low;
    let context = around(World::Answers, &quiet, &low, &FakeLedger::default()).await;
    assert!(context.changes.is_empty());
    // An account has no tags, and that is known.
    let account = finding("AWS::::Account", ACCOUNT, None);
    let context = around(World::Refuses, &account, &off, &FakeLedger::default()).await;
    assert_eq!((context.tags, context.gaps.len()), (Some(Tags::new()), 0));
}

#[tokio::test]
async fn what_off_hours_has_done_is_known_from_its_memory() {
    let remembered = |acted_at: Value| json!({"phase": "waking", "acted_at": acted_at, "arn": ARN});
    for (body, expected) in [
        (
            remembered(json!("2026-11-27T09:59:00Z")),
            Some("Nightshift's off-hours changed it at 2026-11-27T09:59:00Z (waking)"),
        ),
        (remembered(json!("2026-11-27T07:59:00Z")), None),
        (remembered(json!("2026-11-27T10:01:00Z")), None),
        (remembered(Value::Null), None),
        (json!({"another": "shape"}), None),
    ] {
        let ledger = FakeLedger::default();
        let entry = Entry {
            key: format!("resource#{ARN}"),
            version: 0,
            body: Body::new(&body).unwrap(),
            expires_at: None,
        };
        ledger.write("off-hours", &entry).await.unwrap();
        let quiet = Enrichment {
            changes: 0,
            ..Enrichment::default()
        };
        let context = around(World::Answers, &instance(), &quiet, &ledger).await;
        assert_eq!(context.ours.as_deref(), expected, "{body}");
        assert!(context.gaps.is_empty());
    }
}

#[test]
fn roles_of_our_own_are_told_by_their_whole_name() {
    let home = home();
    for (role, expected) in [
        ("shop-dev-off-hours-role", Some("off-hours")),
        (
            "shop-dev-security-triage-isolate-instance",
            Some("security-triage"),
        ),
        ("shop-dev-security-triage-isolate", None),
        ("shop-dev-off-hours", None),
        ("shop-dev-off-hoursome-role", None),
        ("shop-prod-off-hours-role", None),
        ("x-shop-dev-off-hours-role", None),
        ("shop-dev-deployer-role", None),
    ] {
        assert_eq!(home.function_of(role), expected, "{role}");
    }
}
