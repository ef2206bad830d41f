//! Whatever comes: a bounded matter that can be stored and read back, a message
//! that is one, and never a panic.

use std::thread;

use cost_anomaly::act::{placed, taken};
use cost_anomaly::decide::decide;
use cost_anomaly::event::Trigger;
use cost_anomaly::matter::Matter;
use cost_anomaly::messages::{Setting, message};
use cost_anomaly::observe::Context;
use cost_anomaly::sources::News;
use jiff::Timestamp;
use nightshift_testkit::{Fixture, assert_survives, fixture};

use crate::world::{World, at};

/// One fixture for every reader and every branch of it.
const SHAPES: [&str; 9] = [
    "anomaly-event",
    "anomaly-event-linked-account",
    "anomaly-topic",
    "batch-strange",
    "budget-adjusted",
    "budget-usage",
    "explain-event",
    "unknown-json",
    "unknown-text",
];

#[test]
fn every_mutation_of_every_shape_is_told_or_refused_in_words() {
    thread::scope(|scope| {
        for name in SHAPES {
            scope.spawn(move || survive(&fixture("cost-anomaly", name)));
        }
    });
}

fn survive(fixture: &Fixture) {
    let world = World::default();
    assert_survives(
        &fixture.name,
        &fixture.event,
        |mutation| match Trigger::parse(&mutation.event) {
            Ok(Trigger::Command(_)) => {}
            Ok(Trigger::Event(news)) => {
                assert!(!news.is_empty());
                for one in &news {
                    hold(&world, one);
                }
            }
            Ok(Trigger::Batch(records)) => {
                let sent = mutation.event["Records"].as_array().unwrap().len();
                assert_eq!(records.len(), sent, "no record is dropped");
                for record in &records {
                    assert!(!record.news.is_empty());
                    for one in &record.news {
                        hold(&world, one);
                    }
                }
            }
            Err(error) => {
                let words = error.to_string();
                assert!(words.chars().count() < 1_000, "{words}");
                assert!(!words.contains(char::is_control), "{words}");
            }
        },
    );
}

fn hold(world: &World, news: &News) {
    let (place, word) = placed(news.clone(), &world.config, &world.document);
    let matter = taken(None, &place, &[word]).unwrap();
    let entry = matter.entry(0, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(Matter::read(&entry).unwrap(), matter);
    // A key of DynamoDB has 1,024 bytes.
    assert!(entry.key.len() <= 1_024, "{} bytes", entry.key.len());
    assert!(serde_json::to_string(&matter).unwrap().len() <= 60_000);
    let now = at("2026-11-24T06:30:00Z");
    let verdict = decide(&matter, &world.config, now);
    let setting = Setting {
        document: &world.document,
        config: &world.config,
        now,
    };
    let message = message(&matter, &verdict, &Context::default(), &setting);
    assert!(
        !message.title.contains(char::is_control),
        "{}",
        message.title
    );
    let text = serde_json::to_string(&message).unwrap();
    assert!(text.len() <= 100_000, "{} bytes", text.len());
}
