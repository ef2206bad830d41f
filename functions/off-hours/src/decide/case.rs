//! One resource, and everything its judgement goes by.

use jiff::{SignedDuration, Timestamp};
use nightshift_schedule::Desired;

use super::wish::{Wish, clock};
use super::{Cause, Policy, RECENT, meter};
use crate::kinds::{Sleeper, sleeper};
use crate::model::{
    Call, FailedAttempts, Health, Lease, Memory, Phase, Record, Remembered, Resource, State,
};
use crate::plan::{Action, Progress, Stored};
use crate::remedies::remedy;

/// A tick may come a little early.
const SLACK: SignedDuration = SignedDuration::from_mins(1);
const FIRST_BACKOFF_MINUTES: i64 = 5;
const LONGEST_BACKOFF_MINUTES: i64 = 60;

const KEPT: &str = "; off-hours put it to sleep and keeps what it remembers";

/// One resource under judgement.
pub(super) struct Case<'a> {
    pub(super) resource: &'a Resource,
    before: Option<&'a Record>,
    /// What the ledger is to keep.
    pub(super) next: Record,
    pub(super) wish: Wish,
    pub(super) policy: &'a Policy<'a>,
    pub(super) is_forced_now: bool,
    pub(super) now: Timestamp,
    is_forced: bool,
    is_alarming: bool,
}

/// What was found about a resource.
#[derive(Debug)]
pub(super) struct Judged {
    pub desired: Desired,
    pub until: Option<Timestamp>,
    pub action: Action,
    pub progress: Progress,
    pub reason: String,
    pub calls: Vec<Call>,
    pub record: Option<Record>,
    pub forced_start: bool,
    pub alarming: bool,
}

impl<'a> Case<'a> {
    pub fn new(
        resource: &'a Resource,
        before: Option<&'a Stored<Record>>,
        wish: Wish,
        policy: &'a Policy<'a>,
        cause: &Cause,
        now: Timestamp,
    ) -> Self {
        let before = before.map(|stored| &stored.value);
        let mut next = before
            .cloned()
            .unwrap_or_else(|| Record::new(resource, now));
        next.name.clone_from(&resource.name);
        next.missing_since = None;
        next.forget_at = None;
        if next.override_.as_ref().is_some_and(|one| one.until <= now) {
            next.override_ = None;
        }
        next.tagged.clone_from(&wish.tagged);
        meter::read(&mut next, &resource.state, now);
        next.reported_value = wish.invalid.as_ref().map(|(value, _)| value.clone());
        Self {
            resource,
            before,
            next,
            wish,
            policy,
            is_forced_now: cause.forced_start.as_ref() == Some(&resource.arn),
            now,
            is_forced: false,
            is_alarming: false,
        }
    }

    pub fn resource(&self) -> &'a Resource {
        self.resource
    }

    /// Where it stood before.
    pub fn phase(&self) -> Phase {
        self.before.map_or(Phase::Awake, |record| record.phase)
    }

    pub fn is_known(&self) -> bool {
        self.before.is_some()
    }

    pub fn judge(mut self) -> Judged {
        if let Some(rule) = &self.resource.cannot_sleep {
            let mut reason = format!("it cannot be stopped and started: {rule}");
            if self.phase() != Phase::Awake {
                reason.push_str(KEPT);
            }
            self.wish.desired = Desired::None;
            self.wish.until = None;
            return self.finish(Action::None, Progress::LeftAlone, reason);
        }
        match self.wish.desired {
            Desired::None => self.leave_alone(),
            Desired::Off => self.wanted_off(),
            Desired::On => self.wanted_on(),
        }
    }

    fn leave_alone(mut self) -> Judged {
        self.next.lease = None;
        let mut reason = self.wish.reason.clone();
        if self.phase() != Phase::Awake {
            reason.push_str(KEPT);
            reason.push_str(": a schedule that wants it on brings it back");
        }
        self.finish(Action::None, Progress::LeftAlone, reason)
    }

    /// The memory that still holds: that of this night.
    pub fn memory(&self) -> Option<&Memory> {
        match self.phase() {
            Phase::Awake => None,
            _ => self.next.memory.as_ref(),
        }
    }

    pub fn sleeper(&self) -> &'static dyn Sleeper {
        sleeper(self.resource, self.remembered())
    }

    pub fn remembered(&self) -> Option<&Remembered> {
        self.memory().map(|memory| &memory.remembered)
    }

    pub fn enter(&mut self, phase: Phase) {
        if self.next.phase != phase {
            self.next.phase = phase;
            self.next.since = self.now;
        }
    }

    pub fn was_asked_just_now(&self) -> bool {
        self.next.acted_at.is_some_and(|at| {
            let age = self.now.duration_since(at);
            !age.is_negative() && age < RECENT
        })
    }

    /// Whether a person has asked for exactly this since it was as it is.
    pub fn is_asked_since(&self) -> bool {
        self.wish
            .asked
            .is_some_and(|at| at >= self.next.since || !self.is_known())
    }

    pub fn clock(&self, instant: Timestamp) -> String {
        clock(&self.wish.zone, self.now, instant)
    }

    /// People are to be told of it now.
    pub fn alarm(&mut self) {
        self.is_alarming = true;
    }

    /// Since when AWS says, over all runs, that what it tries has failed.
    pub fn failing_since(&mut self) -> Option<Timestamp> {
        self.next.failing_since = match self.resource.health {
            Health::Failing(_) => Some(self.next.failing_since.unwrap_or(self.now)),
            Health::Healthy | Health::NotYet(_) => None,
        };
        self.next.failing_since
    }

    pub fn mark_forced(&mut self) {
        self.is_forced = true;
        self.next.forced_at.get_or_insert(self.now);
    }

    /// As it should be.
    pub fn settle(mut self, phase: Phase, reason: String) -> Judged {
        self.next.lease = None;
        self.next.failed = None;
        self.next.failing_since = None;
        self.enter(phase);
        if phase == Phase::Asleep {
            self.next.forced_at = None;
        }
        meter::read(&mut self.next, &self.resource.state, self.now);
        self.finish(Action::None, Progress::Settled, reason)
    }

    pub fn underway(self, reason: String) -> Judged {
        self.finish(Action::None, Progress::Underway, reason)
    }

    pub fn respect(self, reason: String) -> Judged {
        self.finish(Action::None, Progress::Respected, reason)
    }

    /// Respects what a person has made of it, for a while.
    pub fn lease(mut self, what: &str) -> Judged {
        let state = match self.wish.desired {
            Desired::On => Desired::Off,
            _ => Desired::On,
        };
        let until = match &self.next.lease {
            Some(lease) => lease.until,
            None => self
                .now
                .checked_add(self.policy.config.lease.as_duration())
                .unwrap_or(Timestamp::MAX),
        };
        let since = self.next.lease.as_ref().map_or(self.now, |one| one.since);
        self.next.lease = Some(Lease {
            state,
            since,
            until,
        });
        let (back, command) = match state {
            Desired::On => ("put to sleep", "sleep-now"),
            _ => ("brought back", "keep-awake"),
        };
        let reason = format!(
            "{what}, noticed at {}; respected until {}, then it is {back} (the command {command} does it sooner); {}",
            self.clock(since),
            self.clock(until),
            self.wish.reason
        );
        self.respect(reason)
    }

    /// The lease has ended: it may be put back in line.
    pub fn lease_is_over(&self) -> bool {
        let lease = self.next.lease.as_ref();
        lease.is_some_and(|lease| lease.until <= self.now)
    }

    /// In a status that only a person can mend.
    pub fn broken(mut self, status: &str) -> Judged {
        self.alarm();
        let reason = broken(status, &self.wish.reason);
        let is_ours_to_change = self.wish.desired == Desired::Off || self.phase() != Phase::Awake;
        let action = if is_ours_to_change {
            Action::Failed
        } else {
            Action::None
        };
        self.finish(action, Progress::Failing, reason)
    }

    /// Counts what was asked for and did not come true, once for each time.
    pub fn note_failed_request(&mut self, cause: &str) {
        let Some(asked) = self.next.acted_at else {
            return;
        };
        let known = self.next.failed.take();
        if known.as_ref().is_some_and(|failed| failed.last_at == asked) {
            self.next.failed = known;
            return;
        }
        let cause = match self.resource.health.why_not() {
            Some(words) => format!("{cause}: {words}"),
            None => cause.to_owned(),
        };
        self.next.failed = Some(FailedAttempts {
            attempts: known.as_ref().map_or(1, |failed| failed.attempts + 1),
            first_at: known.map_or(asked, |failed| failed.first_at),
            last_at: asked,
            cause,
        });
    }

    /// When it is tried again, where that is not now.
    pub fn retries_at(&self) -> Option<Timestamp> {
        let failed = self.next.failed.as_ref()?;
        let doublings = failed.attempts.saturating_sub(1).min(8);
        let minutes = (FIRST_BACKOFF_MINUTES << doublings).min(LONGEST_BACKOFF_MINUTES);
        let due = failed
            .last_at
            .checked_add(SignedDuration::from_mins(minutes))
            .ok()?;
        (self.now.duration_until(due) > SLACK).then_some(due)
    }

    /// Waits until the next attempt.
    pub fn back_off(self, due: Timestamp, verb: &str) -> Judged {
        let (attempts, cause) = self
            .next
            .failed
            .as_ref()
            .map_or((0, ""), |failed| (failed.attempts, failed.cause.as_str()));
        let times = if attempts == 1 { "time" } else { "times" };
        let reason = format!(
            "could not be {verb}, tried {attempts} {times}: {cause}; tried again at {}",
            self.clock(due)
        );
        self.finish(Action::Failed, Progress::Failing, reason)
    }

    /// Changes it now. Every request is written down first, so that no other
    /// run makes it as well.
    pub fn change(mut self, action: Action, phase: Phase, calls: Vec<Call>, why: String) -> Judged {
        self.enter(phase);
        self.next.acted_at = Some(self.now);
        self.next.lease = None;
        let record = self.next.clone();
        let mut judged = self.finish(action, Progress::Wanted, why);
        judged.calls = calls;
        // Also where a later round of the same run finds nothing new to keep.
        judged.record = Some(record);
        judged
    }

    /// The alarms that go on paging while it sleeps, and how that is changed.
    fn loud_alarms(&self) -> Option<String> {
        let is_asleep = matches!(self.next.phase, Phase::FallingAsleep | Phase::Asleep);
        let memory = self.next.memory.as_ref().filter(|_| is_asleep)?;
        let names: Vec<&str> = memory.loud_alarms.iter().map(String::as_str).collect();
        let document = self.policy.document;
        let (key, environment) = (&document.environment_tag, &document.environment);
        (!names.is_empty()).then(|| {
            format!(
                "not muted, for lack of a tag {key} = `{environment}` of their own: the alarms {} (tag them to have them muted)",
                names.join(", ")
            )
        })
    }

    pub fn finish(self, action: Action, progress: Progress, mut reason: String) -> Judged {
        if let Some(loud) = self.loud_alarms() {
            reason = format!("{reason}; {loud}");
        }
        let fresh = Record::new(self.resource, self.now);
        let is_same = self.before.unwrap_or(&fresh) == &self.next;
        // What was never seen on and needs nothing is not worth an entry.
        let is_first_sight = self.before.is_none()
            && progress == Progress::Settled
            && self.next.phase == Phase::Awake
            && self.resource.state != State::Off;
        Judged {
            desired: self.wish.desired,
            until: self.wish.until,
            action,
            progress,
            reason,
            calls: Vec::new(),
            record: (!is_same || is_first_sight).then_some(self.next),
            forced_start: self.is_forced,
            alarming: self.is_alarming,
        }
    }
}

/// A status that only a person can mend.
fn broken(status: &str, wish: &str) -> String {
    format!(
        "AWS says `{status}`: {}; off-hours does nothing until then; {wish}",
        remedy(status)
    )
}
