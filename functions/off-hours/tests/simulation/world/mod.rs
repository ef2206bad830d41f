//! AWS in memory, with the rules of each kind, its slowness and its own will.

mod bodies;
mod calls;
mod groups;
mod wills;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Arn, Region};
use nightshift_runtime::{CallClass, CallError};
use off_hours::cloud::Cloud;
use off_hours::model::{Alarm, Call, Kind, Resource};

use crate::faults::{Fault, Faults, error};
pub use bodies::{Body, Power};
pub use groups::Group;

/// One resource: what never changes of it, and its body.
#[derive(Clone, Debug)]
pub struct Thing {
    /// State, health, sizes and alarms in here are made anew for each look.
    pub base: Resource,
    pub body: Body,
}

#[derive(Debug, Default)]
pub struct State {
    pub now: Timestamp,
    pub things: BTreeMap<Arn, Thing>,
    /// Alarms by name: whose they are, and whether they may act.
    pub alarms: BTreeMap<String, (Arn, bool)>,
    /// Alarms without the environment's tag.
    pub strange_alarms: BTreeSet<String>,
    /// Why the tags of alarms cannot be read, where they cannot.
    pub no_tags: Option<CallClass>,
    /// How often the tags of an alarm were read.
    pub tags_read: usize,
    /// Every call that reached AWS, refused ones too.
    pub calls: Vec<(Timestamp, Call)>,
    /// The databases that AWS has started after seven days.
    pub forced: Vec<Arn>,
    /// How long AWS takes.
    pub delay: SignedDuration,
    /// Instance ids that do not exist any more and spoil a batch.
    pub poisoned: Vec<String>,
    /// Whether looks show what was, as AWS does for a moment after a change.
    pub is_stale: bool,
    /// What the last sweep showed.
    shown: BTreeMap<Arn, Resource>,
    /// Kinds that cannot be swept.
    pub blind: Vec<Kind>,
    next_id: u32,
}

/// The simulated cloud.
#[derive(Debug)]
pub struct World {
    state: Mutex<State>,
    faults: Faults,
}

impl World {
    pub fn new(now: Timestamp, faults: Faults) -> Self {
        let state = State {
            now,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            faults,
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test thread died")
    }

    pub fn add(&self, thing: Thing, alarms: &[(&str, bool)]) -> Arn {
        let arn = thing.base.arn.clone();
        let mut state = self.state();
        for (name, is_enabled) in alarms {
            state
                .alarms
                .insert((*name).to_owned(), (arn.clone(), *is_enabled));
        }
        state.things.insert(arn.clone(), thing);
        arn
    }

    /// Lets time pass, minute by minute.
    pub fn pass_to(&self, until: Timestamp) {
        let mut state = self.state();
        while state.now < until {
            let minute = state.now + SignedDuration::from_mins(1);
            state.now = minute.min(until);
            state.will();
        }
    }

    pub fn seen(&self, arn: &Arn) -> Resource {
        let state = self.state();
        state.seen(&state.things[arn])
    }

    /// Changes one thing as its owner would.
    pub fn by_hand(&self, arn: &Arn, change: impl FnOnce(&mut Body, Timestamp)) {
        let mut state = self.state();
        let now = state.now;
        change(
            &mut state.things.get_mut(arn).expect("it is there").body,
            now,
        );
        state.will();
    }

    pub fn set_tag(&self, arn: &Arn, key: &str, value: Option<&str>) {
        let mut state = self.state();
        let tags = &mut state.things.get_mut(arn).expect("it is there").base.tags;
        match value {
            Some(value) => tags.insert(key.to_owned(), value.to_owned()),
            None => tags.remove(key),
        };
    }

    /// What must be the same in the morning as it was in the evening.
    pub fn picture(&self) -> BTreeMap<String, String> {
        let state = self.state();
        let things = state
            .things
            .iter()
            .map(|(arn, thing)| (arn.to_string(), thing.body.picture()));
        let alarms = state
            .alarms
            .iter()
            .map(|(name, (_, is_enabled))| (name.clone(), is_enabled.to_string()));
        things.chain(alarms).collect()
    }

    pub fn calls(&self) -> Vec<Call> {
        let state = self.state();
        state.calls.iter().map(|(_, call)| call.clone()).collect()
    }
}

impl State {
    fn seen(&self, thing: &Thing) -> Resource {
        let mut resource = thing.base.clone();
        thing.body.show(&mut resource);
        resource.alarms = self
            .alarms
            .iter()
            .filter(|(_, (arn, _))| *arn == resource.arn)
            .map(|(name, (_, is_enabled))| Alarm {
                name: name.clone(),
                actions_enabled: *is_enabled,
                is_ours: None,
            })
            .collect();
        resource
    }
}

impl Cloud for World {
    async fn sweep(&self, kind: Kind, region: &Region) -> Result<Vec<Resource>, CallError> {
        self.faults.turn().await;
        let mut state = self.state();
        if state.blind.contains(&kind) {
            return Err(error("sweep", CallClass::Denied, "no permission"));
        }
        let things = state.things.values();
        let seen: Vec<Resource> = things
            .filter(|thing| thing.base.kind == kind && thing.base.region == *region)
            .map(|thing| state.seen(thing))
            .collect();
        let shown = seen.iter().map(|one| (one.arn.clone(), one.clone()));
        state.shown.extend(shown);
        Ok(seen)
    }

    async fn look(&self, resources: &[Resource]) -> Result<Vec<Resource>, CallError> {
        self.faults.turn().await;
        let state = self.state();
        if state.is_stale {
            let shown = resources.iter().filter_map(|one| state.shown.get(&one.arn));
            return Ok(shown.cloned().collect());
        }
        let things = resources
            .iter()
            .filter_map(|one| state.things.get(&one.arn));
        Ok(things.map(|thing| state.seen(thing)).collect())
    }

    async fn are_ours(&self, _region: &Region, alarms: &[Arn]) -> Vec<Result<bool, CallError>> {
        self.faults.turn().await;
        let mut state = self.state();
        state.tags_read += alarms.len();
        let is_ours = |alarm: &Arn| {
            let (_, name) = alarm.resource().split_once(':').expect("alarm:<name>");
            !state.strange_alarms.contains(name)
        };
        let tell = |alarm| match state.no_tags {
            Some(class) => Err(error("cloudwatch:ListTagsForResource", class, "no tags")),
            None => Ok(is_ours(alarm)),
        };
        alarms.iter().map(tell).collect()
    }

    async fn call(&self, region: &Region, call: &Call) -> Result<(), CallError> {
        self.faults.turn().await;
        let fault = self.faults.next();
        if fault == Fault::DiesBefore {
            return Err(error(call.action(), CallClass::Unavailable, "dead"));
        }
        let mut state = self.state();
        let now = state.now;
        state.calls.push((now, call.clone()));
        match fault {
            Fault::Fails(class) => Err(error(call.action(), class, "told to fail")),
            Fault::DiesAfter | Fault::AnswerLost => {
                state.apply(region, call)?;
                Err(error(call.action(), CallClass::Unavailable, "no answer"))
            }
            Fault::DiesBefore | Fault::None => state.apply(region, call),
        }
    }
}
