//! Which message goes where when Slack answers so or so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nightshift_core::Severity;
use nightshift_runtime::CallClass;
use notify::{Answer, Notify, Pace, PostError};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{
    World, batch, batch_again, every, every_channel, kept, notification, notifications, run, said,
    says, scripted, told_to_wait,
};

#[tokio::test]
async fn messages_go_out_in_their_order() {
    let (notify, slack) = scripted(vec![]);
    let response = run(&notify, batch(&notifications(&["a", "b", "c"])))
        .await
        .unwrap();
    assert_eq!(response, json!({"batchItemFailures": []}));
    let sent = slack.sent();
    assert!(
        says(&sent[0], "message a") && says(&sent[2], "message c"),
        "{sent:?}"
    );
}

#[tokio::test]
async fn an_empty_batch_needs_no_channel() {
    let (notify, slack) = scripted(vec![]);
    let response = run(&notify, json!({"Records": []})).await.unwrap();
    assert_eq!(response, json!({"batchItemFailures": []}));
    assert!(slack.sent().is_empty());
}

#[tokio::test]
async fn what_was_delivered_is_not_delivered_again() {
    let (notify, slack) = scripted(vec![]);
    let messages = notifications(&["a"]);
    for _ in 0..2 {
        assert!(kept(&run(&notify, batch(&messages)).await.unwrap()).is_empty());
    }
    assert_eq!(slack.sent().len(), 1);
    let mut news = messages;
    news[0].summary = "It woke up.".to_owned();
    run(&notify, batch(&news)).await.unwrap();
    assert_eq!(slack.sent().len(), 2, "a new text under an old id is news");
}

#[tokio::test]
async fn a_short_wait_is_slept_and_a_long_one_left_to_the_queue() {
    let (notify, _) = scripted(vec![told_to_wait(0), told_to_wait(0)]);
    let response = run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert!(kept(&response).is_empty());

    let (notify, slack) = scripted(vec![said(200, "ok"), told_to_wait(60)]);
    let response = run(&notify, batch(&notifications(&["a", "b", "c"])))
        .await
        .unwrap();
    assert_eq!(kept(&response), ["b", "c"]);
    assert_eq!(slack.sent().len(), 2, "the rest is not tried");

    let (notify, slack) = scripted((0..9).map(|_| told_to_wait(0)).collect());
    let response = run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert_eq!(kept(&response), ["a"]);
    assert_eq!(slack.sent().len(), 4, "Slack is not hammered");
}

#[tokio::test]
async fn one_fault_costs_one_message_and_two_in_a_row_the_rest() {
    let (notify, _) = scripted(vec![
        said(500, ""),
        said(200, "ok"),
        Err(PostError::Timeout(Duration::ZERO)),
    ]);
    let response = run(&notify, batch(&notifications(&["a", "b", "c", "d"])))
        .await
        .unwrap();
    assert_eq!(kept(&response), ["a", "c"]);

    let (notify, slack) = scripted(vec![said(500, ""), said(503, "")]);
    let response = run(&notify, batch(&notifications(&["a", "b", "c", "d"])))
        .await
        .unwrap();
    assert_eq!(kept(&response), ["a", "b", "c", "d"]);
    assert_eq!(slack.sent().len(), 2);
}

#[tokio::test]
async fn refused_blocks_fall_back_to_text_once() {
    let (notify, slack) = scripted(vec![said(400, "invalid_blocks")]);
    let response = run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert!(kept(&response).is_empty());
    let bodies = slack.bodies();
    assert!(bodies[0].get("blocks").is_some());
    assert!(bodies[1].get("blocks").is_none());
    assert!(
        bodies[1]["text"]
            .as_str()
            .unwrap()
            .contains("cargo lambda invoke")
    );

    let (notify, slack) = scripted(vec![said(400, "invalid_blocks"), said(400, "no_text")]);
    let response = run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert_eq!(
        kept(&response),
        ["a"],
        "only this one becomes a dead letter"
    );
    assert_eq!(slack.sent().len(), 3);
}

#[tokio::test]
async fn a_refused_webhook_stops_the_batch() {
    let (notify, slack) = scripted(vec![said(403, "invalid_token")]);
    let response = run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert_eq!(kept(&response), ["a", "b"]);
    assert_eq!(slack.sent().len(), 1);
}

#[tokio::test]
async fn a_batch_that_cannot_name_its_failures_comes_back_whole() {
    let (notify, _) = scripted(vec![said(500, "")]);
    let error = run(&notify, json!({"Records": [{"body": "x"}]}))
        .await
        .unwrap_err();
    assert!(error.starts_with("NotDelivered: 1 messages"), "{error}");
}

#[tokio::test]
async fn a_person_gets_to_know_what_was_sent_and_what_not() {
    let command = json!({"command": "send", "notification": notification()});
    let (notify, _) = scripted(vec![]);
    let report = run(&notify, command.clone()).await.unwrap();
    assert_eq!(report["messages"][0]["outcome"], "delivered");
    let (notify, _) = scripted(vec![said(404, "no_service")]);
    let error = run(&notify, command).await.unwrap_err();
    assert!(error.contains("no_service"), "{error}");
    let dry = json!({"command": "send", "notification": notification(), "dry_run": true});
    let (notify, slack) = scripted(vec![]);
    let report = run(&notify, dry).await.unwrap();
    assert_eq!(report["messages"][0]["outcome"], "shown");
    assert!(report["payloads"]["slack-webhook"]["blocks"].is_array());
    assert!(slack.sent().is_empty());
}

/// Who knows when the channel takes more leaves it to the queue to wait.
#[tokio::test]
async fn the_queue_keeps_what_a_channel_asks_to_wait_for() {
    let (notify, world) = scripted(vec![said(200, "ok"), told_to_wait(60)]);
    let response = run(&notify, batch(&notifications(&["a", "b", "c"])))
        .await
        .unwrap();
    assert_eq!(kept(&response), ["b", "c"]);
    let hidden = world.hidden.lock().unwrap().clone();
    let expected = [("receipt-b", 60), ("receipt-c", 61)];
    assert_eq!(
        hidden,
        expected.map(|(receipt, seconds)| (receipt.to_owned(), seconds))
    );

    let (notify, world) = scripted(vec![said(503, "")]);
    run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert!(
        world.hidden.lock().unwrap().is_empty(),
        "nobody has said when"
    );
}

/// What was delivered is known to the next process too.
#[tokio::test]
async fn a_cold_start_repeats_nothing() {
    let world = World::new(&every_channel()).leak();
    let mut failing = notification();
    failing.severity = Severity::Error;
    for _ in 0..3 {
        let notify = Notify::with(world, Pace::default());
        let event = batch(std::slice::from_ref(&failing));
        assert!(kept(&run(&notify, event).await.unwrap()).is_empty());
    }
    assert_eq!(world.sent().len(), 4, "{:?}", world.sent());
}

/// One channel's trouble is not another's, nor is it told twice.
#[tokio::test]
async fn only_the_channel_that_did_not_take_it_is_asked_again() {
    let (notify, world) = every();
    world.says("slack", vec![said(503, "")]);
    let messages = notifications(&["a"]);
    let response = run(&notify, batch(&messages)).await.unwrap();
    assert_eq!(kept(&response), ["a"]);
    let cold = Notify::with(world, Pace::default());
    let response = run(&cold, batch_again(&messages, 2)).await.unwrap();
    assert!(kept(&response).is_empty());
    assert_eq!(world.sent_to("webhook").len(), 1);
    assert_eq!(world.sent_to("slack").len(), 2);
}

#[tokio::test]
async fn what_a_channel_refuses_goes_by_the_fallback() {
    let (notify, world) = every();
    world.says("webhook", vec![said(404, "no_service")]);
    let response = run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert!(kept(&response).is_empty(), "it is told all the same");
    let mails = world.sent_to("mail");
    assert_eq!(mails.len(), 2);
    assert!(says(&mails[0], "message a") && says(&mails[0], "Not taken by: slack"));
    assert_eq!(world.sent_to("webhook").len(), 1);
    assert_eq!(world.sent_to("slack").len(), 2, "the other channel goes on");
}

#[tokio::test]
async fn a_long_trouble_goes_by_the_fallback_before_it_becomes_a_dead_letter() {
    let messages = notifications(&["a"]);
    for (receives, mails) in [(3, 0), (4, 1)] {
        let (notify, world) = every();
        world.says("webhook", vec![said(503, "")]);
        let response = run(&notify, batch_again(&messages, receives))
            .await
            .unwrap();
        assert_eq!(kept(&response).is_empty(), mails == 1);
        assert_eq!(world.sent_to("mail").len(), mails);
    }
}

#[tokio::test]
async fn what_not_even_the_fallback_takes_becomes_a_dead_letter() {
    let (notify, world) = every();
    world.says("webhook", vec![said(404, "no_service")]);
    world.says("mail", vec![said(403, "denied"), said(403, "denied")]);
    let response = run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert_eq!(kept(&response), ["a"]);
}

/// A ledger that does not answer costs repetitions, and no message.
#[tokio::test]
async fn without_its_memory_notify_goes_on() {
    let (notify, world) = scripted(vec![]);
    for nth in 1..=8 {
        world.ledger.fail_read(nth, CallClass::Unavailable);
        world.ledger.fail_write(nth, CallClass::Throttled);
    }
    let messages = notifications(&["a", "b"]);
    for _ in 0..2 {
        let response = run(&notify, batch(&messages)).await.unwrap();
        assert!(kept(&response).is_empty());
    }
    assert_eq!(world.sent().len(), 2, "a warm function still knows");
}

fn any_answer() -> impl Strategy<Value = Result<Answer, PostError>> {
    prop_oneof![
        6 => Just(said(200, "ok")),
        2 => Just(told_to_wait(0)),
        1 => Just(told_to_wait(60)),
        2 => Just(said(500, "rollup_error")),
        1 => Just(Err(PostError::Timeout(Duration::from_secs(8)))),
        1 => Just(Err(PostError::Connection("reset".to_owned()))),
        2 => Just(said(400, "invalid_blocks")),
        1 => Just(said(404, "no_service")),
        1 => Just(said(200, "<html>")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever Slack answers, every message is in the channel or among the
    /// dead letters in the end, and what the queue forgets was delivered.
    #[test]
    fn nothing_is_lost(answers in prop::collection::vec(any_answer(), 0..60), count in 1_usize..12) {
        const RECEIVES: u32 = 5;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (notify, slack) = scripted(answers);
        let ids: Vec<String> = (0..count).map(|n| format!("m{n}!")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut queue = notifications(&ids);
        let mut receives: BTreeMap<String, u32> = BTreeMap::new();
        let mut dead = BTreeSet::new();
        let mut settled = BTreeSet::new();
        while !queue.is_empty() {
            let now: Vec<_> = queue.drain(..queue.len().min(10)).collect();
            let response = runtime.block_on(run(&notify, batch(&now))).unwrap();
            let kept = kept(&response);
            for message in now {
                let count = receives.entry(message.id.clone()).or_default();
                *count += 1;
                if !kept.contains(&message.id) {
                    settled.insert(message.id);
                } else if *count >= RECEIVES {
                    dead.insert(message.id);
                } else {
                    queue.push(message);
                }
            }
        }
        prop_assert_eq!(settled.len() + dead.len(), count);
        let sent = slack.sent();
        for id in settled {
            let took = sent.iter().filter(|sent| sent.took && says(sent, &format!("message {id}")));
            prop_assert!(took.count() >= 1, "{id} was forgotten without being delivered");
        }
    }
}
