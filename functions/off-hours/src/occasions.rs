//! What people are to be told, each thing once.
//!
//! Pure: from the world before a run and after it. What was told and still
//! holds is kept in the environment's record, and forgotten when it is over, so
//! that it is told again when it comes back.

mod moments;
mod runs;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Arn, Refusal};

use crate::decide::Policy;
use crate::model::{EnvironmentRecord, Override, Phase, Record, Run};
use crate::plan::{Decision, Snapshot};
use crate::rounds::Finished;

/// Something that people are to be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Occasion {
    /// Everything that could be put to sleep sleeps.
    FellAsleep {
        /// The evening.
        run: Run,
        /// How long it took.
        took: SignedDuration,
        /// What sleeps since.
        asleep: Vec<Arn>,
        /// What should sleep and does not; the decisions say why.
        running: Vec<Arn>,
    },
    /// The environment is usable again, as far as it can be.
    Usable {
        /// The morning.
        run: Run,
        /// How long it took.
        took: SignedDuration,
        /// What was brought back.
        usable: Vec<Arn>,
        /// What should run and is not usable; the decisions say why.
        unusable: Vec<Arn>,
    },
    /// Resources that run now are going to be put to sleep.
    AboutToSleep {
        /// When.
        at: Timestamp,
        /// Which.
        resources: Vec<Arn>,
    },
    /// AWS has started a database after seven days, and it is put back to sleep.
    ForcedStart {
        /// Which.
        resource: Arn,
    },
    /// Resources cannot be changed, or do not become usable; the decisions say why.
    Trouble {
        /// Which.
        resources: Vec<Arn>,
    },
    /// Tag values that are not understood; the decisions say why.
    InvalidValues {
        /// The resources and the values.
        values: Vec<(Arn, String)>,
    },
    /// Nothing was changed at all, or nothing was put to sleep.
    Halted {
        /// Why.
        refusal: Refusal,
    },
    /// Something could not be looked at.
    Blind {
        /// What and why.
        errors: Vec<String>,
    },
    /// An override still holds.
    OverrideReminder {
        /// The resource.
        resource: Arn,
        /// What was asked for.
        override_: Override,
    },
}

/// What is to be told, and what is then to be kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    /// What is to be told.
    pub occasions: Vec<Occasion>,
    /// The environment's record after that.
    pub environment: EnvironmentRecord,
}

/// What is due after a run; `before` is the world before its first round.
pub fn due(before: &Snapshot, finished: &Finished, policy: &Policy<'_>, now: Timestamp) -> Due {
    let after = &finished.snapshot;
    let mut due = Due {
        occasions: Vec::new(),
        environment: after.environment.value.clone(),
    };
    let ours: Vec<&Decision> = finished
        .plan
        .decisions
        .iter()
        .filter(|one| one.ours)
        .collect();
    let view = View {
        ours: &ours,
        records: &after
            .records
            .iter()
            .map(|(arn, stored)| (arn, &stored.value))
            .collect(),
        before,
        policy,
        now,
    };
    view.evening(&mut due);
    view.morning(&mut due);
    view.announcements(&mut due);
    view.forced_starts(&mut due);
    view.invalid_values(&mut due);
    let mut standing = BTreeSet::new();
    view.trouble(&mut due, &mut standing);
    view.halted(&mut due, &mut standing, finished.plan.halted.as_ref());
    view.blind(&mut due, &mut standing, after);
    view.overrides(&mut due, &mut standing, after);
    due.environment
        .reported
        .retain(|key, _| standing.contains(key));
    due
}

struct View<'a> {
    ours: &'a [&'a Decision],
    records: &'a BTreeMap<&'a Arn, &'a Record>,
    before: &'a Snapshot,
    policy: &'a Policy<'a>,
    now: Timestamp,
}

impl View<'_> {
    fn phase(&self, arn: &Arn) -> Phase {
        self.records
            .get(arn)
            .map_or(Phase::Awake, |record| record.phase)
    }
}
