//! Any events in any order, repeated, with faults between any two steps, the
//! queue bringing back what was not settled: incidents end the same, nothing is
//! lost, and of every matter the last word is true.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use nightshift_core::Status;
use nightshift_runtime::CallClass;
use nightshift_testkit::Crash;
use proptest::prelude::*;
use security_triage::back;
use security_triage::finding::{Finding, FindingKey};
use security_triage::incident::Incident;

use crate::incidents::finding;
use crate::world::{Said, World, at, run};

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    CrashBefore(usize),
    CrashAfter(usize),
    Conflict(usize),
    Write(usize),
    Read(usize),
    Publish(usize),
    Source(Said),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        1 => (1..5_usize).prop_map(Fault::CrashBefore),
        1 => (1..5_usize).prop_map(Fault::CrashAfter),
        1 => (1..4_usize).prop_map(Fault::Conflict),
        1 => (1..4_usize).prop_map(Fault::Write),
        1 => (1..4_usize).prop_map(Fault::Read),
        1 => (1..4_usize).prop_map(Fault::Publish),
        1 => prop::sample::select(vec![
            Said::NotOne("ConcurrentUpdateError"),
            Said::NotOne("InternalFailure"),
            Said::Error(CallClass::Throttled),
        ]).prop_map(Fault::Source),
    ]
}

/// Events of three matters in batches, each with what goes wrong during it.
fn story() -> impl Strategy<Value = Vec<(Vec<Finding>, Fault)>> {
    let event = (finding(), 0..3_u8).prop_map(|(mut finding, matter)| {
        finding.key = FindingKey::new("123456789012", "us-east-1", &format!("f{matter}"));
        // A handle belongs to one matter.
        for handle in &mut finding.handles {
            if let security_triage::finding::Handle::SecurityHub { metadata_uid } = handle {
                *metadata_uid = format!("f{matter}-{metadata_uid}");
            }
        }
        finding
    });
    prop::collection::vec((prop::collection::vec(event, 1..6), fault()), 1..7)
}

fn prepare(world: &World, fault: Fault) {
    match fault {
        Fault::None => {}
        Fault::CrashBefore(nth) => world.ledger.crash_at_write(nth, Crash::Before),
        Fault::CrashAfter(nth) => world.ledger.crash_at_write(nth, Crash::After),
        Fault::Conflict(nth) => world.ledger.conflict_at_write(nth),
        Fault::Write(nth) => world.ledger.fail_write(nth, CallClass::Throttled),
        Fault::Read(nth) => world.ledger.fail_read(nth, CallClass::Unavailable),
        Fault::Publish(nth) => world.publisher.fail_attempt(nth),
        Fault::Source(said) => world.sources.script.lock().unwrap().push_back(Some(said)),
    }
}

/// Delivers every batch until all of it is settled; what is not goes to the end
/// of the queue, so that later events overtake it.
async fn deliver(world: &World, story: Vec<(Vec<Finding>, Fault)>, now: Timestamp) {
    let mut queue: VecDeque<(Vec<Finding>, Fault)> = story.into();
    for _ in 0..200 {
        let Some((mut batch, fault)) = queue.pop_front() else {
            return;
        };
        prepare(world, fault);
        let finished = world.settle(&batch, now).await;
        if world.ledger.crashed() {
            // Nothing that the process would have answered has arrived.
            world.ledger.restart();
        } else {
            batch.retain(|finding| finished.again.contains(&finding.key));
        }
        if !batch.is_empty() {
            queue.push_back((batch, Fault::None));
        }
    }
    panic!("not settled after two hundred deliveries");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_end_is_the_same(story in story()) {
        let world = World::writing_back();
        let now = at("2026-11-23T20:00:00Z");
        run(deliver(&world, story.clone(), now));
        let mut expected: BTreeMap<FindingKey, Option<Incident>> = BTreeMap::new();
        for finding in story.iter().flat_map(|(batch, _)| batch) {
            let known = expected.remove(&finding.key).flatten();
            expected.insert(finding.key.clone(), Incident::after(known, [finding]));
        }
        let matters = world.matters();
        prop_assert_eq!(matters.len(), expected.values().flatten().count());
        for matter in &matters {
            let key = &matter.incident.key;
            prop_assert_eq!(Some(&matter.incident), expected[key].as_ref());
            prop_assert_eq!(&matter.owed, &None);
            prop_assert_eq!(matter.saying, None);
            let told = world.told(&key.to_string());
            let open = matter.incident.standing().is_open();
            match told.last() {
                // At most one message of a matter is open: the last word holds for
                // the whole, and it is true.
                Some(last) => prop_assert_eq!(last.status, if open { Status::Open } else { Status::Resolved }),
                None => prop_assert!(!open, "{} is open, and nobody was told", key),
            }
            prop_assert_eq!(matter.said.is_some(), !told.is_empty());
            if let Some(said) = matter.said {
                prop_assert_eq!(said.word.open, open);
            }
            // A word is repeated only under its own id.
            let mut ids: Vec<&str> = told.iter().map(|message| message.id.as_str()).collect();
            ids.dedup();
            let mut distinct = ids.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(ids.len(), distinct.len());
        }
    }

    /// Without faults no word is said twice, and a story that only goes on is
    /// told as often as it becomes worse, within one window.
    #[test]
    fn what_only_goes_on_is_told_as_often_as_it_grows_worse(batches in prop::collection::vec(prop::collection::vec(finding(), 1..5), 1..6)) {
        let world = World::writing_back();
        let now = at("2026-11-23T20:00:00Z");
        let mut bands = std::collections::BTreeSet::new();
        for mut batch in batches {
            for finding in &mut batch {
                finding.standing = security_triage::finding::Standing::Open;
                finding.asked = None;
                finding.echo = false;
                bands.insert(finding.band);
            }
            run(deliver(&world, vec![(batch, Fault::None)], now));
        }
        let told = world.publisher.published();
        prop_assert!(!told.is_empty() && told.len() <= bands.len());
        // Every place where it is shown was updated, each once for every word.
        let matter = world.matters().remove(0);
        let updated = world.sources.updated.lock().unwrap();
        for handle in &matter.incident.handles {
            prop_assert!(updated.get(back::id(handle)).copied().unwrap_or_default() <= told.len());
        }
    }
}
