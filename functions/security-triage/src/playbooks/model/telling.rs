//! What people are told of plans, once, whatever ends in between; and plans that
//! rules call for.

use nightshift_core::{Notification, Status};
use nightshift_testkit::{Crash, FakeLedger, FakePublisher};

use super::stage::{Known, Shared, Stage};
use super::world::{KEY, World};
use super::{incident_of, noon};
use crate::act::Planner;
use crate::decide::Called;
use crate::playbooks::Playbook;
use crate::playbooks::call::KeyStatus;
use crate::playbooks::commands::Command;
use crate::playbooks::containment::{Containment, Outcome};
use crate::playbooks::messages::Teller;
use crate::playbooks::refusal::Refusal;

const PLAYBOOK: Playbook = Playbook::DisableAccessKey;

type Office<'a> = Containment<'a, Shared, FakeLedger, FakePublisher, Known>;

/// Whoever answers in one invocation.
async fn office<T>(
    stage: &Stage,
    publisher: &FakePublisher,
    act: impl AsyncFnOnce(Office<'_>) -> T,
) -> T {
    let known = Known(incident_of(PLAYBOOK));
    stage
        .with(async |hands| {
            act(Containment {
                hands,
                publisher,
                teller: Teller {
                    document: &stage.document,
                    function: "personal-timeline-dev-security-triage-function",
                    shows_token: true,
                    now: noon(),
                },
                key: Ok(stage.key.clone()),
                incidents: &known,
            })
            .await
        })
        .await
}

async fn ask(stage: &Stage, publisher: &FakePublisher, command: Command) -> Outcome {
    office(stage, publisher, async |office| {
        office.command(&command).await
    })
    .await
    .unwrap()
}

fn plan() -> Command {
    Command::Plan {
        incident: incident_of(PLAYBOOK).key.to_string(),
        playbook: PLAYBOOK,
        resource: None,
        by: Some("alice".to_owned()),
        dry_run: false,
    }
}

fn approval(outcome: &Outcome) -> Command {
    let proposed = outcome.proposed.as_ref().unwrap();
    Command::Approve {
        plan: proposed.plan.id.clone(),
        token: proposed.token.clone().unwrap(),
        by: Some("bob".to_owned()),
    }
}

fn called(automatic: bool) -> Called {
    Called {
        playbook: PLAYBOOK,
        rule: "disable-exposed-keys".to_owned(),
        automatic,
    }
}

async fn by_rule(stage: &Stage, publisher: &FakePublisher, called: &Called) -> Result<(), String> {
    office(stage, publisher, async |office| {
        Planner::plan(&office, &incident_of(PLAYBOOK), called).await
    })
    .await
}

fn titles(publisher: &FakePublisher) -> Vec<String> {
    let messages = publisher.published();
    messages.into_iter().map(|message| message.title).collect()
}

fn ids(messages: &[Notification]) -> Vec<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

#[tokio::test]
async fn a_plan_its_end_and_its_undo_are_told_once_each() {
    let (stage, publisher) = (Stage::new(), FakePublisher::new());
    let proposed = ask(&stage, &publisher, plan()).await;
    assert!(!proposed.proposed.as_ref().unwrap().calls.is_empty());
    // Asked again, the same plan, and no second message.
    let again = ask(&stage, &publisher, plan()).await;
    assert_eq!(again.proposed, proposed.proposed);
    ask(&stage, &publisher, approval(&proposed)).await;
    let undo = Command::Undo {
        plan: proposed.proposed.unwrap().plan.id,
        by: None,
        force: false,
    };
    ask(&stage, &publisher, undo).await;
    for _ in 0..2 {
        let quiet = ask(&stage, &publisher, Command::Continue {}).await;
        assert_eq!(quiet, Outcome::default());
    }
    let told = titles(&publisher);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("Plan: disable-access-key"), "{told:?}");
    assert!(told[1].starts_with("Done: disable-access-key"), "{told:?}");
    assert!(told[2].ends_with("is undone"), "{told:?}");
    let messages = publisher.published();
    assert_eq!(messages[2].status, Status::Resolved);
    let matter = messages[0].dedup_key.clone();
    assert!(messages.iter().all(|message| message.dedup_key == matter));
}

/// Wherever a run ends, the next ones bring the plan to its end, and its end to
/// people; what is said twice is said under one id.
#[tokio::test]
async fn what_a_run_did_not_tell_the_next_one_does() {
    for crash in [Crash::Before, Crash::After] {
        for write in 1..12 {
            let (stage, publisher) = (Stage::new(), FakePublisher::new());
            let proposed = ask(&stage, &publisher, plan()).await;
            stage.ledger.crash_at_write(write, crash);
            let approve = approval(&proposed);
            office(&stage, &publisher, async |office| {
                let _ = office.command(&approve).await;
            })
            .await;
            let has_crashed = stage.ledger.crashed();
            stage.ledger.restart();
            // A yes that was never written down is said again.
            office(&stage, &publisher, async |office| {
                let _ = office.command(&approve).await;
            })
            .await;
            for _ in 0..4 {
                *stage.now.lock().unwrap() += jiff::SignedDuration::from_mins(3);
                ask(&stage, &publisher, Command::Continue {}).await;
            }
            assert_eq!(
                stage.world().keys[KEY],
                KeyStatus::Inactive,
                "{crash:?} {write}"
            );
            let messages = publisher.published();
            let done: Vec<Notification> = messages
                .into_iter()
                .filter(|message| message.title.starts_with("Done"))
                .collect();
            assert!(!done.is_empty(), "{crash:?} {write}");
            let mut distinct = ids(&done);
            distinct.dedup();
            assert_eq!(distinct.len(), 1, "{crash:?} {write}: {done:?}");
            if !has_crashed {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_topic_that_does_not_answer_is_asked_again() {
    let (stage, publisher) = (Stage::new(), FakePublisher::new());
    publisher.fail_attempt(1);
    let proposed = ask(&stage, &publisher, plan()).await;
    assert_eq!(proposed.untold.len(), 1);
    ask(&stage, &publisher, Command::Continue {}).await;
    assert_eq!(titles(&publisher).len(), 1);
    // What the message carries is what the answer carried.
    let Command::Approve { token, .. } = approval(&proposed) else {
        panic!("an approval");
    };
    assert!(publisher.published()[0].commands[0].text.contains(&token));
}

#[tokio::test]
async fn a_rule_proposes_and_a_person_decides() {
    let (stage, publisher) = (Stage::new(), FakePublisher::new());
    for _ in 0..2 {
        by_rule(&stage, &publisher, &called(false)).await.unwrap();
    }
    let told = titles(&publisher);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(stage.world(), World::new());
    let facts = publisher.published()[0].facts.clone();
    assert!(
        facts
            .iter()
            .any(|fact| fact.value == "rule disable-exposed-keys")
    );
}

#[tokio::test]
async fn a_rule_that_needs_nobody_acts_once() {
    let (stage, publisher) = (Stage::new(), FakePublisher::new());
    for _ in 0..2 {
        by_rule(&stage, &publisher, &called(true)).await.unwrap();
    }
    assert_eq!(stage.world().keys[KEY], KeyStatus::Inactive);
    let told = titles(&publisher);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("Done"), "{told:?}");
}

#[tokio::test]
async fn what_cannot_be_planned_is_told_with_all_reasons() {
    let (mut stage, publisher) = (Stage::new(), FakePublisher::new());
    stage.config.accounts.clear();
    stage.config.enabled.clear();
    by_rule(&stage, &publisher, &called(true)).await.unwrap();
    let message = publisher.published().remove(0);
    assert_eq!(message.title, "No plan: disable-access-key");
    let reasons = message.sections[0].items.join("; ");
    assert!(reasons.contains("playbooks.enabled"), "{reasons}");
    assert!(reasons.contains("playbooks.accounts"), "{reasons}");
    assert_eq!(stage.world(), World::new());
}

#[tokio::test]
async fn who_has_no_incident_or_no_key_reads_why() {
    let (stage, publisher) = (Stage::new(), FakePublisher::new());
    let Command::Plan { playbook, .. } = plan() else {
        panic!("a plan");
    };
    let misread = Command::Plan {
        incident: "f-1".to_owned(),
        playbook,
        resource: None,
        by: None,
        dry_run: false,
    };
    let outcome = ask(&stage, &publisher, misread).await;
    assert!(
        outcome.refused[0].contains("account/region/id"),
        "{:?}",
        outcome.refused
    );
    let keyless = office(&stage, &publisher, async |office| {
        let office = Containment {
            key: Err(Refusal::Key {
                problem: "playbooks.approval.key_parameter names no parameter".to_owned(),
            }),
            ..office
        };
        office.command(&plan()).await
    });
    let outcome = keyless.await.unwrap();
    assert!(
        outcome.refused[0].contains("key_parameter"),
        "{:?}",
        outcome.refused
    );
    assert!(titles(&publisher).is_empty());
}
