//! When people are told, and what happens when something fails.

use jiff::SignedDuration;
use nightshift_core::{Severity, Status};
use nightshift_runtime::CallClass;
use nightshift_testkit::Crash;
use security_triage::decide::Telling;
use security_triage::finding::{Finding, Standing};

use crate::findings::of;
use crate::world::{Said, World, at, run};

fn one(name: &str) -> Finding {
    of(name).remove(0)
}

#[test]
fn all_copies_of_a_finding_are_one_message_written_down_before_and_after() {
    let world = World::default();
    let mut findings = of("guardduty-instance");
    for name in [
        "security-hub-guardduty",
        "security-hub-v2-detection",
        "guardduty-instance",
    ] {
        findings.extend(of(name));
    }
    let finished = run(world.settle(&findings, at("2026-11-23T19:10:00Z")));
    assert!(finished.again.is_empty());
    assert_eq!(finished.lines.len(), 1);
    assert_eq!(finished.lines[0].findings, 4);
    assert_eq!(world.ledger.writes(), 2);
    assert_eq!(world.publisher.published().len(), 1);
    // The same again changes nothing and writes nothing.
    run(world.settle(&findings, at("2026-11-23T20:30:00Z")));
    assert_eq!(world.ledger.writes(), 2);
    assert_eq!(world.publisher.published().len(), 1);
}

#[test]
fn a_matter_is_opened_grows_worse_is_over_and_comes_back() {
    let world = World::default();
    let tell = |name: &str, now: &str| {
        let finished = run(world.settle(&of(name), at(now)));
        finished.lines[0].told
    };
    assert_eq!(
        tell("guardduty-instance", "2026-11-23T19:05:10Z"),
        Telling::Open
    );
    assert_eq!(
        tell("security-hub-guardduty", "2026-11-23T19:06:20Z"),
        Telling::None
    );
    assert_eq!(
        tell("guardduty-instance-again", "2026-11-23T22:16:10Z"),
        Telling::Update
    );
    assert_eq!(
        tell("guardduty-instance-archived", "2026-11-24T08:01:10Z"),
        Telling::Resolved
    );
    // Security Hub does not know of the archive, and goes on; it stays put aside.
    assert_eq!(
        tell("security-hub-v2-detection", "2026-11-24T08:02:00Z"),
        Telling::None
    );
    let mut back = one("guardduty-instance");
    back.updated = at("2026-11-25T10:00:00Z");
    back.emitted = at("2026-11-25T10:05:00Z");
    let finished = run(world.settle(&[back], at("2026-11-25T10:05:10Z")));
    assert_eq!(finished.lines[0].told, Telling::Reopened);
    let told = world.publisher.published();
    let status: Vec<Status> = told.iter().map(|message| message.status).collect();
    assert_eq!(
        status,
        [Status::Open, Status::Open, Status::Resolved, Status::Open]
    );
    assert_eq!(told[1].severity, Severity::Critical);
    assert!(
        told.iter()
            .all(|message| message.dedup_key == told[0].dedup_key)
    );
    let mut ids: Vec<&str> = told.iter().map(|message| message.id.as_str()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 4, "every word has an id of its own");
}

#[test]
fn repeats_are_told_once_in_a_window() {
    for (score, minutes) in [(9.5, 15), (8.0, 60), (5.0, 480), (2.0, 1_440)] {
        let world = World::default();
        let mut finding = one("guardduty-network");
        finding.band = security_triage::finding::Band::from_guardduty(score);
        let start = at("2026-11-23T19:05:00Z");
        let mut told = Vec::new();
        for minute in [0, 1, minutes / 2, minutes - 1, minutes, minutes + 1] {
            finding.count += 1;
            finding.last_seen = start + SignedDuration::from_mins(minute);
            finding.emitted = finding.last_seen;
            finding.updated = finding.last_seen;
            let finished = run(world.settle(&[finding.clone()], finding.emitted));
            if finished.lines[0].told != Telling::None {
                told.push(minute);
            }
        }
        assert_eq!(told, [0, minutes], "{score}");
        let matter = world.matters().remove(0);
        assert_eq!(matter.incident.count, finding.count);
    }
}

#[test]
fn what_is_over_before_anybody_heard_of_it_is_not_told() {
    let world = World::default();
    for name in ["security-hub-control-passed", "security-hub-control"] {
        run(world.settle(&of(name), at("2026-11-24T06:10:00Z")));
    }
    assert!(world.publisher.published().is_empty());
    let matter = world.matters().remove(0);
    assert_eq!(matter.incident.standing(), Standing::Resolved);
}

#[test]
fn a_person_who_sends_it_is_heard() {
    let world = World::default();
    let now = at("2026-11-23T19:10:00Z");
    run(world.settle(&of("security-hub-custom-action"), now));
    assert_eq!(world.publisher.published().len(), 2);
    // The same press twice is one wish; another press is another.
    run(world.settle(&of("security-hub-custom-action"), now));
    assert_eq!(world.publisher.published().len(), 2);
    let mut again = of("security-hub-custom-action");
    for finding in &mut again {
        finding.emitted += SignedDuration::from_mins(1);
    }
    run(world.settle(&again, now));
    assert_eq!(world.publisher.published().len(), 4);
}

#[test]
fn sources_are_told_after_people_and_once() {
    let world = World::writing_back();
    let now = at("2026-11-23T19:05:20Z");
    let finished = run(world.settle(&of("security-hub-control"), now));
    assert_eq!(finished.written.updated, 1);
    assert_eq!(world.sources.updates.lock().unwrap().len(), 1);
    assert_eq!(world.matters()[0].owed, None);
    // Its echo is no news, and neither is the event itself again.
    for name in ["security-hub-echo", "security-hub-control"] {
        run(world.settle(&of(name), now));
    }
    assert_eq!(world.sources.updates.lock().unwrap().len(), 1);
    assert_eq!(world.publisher.published().len(), 1);
}

#[test]
fn nothing_is_written_back_when_people_were_not_told() {
    let world = World::writing_back();
    world.publisher.fail_attempt(1);
    let now = at("2026-11-23T19:05:20Z");
    let finished = run(world.settle(&of("security-hub-control"), now));
    assert_eq!(finished.again.len(), 1);
    assert!(
        finished.lines[0]
            .trouble
            .as_ref()
            .unwrap()
            .contains("not told")
    );
    assert!(world.sources.updates.lock().unwrap().is_empty());
    // It is said when the event comes again, although that brings nothing new.
    let finished = run(world.settle(&of("security-hub-control"), now));
    assert!(finished.again.is_empty());
    assert_eq!(world.publisher.published().len(), 1);
    assert_eq!(world.matters()[0].saying, None);
}

#[test]
fn a_debt_outlives_a_crash() {
    let now = at("2026-11-23T19:05:20Z");
    for crash in [Crash::Before, Crash::After] {
        for write in [1, 2, 3] {
            let world = World::writing_back();
            world.ledger.crash_at_write(write, crash);
            run(world.settle(&of("security-hub-control"), now));
            assert!(world.ledger.crashed());
            world.ledger.restart();
            let finished = run(world.settle(&of("security-hub-control"), now));
            assert!(finished.again.is_empty());
            assert_eq!(world.matters()[0].owed, None, "{crash:?} {write}");
            assert_eq!(world.sources.updated.lock().unwrap().len(), 1);
            let told = world.publisher.published();
            assert!(told.iter().all(|message| message.id == told[0].id));
        }
    }
}

#[test]
fn a_plan_is_made_once_after_people_were_told() {
    let now = at("2026-11-23T19:10:00Z");
    for (fault, made) in [
        (None, 1),
        (Some((1, Crash::Before)), 1),
        (Some((2, Crash::Before)), 1),
        (Some((2, Crash::After)), 1),
        // It dies before it has written down that the plan was made: whoever makes
        // plans is asked again, and finds the plan that is there.
        (Some((3, Crash::Before)), 2),
        (Some((3, Crash::After)), 1),
    ] {
        let world = World::planning();
        if let Some((write, crash)) = fault {
            world.ledger.crash_at_write(write, crash);
            run(world.settle(&of("guardduty-instance"), now));
            world.ledger.restart();
        }
        run(world.settle(&of("guardduty-instance"), now));
        let planner = world.planner.as_ref().unwrap();
        let plans = planner.made.lock().unwrap().clone();
        assert_eq!(plans.len(), made, "{fault:?}");
        assert_eq!(plans[0].1.rule, "it-mines");
        assert_eq!(world.matters()[0].owed, None, "{fault:?}");
        // What goes on calls for no other plan; what comes back does.
        run(world.settle(&of("guardduty-instance-again"), at("2026-11-23T22:16:10Z")));
        assert_eq!(planner.made.lock().unwrap().len(), made);
        run(world.settle(
            &of("guardduty-instance-archived"),
            at("2026-11-24T08:01:10Z"),
        ));
        let mut back = of("guardduty-instance-again");
        for finding in &mut back {
            finding.updated = at("2026-11-25T08:00:00Z");
            finding.emitted = at("2026-11-25T08:00:10Z");
        }
        run(world.settle(&back, at("2026-11-25T08:00:20Z")));
        assert_eq!(planner.made.lock().unwrap().len(), made + 1);
    }
}

#[test]
fn a_plan_that_could_not_be_made_is_owed() {
    let world = World::planning();
    let planner = world.planner.as_ref().unwrap();
    *planner.failures.lock().unwrap() = 1;
    let now = at("2026-11-23T19:10:00Z");
    let finished = run(world.settle(&of("guardduty-instance"), now));
    assert_eq!(finished.again.len(), 1);
    assert!(finished.unplanned[0].contains("told to fail"));
    assert!(planner.made.lock().unwrap().is_empty());
    let finished = run(world.settle(&of("guardduty-instance"), now));
    assert!(finished.again.is_empty());
    assert_eq!(planner.made.lock().unwrap().len(), 1);
    assert_eq!(world.publisher.published().len(), 1);
}

#[test]
fn no_plan_is_made_of_what_is_over() {
    let world = World::planning();
    let planner = world.planner.as_ref().unwrap();
    *planner.failures.lock().unwrap() = 1;
    run(world.settle(&of("guardduty-instance"), at("2026-11-23T19:10:00Z")));
    assert!(world.matters()[0].owed.is_some());
    let finished = run(world.settle(
        &of("guardduty-instance-archived"),
        at("2026-11-24T08:01:10Z"),
    ));
    assert!(finished.again.is_empty());
    assert_eq!(world.matters()[0].owed, None);
    assert!(planner.made.lock().unwrap().is_empty());
}

#[test]
fn a_message_that_people_may_have_is_closed_by_whatever_comes_next() {
    let world = World::default();
    // The run ends after it has told people, before it writes that down.
    world.ledger.crash_at_write(2, Crash::Before);
    run(world.settle(&of("config-broken"), at("2026-11-23T19:05:00Z")));
    world.ledger.restart();
    // The closing event overtakes the one that comes again.
    run(world.settle(&of("config-kept"), at("2026-11-23T21:00:10Z")));
    run(world.settle(&of("config-broken"), at("2026-11-23T21:01:00Z")));
    let status: Vec<Status> = world
        .publisher
        .published()
        .iter()
        .map(|message| message.status)
        .collect();
    assert_eq!(status, [Status::Open, Status::Resolved]);
}

#[test]
fn unprocessed_findings_are_tried_again_only_where_that_can_help() {
    let now = at("2026-11-23T19:05:20Z");
    for (said, calls, again) in [
        (Said::NotOne("ConcurrentUpdateError"), 2, false),
        (Said::NotOne("InternalFailure"), 2, false),
        (Said::NotOne("FindingNotFound"), 1, false),
        (Said::NotOne("DuplicatedFindingIdentifier"), 1, false),
        (Said::NotOne("FindingSizeExceeded"), 1, false),
        (Said::NotOne("InvalidInput"), 1, false),
        (Said::Error(CallClass::Throttled), 2, false),
        (Said::Error(CallClass::Denied), 1, false),
    ] {
        let world = World::writing_back();
        world.sources.script.lock().unwrap().push_back(Some(said));
        let finished = run(world.settle(&of("security-hub-control"), now));
        assert_eq!(
            world.sources.updates.lock().unwrap().len(),
            calls,
            "{said:?}"
        );
        assert_eq!(!finished.again.is_empty(), again, "{said:?}");
        assert_eq!(world.matters()[0].owed, None);
        assert_eq!(finished.written.refused.is_empty(), calls == 2, "{said:?}");
    }
    // Where it does not help within the run, the event comes again.
    let world = World::writing_back();
    let throttled = vec![Some(Said::Error(CallClass::Throttled)); 3];
    *world.sources.script.lock().unwrap() = throttled.into();
    let finished = run(world.settle(&of("security-hub-control"), now));
    assert_eq!(finished.again.len(), 1);
    assert!(world.matters()[0].owed.is_some());
    run(world.settle(&of("security-hub-control"), now));
    assert_eq!(world.matters()[0].owed, None);
    assert_eq!(world.publisher.published().len(), 1);
}

#[test]
fn a_contested_write_is_done_again_on_what_the_other_wrote() {
    let world = World::default();
    world.ledger.conflict_at_write(1);
    let now = at("2026-11-23T19:05:20Z");
    let finished = run(world.settle(&of("guardduty-instance"), now));
    assert!(finished.again.is_empty());
    assert_eq!(world.matters().len(), 1);
    let told = world.publisher.published();
    assert!(told.iter().all(|message| message.id == told[0].id));
}

#[test]
fn one_matter_in_trouble_stops_no_other() {
    let world = World::default();
    let mut findings = of("guardduty-instance");
    findings.extend(of("root-sign-in"));
    findings.extend(of("config-broken"));
    world.ledger.fail_read(2, CallClass::Throttled);
    let finished = run(world.settle(&findings, at("2026-11-23T19:05:20Z")));
    assert_eq!(finished.again.len(), 1);
    assert_eq!(world.matters().len(), 2);
}

#[test]
fn without_time_events_come_again() {
    let world = World::default();
    let budget = std::time::Duration::from_millis(1);
    let findings = of("guardduty-instance");
    let finished = run(world.settle_within(&findings, at("2026-11-23T19:05:20Z"), budget));
    assert_eq!(finished.again.len(), 1);
    assert!(world.publisher.published().is_empty());
}
