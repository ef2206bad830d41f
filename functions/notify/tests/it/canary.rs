//! The way of an alert, tried out: the canary flies every route, and a channel
//! where none arrives is told of by another.

use nightshift_core::Notification;
use notify::Pace;
use serde_json::{Value, json};

use crate::rules;
use crate::world::{Outside, World, batch, every, every_channel, kept, run, said, says};
use notify::Notify;

const HOUR: i64 = 3_600;

async fn fly(notify: &Notify<Outside>, world: &Outside) -> Vec<Notification> {
    run(notify, json!({"command": "canary"})).await.unwrap();
    let flown: Vec<Notification> = world.published.lock().unwrap().drain(..).collect();
    let response = run(notify, batch(&flown)).await.unwrap();
    assert!(kept(&response).is_empty());
    flown
}

async fn check(notify: &Notify<Outside>) -> Result<Value, String> {
    run(notify, json!({"command": "canary-check"})).await
}

fn silent(report: &Value) -> Vec<&str> {
    let channels = report["channels"].as_array().unwrap();
    let silent = channels.iter().filter(|one| one["silent"] == true);
    silent.map(|one| one["channel"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_route_and_every_channel_is_tried_quietly_and_once() {
    let (notify, world) = every();
    let flown = fly(&notify, &world).await;
    let ids: Vec<&str> = flown
        .iter()
        .map(|one| one.id.split('/').nth(1).unwrap())
        .collect();
    assert_eq!(ids, ["urgent", "everything", "fallback"]);
    for (to, count) in [
        ("webhook", 1),
        ("slack", 1),
        ("chat", 1),
        ("pagerduty", 2),
        ("mail", 1),
    ] {
        let sent = world.sent_to(to);
        assert_eq!(sent.len(), count, "{to}");
        for one in &sent {
            rules::keep_all(&one.to, &one.method, &one.body);
        }
    }
    let pages = world.sent_to("pagerduty");
    assert_eq!(pages[0].body["payload"]["severity"], "info");
    assert_eq!(pages[1].body["event_action"], "resolve");
    let blocks = world.sent_to("webhook")[0].body["blocks"].clone();
    assert_eq!(blocks.as_array().unwrap().len(), 1, "one quiet line");
    let report = check(&notify).await.unwrap();
    assert_eq!(report["channels"].as_array().unwrap().len(), 5);
    assert!(silent(&report).is_empty());
}

#[tokio::test]
async fn a_channel_on_two_routes_shows_one_canary_a_flight() {
    let mut section = every_channel();
    section["routes"][0]["channels"] = json!(["pager", "chat", "slack"]);
    let world = World::new(&section).leak();
    let notify = Notify::with(world, Pace::default());
    fly(&notify, &world).await;
    assert_eq!(world.sent_to("webhook").len(), 1);
    world.later(24 * HOUR);
    fly(&notify, &world).await;
    assert_eq!(world.sent_to("webhook").len(), 2);
}

#[tokio::test]
async fn nobody_on_call_is_woken_by_a_canary() {
    let mut section = every_channel();
    let pager = section["channels"]["pager"].as_object_mut().unwrap();
    pager.remove("canary_routing_key_parameter");
    section["canary"] = json!({"skip": ["mail"]});
    let world = World::new(&section).leak();
    let notify = Notify::with(world, Pace::default());
    fly(&notify, &world).await;
    assert!(world.sent_to("pagerduty").is_empty());
    assert!(world.sent_to("mail").is_empty());
    let report = check(&notify).await.unwrap();
    assert_eq!(report["channels"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_silent_channel_is_told_of_by_another_once_a_day_and_when_it_is_back() {
    let (notify, world) = every();
    fly(&notify, &world).await;
    // From now on the webhook is gone; the others go on.
    world.later(24 * HOUR);
    world.says("webhook", vec![said(404, "no_service"); 9]);
    run(&notify, json!({"command": "canary"})).await.unwrap();
    let flown: Vec<Notification> = world.published.lock().unwrap().drain(..).collect();
    run(&notify, batch(&flown)).await.unwrap();
    assert!(silent(&check(&notify).await.unwrap()).is_empty(), "not yet");
    world.later(3 * HOUR);
    let before = world.sent_to("mail").len();
    for _ in 0..3 {
        assert_eq!(silent(&check(&notify).await.unwrap()), ["slack"]);
        world.later(HOUR / 2);
    }
    let mails = world.sent_to("mail");
    assert_eq!(mails.len() - before, 1, "once");
    assert!(says(
        mails.last().unwrap(),
        "Nothing arrives in the channel slack"
    ));
    // It is mended.
    world.says("webhook", vec![]);
    fly(&notify, &world).await;
    assert!(silent(&check(&notify).await.unwrap()).is_empty());
    let mails = world.sent_to("mail");
    assert!(says(
        mails.last().unwrap(),
        "RESOLVED: The channel slack is heard again"
    ));
    let count = mails.len();
    check(&notify).await.unwrap();
    assert_eq!(world.sent_to("mail").len(), count, "and that is all");
}

#[tokio::test]
async fn a_way_that_never_worked_is_silent_too_but_not_at_once() {
    let (notify, world) = every();
    assert!(silent(&check(&notify).await.unwrap()).is_empty());
    world.later(27 * HOUR);
    let report = check(&notify).await.unwrap();
    assert_eq!(silent(&report).len(), 5);
    assert!(!world.sent().is_empty(), "all ways are tried");
}

#[tokio::test]
async fn where_nobody_takes_the_news_the_alarm_rings() {
    let (notify, world) = every();
    check(&notify).await.unwrap();
    world.later(27 * HOUR);
    for to in ["webhook", "slack", "pagerduty", "chat", "mail"] {
        world.says(to, vec![said(503, ""); 99]);
    }
    let error = check(&notify).await.unwrap_err();
    assert!(
        error.starts_with("Silent: nothing arrives in chat"),
        "{error}"
    );
}

#[tokio::test]
async fn a_dry_run_says_what_would_be() {
    let (notify, world) = every();
    let report = run(&notify, json!({"command": "canary", "dry_run": true}))
        .await
        .unwrap();
    assert_eq!(report["messages"].as_array().unwrap().len(), 3);
    assert!(world.published.lock().unwrap().is_empty());
    let at = json!({"command": "canary-check", "dry_run": true, "at": "2027-01-01T00:00:00Z"});
    check(&notify).await.unwrap();
    let report = run(&notify, at).await.unwrap();
    assert_eq!(silent(&report).len(), 5);
    assert!(world.sent().is_empty());
}
