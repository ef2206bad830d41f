//! Which message goes where when Slack answers so or so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use notify::{Answer, PostError};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{batch, kept, notification, notifications, run, said, scripted, told_to_wait};

#[tokio::test]
async fn messages_go_out_in_their_order() {
    let (notify, slack) = scripted(vec![]);
    let response = run(&notify, batch(&notifications(&["a", "b", "c"])))
        .await
        .unwrap();
    assert_eq!(response, json!({"batchItemFailures": []}));
    let texts: Vec<String> = slack
        .posted
        .lock()
        .unwrap()
        .iter()
        .map(|(text, _)| text.clone())
        .collect();
    assert!(
        texts[0].contains("message a") && texts[2].contains("message c"),
        "{texts:?}"
    );
}

#[tokio::test]
async fn an_empty_batch_needs_no_channel() {
    let (notify, slack) = scripted(vec![]);
    let response = run(&notify, json!({"Records": []})).await.unwrap();
    assert_eq!(response, json!({"batchItemFailures": []}));
    assert!(slack.posted.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_was_delivered_is_not_delivered_again() {
    let (notify, slack) = scripted(vec![]);
    let messages = notifications(&["a"]);
    for _ in 0..2 {
        assert!(kept(&run(&notify, batch(&messages)).await.unwrap()).is_empty());
    }
    assert_eq!(slack.posted.lock().unwrap().len(), 1);
    let mut news = messages;
    news[0].summary = "It woke up.".to_owned();
    run(&notify, batch(&news)).await.unwrap();
    assert_eq!(
        slack.posted.lock().unwrap().len(),
        2,
        "a new text under an old id is news"
    );
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
    assert_eq!(
        slack.posted.lock().unwrap().len(),
        2,
        "the rest is not tried"
    );

    let (notify, slack) = scripted((0..9).map(|_| told_to_wait(0)).collect());
    let response = run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert_eq!(kept(&response), ["a"]);
    assert_eq!(
        slack.posted.lock().unwrap().len(),
        4,
        "Slack is not hammered"
    );
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
    assert_eq!(slack.posted.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn refused_blocks_fall_back_to_text_once() {
    let (notify, slack) = scripted(vec![said(400, "invalid_blocks")]);
    let response = run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert!(kept(&response).is_empty());
    let bodies = slack.bodies.lock().unwrap().clone();
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
    assert_eq!(slack.posted.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_refused_webhook_stops_the_batch() {
    let (notify, slack) = scripted(vec![said(403, "invalid_token")]);
    let response = run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert_eq!(kept(&response), ["a", "b"]);
    assert_eq!(slack.posted.lock().unwrap().len(), 1);
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
    assert!(report["payload"]["blocks"].is_array());
    assert!(slack.posted.lock().unwrap().is_empty());
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
        let posted = slack.posted.lock().unwrap();
        for id in settled {
            let took = posted.iter().filter(|(text, took)| *took && text.contains(&format!("message {id}")));
            prop_assert!(took.count() >= 1, "{id} was forgotten without being delivered");
        }
    }
}
