//! What stands between an incident and a plan, whatever the playbook.

use std::collections::BTreeSet;

use jiff::Timestamp;
use nightshift_core::{AccountId, Document, Region, Tags, printable};

use super::Playbook;
use super::config::Config;
use super::observed::Known;
use super::refusal::Refusal;
use crate::finding::{Finding, Standing};
use crate::incident::Incident;

/// What may be contained, by whom it is judged.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// The environment's configuration.
    pub document: &'a Document,
    /// The playbooks' own.
    pub config: &'a Config,
}

/// What tags must say of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Tagged<'a> {
    /// The name that a person knows the resource by.
    pub resource: &'a str,
    /// Its tags.
    pub tags: &'a Known<Tags>,
    /// Why `all` in the opt-in tag does not do, where it does not.
    pub by_name: Option<&'a str>,
}

impl Policy<'_> {
    /// What speaks against acting on an incident at all.
    pub fn incident(&self, incident: &Incident, now: Timestamp) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        if incident.first.sample || incident.latest.sample {
            refusals.push(Refusal::Sample);
        }
        let words: BTreeSet<bool> = incident
            .routes
            .values()
            .map(|told| told.standing)
            .chain([incident.latest.standing])
            .filter(|standing| *standing != Standing::Open)
            .map(|standing| standing == Standing::Suppressed)
            .collect();
        for is_suppressed in words {
            refusals.push(if is_suppressed {
                Refusal::Suppressed
            } else {
                Refusal::Archived
            });
        }
        let last_seen = incident.latest.last_seen.max(incident.first.last_seen);
        let allowed = self.config.max_age;
        if now.duration_since(last_seen) > allowed.as_duration() {
            refusals.push(Refusal::TooOld { last_seen, allowed });
        }
        let names = acting(incident);
        if names.len() > 1 {
            refusals.push(Refusal::SeveralPrincipals {
                names: names.into_iter().collect(),
            });
        }
        refusals
    }

    /// What speaks against a playbook in an account.
    pub fn enrolment(&self, playbook: Playbook, account: &AccountId) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        if !self.config.enabled.contains(&playbook) {
            refusals.push(Refusal::Off { playbook });
        }
        let is_denied = self.document.guards.denied_accounts.contains(account);
        if is_denied || !self.config.accounts.contains(account) {
            refusals.push(Refusal::Account {
                account: account.clone(),
            });
        }
        refusals
    }

    /// What speaks against a Region.
    pub fn region(&self, region: &Region) -> Vec<Refusal> {
        if self.document.regions.contains(region) {
            return Vec::new();
        }
        vec![Refusal::OtherRegion {
            region: region.clone(),
        }]
    }

    /// What the tags of a resource speak against. Containment is not for one
    /// environment only, so that there is no tag that everything has to carry:
    /// a resource opts in, and no denied environment or protected tag may stand
    /// on it.
    pub fn tags(&self, playbook: Playbook, tagged: Tagged<'_>) -> Vec<Refusal> {
        let resource = printable(tagged.resource, 120);
        let tags = match tagged.tags {
            Ok(tags) => tags,
            Err(problem) => {
                return vec![Refusal::Unknown {
                    what: format!("the tags of {resource}"),
                    problem: problem.clone(),
                }];
            }
        };
        let mut refusals = Vec::new();
        let guards = &self.document.guards;
        let environment = tags.get(&self.document.environment_tag);
        if let Some(code) = environment.filter(|code| guards.denied_environments.contains(code)) {
            refusals.push(Refusal::DeniedEnvironment {
                resource: resource.clone(),
                environment: printable(code, 60),
            });
        }
        let protects = |(key, value): &(&String, &String)| tags.get(*key) == Some(value);
        if let Some((key, value)) = guards.protected_tags.iter().find(protects) {
            refusals.push(Refusal::Protected {
                resource: resource.clone(),
                key: key.clone(),
                value: value.clone(),
            });
        }
        let tag = &self.config.opt_in_tag;
        let value = tags.get(tag);
        let needs_none = self.config.without_tag.contains(&playbook) && tagged.by_name.is_none();
        if !needs_none && !opts_in(value, playbook, tagged.by_name.is_some()) {
            refusals.push(Refusal::NotOptedIn {
                resource,
                tag: tag.clone(),
                found: value.map_or_else(
                    || "missing".to_owned(),
                    |value| format!("`{}`", printable(value, 60)),
                ),
                playbook,
                more: tagged.by_name.map_or_else(String::new, |why| {
                    format!("; it has to be named because {why}")
                }),
            });
        }
        refusals
    }
}

fn opts_in(value: Option<&String>, playbook: Playbook, by_name: bool) -> bool {
    let name = playbook.to_string();
    value.is_some_and(|value| {
        value
            .split([' ', ','])
            .any(|word| word == name || (word == "all" && !by_name))
    })
}

/// Who acts in an incident, in either version of it that is kept.
fn acting(incident: &Incident) -> BTreeSet<String> {
    let of = |finding: &Finding| -> Vec<String> {
        let principals = finding.principals.iter();
        principals
            .map(|principal| printable(&format!("{} {}", principal.kind, principal.name), 80))
            .collect()
    };
    of(&incident.first)
        .into_iter()
        .chain(of(&incident.latest))
        .collect()
}
