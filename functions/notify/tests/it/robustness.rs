//! Every fixture, broken in every way: a clear report or a clear error.

use std::thread;

use nightshift_testkit::{Fixture, assert_survives, fixtures};
use notify::Event;
use serde_json::Value;

use crate::rules;
use crate::world::{kept, run, scripted};

#[test]
fn every_mutation_is_shown_or_refused_with_words() {
    thread::scope(|scope| {
        for fixture in fixtures("notify") {
            scope.spawn(move || hold(&fixture));
        }
    });
}

fn hold(fixture: &Fixture) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    assert_survives(&fixture.name, &fixture.event, |mutation| {
        let (notify, world) = scripted(vec![]);
        let answer = runtime.block_on(run(&notify, mutation.event.clone()));
        match answer {
            Ok(response) if response.get("batchItemFailures").is_some() => {
                assert!(kept(&response).is_empty());
                // One message each, but for exact copies: none is dropped.
                let posted = world.sent_to("webhook").len();
                assert_eq!(posted, distinct(&mutation.event));
            }
            Ok(report) => nightshift_testkit::assert_valid("notify-report", &report),
            Err(words) => {
                assert!(words.starts_with("Input: "), "{words}");
                assert!(words.chars().count() < 1_000, "{words}");
            }
        }
        for sent in world.sent() {
            rules::keep_all(&sent.to, &sent.method, &sent.body);
        }
    });
}

/// How many different messages an event carries.
fn distinct(event: &Value) -> usize {
    let Ok(Event::Batch(records)) = Event::from_input(event.clone()) else {
        return 0;
    };
    let mut messages: Vec<String> = records
        .into_iter()
        .map(|record| serde_json::to_string(&record.message.notification).unwrap())
        .collect();
    messages.sort();
    messages.dedup();
    messages.len()
}
