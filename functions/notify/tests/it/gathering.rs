//! Channels that gather messages, from the queue to what people read.

use jiff::SignedDuration;
use nightshift_core::{Notification, Severity};
use nightshift_testkit::Crash;
use notify::matters::{Shelf, Tally};
use notify::{Answer, Notify, Pace, PostError};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{
    Outside, World, batch, every_channel, kept, notification, notifications, one_webhook, run,
    said, says, told_to_wait,
};

/// One webhook that gathers, by these rules.
fn gathering(matters: &Value) -> (Notify<Outside>, Outside) {
    let mut section = one_webhook();
    section["matters"] = json!({"slack": matters});
    let world = World::new(&section).leak();
    (Notify::with(world, Pace::default()), world)
}

fn findings(count: usize) -> Vec<Notification> {
    (0..i64::try_from(count).unwrap())
        .map(|nth| Notification {
            id: format!("finding/{nth}"),
            source: "security-triage".to_owned(),
            kind: "security-triage.finding".to_owned(),
            dedup_key: Some(format!("f{nth}")),
            title: format!("finding <{nth}>"),
            severity: Severity::Warning,
            occurred_at: notification().occurred_at + SignedDuration::from_secs(nth),
            ..notification()
        })
        .collect()
}

async fn flush(notify: &Notify<Outside>) -> Value {
    run(notify, json!({"command": "flush"})).await.unwrap()
}

/// Lets time pass, a minute at a time, with a flush in each.
async fn pass(notify: &Notify<Outside>, world: &Outside, minutes: u32) {
    for _ in 0..minutes {
        world.later(60);
        run(notify, json!({"command": "flush"})).await.ok();
    }
}

#[tokio::test]
async fn what_belongs_to_nothing_goes_out_at_once() {
    let (notify, world) = gathering(&json!({}));
    let response = run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert!(kept(&response).is_empty());
    assert_eq!(world.sent().len(), 2);
    run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert_eq!(world.sent().len(), 2, "once");
}

#[tokio::test]
async fn what_belongs_together_is_one_message_when_its_time_comes() {
    let (notify, world) = gathering(&json!({}));
    for batch_of in findings(40).chunks(10) {
        let response = run(&notify, batch(batch_of)).await.unwrap();
        assert!(kept(&response).is_empty(), "the ledger has them");
    }
    assert!(world.sent().is_empty(), "more may come");
    assert!(flush(&notify).await["sent"].as_array().is_none());
    world.later(31);
    let report = flush(&notify).await;
    assert_eq!(world.sent().len(), 1);
    assert_eq!(report["sent"][0]["covers"], 40);
    assert_eq!(report["sent"][0]["outcome"], "delivered");
}

#[tokio::test]
async fn nobody_hears_less_because_a_channel_is_full_or_away() {
    for trouble in [told_to_wait(90), said(503, ""), said(404, "no_service")] {
        let (notify, world) = gathering(&json!({}));
        world.says("webhook", vec![trouble.clone(), trouble.clone()]);
        let response = run(&notify, batch(&notifications(&["a", "b", "c"]))).await;
        assert!(kept(&response.unwrap()).is_empty());
        pass(&notify, &world, 30).await;
        for id in ["a", "b", "c"] {
            let took =
                |sent: &&crate::world::Sent| sent.took && says(sent, &format!("message {id}"));
            assert_eq!(
                world.sent().iter().filter(took).count(),
                1,
                "{id}: {trouble:?}"
            );
        }
        assert!(world.buried.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_a_channel_refuses_goes_by_the_fallback_or_becomes_a_dead_letter() {
    let mut section = every_channel();
    section["matters"] = json!({"slack": {}});
    let world = World::new(&section).leak();
    let notify = Notify::with(world, Pace::default());
    world.says("webhook", vec![said(404, "no_service"); 9]);
    run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert_eq!(world.sent_to("mail").len(), 1);

    let (notify, world) = gathering(&json!({}));
    world.says("webhook", vec![said(404, "no_service"); 99]);
    run(&notify, batch(&notifications(&["a"]))).await.unwrap();
    assert!(world.buried.lock().unwrap().is_empty(), "not at once");
    pass(&notify, &world, 60).await;
    let buried = world.buried.lock().unwrap().clone();
    assert_eq!(buried.len(), 1);
    assert_eq!(buried[0].title, "message a");
    // Nothing is left that would come again.
    let before = world.sent().len();
    pass(&notify, &world, 60).await;
    assert_eq!(world.sent().len(), before);
}

#[tokio::test]
async fn people_hold_back_what_they_do_not_want_to_hear() {
    let (notify, world) = gathering(&json!({}));
    let command = json!({
        "command": "silence", "match": {"source": "off-hours"},
        "author": "mira", "reason": "maintenance", "for": "PT1H",
    });
    let report = run(&notify, command).await.unwrap();
    let id = report["silences"][0]["id"].as_str().unwrap().to_owned();
    // Nothing follows a single word, so it ends untold; a matter that is
    // still open when the silence ends is told then.
    let mut messages = notifications(&["a", "b"]);
    messages[1].dedup_key = Some("matter b".to_owned());
    run(&notify, batch(&messages)).await.unwrap();
    assert!(world.sent().is_empty());
    let listed = run(&notify, json!({"command": "silences"})).await.unwrap();
    assert_eq!(listed["silences"][0]["author"], "mira");
    run(&notify, json!({"command": "unsilence", "id": id}))
        .await
        .unwrap();
    pass(&notify, &world, 2).await;
    assert_eq!(world.sent().len(), 1, "told when the silence is over");
    assert!(says(&world.sent()[0], "message b"));
    let empty =
        json!({"command": "silence", "match": {}, "author": "m", "reason": "r", "for": "PT1H"});
    let error = run(&notify, empty).await.unwrap_err();
    assert!(error.starts_with("Command: `match` is empty"), "{error}");
}

/// A process that dies at any write loses nothing, and tells nothing more often
/// than twice.
#[tokio::test]
async fn a_death_at_any_write_costs_nothing_but_a_repetition() {
    for crash in [Crash::Before, Crash::After] {
        for nth in 1..=9 {
            let (notify, world) = gathering(&json!({}));
            world.ledger.crash_at_write(nth, crash);
            let event = batch(&notifications(&["a", "b"]));
            run(&notify, event.clone()).await.ok();
            world.ledger.restart();
            // What nobody answered for, the queue brings again; to a new process.
            let cold = Notify::with(world, Pace::default());
            world.later(180);
            run(&cold, event).await.unwrap();
            pass(&cold, &world, 30).await;
            for id in ["a", "b"] {
                let words = format!("message {id}");
                let count = world.sent().iter().filter(|one| says(one, &words)).count();
                assert!((1..=2).contains(&count), "{id}: {count} at write {nth}");
            }
        }
    }
}

fn any_answer() -> impl Strategy<Value = Result<Answer, PostError>> {
    prop_oneof![
        5 => Just(said(200, "ok")),
        2 => Just(told_to_wait(45)),
        2 => Just(said(500, "rollup_error")),
        1 => Just(Err(PostError::Connection("reset".to_owned()))),
        1 => Just(said(400, "invalid_blocks")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    /// A flood, and a channel that is seldom well: every finding is told,
    /// summed up or a dead letter, and no hour has more messages than it may.
    #[test]
    fn a_flood_is_accounted_for_and_bounded(
        answers in prop::collection::vec(any_answer(), 40),
        count in 30_usize..60,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let matters = json!({
            "groups": [{"match": {"source": "security-triage"}, "by": ["matter"], "wait": "PT0S"}],
            "budget": {"per_hour": 10, "urgent": 2},
        });
        let (notify, world) = gathering(&matters);
        world.says("webhook", answers);
        runtime.block_on(async {
            for flood in findings(count).chunks(10) {
                let response = run(&notify, batch(flood)).await.unwrap();
                assert!(kept(&response).is_empty());
            }
            let mut hour = 0;
            for minute in 0..240 {
                let before = world.sent().iter().filter(|one| one.took).count();
                world.later(60);
                flush(&notify).await;
                hour = if minute % 60 == 0 { 0 } else { hour };
                hour += world.sent().iter().filter(|one| one.took).count() - before;
                assert!(hour <= 10, "{hour} messages in an hour");
            }
            let kept = Shelf::new(&world.ledger).open("slack").await.unwrap();
            let accounts = kept.state.accounts();
            assert_eq!(accounts.sum(), count as u64);
            assert_eq!(accounts.waiting + accounts.on_the_way, 0, "{accounts:?}");
            let Tally { told, folded, .. } = accounts.tally;
            assert_eq!(told + folded, count as u64, "by itself, or in a summary");
        });
    }
}
