//! A day of security findings, made of the fixtures in `events/security-triage`:
//! the same shapes, each with an id and a resource of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::checkout;
use crate::estate::{ACCOUNT, Estate, HOSTS, Instance, REGION, Tags, member};

/// What the cold start is measured with.
const FIRST: &str = "guardduty-instance";
/// Changes that CloudTrail knows of each resource.
const CHANGES: u64 = 10;

/// What the fixtures are about.
const INSTANCE: &str = "i-0a1b2c3d4e5f60718";
const GROUP: &str = "sg-0a1b2c3d4e5f60718";
const BUCKET: &str = "timeline-dev-uploads";
const ROLE: &str = "old-batch";
const USER: &str = "deploy-bot";
/// The ids of the fixtures' findings: GuardDuty's, Inspector's, Security Hub's
/// and Access Analyzer's. Config's have none but their resource's.
const IDS: [&str; 7] = [
    "f100000000000000000000000000aa01",
    "f100000000000000000000000000aa03",
    "0123456789abcdef0123456789abcdef",
    "0c0ffee0-0000-4000-8000-000000000001",
    "0c0ffee0-0000-4000-8000-000000000008",
    "aa000000-0000-4000-8000-000000000001",
    "aa000000-0000-4000-8000-000000000004",
];

/// Twenty events in a row about thirteen matters: fixture, the row's matter, and
/// how many events later it comes.
const MIX: [(&str, usize, usize); 20] = [
    // By three routes, delivered twice, and worse later.
    ("guardduty-instance", 0, 0),
    ("guardduty-instance", 0, 1),
    ("security-hub-guardduty", 0, 12),
    ("security-hub-v2-detection", 0, 25),
    ("guardduty-instance-again", 0, 60),
    ("guardduty-access-key", 1, 0),
    // By two routes, once in the same batch and once later.
    ("inspector-active", 2, 0),
    ("security-hub-v2-vulnerability", 2, 3),
    ("inspector-active", 3, 0),
    ("security-hub-v2-vulnerability", 3, 15),
    ("security-hub-control", 4, 0),
    ("security-hub-control", 5, 0),
    ("security-hub-control", 6, 0),
    ("security-hub-control", 7, 0),
    // What was broken is mended.
    ("security-hub-control-passed", 7, 100),
    ("security-hub-v2-compliance", 8, 0),
    ("config-broken", 9, 0),
    ("config-broken", 10, 0),
    ("access-analyzer-public", 11, 0),
    ("access-analyzer-unused", 12, 0),
];
/// Matters of a row.
const MATTERS: usize = 13;

/// Findings as the queue delivers them, and what they are about.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    /// Events of Lambda, of at most so many messages each.
    pub batches: Vec<Value>,
    /// How many findings there are.
    pub findings: usize,
    /// How many matters they are about.
    pub matters: usize,
    /// The rows of the mix that they are from.
    rows: usize,
}

impl Day {
    /// So many findings of the mix, in batches of a size.
    pub fn mixed(findings: usize, size: usize) -> Self {
        Self::of(findings, size, |_| true)
    }

    /// So many findings, each of another matter.
    pub fn fresh(findings: usize, size: usize) -> Self {
        let mut seen = BTreeSet::new();
        Self::of(findings, size, |matter| seen.insert(matter))
    }

    fn of(findings: usize, size: usize, mut wanted: impl FnMut(usize) -> bool) -> Self {
        let fixtures: BTreeMap<&str, String> = MIX
            .iter()
            .map(|&(name, ..)| (name, fixture(name)))
            .collect();
        let mut coming = Vec::new();
        let mut row = 0;
        while coming.len() < findings {
            for (place, &(name, matter, later)) in MIX.iter().enumerate() {
                let matter = row * MATTERS + matter;
                if wanted(matter) {
                    coming.push((row * MIX.len() + place + later, name, row, matter));
                }
            }
            row += 1;
        }
        coming.truncate(findings);
        coming.sort_by_key(|&(at, ..)| at);
        let matters: BTreeSet<usize> = coming.iter().map(|&(.., matter)| matter).collect();
        let bodies: Vec<String> = coming
            .iter()
            .enumerate()
            .map(|(index, (_, name, row, matter))| {
                let fixture = fixtures.get(name).map_or("", String::as_str);
                event(fixture, index, *row, *matter)
            })
            .collect();
        Self {
            batches: bodies.chunks(size.max(1)).map(batch).collect(),
            findings: bodies.len(),
            matters: matters.len(),
            rows: row,
        }
    }

    /// Puts what the findings are about into an estate: instances, of which
    /// every third can be reached, security groups, of which every second is
    /// open, tags, and changes in the trail.
    pub fn surround(&self, estate: &mut Estate) {
        estate.changes = CHANGES;
        estate
            .security_groups
            .insert(HOSTS.to_owned(), vec![22, 443]);
        for row in 0..self.rows {
            admit_instance(estate, &member("triage", row), row % 3 == 0);
        }
        for matter in 0..self.rows * MATTERS {
            let open = if matter.is_multiple_of(2) {
                vec![22]
            } else {
                Vec::new()
            };
            let group = security_group(matter);
            let arn = format!("arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{group}");
            estate.tagged.insert(arn, tags());
            estate.security_groups.insert(group, open);
            let bucket = format!("arn:aws:s3:::{BUCKET}-{matter}");
            estate.tagged.insert(bucket, tags());
        }
    }
}

/// A batch of one finding about an instance, which is put into the estate with
/// what can be looked up around it.
pub fn first_finding(estate: &mut Estate) -> Value {
    estate.changes = CHANGES;
    estate
        .security_groups
        .insert(HOSTS.to_owned(), vec![22, 443]);
    admit_instance(estate, INSTANCE, true);
    batch(&[fixture(FIRST)])
}

fn fixture(name: &str) -> String {
    let event = checkout::json(&format!("events/security-triage/{name}.json"));
    event.to_string()
}

fn tags() -> Tags {
    [("Environment", "dev"), ("Owner", "timeline-team")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn admit_instance(estate: &mut Estate, id: &str, reachable: bool) {
    let arn = format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{id}");
    estate.tagged.insert(arn, tags());
    // Without the environment's tag, so that off-hours has nothing to do with it.
    let instance = Instance {
        tags: [("Name".to_owned(), "web".to_owned())].into(),
        state: "running",
        address: reachable.then(|| "203.0.113.20".to_owned()),
    };
    estate.instances.insert(id.to_owned(), instance);
}

fn security_group(matter: usize) -> String {
    format!("sg-{matter:017x}")
}

/// A fixture's text with another event's id, another finding's, and another
/// resource.
fn event(fixture: &str, index: usize, row: usize, matter: usize) -> String {
    let mut text = fixture.to_owned();
    let mut named = text.contains(GROUP);
    for id in IDS {
        named |= text.contains(id);
        let other = match id.split_once('-') {
            None => format!("{matter:032x}"),
            Some((head, _)) => format!("{head}-0000-4000-8000-{matter:012}"),
        };
        text = text.replace(id, &other);
    }
    assert!(named, "a fixture has another id than it had: {fixture}");
    for (resource, other) in [
        (INSTANCE, member("triage", row)),
        (GROUP, security_group(matter)),
        (BUCKET, format!("{BUCKET}-{matter}")),
        (ROLE, format!("{ROLE}-{matter}")),
        (USER, format!("{USER}-{matter}")),
    ] {
        text = text.replace(resource, &other);
    }
    // OCSF's `metadata.uid`.
    for letter in ["a", "b", "c"] {
        text = text.replace(&letter.repeat(64), &format!("{matter:064x}"));
    }
    let mut event: Value = serde_json::from_str(&text).expect("a fixture is JSON");
    event["id"] = json!(format!("5ec00000-0000-4000-8000-{index:012}"));
    event.to_string()
}

/// Messages as a queue hands them to Lambda.
fn batch(bodies: &[String]) -> Value {
    let record = |(index, body): (usize, &String)| {
        json!({
            "messageId": format!("00000000-0000-4000-8000-{index:012}"),
            "receiptHandle": "AQEB".repeat(40),
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1795460700000",
                "SenderId": "AIDAEXAMPLEEXAMPLE001",
                "ApproximateFirstReceiveTimestamp": "1795460705000",
            },
            "messageAttributes": {},
            "md5OfBody": "0".repeat(32),
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:triage"),
            "awsRegion": REGION,
        })
    };
    let records: Vec<Value> = bodies.iter().enumerate().map(record).collect();
    json!({"Records": records})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(day: &Day) -> Vec<Value> {
        let records = day
            .batches
            .iter()
            .filter_map(|batch| batch["Records"].as_array());
        let bodies = records
            .flatten()
            .filter_map(|record| record["body"].as_str());
        bodies
            .map(|body| serde_json::from_str(body).unwrap())
            .collect()
    }

    #[test]
    fn a_day_has_every_kind_in_batches_and_no_event_twice() {
        let day = Day::mixed(100, 10);
        assert_eq!(
            (day.batches.len(), day.findings, day.matters),
            (10, 100, 65)
        );
        let bodies = bodies(&day);
        let ids: BTreeSet<&str> = bodies
            .iter()
            .filter_map(|body| body["id"].as_str())
            .collect();
        assert_eq!(ids.len(), 100);
        let kinds: BTreeSet<&str> = bodies
            .iter()
            .filter_map(|body| body["detail-type"].as_str())
            .collect();
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            [
                "Access Analyzer Finding",
                "Config Rules Compliance Change",
                "Findings Imported V2",
                "GuardDuty Finding",
                "Inspector2 Finding",
                "Security Hub Findings - Imported",
                "Unused Access Finding for IAM entities",
            ]
        );
    }

    #[test]
    fn copies_speak_of_one_matter_and_others_of_another() {
        let bodies = bodies(&Day::mixed(40, 10));
        let native = |row: usize| format!("{:032x}", row * MATTERS);
        let of = |id: &str| {
            bodies
                .iter()
                .filter(|body| body.to_string().contains(id))
                .count()
        };
        // Itself twice, two copies, and once more later.
        assert_eq!(of(&format!("finding/{}", native(1))), 5);
        let fresh = Day::fresh(50, 10);
        assert_eq!((fresh.findings, fresh.matters), (50, 50));
    }

    #[test]
    fn what_findings_are_about_is_there() {
        let day = Day::mixed(20, 10);
        let mut estate = Estate::default();
        day.surround(&mut estate);
        for body in bodies(&day) {
            let text = body.to_string();
            let known = estate.instances.keys().any(|id| text.contains(id))
                || estate.tagged.keys().any(|arn| {
                    let name = arn.rsplit([':', '/']).next().unwrap();
                    text.contains(&format!("{name}\""))
                })
                || text.contains(USER)
                || text.contains(ROLE);
            assert!(known, "{text}");
        }
    }
}
