//! Looks around a finding: all look-ups at once, each for a short while, and what
//! cannot be had is a gap.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use futures_util::future::{join, join4};
use jiff::{SignedDuration, Timestamp};
use nightshift_core::{AccountId, Arn, Document, IsoDuration, Region, Tags, printable};
use nightshift_runtime::{CallError, Deadline, Ledger};
use nightshift_trail::{Recorded, change};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::look_ups::{LookUps, Thing};
use super::{Context, Reach, exposure};
use crate::finding::{Band, Finding};
use crate::playbooks::Playbook;

/// Off-hours' partition of the ledger, and how it names a resource in it.
const OFF_HOURS: &str = "off-hours";
/// How long before a finding a change of ours may have caused it.
const CAUSE: SignedDuration = SignedDuration::from_hours(2);
/// What is left of an invocation for what comes after looking around.
const RESERVE: Duration = Duration::from_secs(5);
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

/// What is looked up around a finding: `functions.security-triage.enrichment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Enrichment {
    /// Tag keys that name the owner; the first that a resource carries counts.
    pub owner_tags: Vec<String>,
    /// Names of accounts, by account, for messages.
    pub account_names: BTreeMap<AccountId, String>,
    /// Whether names of other accounts are asked of AWS Organizations. That needs
    /// the management account, or an account that it has delegated to.
    pub organizations: bool,
    /// Whether tags are looked up that the finding does not bring.
    pub tags: bool,
    /// Whether instances, security groups and buckets are looked at for openings.
    pub exposure: bool,
    /// How many changes of the resource are listed; 0 asks CloudTrail for none.
    pub changes: u8,
    /// How far back changes are looked for.
    pub changes_within: IsoDuration,
    /// The lowest band for which CloudTrail is asked: it takes two questions a
    /// second in a Region.
    pub changes_from: Band,
    /// How long one look-up may take.
    pub patience: IsoDuration,
}

impl Default for Enrichment {
    fn default() -> Self {
        Self {
            owner_tags: ["Owner", "owner", "Team", "team"]
                .map(str::to_owned)
                .to_vec(),
            account_names: BTreeMap::new(),
            organizations: false,
            tags: true,
            exposure: true,
            changes: 5,
            changes_within: IsoDuration::from_hours(24),
            changes_from: Band::Medium,
            patience: "PT4S".parse().unwrap_or(IsoDuration::from_minutes(1)),
        }
    }
}

/// Where the function lives, and what it is called by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Its own account: look-ups reach no other, but for names.
    pub account: AccountId,
    /// The partition, such as `aws`.
    pub partition: String,
    /// The tag key that carries the environment's code.
    pub environment_tag: String,
    /// What the names of its roles begin with.
    pub prefix: String,
}

impl Home {
    /// The home of a function of this environment.
    pub fn new(document: &Document, account: AccountId, partition: &str) -> Self {
        Self {
            account,
            partition: partition.to_owned(),
            environment_tag: document.environment_tag.clone(),
            prefix: format!("{}-{}-", document.project, document.environment),
        }
    }

    /// The function whose role this is, by the naming convention of roles:
    /// `{project}-{environment}-{function}-role`, and for playbooks
    /// `{project}-{environment}-{function}-{playbook}`.
    pub fn function_of(&self, role: &str) -> Option<&'static str> {
        let name = role.strip_prefix(&self.prefix)?;
        FUNCTIONS.into_iter().find(|function| {
            let more = name.strip_prefix(function);
            let more = more.and_then(|more| more.strip_prefix('-'));
            let playbooks = || Playbook::ALL.map(Playbook::as_str);
            more.is_some_and(|more| more == "role" || playbooks().contains(&more))
        })
    }
}

/// What off-hours keeps of a resource, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Asleep {
    phase: String,
    acted_at: Option<Timestamp>,
}

/// Looks around findings.
#[derive(Debug)]
pub struct Surveyor<'a, L, M> {
    /// The look-ups.
    pub look_ups: &'a L,
    /// The ledger, for what off-hours has done.
    pub ledger: &'a M,
    /// Where the function lives.
    pub home: &'a Home,
    /// What is looked up.
    pub settings: &'a Enrichment,
    /// How long the invocation may take.
    pub deadline: &'a Deadline,
}

impl<L: LookUps, M: Ledger> Surveyor<'_, L, M> {
    /// What is known around a finding. Never fails: a look-up that does is a gap.
    pub async fn look_around(&self, finding: &Finding) -> Context {
        let mut context = Context::default();
        let subject = finding.subjects.first();
        let thing = subject.and_then(Thing::of);
        let is_near = finding.key.account == self.home.account;
        if !is_near && thing.is_some() {
            context.gaps.push(format!(
                "account {} was not looked into: this function reads {} only",
                finding.key.account, self.home.account
            ));
        }
        let near = thing.as_ref().filter(|_| is_near);
        let region = region_of(finding, near);
        let (name, (tags, reach, records, asleep)) = join(
            self.account_name(&finding.key.account),
            join4(
                self.tags(near, &region, finding),
                self.exposure(near, &region),
                self.records(near, &region, finding),
                self.asleep(near, finding),
            ),
        )
        .await;
        context.account_name = context.take(name).flatten();
        let told = subject
            .map(|subject| subject.tags.clone())
            .unwrap_or_default();
        context.tags = match (thing.is_some(), context.take(tags)) {
            (_, Some(Some(tags))) => Some(tags),
            // What is no resource, such as an account, has no tags to read.
            (false, _) if subject.is_none_or(|one| one.kind == "AWS::::Account") => {
                Some(Tags::new())
            }
            _ if !told.is_empty() => Some(told),
            _ => None,
        };
        if let Some(tags) = &context.tags {
            let value = |key: &String| tags.get(key).filter(|value| !value.trim().is_empty());
            context.owner = self.settings.owner_tags.iter().find_map(value).cloned();
            context.environment = value(&self.home.environment_tag).cloned();
        }
        match reach {
            Ok(None) => {}
            Ok(Some((reach, words))) => {
                context.reach = reach;
                context.exposure = Some(printable(&words, 300));
            }
            Err(gap) => {
                context.reach = Reach::Unknown;
                context.gaps.push(gap);
            }
        }
        let recorded = context.take(records).unwrap_or_default();
        let asleep = context.take(asleep).flatten();
        context.ours = self.ours(finding, &recorded, asleep);
        context.changes = recorded
            .into_iter()
            .take(usize::from(self.settings.changes))
            .map(|one| one.change)
            .collect();
        context
    }

    async fn account_name(&self, account: &AccountId) -> Result<Option<String>, String> {
        if let Some(name) = self.settings.account_names.get(account) {
            return Ok(Some(printable(name, 100)));
        }
        if !self.settings.organizations {
            return Ok(None);
        }
        let name = self.bounded("the account's name", self.look_ups.account_name(account));
        name.await.map(|name| Some(printable(&name, 100)))
    }

    async fn tags(
        &self,
        thing: Option<&Thing>,
        region: &Region,
        finding: &Finding,
    ) -> Result<Option<Tags>, String> {
        let Some(thing) = thing.filter(|_| self.settings.tags) else {
            return Ok(None);
        };
        let tags = match thing {
            Thing::User(name) => {
                let tags = self.look_ups.user_tags(region, name);
                self.bounded("tags", tags).await
            }
            Thing::Role(name) => {
                let tags = self.look_ups.role_tags(region, name);
                self.bounded("tags", tags).await
            }
            Thing::Instance(_) | Thing::SecurityGroup(_) | Thing::Bucket(_) | Thing::Other(_) => {
                let arn = self.arn(thing, finding);
                let tags = self.look_ups.tags(region, &arn);
                self.bounded("tags", tags).await
            }
        };
        tags.map(Some)
    }

    fn arn(&self, thing: &Thing, finding: &Finding) -> Arn {
        let told = finding.subjects.first().and_then(|one| one.arn.clone());
        let key = &finding.key;
        told.unwrap_or_else(|| thing.arn(&self.home.partition, &key.region, &key.account))
    }

    async fn exposure(
        &self,
        thing: Option<&Thing>,
        region: &Region,
    ) -> Result<Option<(Reach, String)>, String> {
        if !self.settings.exposure {
            return Ok(None);
        }
        match thing {
            Some(Thing::Instance(id)) => {
                let doors = self.bounded("exposure", self.look_ups.instance_doors(region, id));
                doors.await.map(|doors| Some(exposure::of_instance(&doors)))
            }
            Some(Thing::SecurityGroup(id)) => {
                let doors = self.bounded("exposure", self.look_ups.group_doors(region, id));
                doors.await.map(|doors| Some(exposure::of_group(&doors)))
            }
            Some(Thing::Bucket(name)) => {
                let access = self.bounded("exposure", self.look_ups.bucket_access(region, name));
                access.await.map(|access| Some(exposure::of_bucket(access)))
            }
            _ => Ok(None),
        }
    }

    async fn records(
        &self,
        thing: Option<&Thing>,
        region: &Region,
        finding: &Finding,
    ) -> Result<Vec<Recorded>, String> {
        let Some(thing) = thing.filter(|thing| !thing.name().is_empty()) else {
            return Ok(Vec::new());
        };
        if self.settings.changes == 0 || finding.band < self.settings.changes_from {
            return Ok(Vec::new());
        }
        let since = finding
            .last_seen
            .saturating_sub(self.settings.changes_within.as_duration())
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let records = self.look_ups.records(region, thing.name(), since);
        let records = self.bounded("changes", records).await?;
        Ok(records.iter().filter_map(|record| change(record)).collect())
    }

    async fn asleep(
        &self,
        thing: Option<&Thing>,
        finding: &Finding,
    ) -> Result<Option<Asleep>, String> {
        // Nothing else sleeps, so that off-hours never keeps it.
        let Some(thing @ (Thing::Instance(_) | Thing::Other(_))) = thing else {
            return Ok(None);
        };
        let key = format!("resource#{}", self.arn(thing, finding));
        let read = self.ledger.read(OFF_HOURS, &key);
        let entry = match tokio::time::timeout(self.patience(), read).await {
            Ok(Ok(Some(entry))) => entry,
            Ok(Ok(None)) => return Ok(None),
            Ok(Err(error)) => return Err(gap("off-hours' memory", &error.to_string())),
            Err(_) => return Err(gap("off-hours' memory", "no answer in time")),
        };
        // Another version of off-hours may keep it otherwise: no reason for a gap.
        Ok(entry.body.read().ok())
    }

    /// What of it Nightshift has done, in words: the finding's actor is a role of
    /// ours, a role of ours has changed the resource shortly before, or off-hours has.
    fn ours(
        &self,
        finding: &Finding,
        recorded: &[Recorded],
        asleep: Option<Asleep>,
    ) -> Option<String> {
        let is_near = |at: Timestamp| {
            at <= finding.last_seen && finding.last_seen.duration_since(at) <= CAUSE
        };
        let change = recorded.iter().find_map(|one| {
            let function = self.home.function_of(one.role.as_deref()?)?;
            is_near(one.change.at).then(|| {
                format!(
                    "Nightshift's {function} did {} at {}",
                    one.change.operation, one.change.at
                )
            })
        });
        let slept = || {
            let asleep = asleep?;
            let at = asleep.acted_at.filter(|at| is_near(*at))?;
            Some(format!(
                "Nightshift's off-hours changed it at {at} ({})",
                printable(&asleep.phase, 30)
            ))
        };
        let actor = || {
            finding.principals.iter().find_map(|principal| {
                let function = self.home.function_of(&principal.name)?;
                Some(format!(
                    "the role that acts is that of Nightshift's {function}"
                ))
            })
        };
        change.or_else(slept).or_else(actor)
    }

    /// A look-up that may take this long, and no longer.
    async fn bounded<T>(
        &self,
        what: &str,
        look_up: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, String> {
        match tokio::time::timeout(self.patience(), look_up).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(gap(what, &error.to_string())),
            Err(_) => Err(gap(what, "no answer in time")),
        }
    }

    fn patience(&self) -> Duration {
        let wanted = self.settings.patience.as_duration().unsigned_abs();
        wanted.min(self.deadline.remaining().saturating_sub(RESERVE))
    }
}

impl Context {
    /// What a look-up has brought; a failure becomes a gap.
    fn take<T>(&mut self, found: Result<T, String>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(gap) => {
                self.gaps.push(gap);
                None
            }
        }
    }
}

fn gap(what: &str, why: &str) -> String {
    printable(&format!("{what}: {why}"), 300)
}

/// Where the resource lives; IAM's are everywhere, and CloudTrail and the tagging
/// API know them in us-east-1.
fn region_of(finding: &Finding, thing: Option<&Thing>) -> Region {
    match thing {
        Some(Thing::User(_) | Thing::Role(_)) => Region::new("us-east-1"),
        Some(Thing::Other(arn)) if !arn.region().as_str().is_empty() => arn.region(),
        _ => finding.key.region.clone(),
    }
}
