//! The state table: for every kind, phase and state, what is decided.

use std::fmt::Write as _;

use nightshift_core::{Arn, Guard, Money, StopSwitch};
use off_hours::decide::{Cause, Policy, context, decide};
use off_hours::model::{Kind, Memory, Phase, Record, Resource, State};
use off_hours::plan::{Action, Decision, Snapshot, Stored};

use crate::estate::Variant;
use crate::stage::{HOURS, Stage, at};

const PHASES: [Option<Phase>; 5] = [
    None,
    Some(Phase::Awake),
    Some(Phase::FallingAsleep),
    Some(Phase::Asleep),
    Some(Phase::Waking),
];

fn states(variant: Variant) -> Vec<State> {
    let mut states = vec![
        State::On,
        State::Off,
        State::Starting,
        State::Stopping,
        State::Busy("modifying".to_owned()),
        State::Broken("storage-full".to_owned()),
    ];
    // Only databases are started out of a status of their own.
    if is_database(variant) {
        states.push(State::Stalled("incompatible-network".to_owned()));
    }
    states
}

fn is_database(variant: Variant) -> bool {
    matches!(variant.kind(), Kind::DbInstance | Kind::DbCluster)
}

/// What it looks like while it runs, and while it sleeps.
fn seen(variant: Variant) -> (Stage, Arn, Resource, Resource, Option<Memory>) {
    let mut stage = Stage::new();
    let arn = variant.add(&stage.world, "one", HOURS);
    stage.tick();
    let awake = stage.world.seen(&arn);
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:20:00Z");
    let asleep = stage.world.seen(&arn);
    let memory = stage.record(&arn).unwrap().memory;
    (stage, arn, awake, asleep, memory)
}

fn decided(stage: &Stage, resource: Resource, record: Option<Record>, now: &str) -> Decision {
    let context = context(&stage.config).unwrap();
    let guard = Guard::new(&stage.document, StopSwitch::Run);
    let policy = Policy {
        document: &stage.document,
        config: &stage.config,
        context: &context,
        guard: &guard,
        hourly: &|_| Some(Money::ZERO),
        dry_run: false,
    };
    let arn = resource.arn.clone();
    let snapshot = Snapshot {
        resources: vec![resource],
        records: record
            .map(|value| (arn, Stored { version: 1, value }))
            .into_iter()
            .collect(),
        ..Snapshot::default()
    };
    let plan = decide(&snapshot, &policy, &Cause::default(), at(now));
    plan.decisions.into_iter().next().unwrap()
}

/// A letter for each decision: stop, start, lease, failed, refused, a write
/// alone, or nothing at all.
fn letter(decision: &Decision) -> char {
    let lease = decision.record.as_ref().and_then(|one| one.lease.as_ref());
    match decision.action {
        Action::Stop => 'v',
        Action::Start => '^',
        Action::Refused => 'r',
        Action::Failed => 'f',
        Action::None if lease.is_some() => 'L',
        Action::None if decision.record.is_some() => 'w',
        Action::None => '.',
    }
}

fn table(variant: Variant) -> String {
    let (stage, arn, awake, asleep, memory) = seen(variant);
    let mut text = String::new();
    for (wanted, now) in [
        ("on", "2026-11-24T12:00:00Z"),
        ("off", "2026-11-23T23:00:00Z"),
    ] {
        for phase in PHASES {
            let record = phase.map(|phase| Record {
                phase,
                memory: memory.clone().filter(|_| phase != Phase::Awake),
                ..Record::new(&awake, at("2026-11-23T19:30:00Z"))
            });
            let row: String = states(variant)
                .into_iter()
                .map(|state| {
                    let is_up = matches!(state, State::On | State::Starting);
                    let mut resource = if is_up { awake.clone() } else { asleep.clone() };
                    resource.state = state.clone();
                    assert_eq!(resource.arn, arn);
                    let decision = decided(&stage, resource, record.clone(), now);
                    hold(&state, &decision);
                    letter(&decision)
                })
                .collect();
            let phase = phase.map_or_else(|| "unknown".to_owned(), |phase| format!("{phase:?}"));
            let _ = writeln!(text, "{wanted:3} {phase:13} {row}");
        }
    }
    text
}

/// What holds in every cell.
fn hold(state: &State, decision: &Decision) {
    let changes = matches!(decision.action, Action::Stop | Action::Start);
    assert_eq!(changes, !decision.calls.is_empty());
    if matches!(state, State::Busy(_) | State::Broken(_)) {
        assert!(!changes, "{decision:?}");
    }
    if let Some(record) = decision
        .record
        .as_ref()
        .filter(|_| decision.action == Action::Stop)
    {
        assert!(
            record.memory.is_some(),
            "nothing is stopped without a memory"
        );
        assert_eq!(record.phase, Phase::FallingAsleep);
    }
    assert!(!decision.reason.is_empty());
}

/// What AWS takes no change of while it is at work on the last one. Columns: on,
/// off, starting, stopping, busy, broken.
const ONE_AT_A_TIME: &str = "\
on  unknown       wL....
on  Awake         .L....
on  FallingAsleep w^...f
on  Asleep        w^...f
on  Waking        w^...f
off unknown       v....f
off Awake         vw...f
off FallingAsleep vw...f
off Asleep        Lw...f
off Waking        vw...f
";

/// The same of databases, and those that AWS could not run.
const DATABASES: &str = "\
on  unknown       wL....^
on  Awake         .L....^
on  FallingAsleep w^...f^
on  Asleep        w^...f^
on  Waking        w^...f^
off unknown       v....ff
off Awake         vw...ff
off FallingAsleep vw...ff
off Asleep        Lw...ff
off Waking        vw...ff
";

/// What may be scaled at any time.
const AT_ANY_TIME: &str = "\
on  unknown       wL.L..
on  Awake         .L.L..
on  FallingAsleep w^.^.f
on  Asleep        w^.^.f
on  Waking        w^.^.f
off unknown       v.v..f
off Awake         vwv..f
off FallingAsleep vwv..f
off Asleep        LwL..f
off Waking        vwv..f
";

/// Members that start may be stopped, and those that stop must be waited for.
const MEMBER_BY_MEMBER: &str = "\
on  unknown       wL....
on  Awake         .L....
on  FallingAsleep w^...f
on  Asleep        w^...f
on  Waking        w^...f
off unknown       v.v..f
off Awake         vwv..f
off FallingAsleep vwv..f
off Asleep        LwL..f
off Waking        vwv..f
";

#[test]
fn every_kind_in_every_state_and_phase() {
    for variant in Variant::ALL {
        let expected = match variant {
            Variant::GroupAtZero | Variant::Service | Variant::ScaledService => AT_ANY_TIME,
            Variant::SuspendedGroup => MEMBER_BY_MEMBER,
            _ if is_database(variant) => DATABASES,
            _ => ONE_AT_A_TIME,
        };
        assert_eq!(table(variant), expected, "{variant:?}");
    }
}
