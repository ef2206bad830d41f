//! The judgement: what is to be done with each resource now, and why.
//!
//! Pure. Level-triggered: it asks what is, what is wanted, and what off-hours
//! itself has done, and never what has happened since some other run.

mod case;
mod forced;
mod gates;
mod maintenance;
mod meter;
mod missing;
mod order;
mod restoring;
mod sleeping;
mod tagged;
mod wish;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Arn, ConfigError, Document, Guard, Money, Target};
use nightshift_schedule::{Context, Desired, Effect, Syntax, Zone};

pub use tagged::{KEEP_AWAKE_TAG, SLEEP_NOW_TAG};

use crate::config::Config;
use crate::model::{Phase, Resource};
use crate::plan::{Action, Decision, Plan, Progress, Snapshot};
use case::Case;
use order::Place;
use wish::Schedules;
pub(crate) use wish::clock;

/// What a decision goes by, besides the world and the time.
#[derive(Clone, Copy)]
pub struct Policy<'a> {
    /// The environment's configuration.
    pub document: &'a Document,
    /// The function's own section.
    pub config: &'a Config,
    /// What schedules mean: zone and named schedules, from [`context`].
    pub context: &'a Context,
    /// What must not be changed.
    pub guard: &'a Guard,
    /// What an hour of a resource costs at list price while it runs.
    pub hourly: &'a (dyn Fn(&Resource) -> Option<Money> + Sync),
    /// Whether changes are only printed. All waves are then shown at once.
    pub dry_run: bool,
}

/// What woke the function, as far as the judgement depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The database that AWS says it starts after seven days.
    pub forced_start: Option<Arn>,
}

/// A run that asked for changes so recently is still at work on them.
const RECENT: SignedDuration = SignedDuration::from_mins(2);

/// The context of schedules in a configuration, with its closed and frozen dates;
/// those of calendars are known only to who reads them.
///
/// # Errors
/// The first zone, syntax, date or named schedule that is wrong, by its path.
pub fn context(config: &Config) -> Result<Context, ConfigError> {
    let path = |field: &str| format!("functions.off-hours.{field}");
    let zone = Zone::named(&config.default_zone)
        .map_err(|error| ConfigError::at(path("default_zone"), error.to_string()))?;
    if let Some(name) = &config.syntax {
        name.parse::<Syntax>()
            .map_err(|error| ConfigError::at(path("syntax"), error.to_string()))?;
    }
    let mut context = Context::new(zone);
    context.named.clone_from(&config.schedules);
    for (field, dates, effect) in [
        ("closed", &config.closed, Effect::Closed),
        ("frozen", &config.frozen, Effect::Frozen),
    ] {
        for text in dates {
            let date: Date = text.parse().map_err(|_| {
                let text = nightshift_core::printable(text, 40);
                let problem = format!("`{text}` is no date; expected one such as 2026-12-25");
                ConfigError::at(path(field), problem)
            })?;
            context.calendar.add_date(effect, date, "");
        }
    }
    match context.problems().into_iter().next() {
        Some((name, problem)) => Err(ConfigError::at(
            path(&format!("schedules.{name}")),
            problem.to_string(),
        )),
        None => Ok(context),
    }
}

/// Decides what is to be done with every resource that was seen.
pub fn decide(snapshot: &Snapshot, policy: &Policy<'_>, cause: &Cause, now: Timestamp) -> Plan {
    let mut context = policy.context.clone();
    context.calendar.extend(snapshot.calendar.clone());
    let mut schedules = Schedules::new(policy, context, now);
    let (ours, others): (Vec<&Resource>, Vec<&Resource>) = snapshot
        .resources
        .iter()
        .partition(|resource| is_ours(resource, policy.document));
    let places = order::places(&ours);
    let mut drafts: Vec<Draft> = ours
        .iter()
        .zip(places)
        .map(|(resource, place)| {
            let before = snapshot.records.get(&resource.arn);
            let wish = schedules.wish(resource, before.map(|stored| &stored.value));
            let sleeps_at = schedules.sleeps_at(resource, &wish);
            let one = Case::new(resource, before, wish, policy, cause, now);
            Draft::new(one, sleeps_at, place)
        })
        .collect();
    for draft in &mut drafts {
        draft.refuse_cycle();
        draft.guard(policy.guard);
    }
    let halted = limit_extent(&mut drafts, snapshot, policy, now);
    if !policy.dry_run {
        gates::hold(&mut drafts, &snapshot.environment.value, policy, now);
    }
    let mut decisions: Vec<Decision> = drafts.into_iter().map(|draft| draft.decision).collect();
    decisions.extend(others.into_iter().map(|one| stranger(one, policy.document)));
    decisions.sort_by(|a, b| (a.wave, &a.name, &a.arn).cmp(&(b.wave, &b.name, &b.arn)));
    Plan {
        decisions,
        missing: missing::records(snapshot, &ours, now),
        halted,
    }
}

/// A decision on its way through the limits that hold for all.
struct Draft {
    decision: Decision,
    /// Its phase before.
    was: Phase,
    cycle: Option<String>,
    account: nightshift_core::AccountId,
    tags: nightshift_core::Tags,
}

impl Draft {
    fn new(case: Case<'_>, sleeps_at: Option<Timestamp>, place: Place) -> Self {
        let was = case.phase();
        let resource = case.resource();
        let judged = case.judge();
        let reason = match place.ignored {
            Some(ignored) => format!("{}; {ignored}", judged.reason),
            None => judged.reason,
        };
        Self {
            decision: Decision {
                arn: resource.arn.clone(),
                kind: resource.kind,
                name: resource.name.clone(),
                region: resource.region.clone(),
                desired: judged.desired,
                until: judged.until,
                progress: judged.progress,
                sleeps_at,
                forced_start: judged.forced_start,
                alarming: judged.alarming,
                action: judged.action,
                reason,
                wave: place.wave,
                calls: judged.calls,
                record: judged.record,
                ours: true,
            },
            was,
            cycle: place.cycle,
            account: resource.account.clone(),
            tags: resource.tags.clone(),
        }
    }

    fn changes(&self) -> bool {
        matches!(self.decision.action, Action::Stop | Action::Start)
    }

    fn refuse(&mut self, reason: String) {
        let decision = &mut self.decision;
        decision.action = Action::Refused;
        decision.progress = Progress::Refused;
        decision.calls.clear();
        decision.record = None;
        decision.reason = reason;
    }

    /// What stands in a circle is not put to sleep, for nobody can say what
    /// must sleep first. What sleeps already is brought back all the same.
    fn refuse_cycle(&mut self) {
        if let (Action::Stop, Some(cycle)) = (self.decision.action, &self.cycle) {
            let reason = format!(
                "its order goes in a circle: {cycle}; take one name out of a tag nightshift:after to let it sleep"
            );
            self.refuse(reason);
        }
    }

    fn guard(&mut self, guard: &Guard) {
        let target = Target {
            name: &self.decision.name,
            account: &self.account,
            region: &self.decision.region,
            tags: &self.tags,
        };
        if let Err(refusal) = guard.permit(&target) {
            // Nobody is to be told that it sleeps soon.
            self.decision.sleeps_at = None;
            if self.changes() {
                self.refuse(refusal.to_string());
            }
        }
    }
}

/// Holds the number of resources that one run puts to sleep under the limit,
/// whatever its rounds. Bringing back is never limited.
fn limit_extent(
    drafts: &mut [Draft],
    snapshot: &Snapshot,
    policy: &Policy<'_>,
    now: Timestamp,
) -> Option<nightshift_core::Refusal> {
    if let Err(refusal) = policy.guard.permit_changes() {
        return Some(refusal);
    }
    let is_stop = |draft: &&Draft| draft.decision.action == Action::Stop;
    let wanted = drafts.iter().filter(is_stop).count();
    if wanted == 0 {
        return None;
    }
    let begun = drafts
        .iter()
        .filter(|draft| draft.decision.action != Action::Stop)
        .filter_map(|draft| snapshot.records.get(&draft.decision.arn))
        .filter(|stored| {
            let record = &stored.value;
            record.acted_at == Some(now)
                && matches!(record.phase, Phase::FallingAsleep | Phase::Asleep)
        })
        .count();
    let refusal = policy
        .guard
        .permit_extent("stop", wanted + begun, drafts.len())
        .err()?;
    for draft in drafts.iter_mut() {
        if draft.decision.action == Action::Stop {
            draft.refuse(refusal.to_string());
        }
    }
    Some(refusal)
}

/// Exactly the configured environment: `preproduction` is not `production`.
fn is_ours(resource: &Resource, document: &Document) -> bool {
    resource.tags.get(&document.environment_tag) == Some(&document.environment)
}

fn stranger(resource: &Resource, document: &Document) -> Decision {
    let key = &document.environment_tag;
    let found = resource.tags.get(key).map_or_else(
        || "missing".to_owned(),
        |value| format!("`{}`", nightshift_core::printable(value, 60)),
    );
    Decision {
        arn: resource.arn.clone(),
        kind: resource.kind,
        name: resource.name.clone(),
        region: resource.region.clone(),
        desired: Desired::None,
        until: None,
        progress: Progress::LeftAlone,
        sleeps_at: None,
        forced_start: false,
        alarming: false,
        action: Action::None,
        reason: format!(
            "not ours: its tag {key} is {found}, and only {key} = `{}` is looked after",
            document.environment
        ),
        wave: 0,
        calls: Vec::new(),
        record: None,
        ours: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_date_is_told_by_its_path() {
        let mut config = Config::default();
        config.closed.insert("2026-12-25".to_owned());
        assert!(context(&config).is_ok());
        config.frozen.insert("25.12.2026".to_owned());
        let error = context(&config).unwrap_err().to_string();
        assert!(
            error.contains("functions.off-hours.frozen") && error.contains("2026-12-25"),
            "{error}"
        );
    }
}
