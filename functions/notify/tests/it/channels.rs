//! How a matter looks in each kind of channel, from its first word to its last.

use nightshift_core::{Notification, Severity, Status};
use nightshift_testkit::package_root;
use notify::channels::{dedup_key, every_kind, subject};
use notify::{Form, Letter};
use serde_json::{Value, json};

use crate::anatomy::requests;
use crate::rules;
use crate::world::{Sent, batch, every, kept, notification, run, said, says};

/// The nth word on one matter.
fn word(nth: i64, severity: Severity, status: Status) -> Notification {
    let begun = notification().occurred_at;
    Notification {
        id: format!("triage/1/{nth}"),
        severity,
        status,
        dedup_key: Some("guardduty/123456789012/us-east-1/f1".to_owned()),
        title: "Somebody else uses the keys of i-0abc".to_owned(),
        summary: format!("Word {nth} on it."),
        occurred_at: begun + jiff::SignedDuration::from_mins(nth),
        ..notification()
    }
}

/// Review a change with `cargo insta review`, or by hand in the `.snap` files.
#[test]
fn every_kind_looks_as_it_was_reviewed() {
    let open = word(1, Severity::Critical, Status::Open);
    let over = word(2, Severity::Critical, Status::Resolved);
    for (name, kind) in every_kind() {
        for (state, notification) in [("open", &open), ("resolved", &over)] {
            let letter = Letter {
                notification,
                standing: None,
            };
            let rendered = kind.render(&letter, Form::Full);
            for sent in requests(name, &rendered) {
                rules::keep_all(&sent.to, &sent.method, &sent.body);
            }
            insta::with_settings!({ snapshot_path => package_root().join("tests/it/snapshots") }, {
                insta::assert_json_snapshot!(format!("{name}-{state}"), rendered.to_json());
            });
        }
    }
}

async fn tell(words: &[Notification]) -> (Vec<Sent>, Vec<Sent>) {
    let (notify, world) = every();
    for word in words {
        let response = run(&notify, batch(std::slice::from_ref(word))).await;
        assert!(kept(&response.unwrap()).is_empty());
    }
    let sent = world.sent();
    for one in &sent {
        rules::keep_all(&one.to, &one.method, &one.body);
    }
    (world.sent_to("slack"), world.sent_to("pagerduty"))
}

fn methods(sent: &[Sent]) -> Vec<&str> {
    sent.iter().map(|sent| sent.method.as_str()).collect()
}

#[tokio::test]
async fn slack_keeps_one_message_a_matter_and_the_words_in_its_thread() {
    let (slack, _) = tell(&[
        word(1, Severity::Warning, Status::Open),
        word(2, Severity::Critical, Status::Open),
        word(3, Severity::Critical, Status::Resolved),
    ])
    .await;
    let (post, update) = ("chat.postMessage", "chat.update");
    assert_eq!(methods(&slack), [post, update, post, update, post]);
    let ts = &slack[1].body["ts"];
    assert!(ts.is_string());
    for (index, field) in [(2, "thread_ts"), (3, "ts"), (4, "thread_ts")] {
        assert_eq!(&slack[index].body[field], ts, "request {index}");
    }
    assert!(says(&slack[1], "message 2 on this matter"));
    assert_eq!(slack[2].body["reply_broadcast"], true, "it got worse");
    assert!(slack[4].body.get("reply_broadcast").is_none());
    let header = &slack[3].body["blocks"][0]["text"]["text"];
    assert!(header.as_str().unwrap().contains("Resolved: Somebody"));
}

#[tokio::test]
async fn what_happened_earlier_does_not_replace_what_is_newer() {
    let (slack, _) = tell(&[
        word(5, Severity::Critical, Status::Resolved),
        word(2, Severity::Critical, Status::Open),
    ])
    .await;
    assert_eq!(methods(&slack), ["chat.postMessage", "chat.postMessage"]);
    assert!(slack[1].body["thread_ts"].is_string(), "only in the thread");
}

#[tokio::test]
async fn a_matter_that_comes_back_is_a_new_message() {
    let (slack, _) = tell(&[
        word(1, Severity::Error, Status::Open),
        word(2, Severity::Error, Status::Resolved),
        word(3, Severity::Error, Status::Open),
        word(4, Severity::Error, Status::Open),
    ])
    .await;
    assert!(slack[3].body.get("thread_ts").is_none());
    assert_eq!(slack[3].method, "chat.postMessage");
    assert_eq!(slack[4].method, "chat.update");
    assert_ne!(slack[4].body["ts"], slack[1].body["ts"]);
}

#[tokio::test]
async fn a_message_that_somebody_has_deleted_is_posted_anew() {
    let (notify, world) = every();
    let words = [
        word(1, Severity::Warning, Status::Open),
        word(2, Severity::Warning, Status::Open),
        word(3, Severity::Warning, Status::Open),
    ];
    run(&notify, batch(&words[..1])).await.unwrap();
    let gone = said(200, "{\"ok\":false,\"error\":\"message_not_found\"}");
    world.says("slack", vec![gone]);
    for word in &words[1..] {
        let response = run(&notify, batch(std::slice::from_ref(word))).await;
        assert!(kept(&response.unwrap()).is_empty());
    }
    let slack = world.sent_to("slack");
    let (post, update) = ("chat.postMessage", "chat.update");
    assert_eq!(methods(&slack), [post, update, post, update, post]);
    assert!(slack[2].body.get("thread_ts").is_none());
    assert_ne!(slack[3].body["ts"], slack[1].body["ts"], "the new one");
}

#[tokio::test]
async fn pagerduty_opens_and_closes_one_alert_a_matter() {
    let (_, pages) = tell(&[
        word(1, Severity::Error, Status::Open),
        word(2, Severity::Error, Status::Resolved),
    ])
    .await;
    let of =
        |field: &str| -> Vec<Value> { pages.iter().map(|page| page.body[field].clone()).collect() };
    assert_eq!(of("event_action"), ["trigger", "resolve"]);
    assert_eq!(of("dedup_key")[0], of("dedup_key")[1]);
    assert_eq!(pages[0].body["payload"]["severity"], "error");
}

#[tokio::test]
async fn a_bot_and_a_pager_get_plain_text_where_they_refuse_the_rest() {
    let (notify, world) = every();
    let refused = said(200, "{\"ok\":false,\"error\":\"invalid_blocks\"}");
    world.says("slack", vec![refused]);
    let invalid = "{\"message\":\"Event object is invalid\",\"errors\":[\"payload\"]}";
    world.says("pagerduty", vec![said(400, invalid)]);
    let event = batch(&[word(1, Severity::Error, Status::Open)]);
    assert!(kept(&run(&notify, event).await.unwrap()).is_empty());
    let slack = world.sent_to("slack");
    assert!(slack[0].body.get("blocks").is_some() && slack[1].body.get("blocks").is_none());
    let pages = world.sent_to("pagerduty");
    assert!(pages[0].body["payload"].get("custom_details").is_some());
    assert!(pages[1].body["payload"].get("custom_details").is_none());
}

#[test]
fn subjects_are_ascii_and_say_what_it_is() {
    let told = |title: &str, status| Notification {
        title: title.to_owned(),
        status,
        severity: Severity::Critical,
        ..notification()
    };
    for (title, status, expected) in [
        (
            "db-1 does not start",
            Status::Open,
            "[dev] CRITICAL: db-1 does not start",
        ),
        (
            "a\nb – ‘c’ … é",
            Status::Open,
            "[dev] CRITICAL: a b - 'c' ... ?",
        ),
        ("db-1", Status::Resolved, "[dev] RESOLVED: db-1"),
    ] {
        assert_eq!(subject(&told(title, status)), expected);
    }
    let long = subject(&told(&"x".repeat(300), Status::Open));
    assert!(long.len() == 99 && long.ends_with("..."), "{long}");
}

#[test]
fn a_preview_shows_every_kind() {
    assert_eq!(dedup_key("a/b"), "a/b");
    let letter = Letter {
        notification: &notification(),
        standing: None,
    };
    let mail = every_kind()[4].1.render(&letter, Form::Full).to_json();
    let text = mail["message"].as_str().unwrap();
    for words in ["dev is asleep", "Asleep: 5 of 6", "1. Nothing to do."] {
        assert!(text.contains(words), "{text}");
    }
    let attributes = json!({"environment": "dev", "kind": "off-hours.asleep", "severity": "notice", "status": "open"});
    assert_eq!(mail["attributes"], attributes);
}
