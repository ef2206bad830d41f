//! Plans carried out by runs that die, meet each other and hear lies, over a
//! small AWS: every interleaving within the bounds that a test names.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod checker;
mod documentation;
mod guards;
mod playbooks;
mod stage;
mod stories;
mod telling;
pub(super) mod world;

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::{AccountId, Document, Region, Severity};

use super::Playbook;
use super::compile::{Request, compile};
use super::config::Config;
use super::guards::Policy;
use super::plan::{Plan, Target};
use super::refusal::Refusals;
use crate::finding::{Band, Finding, FindingKey, Principal, Route, Standing, Subject};
use crate::incident::Incident;
use world::World;

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn noon() -> Timestamp {
    at("2026-11-27T12:00:00Z")
}

pub fn document() -> Document {
    Document::from_json(
        r#"{"version":1,"project":"personal-timeline","environment":"dev",
            "accounts":["123456789012"],"regions":["us-east-1"],"ledger_table":"l",
            "notifications_topic":"arn:aws:sns:us-east-1:123456789012:t",
            "guards":{"stop_parameter":"/s","dry_run":false,
                      "protected_tags":{"nightshift:protected":"true"}}}"#,
    )
    .unwrap()
}

pub fn config() -> Config {
    Config {
        enabled: Playbook::ALL.into(),
        accounts: [AccountId::new("123456789012")].into(),
        never: ["breakglass".to_owned()].into(),
        ..Config::default()
    }
}

pub fn incident(subjects: &[(&str, &str)], principals: &[(&str, &str, Option<&str>)]) -> Incident {
    let principal = |(kind, name, access_key): &(&str, &str, Option<&str>)| Principal {
        kind: (*kind).to_owned(),
        name: (*name).to_owned(),
        access_key: access_key.map(str::to_owned),
    };
    let finding = Finding {
        key: FindingKey {
            account: AccountId::new("123456789012"),
            region: Region::new("us-east-1"),
            id: "f-1".to_owned(),
        },
        route: Route::GuardDuty,
        product: "GuardDuty".to_owned(),
        kind: "Backdoor:EC2/C&CActivity.B".to_owned(),
        band: Band::High,
        title: "It calls home".to_owned(),
        description: String::new(),
        subjects: subjects
            .iter()
            .map(|(kind, id)| Subject {
                kind: (*kind).to_owned(),
                id: (*id).to_owned(),
                arn: None,
                tags: BTreeMap::new(),
            })
            .collect(),
        part: None,
        principals: principals.iter().map(principal).collect(),
        details: Vec::new(),
        count: 1,
        first_seen: at("2026-11-27T11:00:00Z"),
        last_seen: at("2026-11-27T11:00:00Z"),
        updated: at("2026-11-27T11:00:00Z"),
        emitted: at("2026-11-27T11:05:00Z"),
        standing: Standing::Open,
        asked: None,
        remedy: None,
        sample: false,
        echo: false,
        handles: Vec::new(),
    };
    assert_eq!(finding.band.severity(), Severity::Error);
    Incident::new(&finding)
}

pub fn incident_of(playbook: Playbook) -> Incident {
    match playbook {
        Playbook::IsolateInstance => incident(&[("AWS::EC2::Instance", world::INSTANCE)], &[]),
        Playbook::DisableAccessKey | Playbook::QuarantinePrincipal => {
            incident(&[], &[("IAMUser", world::USER, Some(world::KEY))])
        }
        Playbook::BlockPublicAccess => incident(&[("AWS::S3::Bucket", world::BUCKET)], &[]),
        Playbook::RevokeIngress => incident(&[("AWS::EC2::SecurityGroup", world::GROUP)], &[]),
    }
}

pub fn target_of(playbook: Playbook) -> Target {
    super::compile::select(&incident_of(playbook), playbook, None).unwrap()
}

pub fn plan_of(
    playbook: Playbook,
    incident: &Incident,
    target: Target,
    world: &World,
    config: &Config,
) -> Result<Plan, Refusals> {
    let document = document();
    let policy = Policy {
        document: &document,
        config,
    };
    let observed = world.observe(&target);
    let request = Request {
        incident,
        playbook,
        target,
        requester: None,
        created: noon(),
        expires: at("2026-11-27T13:00:00Z"),
    };
    compile(&request, &observed, &policy, noon())
}

pub fn plan(playbook: Playbook, world: &World, config: &Config) -> Plan {
    plan_of(
        playbook,
        &incident_of(playbook),
        target_of(playbook),
        world,
        config,
    )
    .unwrap()
}
