//! The function's own section of the configuration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::observe::Enrichment;
use crate::playbooks::Playbook;
use crate::playbooks::config::Config as Playbooks;
use crate::rules::{RuleFile, Terms};

/// The section `functions.security-triage` of the configuration document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What the sources are told of what people were told.
    pub write_back: WriteBack,
    /// What is told, to whom and how loud, and what may be proposed.
    pub rules: RuleFile,
    /// What may be contained, and how people say yes.
    pub playbooks: Playbooks,
    /// What is looked up around a finding.
    pub enrichment: Enrichment,
}

/// What the sources are told. Off until a configuration turns it on, and only
/// printed while `guards.dry_run` is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WriteBack {
    /// Whether findings in Security Hub get their workflow status and a note.
    pub security_hub: bool,
    /// Whether findings in GuardDuty are archived where a rule says so.
    pub guardduty: bool,
}

/// Settings that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Contradiction {
    /// Rules may propose what is switched off.
    #[error(
        "functions.security-triage.rules.playbooks.{0} is there, and playbooks.enabled has no {0}; add it there, or take the terms out"
    )]
    Off(Playbook),
    /// Rules may propose a playbook where it may not be used.
    #[error(
        "functions.security-triage.rules.playbooks.{playbook}.accounts names {account}, and playbooks.accounts does not; add it there, or take it out of the terms"
    )]
    Account {
        /// The playbook.
        playbook: Playbook,
        /// The account.
        account: String,
    },
    /// Nobody could be the second person of what is used without asking.
    #[error(
        "functions.security-triage.rules.playbooks.{0}.automatic and playbooks.approval.second_person exclude each other; turn one off"
    )]
    SecondPerson(Playbook),
    /// Plans would be made that nothing can approve.
    #[error(
        "functions.security-triage.rules.playbooks.{0}.automatic needs playbooks.approval.key_parameter: the name of an SSM SecureString with 32 random characters or more"
    )]
    Key(Playbook),
    /// Playbooks are on, and nowhere.
    #[error(
        "functions.security-triage.playbooks.enabled is not empty, and playbooks.accounts is; name the accounts in which something may be contained"
    )]
    Nowhere,
}

impl Config {
    /// Holds what rules may propose against what may be used at all.
    ///
    /// # Errors
    /// The first contradiction, with how to resolve it.
    pub fn check(&self) -> Result<(), Contradiction> {
        let allowed = &self.playbooks;
        if !allowed.enabled.is_empty() && allowed.accounts.is_empty() {
            return Err(Contradiction::Nowhere);
        }
        for (playbook, terms) in &self.rules.playbooks {
            let playbook = *playbook;
            if !allowed.enabled.contains(&playbook) {
                return Err(Contradiction::Off(playbook));
            }
            if let Some(account) = terms.accounts.difference(&allowed.accounts).next() {
                return Err(Contradiction::Account {
                    playbook,
                    account: account.to_string(),
                });
            }
            if terms.automatic && allowed.approval.second_person {
                return Err(Contradiction::SecondPerson(playbook));
            }
            if terms.automatic && allowed.approval.key_parameter.is_none() {
                return Err(Contradiction::Key(playbook));
            }
        }
        Ok(())
    }

    /// A rule file with the terms of every playbook that may be used: one that the
    /// file does not name is proposed wherever it may be used, and never used
    /// without asking.
    #[must_use]
    pub fn with_terms(&self, mut rules: RuleFile) -> RuleFile {
        for playbook in &self.playbooks.enabled {
            rules.playbooks.entry(*playbook).or_insert_with(|| Terms {
                accounts: self.playbooks.accounts.clone(),
                automatic: false,
            });
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(rules: &Value, playbooks: &Value) -> Result<(), String> {
        let config: Config =
            serde_json::from_value(json!({"rules": {"playbooks": rules}, "playbooks": playbooks}))
                .unwrap();
        config.check().map_err(|problem| problem.to_string())
    }

    #[test]
    fn what_may_be_used_is_proposed() {
        let config: Config = serde_json::from_value(json!({
            "playbooks": {"enabled": ["disable-access-key", "revoke-ingress"], "accounts": ["1", "2"]},
            "rules": {"playbooks": {"revoke-ingress": {"accounts": ["1"], "automatic": true}}}
        }))
        .unwrap();
        let terms = config.with_terms(config.rules.clone()).playbooks;
        let told: Vec<(Playbook, usize, bool)> = terms
            .iter()
            .map(|(playbook, terms)| (*playbook, terms.accounts.len(), terms.automatic))
            .collect();
        assert_eq!(
            told,
            [
                (Playbook::DisableAccessKey, 2, false),
                (Playbook::RevokeIngress, 1, true)
            ]
        );
    }

    #[test]
    fn rules_propose_only_what_may_be_used() {
        let key = json!({"key_parameter": "/k"});
        let on = json!({"enabled": ["disable-access-key"], "accounts": ["123456789012"]});
        let with = |approval: &Value| {
            let mut on = on.clone();
            on["approval"] = approval.clone();
            on
        };
        let terms = |account: &str, automatic: bool| json!({"disable-access-key": {"accounts": [account], "automatic": automatic}});
        assert_eq!(check(&json!({}), &json!({})), Ok(()));
        assert_eq!(check(&terms("123456789012", false), &on), Ok(()));
        assert_eq!(check(&terms("123456789012", true), &with(&key)), Ok(()));
        for (rules, playbooks, word) in [
            (
                terms("123456789012", false),
                json!({}),
                "playbooks.enabled has no disable-access-key",
            ),
            (
                terms("210987654321", false),
                on.clone(),
                "accounts names 210987654321",
            ),
            (terms("123456789012", true), on.clone(), "key_parameter"),
            (
                terms("123456789012", true),
                with(&json!({"key_parameter": "/k", "second_person": true})),
                "exclude each other",
            ),
            (
                json!({}),
                json!({"enabled": ["revoke-ingress"]}),
                "name the accounts",
            ),
        ] {
            let problem = check(&rules, &playbooks).unwrap_err();
            assert!(problem.contains(word), "{problem}");
        }
    }
}
