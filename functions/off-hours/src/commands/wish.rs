use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Arn, Document, printable};
use nightshift_runtime::{Body, Entry, Ledger, LedgerError};
use nightshift_schedule::Desired;
use thiserror::Error;

use crate::event::Wish;
use crate::model::{Override, Record, Resource};
use crate::observe::{PARTITION, resource_key};
use crate::plan::{Snapshot, Stored};

/// Longer than this nobody remembers having asked.
const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);
const LONGEST_TEXT: usize = 200;

/// What a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A state, for a while.
    Hold(Wish, Desired),
    /// The end of what was asked for.
    Release {
        /// The resource.
        resource: Arn,
    },
}

/// Why a request was not entered.
#[derive(Debug, Error)]
pub enum WishError {
    /// It names nothing that is looked after.
    #[error(
        "{arn} is not among the {seen} resources of environment `{environment}` that off-hours sees; the command `reconcile` with \"dry_run\": true lists them"
    )]
    Unknown {
        /// The resource that was named.
        arn: Arn,
        /// The environment's code.
        environment: String,
        /// How many there are.
        seen: usize,
    },
    /// It cannot be stopped and started at all.
    #[error("{arn} cannot be stopped and started: {rule}")]
    CannotSleep {
        /// The resource.
        arn: Arn,
        /// The rule of AWS.
        rule: String,
    },
    /// A field of it is wrong.
    #[error("`{field}`: {problem}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// Nothing was asked for before.
    #[error("nothing is overridden for {arn}; the command `status` lists what is")]
    NothingToRelease {
        /// The resource.
        arn: Arn,
    },
    /// The ledger did not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Request {
    fn arn(&self) -> &Arn {
        match self {
            Self::Hold(wish, _) => &wish.resource,
            Self::Release { resource } => resource,
        }
    }
}

/// Writes what a person asks for into the ledger, before anything is done, and
/// into the snapshot, so that the same run acts on it.
///
/// # Errors
/// When the request is wrong, or the ledger does not take it.
pub async fn enter(
    request: &Request,
    snapshot: &mut Snapshot,
    ledger: &impl Ledger,
    document: &Document,
    now: Timestamp,
    dry_run: bool,
) -> Result<(), WishError> {
    let resource = sought(request.arn(), snapshot, document)?;
    let mut stored = snapshot
        .records
        .get(&resource.arn)
        .cloned()
        .unwrap_or_else(|| Stored {
            version: 0,
            value: Record::new(resource, now),
        });
    stored.value.override_ = match request {
        Request::Hold(wish, state) => Some(override_of(wish, *state, now)?),
        Request::Release { resource } if stored.value.override_.is_none() => {
            return Err(WishError::NothingToRelease {
                arn: resource.clone(),
            });
        }
        Request::Release { .. } => None,
    };
    if !dry_run {
        let key = resource_key(&stored.value.arn);
        let body = Body::new(&stored.value).map_err(|error| LedgerError::Malformed {
            key: key.clone(),
            problem: error.to_string(),
        })?;
        let entry = Entry {
            key,
            version: stored.version,
            body,
            expires_at: None,
        };
        stored.version = ledger.write(PARTITION, &entry).await?;
    }
    snapshot.records.insert(stored.value.arn.clone(), stored);
    Ok(())
}

fn sought<'s>(
    arn: &Arn,
    snapshot: &'s Snapshot,
    document: &Document,
) -> Result<&'s Resource, WishError> {
    let is_ours = |resource: &&Resource| {
        resource.tags.get(&document.environment_tag) == Some(&document.environment)
    };
    let resource = snapshot
        .resources
        .iter()
        .filter(is_ours)
        .find(|resource| resource.arn == *arn)
        .ok_or_else(|| WishError::Unknown {
            arn: arn.clone(),
            environment: document.environment.clone(),
            seen: snapshot.resources.iter().filter(is_ours).count(),
        })?;
    match &resource.cannot_sleep {
        Some(rule) => Err(WishError::CannotSleep {
            arn: arn.clone(),
            rule: rule.clone(),
        }),
        None => Ok(resource),
    }
}

fn override_of(wish: &Wish, state: Desired, now: Timestamp) -> Result<Override, WishError> {
    let field = |field, problem: String| Err(WishError::Field { field, problem });
    if wish.until <= now {
        return field("until", format!("{} is past; now is {now}", wish.until));
    }
    if now.duration_until(wish.until) > LONGEST {
        return field(
            "until",
            format!(
                "{} is more than 14 days away; change the tag's schedule for longer",
                wish.until
            ),
        );
    }
    for (name, text) in [("owner", &wish.owner), ("reason", &wish.reason)] {
        if text.trim().is_empty() {
            return field(name, "it must not be empty".to_owned());
        }
    }
    Ok(Override {
        state,
        since: now,
        until: wish.until,
        owner: printable(wish.owner.trim(), LONGEST_TEXT),
        reason: printable(wish.reason.trim(), LONGEST_TEXT),
    })
}
