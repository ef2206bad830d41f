//! What gathered messages look like in Slack, as golden files. The pictures of
//! docs/messages.md are made from them.

use jiff::Timestamp;
use nightshift_core::{Fact, Link, Notification, Severity, Status};
use serde_json::json;

use crate::world::{Channel, at, finding, grouped, word};

use Severity::{Critical, Error, Notice, Warning};

/// What security-triage says of one instance.
fn mining(instance: &str, severity: Severity, now: Timestamp) -> Notification {
    let region = "us-east-1";
    Notification {
        title: format!("The EC2 instance {instance} asks for a name of a mining pool."),
        summary: "It mines, or talks to those who do: somebody else uses it at your cost."
            .to_owned(),
        facts: vec![
            Fact::new("Type", "CryptoCurrency:EC2/BitcoinTool.B!DNS"),
            Fact::new("Offender", format!("AWS::EC2::Instance {instance}")),
        ],
        sections: Vec::new(),
        next_steps: vec![
            "Take it off the network, and keep its volumes and its memory as evidence.".to_owned(),
            "Find out whether the resource is meant to do that; its owner knows.".to_owned(),
        ],
        commands: Vec::new(),
        links: vec![Link {
            label: "GuardDuty".to_owned(),
            url: format!("https://{region}.console.aws.amazon.com/guardduty/home?region={region}"),
        }],
        ..finding(instance, severity, now)
    }
}

fn ended(instance: &str, now: Timestamp) -> Notification {
    Notification {
        status: Status::Resolved,
        kind: "security-triage.resolved".to_owned(),
        severity: Notice,
        summary: "Nobody need look any more: a person has put it aside in GuardDuty.".to_owned(),
        next_steps: Vec::new(),
        ..mining(instance, Notice, now)
    }
}

fn looks(name: &str, channel: &Channel) {
    let body = notify::message(&channel.last().notification).body;
    insta::with_settings!({
        snapshot_path => nightshift_testkit::package_root().join("tests/matters/snapshots")
    }, {
        insta::assert_json_snapshot!(name, body);
    });
}

/// Review a change with `cargo insta review`, or by hand in the `.snap` files.
#[test]
fn a_matter_from_its_first_message_to_its_last() {
    let instances = [
        "i-0a1b2c3d4e5f60718",
        "i-0b2c3d4e5f6071829",
        "i-0c3d4e5f607182930",
    ];
    let mut channel = Channel::new(grouped());
    let found = instances.map(|instance| mining(instance, Error, at(0)));
    channel.hear(found.to_vec());
    channel.until(at(60));
    looks("gathered", &channel);
    channel.hear(vec![mining(instances[2], Critical, at(60))]);
    channel.until(at(120));
    looks("worse", &channel);
    channel.until(at(600));
    channel.hear(vec![ended(instances[0], at(600))]);
    channel.until(at(1200));
    looks("one-is-over", &channel);
    let over = instances[1..].iter();
    channel.hear(over.map(|instance| ended(instance, at(1200))).collect());
    channel.until(at(1800));
    looks("all-are-over", &channel);
}

#[test]
fn a_morning_and_an_hour_that_was_full() {
    let night = 9 * 3600;
    let morning = 18 * 3600;
    let mut config = grouped();
    config["quiet_hours"] = json!({"hours": "daily 22:00-07:00 @Europe/Berlin"});
    let mut channel = Channel::new(config);
    channel.until(at(night));
    channel.hear(vec![
        mining("i-0a1b2c3d4e5f60718", Warning, at(night)),
        mining("i-0b2c3d4e5f6071829", Warning, at(night)),
        Notification {
            title: "dev is asleep: 14 of 15 resources".to_owned(),
            ..word("asleep", Notice, at(night))
        },
    ]);
    channel.until(at(night + 3600));
    channel.hear(vec![ended("i-0b2c3d4e5f6071829", at(night + 3600))]);
    channel.until(at(morning + 60));
    looks("digest", &channel);

    let budget = json!({"per_hour": 3, "urgent": 1});
    let mut channel = Channel::new(json!({"groups": [], "budget": budget}));
    let words = (0..9).map(|index| Notification {
        kind: ["off-hours.trouble", "off-hours.forced-start"][index % 2].to_owned(),
        title: format!("reports-{index} did not start: capacity"),
        ..word(&format!("w{index}"), [Warning, Notice][index % 2], at(0))
    });
    channel.hear(words.collect());
    channel.until(at(400));
    looks("summary", &channel);
}
