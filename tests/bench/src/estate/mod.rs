//! What the AWS stub holds: plain records, in the order of their names.

mod build;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::aws::Patience;

pub(crate) use build::member;

/// The account of every resource.
pub const ACCOUNT: &str = "123456789012";
/// The Region of every resource.
pub const REGION: &str = "us-east-1";
/// The environment that is looked after.
pub const ENVIRONMENT: &str = "dev";
/// The ledger's table.
pub const TABLE: &str = "personal-timeline-dev-operations-ledger";
/// The topic of the notifications.
pub const TOPIC: &str =
    "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-notifications";
/// The parameter that holds the configuration.
pub(crate) const CONFIGURATION: &str = "/personal-timeline/dev/nightshift/config";
/// The parameter that holds the webhook.
pub(crate) const WEBHOOK: &str = "/personal-timeline/dev/nightshift/slack-webhook";
const STOP: &str = "/personal-timeline/dev/nightshift/stop";

/// The security group of every instance.
pub(crate) const HOSTS: &str = "sg-0123456789abcdef0";

pub(crate) type Tags = BTreeMap<String, String>;

#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub tags: Tags,
    pub state: &'static str,
    /// Its public address.
    pub address: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub tags: Tags,
    pub min: i64,
    pub max: i64,
    pub desired: i64,
    pub instances: Vec<String>,
    pub suspended: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub tags: Tags,
    pub status: &'static str,
    pub cluster: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct DatabaseCluster {
    pub tags: Tags,
    pub status: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct NodeGroup {
    pub tags: Tags,
    pub min: i64,
    pub max: i64,
    pub desired: i64,
    pub taints: Vec<Value>,
    /// The Auto Scaling group behind it.
    pub behind: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub tags: Tags,
    pub desired: i64,
    pub running: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Alarm {
    pub dimensions: Vec<(&'static str, String)>,
    pub enabled: bool,
}

/// An AWS account in one Region, in memory.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    pub(crate) instances: BTreeMap<String, Instance>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) databases: BTreeMap<String, Database>,
    pub(crate) database_clusters: BTreeMap<String, DatabaseCluster>,
    /// By cluster and name.
    pub(crate) node_groups: BTreeMap<(String, String), NodeGroup>,
    /// By cluster and name.
    pub(crate) services: BTreeMap<(String, String), Service>,
    /// Scalable targets as the API shows them, by resource id.
    pub(crate) targets: BTreeMap<String, Value>,
    pub(crate) alarms: BTreeMap<String, Alarm>,
    /// The ledger's items as the API shows them, by partition and sort key.
    pub(crate) ledger: BTreeMap<(String, String), Map<String, Value>>,
    pub(crate) parameters: BTreeMap<String, String>,
    /// Messages that the topic took.
    pub(crate) published: Vec<String>,
    /// Ports that each security group opens to anybody, by its id.
    pub(crate) security_groups: BTreeMap<String, Vec<u16>>,
    /// What the tagging API knows, by ARN.
    pub(crate) tagged: BTreeMap<String, Tags>,
    /// How many changes CloudTrail knows of each resource.
    pub(crate) changes: u64,
    /// Whether what is asked around a finding is refused.
    pub(crate) refuses_look_ups: bool,
    pub(crate) patience: Patience,
    /// Questions that CloudTrail did not take.
    pub(crate) throttled: u64,
    resources: usize,
}

impl Estate {
    /// An estate with this many resources of the environment, in a mix of all
    /// kinds, a tenth as many of another environment, and an alarm for every
    /// second resource. One in twenty has a shorter day than the others.
    pub fn new(resources: usize) -> Self {
        build::estate(resources)
    }

    /// How many resources belong to the environment.
    pub const fn resources(&self) -> usize {
        self.resources
    }

    /// Puts the configuration document where the functions read it.
    pub fn configure(&mut self, document: &Value, webhook: &str) {
        let parameters = [
            (CONFIGURATION, document.to_string()),
            (WEBHOOK, webhook.to_owned()),
            (STOP, "run".to_owned()),
        ];
        self.parameters
            .extend(parameters.map(|(name, value)| (name.to_owned(), value)));
    }

    /// Refuses from now on what is asked around a finding, as IAM does it.
    pub const fn refuse_look_ups(&mut self) {
        self.refuses_look_ups = true;
    }

    /// Lets everything arrive where it was going, as minutes do on AWS.
    pub fn settle(&mut self) {
        let settled = |state| match state {
            "stopping" => "stopped",
            "pending" => "running",
            "starting" => "available",
            other => other,
        };
        for instance in self.instances.values_mut() {
            instance.state = settled(instance.state);
        }
        for database in self.databases.values_mut() {
            database.status = settled(database.status);
        }
        for cluster in self.database_clusters.values_mut() {
            cluster.status = settled(cluster.status);
        }
        for service in self.services.values_mut() {
            service.running = service.desired;
        }
        let groups = &mut self.groups;
        for node_group in self.node_groups.values() {
            if let Some(behind) = groups.get_mut(&node_group.behind) {
                behind.desired = node_group.desired;
            }
        }
        for (name, group) in groups {
            let wanted = usize::try_from(group.desired).unwrap_or_default();
            group.instances.truncate(wanted);
            while group.instances.len() < wanted {
                let next = group.instances.len();
                group.instances.push(build::member(name, next));
            }
        }
    }
}

/// The configuration document of the environment. Office hours end at 19:00
/// UTC, the short day of one resource in twenty at 17:00.
pub fn configuration() -> Value {
    json!({
        "version": 1,
        "project": "personal-timeline",
        "environment": ENVIRONMENT,
        "accounts": [ACCOUNT],
        "regions": [REGION],
        "environment_tag": "Environment",
        "ledger_table": TABLE,
        "notifications_topic": TOPIC,
        "guards": {
            "denied_environments": ["prod", "production"],
            "protected_tags": {"nightshift:protected": "true"},
            "stop_parameter": STOP,
            "blast_radius": {"count": 1_000_000, "percent": 100},
            "dry_run": false,
        },
        "functions": {
            "off-hours": {
                "default_zone": "UTC",
                "schedules": {
                    "office-hours": "Mon-Fri 07:00-19:00 @UTC",
                    "short-hours": "Mon-Fri 07:00-17:00 @UTC",
                },
            },
            "notify": {
                "channels": {"slack": {"kind": "slack-webhook", "webhook_parameter": WEBHOOK}},
                "routes": [{"name": "everything", "channels": ["slack"]}],
            },
            "security-triage": {},
        },
    })
}
