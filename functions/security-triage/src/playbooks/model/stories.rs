//! What operators do, from the plan to the undo, over a ledger in memory.

use nightshift_core::StopSwitch;
use nightshift_runtime::Publisher;
use nightshift_testkit::FakePublisher;

use super::stage::Stage;
use super::world::{KEY, World};
use super::{at, noon};
use crate::playbooks::Playbook;
use crate::playbooks::call::KeyStatus;
use crate::playbooks::journal::Phase;
use crate::playbooks::messages::Teller;
use crate::playbooks::store;
use crate::playbooks::tick::End;

#[tokio::test]
async fn from_the_plan_to_the_undo() {
    for playbook in Playbook::ALL {
        let stage = Stage::new();
        let before = stage.world();
        let proposal = stage.plan(playbook, None).await.unwrap();
        assert_eq!(stage.world(), before, "a plan changes nothing");
        let again = stage.plan(playbook, None).await.unwrap();
        assert_eq!(again, proposal, "asked again, the same plan");

        assert_eq!(stage.approve(&proposal, None).await, Ok(Phase::Done));
        assert_ne!(stage.world().restorable(), before.restorable());
        let twice = stage.approve(&proposal, None).await.unwrap_err();
        assert!(twice.contains("done, so it cannot be approved"), "{twice}");

        assert_eq!(stage.undo(&proposal, false).await, Ok(Phase::Undone));
        assert_eq!(stage.world().restorable(), before.restorable());
        let twice = stage.undo(&proposal, false).await.unwrap_err();
        assert!(twice.contains("cannot be undone"), "{twice}");
    }
}

#[tokio::test]
async fn a_dry_run_shows_and_keeps_nothing() {
    let mut stage = Stage::new();
    stage.dry_run = true;
    let proposal = stage.plan(Playbook::IsolateInstance, None).await.unwrap();
    assert_eq!(proposal.token, None);
    assert!(stage.ledger.entries(store::PARTITION).is_empty());
    stage.dry_run = false;
    let kept = stage.plan(Playbook::IsolateInstance, None).await.unwrap();
    assert_eq!(
        kept.plan, proposal.plan,
        "the real run makes the same calls"
    );
    stage.dry_run = true;
    let refused = stage.approve(&kept, None).await.unwrap_err();
    assert!(refused.contains("guards.dry_run"), "{refused}");
}

#[tokio::test]
async fn what_has_changed_since_is_not_touched() {
    let stage = Stage::new();
    let proposal = stage.plan(Playbook::IsolateInstance, None).await.unwrap();
    stage.change(|world| {
        world
            .interfaces
            .insert("eni-2".to_owned(), ["sg-1".to_owned()].into());
    });
    let refused = stage.approve(&proposal, None).await.unwrap_err();
    assert!(refused.contains("has changed since"), "{refused}");
    stage.change(|world| {
        world.interfaces.remove("eni-2");
        world
            .tags
            .insert("nightshift:protected".to_owned(), "true".to_owned());
    });
    let refused = stage.approve(&proposal, None).await.unwrap_err();
    assert!(refused.contains("protects it"), "{refused}");
}

#[tokio::test]
async fn guards_are_asked_again_at_the_moment_of_the_call() {
    let mut stage = Stage::new();
    let proposal = stage.plan(Playbook::DisableAccessKey, None).await.unwrap();
    stage.switch = StopSwitch::Stopped("release day".to_owned());
    let refused = stage.approve(&proposal, None).await.unwrap_err();
    assert!(refused.contains("release day"), "{refused}");

    stage.switch = StopSwitch::Run;
    *stage.now.lock().unwrap() = at("2026-11-27T13:00:00Z");
    let refused = stage.approve(&proposal, None).await.unwrap_err();
    assert!(refused.contains("could be approved until"), "{refused}");
    assert_eq!(stage.world(), World::new());
}

#[tokio::test]
async fn a_plan_that_is_held_up_goes_on_later() {
    let mut stage = Stage::new();
    let proposal = stage.plan(Playbook::DisableAccessKey, None).await.unwrap();
    stage.say_yes(&proposal).await;

    stage.switch = StopSwitch::Unreadable("AccessDenied".to_owned());
    let all = stage
        .with(async |hands| hands.go_on_with_all().await)
        .await
        .unwrap();
    assert!(matches!(&all[0].end, End::Refused(why) if why.contains("AccessDenied")));
    assert_eq!(stage.world().keys[KEY], KeyStatus::Active);

    stage.switch = StopSwitch::Run;
    let all = stage
        .with(async |hands| hands.go_on_with_all().await)
        .await
        .unwrap();
    assert_eq!(all[0].end, End::Rests(Phase::Done));
    assert_eq!(stage.world().keys[KEY], KeyStatus::Inactive);
    let listed = stage.with(async |hands| hands.plans().await).await.unwrap();
    assert_eq!(
        (listed[0].phase, listed[0].approved_by.as_deref()),
        (Phase::Done, Some("alice"))
    );
}

#[tokio::test]
async fn no_more_plans_an_hour_than_allowed() {
    let mut stage = Stage::new();
    stage.config.per_hour = 1;
    let first = stage.plan(Playbook::DisableAccessKey, None).await.unwrap();
    let second = stage.plan(Playbook::BlockPublicAccess, None).await.unwrap();
    assert_eq!(stage.approve(&first, None).await, Ok(Phase::Done));
    let refused = stage.approve(&second, None).await.unwrap_err();
    assert!(refused.contains("playbooks.per_hour"), "{refused}");
    *stage.now.lock().unwrap() = at("2026-11-27T13:00:00Z");
    let third = stage.plan(Playbook::BlockPublicAccess, None).await.unwrap();
    assert_eq!(stage.approve(&third, None).await, Ok(Phase::Done));
}

#[tokio::test]
async fn a_second_person_where_one_is_wanted() {
    let mut stage = Stage::new();
    stage.config.approval.second_person = true;
    let proposal = stage
        .plan(Playbook::DisableAccessKey, Some("Alice"))
        .await
        .unwrap();
    for by in [None, Some(" "), Some("alice ")] {
        let refused = stage.approve(&proposal, by).await.unwrap_err();
        assert!(refused.contains("second person"), "{refused}");
    }
    assert_eq!(stage.approve(&proposal, Some("bob")).await, Ok(Phase::Done));
}

#[tokio::test]
async fn an_undo_leaves_alone_what_others_have_changed_since() {
    let stage = Stage::new();
    let proposal = stage.plan(Playbook::BlockPublicAccess, None).await.unwrap();
    assert_eq!(stage.approve(&proposal, None).await, Ok(Phase::Done));
    let theirs = crate::playbooks::groups::Block {
        acls: false,
        ..crate::playbooks::groups::Block::ALL
    };
    stage.change(|world| world.block = Some(theirs));
    let refused = stage.undo(&proposal, false).await.unwrap_err();
    assert!(refused.contains("\"force\":true"), "{refused}");
    assert_eq!(stage.world().block, Some(theirs));
    assert_eq!(stage.undo(&proposal, true).await, Ok(Phase::Undone));
    assert_eq!(stage.world().block, None);
}

#[tokio::test]
async fn an_undo_leaves_alone_what_others_had_done_before() {
    let stage = Stage::new();
    let proposal = stage.plan(Playbook::DisableAccessKey, None).await.unwrap();
    stage.say_yes(&proposal).await;
    stage.change(|world| {
        world.keys.insert(KEY.to_owned(), KeyStatus::Inactive);
    });
    let all = stage
        .with(async |hands| hands.go_on_with_all().await)
        .await
        .unwrap();
    assert_eq!(all[0].end, End::Rests(Phase::Done));
    assert_eq!(stage.undo(&proposal, false).await, Ok(Phase::Undone));
    assert_eq!(stage.world().keys[KEY], KeyStatus::Inactive);
}

#[tokio::test]
async fn people_read_the_calls_and_how_to_say_yes() {
    let stage = Stage::new();
    let proposal = stage.plan(Playbook::IsolateInstance, None).await.unwrap();
    let teller = |shows_token| Teller {
        document: &stage.document,
        function: "personal-timeline-dev-security-triage",
        shows_token,
        now: noon(),
    };
    let token = proposal.token.clone().unwrap();
    let publisher = FakePublisher::new();
    let open = teller(true).proposed(&proposal);
    let closed = teller(false).proposed(&proposal);
    for message in [&open, &closed] {
        publisher.publish(message).await.unwrap();
        let changes = message.sections.iter();
        let changes = changes.filter(|section| section.title.starts_with("Changes"));
        let all: Vec<&str> = changes
            .flat_map(|section| &section.items)
            .map(String::as_str)
            .collect();
        let all = all.join("\n");
        for call in [
            "aws autoscaling detach-instances --region us-east-1 --auto-scaling-group-name web --instance-ids i-1 --no-should-decrement-desired-capacity",
            "aws ec2 modify-network-interface-attribute --region us-east-1 --network-interface-id eni-1 --groups '<the group that quarantine-vpc-1 makes>'",
        ] {
            assert!(all.contains(call), "{all}");
        }
    }
    assert!(serde_json::to_string(&open).unwrap().contains(&token));
    assert!(!serde_json::to_string(&closed).unwrap().contains(&token));
    assert_eq!(stage.approve(&proposal, None).await, Ok(Phase::Done));
    let done = stage
        .with(async |hands| hands.go_on(&proposal.plan.id).await)
        .await;
    let progressed = crate::playbooks::commands::Progressed {
        end: done.0,
        stored: done.1,
    };
    let message = teller(true).progressed(&progressed).unwrap();
    publisher.publish(&message).await.unwrap();
    assert!(message.title.starts_with("Done"), "{}", message.title);
}
