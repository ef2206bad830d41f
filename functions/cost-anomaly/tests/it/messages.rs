//! What people read: money first, and nothing that an event could forge.

use cost_anomaly::act::taken;
use cost_anomaly::decide::decide;
use cost_anomaly::matter::Matter;
use cost_anomaly::messages::{Setting, message};
use cost_anomaly::observe::Context;
use nightshift_core::Notification;
use nightshift_testkit::{assert_valid, fixtures};
use nightshift_trail::Change;

use crate::world::{World, at};

/// Every message of every fixture that is an event, as if nothing were known.
fn all() -> Vec<(String, Notification)> {
    let world = World::default();
    let mut found = Vec::new();
    for fixture in fixtures("cost-anomaly") {
        if fixture.event.get("command").is_some() || fixture.name.starts_with("malformed") {
            continue;
        }
        for (place, word) in world.words(&fixture.name) {
            let matter = taken(None, &place, &[word]).unwrap();
            found.push((
                fixture.name.clone(),
                of(&world, &matter, &Context::default()),
            ));
        }
    }
    assert!(found.len() > 15);
    found
}

fn of(world: &World, matter: &Matter, context: &Context) -> Notification {
    let setting = Setting {
        document: &world.document,
        config: &world.config,
        now: at("2026-11-24T06:30:00Z"),
    };
    let verdict = decide(matter, &world.config, setting.now);
    message(matter, &verdict, context, &setting)
}

#[test]
fn every_message_is_one_and_has_a_next_step() {
    for (name, message) in all() {
        assert_valid("notification", &serde_json::to_value(&message).unwrap());
        assert!(!message.title.trim().is_empty(), "{name}");
        assert!(
            message.title.chars().count() <= 200,
            "{name}: {}",
            message.title
        );
        assert!(!message.summary.trim().is_empty(), "{name}");
        assert!(!message.next_steps.is_empty(), "{name}");
        assert_eq!(message.account.as_str().len(), 12, "{name}");
        let text = serde_json::to_string(&message).unwrap();
        for raw in ["undefined", "None", "null", "NaN", "Some("] {
            assert!(!text.contains(raw), "{name}: {raw} in {text}");
        }
        for link in &message.links {
            assert!(link.url.starts_with("https://"), "{name}: {}", link.url);
            assert!(
                !link.url.contains([' ', '"', '<', '>', '|']),
                "{name}: {}",
                link.url
            );
        }
    }
}

#[test]
fn the_story_of_a_rise() {
    let world = World::default();
    let (place, word) = world.words("anomaly-event").remove(0);
    let matter = taken(None, &place, &[word]).unwrap();
    let context = Context {
        changes: vec![Change {
            at: at("2026-11-19T16:20:11Z"),
            operation: "ec2:CreateNatGateway".to_owned(),
            by: "role Admin as jane".to_owned(),
        }],
        ours: vec!["db-1 is kept awake until 2026-11-25T00:00:00Z for jane: load test".to_owned()],
        looked: true,
        gaps: Vec::new(),
    };
    let message = of(&world, &matter, &context);
    assert_eq!(message.title, "EC2 - Other costs $82.50 more than usual");
    assert_eq!(
        message.summary,
        "From 20 November to 21 November it cost $143.90 where $61.40 was expected. \
         Nightshift itself may explain it: see below."
    );
    let facts: Vec<String> = message
        .facts
        .iter()
        .map(|fact| format!("{}: {}", fact.label, fact.value))
        .collect();
    assert_eq!(
        facts,
        [
            "Impact: $82.50, 134 % more",
            "Expected: $61.40",
            "Actual: $143.90",
            "Since: 20 November",
            "Account: personal-timeline (123456789012)",
            "Region: eu-central-1",
            "Seen by: Cost Anomaly Detection (personal-timeline-shared-services-anomalies)",
        ]
    );
    let sections: Vec<(&str, &str)> = message
        .sections
        .iter()
        .map(|section| (section.title.as_str(), section.items[0].as_str()))
        .collect();
    assert_eq!(
        sections,
        [
            (
                "Where it comes from",
                "EUC1-NatGateway-Bytes in eu-central-1: $79.30"
            ),
            (
                "Who changed what in these days",
                "2026-11-19 16:20 UTC ec2:CreateNatGateway by role Admin as jane"
            ),
            (
                "What Nightshift itself did",
                "db-1 is kept awake until 2026-11-25T00:00:00Z for jane: load test"
            ),
        ]
    );
    let labels: Vec<&str> = message
        .links
        .iter()
        .map(|link| link.label.as_str())
        .collect();
    assert_eq!(labels, ["The anomaly", "Cost Explorer", "Where it runs"]);
    assert!(
        message.links[2]
            .url
            .starts_with("https://eu-central-1.console.aws.amazon.com/ec2/home")
    );
    assert_eq!(
        message.commands[0].text,
        "cargo lambda invoke --remote personal-timeline-dev-cost-anomaly-function --data-ascii \
         '{\"anomaly\":\"spend/EC2 - Other@123456789012\",\"command\":\"feedback\",\"dry_run\":false,\"feedback\":\"planned-activity\"}'"
    );
}

#[test]
fn what_could_not_be_looked_up_is_said() {
    let world = World::default();
    let (place, word) = world.words("anomaly-event").remove(0);
    let matter = taken(None, &place, &[word]).unwrap();
    let context = Context {
        gaps: vec!["RunInstances in eu-central-1: no answer in time".to_owned()],
        ..Context::default()
    };
    let message = of(&world, &matter, &context);
    assert!(
        message.summary.contains("could not be looked up whole"),
        "{}",
        message.summary
    );
    assert_eq!(
        message.sections.last().unwrap().title,
        "Could not be looked up"
    );
}
