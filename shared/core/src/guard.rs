use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::config::Document;
use crate::names::{AccountId, Region, Tags};

/// How much one run may change; both limits hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlastRadius {
    /// The largest number of resources.
    pub count: usize,
    /// The largest share of the environment's resources, 0 to 100.
    pub percent: usize,
}

impl Default for BlastRadius {
    /// Fifty resources, whatever their share.
    fn default() -> Self {
        Self {
            count: 50,
            percent: 100,
        }
    }
}

/// The last check before a change. It trusts nothing that a selection has
/// already checked.
#[derive(Clone, Debug)]
pub struct Guard {
    environment: String,
    environment_tag: String,
    accounts: Vec<AccountId>,
    regions: Vec<Region>,
    denied_environments: Vec<String>,
    denied_accounts: Vec<AccountId>,
    protected_tags: Tags,
    blast_radius: BlastRadius,
    stop_switch: StopSwitch,
}

/// What is about to be changed, as it was last seen.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The name that a person knows it by.
    pub name: &'a str,
    /// The account it lives in.
    pub account: &'a AccountId,
    /// The Region it lives in.
    pub region: &'a Region,
    /// Its tags.
    pub tags: &'a Tags,
}

/// What the global stop parameter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopSwitch {
    /// `run`: changes are allowed.
    Run,
    /// Anything else: a person has stopped everything, in their own words.
    Stopped(String),
    /// The parameter could not be read, so nothing may change.
    Unreadable(String),
}

impl StopSwitch {
    /// Reads the parameter's value; only `run`, in any case, allows changes.
    ///
    /// ```
    /// use nightshift_core::StopSwitch;
    ///
    /// assert!(matches!(StopSwitch::from_value("Run"), StopSwitch::Run));
    /// assert!(!matches!(StopSwitch::from_value("rn"), StopSwitch::Run));
    /// ```
    pub fn from_value(value: &str) -> Self {
        if value.trim().eq_ignore_ascii_case("run") {
            Self::Run
        } else {
            Self::Stopped(crate::printable(value.trim(), 200))
        }
    }
}

/// Why a change was refused, and how to allow it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The environment tag is missing or another one's.
    #[error(
        "{name}: its tag {key} is {found}, and this function changes only resources whose {key} is exactly `{wanted}`; correct the tag if the resource belongs to {wanted}"
    )]
    OtherEnvironment {
        /// The resource.
        name: String,
        /// The tag's key.
        key: String,
        /// What was found, quoted, or `missing`.
        found: String,
        /// The configured code.
        wanted: String,
    },
    /// The environment is on the deny list.
    #[error(
        "{name}: environment `{environment}` is in guards.denied_environments, where nothing is ever changed"
    )]
    DeniedEnvironment {
        /// The resource.
        name: String,
        /// The denied code.
        environment: String,
    },
    /// The account is denied or not on the allow list.
    #[error(
        "{name}: account {account} is not allowed; add it to `accounts` (and keep it out of guards.denied_accounts) to allow changes there"
    )]
    Account {
        /// The resource.
        name: String,
        /// Its account.
        account: AccountId,
    },
    /// The Region is not looked after.
    #[error("{name}: Region {region} is not in `regions`; add it to allow changes there")]
    OtherRegion {
        /// The resource.
        name: String,
        /// Its Region.
        region: Region,
    },
    /// A protected tag stands on the resource.
    #[error("{name}: the tag {key}={value} protects it; remove the tag to allow changes")]
    Protected {
        /// The resource.
        name: String,
        /// The tag's key.
        key: String,
        /// The tag's value.
        value: String,
    },
    /// A person has stopped everything.
    #[error(
        "the global stop switch says `{words}`; set the parameter back to `run` to allow changes"
    )]
    Stopped {
        /// The parameter's value.
        words: String,
    },
    /// The stop switch could not be read.
    #[error(
        "the global stop switch could not be read ({problem}), so nothing is changed; make the parameter readable, with the value `run`"
    )]
    StopUnreadable {
        /// What went wrong.
        problem: String,
    },
    /// The run would change too much.
    #[error(
        "this run would {verb} {changes} of {total} resources, and guards.blast_radius allows {allowed}; raise the limit if this is meant"
    )]
    BlastRadius {
        /// What would be done.
        verb: &'static str,
        /// How many would be changed.
        changes: usize,
        /// How many there are.
        total: usize,
        /// How many may be changed.
        allowed: usize,
    },
}

impl Guard {
    /// The guard of an environment, with what the stop switch says now.
    pub fn new(document: &Document, stop_switch: StopSwitch) -> Self {
        Self {
            environment: document.environment.clone(),
            environment_tag: document.environment_tag.clone(),
            accounts: document.accounts.clone(),
            regions: document.regions.clone(),
            denied_environments: document.guards.denied_environments.clone(),
            denied_accounts: document.guards.denied_accounts.clone(),
            protected_tags: document.guards.protected_tags.clone(),
            blast_radius: document.guards.blast_radius,
            stop_switch,
        }
    }

    /// Whether anything at all may be changed now.
    ///
    /// # Errors
    /// When the stop switch is set or could not be read.
    pub fn permit_changes(&self) -> Result<(), Refusal> {
        match &self.stop_switch {
            StopSwitch::Run => Ok(()),
            StopSwitch::Stopped(words) => Err(Refusal::Stopped {
                words: words.clone(),
            }),
            StopSwitch::Unreadable(problem) => Err(Refusal::StopUnreadable {
                problem: problem.clone(),
            }),
        }
    }

    /// Whether this one may be changed now.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn permit(&self, target: &Target<'_>) -> Result<(), Refusal> {
        self.permit_changes()?;
        let name = || crate::printable(target.name, 120);
        if self.denied_accounts.contains(target.account) || !self.accounts.contains(target.account)
        {
            return Err(Refusal::Account {
                name: name(),
                account: target.account.clone(),
            });
        }
        if !self.regions.contains(target.region) {
            return Err(Refusal::OtherRegion {
                name: name(),
                region: target.region.clone(),
            });
        }
        let environment = target.tags.get(&self.environment_tag);
        if let Some(denied) = environment.filter(|code| self.denied_environments.contains(code)) {
            return Err(Refusal::DeniedEnvironment {
                name: name(),
                environment: denied.clone(),
            });
        }
        if environment != Some(&self.environment) {
            return Err(Refusal::OtherEnvironment {
                name: name(),
                key: self.environment_tag.clone(),
                found: environment.map_or_else(
                    || "missing".to_owned(),
                    |code| format!("`{}`", crate::printable(code, 60)),
                ),
                wanted: self.environment.clone(),
            });
        }
        let protects = |(key, value): &(&String, &String)| target.tags.get(*key) == Some(value);
        if let Some((key, value)) = self.protected_tags.iter().find(protects) {
            return Err(Refusal::Protected {
                name: name(),
                key: key.clone(),
                value: value.clone(),
            });
        }
        Ok(())
    }

    /// Whether a run may change this many of the environment's resources.
    ///
    /// # Errors
    /// When it is more than the configured count or share.
    pub fn permit_extent(
        &self,
        verb: &'static str,
        changes: usize,
        total: usize,
    ) -> Result<(), Refusal> {
        let by_share = total * self.blast_radius.percent / 100;
        let allowed = self.blast_radius.count.min(by_share);
        if changes > allowed {
            return Err(Refusal::BlastRadius {
                verb,
                changes,
                total,
                allowed,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(stop_switch: StopSwitch) -> Guard {
        let document = Document::from_json(
            r#"{"version":1,"project":"p","environment":"dev","accounts":["123456789012"],
                "regions":["us-east-1"],"ledger_table":"l","notifications_topic":"t",
                "guards":{"stop_parameter":"/s","protected_tags":{"nightshift:protected":"true"},
                          "blast_radius":{"count":10,"percent":50}}}"#,
        )
        .unwrap();
        Guard::new(&document, stop_switch)
    }

    fn verdict(guard: &Guard, account: &str, region: &str, tags: &[(&str, &str)]) -> String {
        let tags: Tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let target = Target {
            name: "orders",
            account: &AccountId::new(account),
            region: &Region::new(region),
            tags: &tags,
        };
        match guard.permit(&target) {
            Ok(()) => "permitted".to_owned(),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn only_the_exact_environment_is_changed() {
        type Tagged = &'static [(&'static str, &'static str)];
        let guard = guard(StopSwitch::Run);
        let here = ("123456789012", "us-east-1");
        let cases: [(&str, &str, Tagged, &str); 9] = [
            (here.0, here.1, &[("Environment", "dev")], "permitted"),
            (here.0, here.1, &[("Environment", "Dev")], "exactly `dev`"),
            (
                here.0,
                here.1,
                &[("Environment", "development")],
                "exactly `dev`",
            ),
            (
                here.0,
                here.1,
                &[("Environment", "prod")],
                "denied_environments",
            ),
            (
                here.0,
                here.1,
                &[("Environment", "preproduction")],
                "exactly `dev`",
            ),
            (here.0, here.1, &[], "missing"),
            ("210987654321", here.1, &[("Environment", "dev")], "account"),
            (here.0, "eu-west-1", &[("Environment", "dev")], "Region"),
            (
                here.0,
                here.1,
                &[("Environment", "dev"), ("nightshift:protected", "true")],
                "protects it",
            ),
        ];
        for (account, region, tags, expected) in cases {
            let verdict = verdict(&guard, account, region, tags);
            assert!(verdict.contains(expected), "{tags:?}: {verdict}");
        }
    }

    #[test]
    fn the_stop_switch_fails_closed() {
        for (switch, expected) in [
            (StopSwitch::from_value("Run "), "permitted"),
            (StopSwitch::from_value(""), "stop switch"),
            (StopSwitch::from_value("stop: release day\n"), "release day"),
            (
                StopSwitch::Unreadable("AccessDenied".into()),
                "could not be read",
            ),
        ] {
            let verdict = verdict(
                &guard(switch),
                "123456789012",
                "us-east-1",
                &[("Environment", "dev")],
            );
            assert!(verdict.contains(expected), "{verdict}");
        }
    }

    #[test]
    fn both_limits_of_the_blast_radius_hold() {
        let guard = guard(StopSwitch::Run);
        assert!(guard.permit_extent("stop", 5, 10).is_ok());
        assert!(guard.permit_extent("stop", 6, 10).is_err());
        assert!(guard.permit_extent("stop", 10, 100).is_ok());
        assert!(guard.permit_extent("stop", 11, 100).is_err());
    }
}
