//! Why nothing is done, and how to allow it.

use std::fmt;

use jiff::Timestamp;
use nightshift_core::{AccountId, IsoDuration, Region};
use thiserror::Error;

use super::Playbook;

/// Why a plan is not made, approved or carried out, and how to allow it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The finding was made up.
    #[error("the finding is a sample; nothing is ever done about samples")]
    Sample,
    /// The finding is over.
    #[error(
        "the finding is archived or resolved at its service; reopen it there, or wait until it is seen again"
    )]
    Archived,
    /// Somebody has put the finding aside.
    #[error(
        "the finding is suppressed; take the suppression away at its service to allow containment"
    )]
    Suppressed,
    /// The finding is too old.
    #[error(
        "the finding was last seen at {last_seen}, longer ago than playbooks.max_age ({allowed}); look whether it still holds, and raise playbooks.max_age to allow older ones"
    )]
    TooOld {
        /// When it was last seen.
        last_seen: Timestamp,
        /// How old it may be.
        allowed: IsoDuration,
    },
    /// Several act in the finding.
    #[error("{} act in the finding ({}): which of them to contain is for a person to decide, by hand", .names.len(), .names.join(", "))]
    SeveralPrincipals {
        /// Who.
        names: Vec<String>,
    },
    /// The finding has nothing of the kind, or several.
    #[error(
        "{problem}; name the resource in the command: {{\"command\":\"plan\",\"incident\":\"...\",\"playbook\":\"{playbook}\",\"resource\":\"...\"}}"
    )]
    NoTarget {
        /// The playbook.
        playbook: Playbook,
        /// What is missing or too many.
        problem: String,
    },
    /// The resource is not what the playbook can contain.
    #[error("{resource}: {problem}")]
    Unfit {
        /// The resource.
        resource: String,
        /// Why, and what would work.
        problem: String,
    },
    /// The playbook is off.
    #[error("the playbook {playbook} is off; add it to playbooks.enabled to allow it")]
    Off {
        /// The playbook.
        playbook: Playbook,
    },
    /// The account is not enrolled.
    #[error(
        "account {account} is not enrolled; add it to playbooks.accounts (and keep it out of guards.denied_accounts) to allow containment there"
    )]
    Account {
        /// The account.
        account: AccountId,
    },
    /// The Region is not looked after.
    #[error("Region {region} is not in `regions`; add it to allow containment there")]
    OtherRegion {
        /// The Region.
        region: Region,
    },
    /// The resource has not opted in.
    #[error(
        "{resource} has not opted in: its tag {tag} is {found}; tag it {tag}={playbook}, or add {playbook} to playbooks.without_tag, to allow it{more}"
    )]
    NotOptedIn {
        /// The resource.
        resource: String,
        /// The tag's key.
        tag: String,
        /// What was found, quoted, or `missing`.
        found: String,
        /// The playbook.
        playbook: Playbook,
        /// Why more than usual is asked for.
        more: String,
    },
    /// The resource is in an environment where nothing is changed.
    #[error(
        "{resource}: its environment `{environment}` is in guards.denied_environments, where nothing is ever changed; take it out there to allow containment"
    )]
    DeniedEnvironment {
        /// The resource.
        resource: String,
        /// The code.
        environment: String,
    },
    /// A protected tag stands on the resource.
    #[error("{resource}: the tag {key}={value} protects it; remove the tag to allow containment")]
    Protected {
        /// The resource.
        resource: String,
        /// The tag's key.
        key: String,
        /// The tag's value.
        value: String,
    },
    /// The user or role must never be touched.
    #[error("{principal} is never touched: {why}")]
    Untouchable {
        /// The user or role.
        principal: String,
        /// Why, and what would work.
        why: String,
    },
    /// What the decision depends on could not be read.
    #[error("not acted: {what} could not be read ({problem}); make it readable and ask again")]
    Unknown {
        /// What.
        what: String,
        /// Why not.
        problem: String,
    },
    /// Everything is already as the playbook wants it.
    #[error("{resource}: nothing is left to do, it is already contained")]
    NothingToDo {
        /// The resource.
        resource: String,
    },
    /// The resource is not as it was when the plan was made.
    #[error(
        "{plan}: what it is about has changed since it was made; ask for a new plan with {{\"command\":\"plan\"}}"
    )]
    Changed {
        /// The plan.
        plan: String,
    },
    /// Too many plans were begun within an hour.
    #[error(
        "{begun} plans were begun within the last hour, and playbooks.per_hour allows {allowed}; wait, or raise it if this is meant"
    )]
    TooMany {
        /// How many.
        begun: usize,
        /// How many may be.
        allowed: usize,
    },
    /// Changes are only printed.
    #[error(
        "this is a dry run: the calls are printed and not made; set guards.dry_run to false to allow them"
    )]
    DryRun,
    /// The stop switch.
    #[error(transparent)]
    Guard(#[from] nightshift_core::Refusal),
    /// The time to say yes is over.
    #[error("{plan} could be approved until {expires}; ask for a new plan")]
    Expired {
        /// The plan.
        plan: String,
        /// Until when.
        expires: Timestamp,
    },
    /// The token is not this plan's.
    #[error(
        "the token does not fit the plan {plan}; copy the whole command from the message about this plan, or ask for it with {{\"command\":\"plan\"}}"
    )]
    Token {
        /// The plan.
        plan: String,
    },
    /// There is no usable key.
    #[error(
        "tokens cannot be checked: {problem}; put 32 random characters or more into an SSM SecureString and name it in playbooks.approval.key_parameter"
    )]
    Key {
        /// Why.
        problem: String,
    },
    /// Somebody else has to say yes.
    #[error("a second person has to approve (playbooks.approval.second_person): {problem}")]
    SecondPerson {
        /// What is missing.
        problem: String,
    },
    /// There is no such plan.
    #[error("there is no plan {plan}; {{\"command\":\"plans\"}} lists them")]
    NoPlan {
        /// The plan.
        plan: String,
    },
    /// The plan is not where the command would take it from.
    #[error("{plan} is {phase}, so it cannot be {wish}{hint}")]
    Phase {
        /// The plan.
        plan: String,
        /// Where it stands.
        phase: &'static str,
        /// What was asked for.
        wish: &'static str,
        /// What would work.
        hint: &'static str,
    },
    /// The world is not as the plan has left it.
    #[error("{plan} is not undone: {}; look at it, and add \"force\":true to restore it all the same", .differing.join("; "))]
    Differs {
        /// The plan.
        plan: String,
        /// What differs, in words.
        differing: Vec<String>,
    },
}

/// All reasons at once, so that nobody has to ask again for each.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Refusals(pub Vec<Refusal>);

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{refusal}")?;
        }
        Ok(())
    }
}

impl From<Refusal> for Refusals {
    fn from(refusal: Refusal) -> Self {
        Self(vec![refusal])
    }
}
