//! When one message is sent for many, when again, and when no more.

use nightshift_core::{Severity, Status};
use notify::matters::{Account, Outcome, Reason};
use serde_json::json;

use crate::world::{Channel, account, at, finding, grouped, grouped_with, over, start, word};

use Severity::{Critical, Error, Notice, Warning};

#[test]
fn what_is_no_matter_goes_out_at_once_and_as_it_came() {
    let mut channel = Channel::new(json!({}));
    let (one, two) = (word("one", Notice, at(0)), word("two", Notice, at(0)));
    channel.hear(vec![one.clone(), two.clone()]);
    assert_eq!(
        channel.told(),
        [(0, Reason::First, 1), (0, Reason::First, 1)]
    );
    assert_eq!(channel.sent[0].out.notification, one);
    assert_eq!(channel.sent[1].out.notification, two);
    // The queue may bring it twice.
    let held = channel.hear(vec![one.clone()]);
    assert_eq!(*account(&held), Account::Repeated);
    // A new text under an old id is news.
    let mut anew = one;
    anew.title = "another title".to_owned();
    channel.hear(vec![anew.clone()]);
    assert_eq!(channel.last().notification, anew);
    channel.after(48 * 3600);
    assert_eq!(channel.sent.len(), 3);
    assert_eq!(channel.state.next_look(channel.now, &channel.rules), None);
}

#[test]
fn a_plan_does_not_wait_and_keeps_its_command() {
    let mut channel = Channel::new(json!({}));
    let mut plan = word("security-triage", Warning, at(0));
    plan.source = "security-triage".to_owned();
    plan.kind = "security-triage.plan".to_owned();
    plan.dedup_key = Some("security-triage/plan/p".to_owned());
    let finding = finding("a", Warning, at(0));
    channel.hear(vec![finding, plan.clone()]);
    assert_eq!(channel.told(), [(0, Reason::First, 1)]);
    assert_eq!(channel.last().notification, plan);
}

#[test]
fn every_word_about_a_matter_of_its_own_is_told_and_follows_the_one_before() {
    let mut channel = Channel::new(json!({}));
    for (seconds, title) in [(0, "begins"), (60, "goes on"), (120, "is done")] {
        channel.until(at(seconds));
        let mut step = word("failover", Notice, at(seconds));
        step.id = format!("failover/{seconds}");
        step.dedup_key = Some("failover/2026".to_owned());
        step.title = title.to_owned();
        if title == "is done" {
            step.status = Status::Resolved;
        }
        channel.hear(vec![step]);
    }
    assert_eq!(
        channel.told(),
        [
            (0, Reason::First, 1),
            (60, Reason::Word, 1),
            (120, Reason::Resolved, 1)
        ]
    );
    let follows: Vec<_> = channel
        .sent
        .iter()
        .map(|it| it.out.follows.clone())
        .collect();
    assert_eq!(
        follows,
        [None, Some("ts-0".to_owned()), Some("ts-1".to_owned())]
    );
    let matters: Vec<_> = channel.sent.iter().map(|it| &it.out.matter).collect();
    assert!(matters.iter().all(|matter| matter == &matters[0]));
    assert!(channel.last().closes);
}

#[test]
fn the_first_message_waits_for_more_of_it() {
    let mut channel = Channel::new(grouped());
    channel.hear(vec![finding("a", Error, at(0))]);
    channel.until(at(10));
    channel.hear(vec![finding("b", Critical, at(10))]);
    channel.until(at(29));
    assert_eq!(channel.told(), []);
    channel.hear(vec![finding("c", Warning, at(29))]);
    channel.until(at(60));
    assert_eq!(channel.told(), [(30, Reason::First, 3)]);
    let told = &channel.last().notification;
    assert_eq!(told.severity, Critical);
    assert!(told.title.contains("3 × security-triage.finding"));
    assert!(told.title.contains("finding b"), "{}", told.title);
    assert_eq!(told.sections[0].items.len(), 3);
    assert_eq!(told.dedup_key, channel.last().matter);
}

#[test]
fn different_labels_are_different_messages() {
    let mut channel = Channel::new(grouped());
    let mut staging = finding("b", Error, at(0));
    staging.environment = "staging".to_owned();
    channel.hear(vec![finding("a", Error, at(0)), staging]);
    channel.until(at(60));
    assert_eq!(
        channel.told(),
        [(30, Reason::First, 1), (30, Reason::First, 1)]
    );
}

#[test]
fn a_further_member_waits_for_the_interval_and_brings_others_with_it() {
    let mut channel = Channel::new(grouped());
    channel.hear(vec![finding("a", Error, at(0))]);
    channel.until(at(60));
    channel.hear(vec![finding("b", Error, at(60))]);
    channel.until(at(200));
    channel.hear(vec![finding("c", Error, at(200))]);
    channel.until(at(2000));
    assert_eq!(
        channel.told(),
        [(30, Reason::First, 1), (330, Reason::NewMember, 2)]
    );
    // Long after the interval it still waits for its own kind to gather.
    channel.hear(vec![finding("d", Error, at(2000))]);
    channel.until(at(3000));
    assert_eq!(channel.told()[2], (2030, Reason::NewMember, 1));
}

#[test]
fn what_has_become_worse_does_not_wait_for_the_interval() {
    let mut channel = Channel::new(grouped());
    channel.hear(vec![finding("a", Warning, at(0))]);
    channel.until(at(40));
    channel.hear(vec![finding("a", Critical, at(40))]);
    channel.until(at(100));
    assert_eq!(
        channel.told(),
        [(30, Reason::First, 1), (70, Reason::Raised, 1)]
    );
    // Milder again is only heard again.
    channel.hear(vec![finding("a", Warning, at(100))]);
    channel.until(at(900));
    assert_eq!(channel.sent.len(), 2);
}

#[test]
fn what_is_only_heard_again_waits_for_the_window_of_its_severity() {
    for (severity, minutes) in [
        (Critical, 15),
        (Error, 60),
        (Warning, 480),
        (Notice, 1440),
        (Severity::Info, 1440),
    ] {
        let mut channel = Channel::new(grouped());
        channel.hear(vec![finding("a", severity, at(0))]);
        for again in [300, 600, 700] {
            channel.until(at(again));
            channel.hear(vec![finding("a", severity, at(again))]);
        }
        channel.after(3 * 24 * 3600);
        assert_eq!(
            channel.told(),
            [
                (30, Reason::First, 1),
                (30 + minutes * 60, Reason::Repeat, 3)
            ],
            "{severity:?}"
        );
    }
}

#[test]
fn one_length_may_hold_for_all() {
    let mut channel = Channel::new(grouped_with(&json!({"repeat": "PT4H"})));
    channel.hear(vec![finding("a", Critical, at(0))]);
    channel.until(at(1000));
    channel.hear(vec![finding("a", Critical, at(1000))]);
    channel.after(24 * 3600);
    assert_eq!(channel.told()[1], (30 + 4 * 3600, Reason::Repeat, 1));
}

#[test]
fn what_is_still_open_is_told_again_only_where_that_is_wanted() {
    for (remind, expected) in [(false, 1), (true, 4)] {
        let mut channel = Channel::new(grouped_with(&json!({"remind": remind, "repeat": "PT4H"})));
        channel.hear(vec![finding("a", Error, at(0))]);
        channel.until(at(12 * 3600 + 60));
        assert_eq!(channel.sent.len(), expected);
        if remind {
            assert_eq!(channel.told()[3], (30 + 12 * 3600, Reason::Reminder, 0));
        }
        channel.hear(vec![over("a", channel.now)]);
        channel.after(24 * 3600);
        assert_eq!(channel.last().reason, Reason::Resolved);
        assert_eq!(channel.sent.len(), expected + 1);
    }
}

#[test]
fn the_last_end_closes_the_matter_and_the_next_beginning_is_a_first() {
    let mut channel = Channel::new(grouped());
    channel.hear(vec![finding("a", Error, at(0)), finding("b", Error, at(0))]);
    channel.until(at(100));
    channel.hear(vec![over("a", at(100))]);
    channel.until(at(1000));
    channel.hear(vec![over("b", at(1000))]);
    channel.until(at(2000));
    channel.hear(vec![finding("a", Error, at(2000))]);
    channel.until(at(3000));
    assert_eq!(
        channel.told(),
        [
            (30, Reason::First, 2),
            (330, Reason::Ended, 1),
            (1030, Reason::Resolved, 1),
            (2030, Reason::First, 1)
        ]
    );
    let closes: Vec<bool> = channel.sent.iter().map(|it| it.out.closes).collect();
    assert_eq!(closes, [false, false, true, false]);
    assert_eq!(channel.sent[2].out.notification.status, Status::Resolved);
    assert_eq!(channel.sent[3].out.follows, None);
}

#[test]
fn where_only_the_last_end_is_wanted_the_others_are_told_with_it() {
    let mut channel = Channel::new(grouped_with(&json!({"resolved": "all"})));
    channel.hear(vec![finding("a", Error, at(0)), finding("b", Error, at(0))]);
    channel.until(at(100));
    channel.hear(vec![over("a", at(100))]);
    channel.until(at(5000));
    channel.hear(vec![over("b", at(5000))]);
    channel.until(at(9000));
    assert_eq!(
        channel.told(),
        [(30, Reason::First, 2), (5030, Reason::Resolved, 2)]
    );
}

#[test]
fn what_ends_within_the_wait_is_told_once_as_over() {
    let mut channel = Channel::new(grouped());
    channel.hear(vec![finding("a", Error, at(0))]);
    channel.until(at(10));
    channel.hear(vec![over("a", at(10))]);
    channel.until(at(1000));
    assert_eq!(channel.told(), [(30, Reason::Resolved, 2)]);
    assert_eq!(channel.last().notification.status, Status::Resolved);
}

#[test]
fn a_word_from_before_the_end_opens_nothing() {
    let mut channel = Channel::new(grouped());
    channel.hear(vec![over("a", at(0))]);
    channel.until(at(100));
    assert_eq!(channel.told(), [(30, Reason::Resolved, 1)]);
    let late = channel.hear(vec![finding("a", Error, at(-5))]);
    assert_eq!(*account(&late), Account::Repeated);
    channel.after(3600);
    assert_eq!(channel.sent.len(), 1);
}

#[test]
fn a_member_stays_in_the_matter_in_which_it_began() {
    // Grouped by severity, as is the default for findings.
    let mut channel = Channel::new(json!({}));
    channel.hear(vec![
        finding("a", Warning, at(0)),
        finding("b", Warning, at(0)),
    ]);
    channel.until(at(60));
    channel.hear(vec![finding("a", Critical, at(60))]);
    channel.until(at(600));
    channel.hear(vec![over("a", at(600)), over("b", at(600))]);
    channel.until(at(2000));
    assert_eq!(
        channel.told(),
        [
            (30, Reason::First, 2),
            (90, Reason::Raised, 1),
            (630, Reason::Resolved, 2)
        ]
    );
}

#[test]
fn what_was_not_delivered_comes_again_under_the_same_id() {
    let mut channel = Channel::new(grouped());
    let now = at(30);
    channel
        .state
        .take(vec![finding("a", Error, at(0))], at(0), &channel.rules);
    let first = channel.state.due(now, &channel.rules, 20).outgoing;
    assert_eq!(first.len(), 1);
    // Under way: nobody else sends it.
    assert!(
        channel
            .state
            .due(now, &channel.rules, 20)
            .outgoing
            .is_empty()
    );
    channel.state.settle(&first[0].id, &Outcome::Unknown, now);
    // More of it does not change what was written down.
    channel
        .state
        .take(vec![finding("b", Error, at(40))], at(40), &channel.rules);
    assert!(
        channel
            .state
            .due(at(89), &channel.rules, 20)
            .outgoing
            .is_empty()
    );
    let again = channel.state.due(at(90), &channel.rules, 20).outgoing;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].id, first[0].id);
    assert_eq!(again[0].notification, first[0].notification);
    assert_eq!(again[0].attempts, 1);
    let wait = Outcome::Refused { until: at(200) };
    channel.state.settle(&again[0].id, &wait, at(91));
    assert_eq!(
        channel.state.next_look(at(91), &channel.rules),
        Some(at(200))
    );
    assert!(
        channel
            .state
            .due(at(199), &channel.rules, 20)
            .outgoing
            .is_empty()
    );
    let third = channel.state.due(at(200), &channel.rules, 20).outgoing;
    assert_eq!(third[0].id, first[0].id);
    let delivered = Outcome::Delivered { reference: None };
    channel.state.settle(&third[0].id, &delivered, at(200));
    let accounts = channel.state.accounts();
    assert_eq!((accounts.tally.told, accounts.waiting), (1, 1));
}

#[test]
fn who_dies_on_the_way_leaves_a_claim_that_is_found() {
    let mut channel = Channel::new(json!({}));
    channel
        .state
        .take(vec![word("one", Notice, start())], start(), &channel.rules);
    let first = channel.state.due(start(), &channel.rules, 20).outgoing;
    assert_eq!(
        channel.state.next_look(start(), &channel.rules),
        Some(at(180))
    );
    assert!(
        channel
            .state
            .due(at(179), &channel.rules, 20)
            .outgoing
            .is_empty()
    );
    let again = channel.state.due(at(180), &channel.rules, 20).outgoing;
    assert_eq!(again[0].id, first[0].id);
    // Both may have been seen.
    let delivered = Outcome::Delivered { reference: None };
    channel.state.settle(&first[0].id, &delivered, at(181));
    channel.state.settle(&again[0].id, &delivered, at(182));
    assert_eq!(channel.state.accounts().tally.told, 1);
}

#[test]
fn went_another_way_counts_as_told() {
    let mut channel = Channel::new(json!({}));
    channel
        .state
        .take(vec![word("one", Notice, start())], start(), &channel.rules);
    let out = channel.state.due(start(), &channel.rules, 20).outgoing;
    channel.state.settle(&out[0].id, &Outcome::Elsewhere, at(1));
    channel.until(at(9000));
    assert!(channel.sent.is_empty());
    assert_eq!(channel.state.accounts().tally.told, 1);
}

/// A pager closes the alert of what is resolved, and a message is a matter's.
#[test]
fn the_end_of_one_of_several_does_not_close_what_goes_on() {
    let mut channel = Channel::new(json!({}));
    channel.hear(vec![
        finding("a", Error, start()),
        finding("b", Error, start()),
    ]);
    channel.until(at(600));
    channel.hear(vec![over("a", at(600))]);
    channel.until(at(1200));
    let ended = channel.last();
    assert_eq!((ended.reason, ended.closes), (Reason::Ended, false));
    assert_eq!(ended.notification.status, Status::Open);
    assert_eq!(ended.notification.title, "Over: a is over");
    channel.hear(vec![over("b", at(1200))]);
    channel.until(at(1800));
    let closed = channel.last();
    assert_eq!((closed.reason, closed.closes), (Reason::Resolved, true));
    assert_eq!(closed.notification.status, Status::Resolved);
    assert_eq!(closed.notification.title, "b is over");
}
