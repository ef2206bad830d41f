//! One sender a channel at a time.

use std::time::Duration;

use nightshift_runtime::{Body, Entry};
use notify::{Notify, Pace};
use serde_json::json;

use crate::world::{
    World, batch, every_channel, kept, notifications, one_webhook, run, run_within,
};

fn held(world: &World, channel: &str, version: u64, seconds: i64) {
    let until = *world.now.lock().unwrap() + jiff::SignedDuration::from_secs(seconds);
    let entry = Entry {
        key: channel.to_owned(),
        version,
        body: Body::new(&json!({"holder": "another", "until": until})).unwrap(),
        expires_at: None,
    };
    world.ledger.seed("notify-lease", entry);
}

fn hasty() -> Pace {
    Pace {
        turn: Duration::from_millis(20),
        attempt: Duration::from_millis(100),
        report: Duration::from_millis(10),
        ..Pace::default()
    }
}

#[tokio::test]
async fn a_channel_that_another_holds_is_left_to_it() {
    let world = World::new(&every_channel()).leak();
    held(&world, "slack", 1, 60);
    let notify = Notify::with(world, hasty());
    let event = batch(&notifications(&["a", "b"]));
    let response = run_within(&notify, event, Duration::from_millis(300)).await;
    assert_eq!(kept(&response.unwrap()), ["a", "b"]);
    assert!(world.sent_to("webhook").is_empty());
    assert_eq!(world.sent_to("slack").len(), 2, "the other channel is free");
    assert_eq!(world.hidden.lock().unwrap()[0].1, 1, "they come back soon");
}

#[tokio::test]
async fn a_turn_is_waited_for_and_an_old_lease_is_none() {
    let world = World::new(&one_webhook()).leak();
    held(&world, "slack", 1, 60);
    let notify = Notify::with(world, hasty());
    let release = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        held(&world, "slack", 2, 0);
    };
    let event = batch(&notifications(&["a"]));
    let (response, ()) = tokio::join!(run(&notify, event), release);
    assert!(kept(&response.unwrap()).is_empty());
    assert_eq!(world.sent().len(), 1);
    let lease = world.ledger.entries("notify-lease").remove(0);
    let state: serde_json::Value = lease.body.read().unwrap();
    let until: jiff::Timestamp = state["until"].as_str().unwrap().parse().unwrap();
    assert!(until <= *world.now.lock().unwrap(), "it was given back");
}

#[tokio::test]
async fn two_that_ask_at_once_do_not_both_get_it() {
    let world = World::new(&one_webhook()).leak();
    // The write that takes the lease meets another's.
    world.ledger.conflict_at_write(1);
    let notify = Notify::with(world, hasty());
    let response = run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert!(kept(&response).is_empty(), "the second asking gets it");
    assert_eq!(world.sent().len(), 1);
}
