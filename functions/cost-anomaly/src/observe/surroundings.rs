//! What is known around unusual spending: who has changed what in its days, and
//! whether Nightshift itself explains it. Every look-up is bounded and optional.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nightshift_core::{AccountId, Region, printable};
use nightshift_runtime::{CallError, Deadline};
use nightshift_trail::{Change, Recorded, change};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::changes::wanted;
use super::ours::Own;
use crate::config::Changes;
use crate::matter::Spend;

/// What is left of an invocation for what comes after looking around.
const RESERVE: Duration = Duration::from_secs(8);
/// Actions of ours that are listed.
const OWN: usize = 5;
/// The functions whose roles are our own.
const FUNCTIONS: [&str; 7] = [
    "backup-verify",
    "cost-anomaly",
    "failover",
    "notify",
    "off-hours",
    "replication-check",
    "security-triage",
];

/// What is known around unusual spending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Context {
    /// Who has changed what, the likeliest cause first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What Nightshift itself did that may explain it, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ours: Vec<String>,
    /// Whether all that could be looked up was, so that nothing found means
    /// nothing was there.
    pub looked: bool,
    /// Look-ups that failed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

/// The look-ups in CloudTrail.
pub trait LookUps: Send + Sync {
    /// CloudTrail's own records of the newest calls of a name, as JSON texts,
    /// newest first; at most one page.
    fn records(
        &self,
        region: &Region,
        call: &str,
        since: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<Vec<String>, CallError>> + Send;
}

/// Looks around a matter.
pub trait Surroundings {
    /// What is known around it; what could not be had is a gap.
    fn look(&self, spend: &Spend) -> impl Future<Output = Context>;
}

/// Looks around unusual spending.
#[derive(Debug)]
pub struct Surveyor<'a, L> {
    /// The look-ups.
    pub look_ups: &'a L,
    /// What Nightshift itself has done; why it is not known, otherwise.
    pub own: Result<&'a [Own], &'a str>,
    /// The account that can be looked into.
    pub account: &'a AccountId,
    /// The Region that stands in for one that is none.
    pub home: &'a Region,
    /// What our own roles' names begin with: `{project}-{environment}-`.
    pub prefix: &'a str,
    /// What is looked up.
    pub settings: &'a Changes,
    /// How long the invocation may take.
    pub deadline: &'a Deadline,
}

impl<L: LookUps> Surroundings for Surveyor<'_, L> {
    async fn look(&self, spend: &Spend) -> Context {
        let mut context = Context {
            looked: true,
            ..Context::default()
        };
        let Some(sighting) = spend.best() else {
            return context;
        };
        let (Some(since), Some(until)) = (
            spend.since().and_then(midnight),
            spend.until().and_then(|day| midnight(day.tomorrow().ok()?)),
        ) else {
            return context;
        };
        match self.own {
            Ok(own) => context.ours.extend(
                own.iter()
                    .filter(|one| one.explains(&sighting.cause.service, since, until))
                    .take(OWN)
                    .map(|one| one.words.clone()),
            ),
            Err(why) => context.gap("off-hours' memory", why),
        }
        if self.settings.most == 0 {
            return context;
        }
        if sighting.cause.account != self.account.as_str() {
            context.gap(
                "changes",
                &format!(
                    "account {} was not looked into: this function reads {} only",
                    sighting.cause.account, self.account
                ),
            );
            return context;
        }
        let before = self.settings.before.as_duration();
        let since = since.checked_sub(before).unwrap_or(since);
        let found = self.changes(spend, since, until, &mut context).await;
        for one in &found {
            let own = one.role.as_deref().and_then(|role| self.function_of(role));
            if let Some(function) = own {
                let words = format!(
                    "Nightshift's {function} did {} at {}",
                    one.change.operation,
                    minute(one.change.at)
                );
                if !context.ours.contains(&words) && context.ours.len() < OWN {
                    context.ours.push(words);
                }
            }
        }
        context.changes = found
            .into_iter()
            .take(usize::from(self.settings.most))
            .map(|one| one.change)
            .collect();
        context
    }
}

impl<L: LookUps> Surveyor<'_, L> {
    async fn changes(
        &self,
        spend: &Spend,
        since: Timestamp,
        until: Timestamp,
        context: &mut Context,
    ) -> Vec<Recorded> {
        let Some(sighting) = spend.best() else {
            return Vec::new();
        };
        let patience = self.settings.patience.as_duration().unsigned_abs();
        let patience = patience.min(self.deadline.remaining().saturating_sub(RESERVE));
        let end = tokio::time::Instant::now() + patience;
        let mut found = Vec::new();
        for wanted in wanted(sighting, &spend.roots(), self.home) {
            let look_up = self
                .look_ups
                .records(&wanted.region, wanted.call, since, until);
            let what = format!("{} in {}", wanted.call, wanted.region);
            match tokio::time::timeout_at(end, look_up).await {
                Ok(Ok(records)) => {
                    let changes = records.iter().filter_map(|record| change(record));
                    found.extend(nearest(changes.collect(), since));
                }
                Ok(Err(error)) => context.gap(&what, &error.to_string()),
                Err(_) => {
                    context.gap(&what, "no answer in time");
                    break;
                }
            }
        }
        found
    }

    /// The function whose role this is, by the naming convention of roles.
    fn function_of(&self, role: &str) -> Option<&'static str> {
        let name = role.strip_prefix(self.prefix)?;
        FUNCTIONS.into_iter().find(|function| {
            name.strip_prefix(function)
                .is_some_and(|more| more.starts_with('-'))
        })
    }
}

impl Context {
    fn gap(&mut self, what: &str, why: &str) {
        self.looked = false;
        self.gaps.push(printable(&format!("{what}: {why}"), 300));
    }
}

/// Of many calls of one name those that came first: they began it. A script that
/// makes a hundred of them is one line for each who ran it.
fn nearest(mut changes: Vec<Recorded>, since: Timestamp) -> Vec<Recorded> {
    changes.retain(|one| one.change.at >= since);
    changes.sort_by_key(|one| one.change.at);
    let mut seen = Vec::new();
    changes.retain(|one| {
        let who = one.change.by.clone();
        let first = !seen.contains(&who);
        seen.push(who);
        first
    });
    changes
}

fn midnight(day: jiff::civil::Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
