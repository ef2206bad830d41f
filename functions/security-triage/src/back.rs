//! What the sources are told once people were told: Security Hub the workflow
//! status and a note, GuardDuty to archive. In full batches, and what was not
//! processed again only where that can help.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use nightshift_core::{Document, Region};
use nightshift_runtime::{CallError, Deadline};

use crate::finding::{AUTHOR, Handle};
use crate::matter::{Matter, Owed};
use crate::rules::Workflow;

/// `BatchUpdateFindings` and `BatchUpdateFindingsV2` take 100 findings,
/// `ArchiveFindings` 50 (API references).
const FINDINGS: usize = 100;
const ARCHIVED: usize = 50;
/// How often the same update is tried in one run.
const ROUNDS: u32 = 3;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Where.
    pub region: Region,
    /// What.
    pub change: Change,
    /// Which findings, each as its service knows it.
    pub findings: Vec<Handle>,
}

/// What a call changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// `BatchUpdateFindings`: workflow status and note.
    Cspm {
        /// The status.
        workflow: Workflow,
        /// The note's text.
        note: String,
    },
    /// `BatchUpdateFindingsV2`: status and comment.
    Ocsf {
        /// The status.
        workflow: Workflow,
        /// The comment.
        comment: String,
    },
    /// `ArchiveFindings`.
    Archive {
        /// The detector.
        detector: String,
    },
}

/// A finding that was not updated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprocessed {
    /// Which: its id, or `metadata.uid`.
    pub id: String,
    /// The service's word for why.
    pub code: String,
}

impl Unprocessed {
    /// Whether the same update may pass later (Security Hub API Reference). Not
    /// so for duplicates, findings that are gone or too large, and wrong values.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.code.as_str(),
            "ConcurrentUpdateError"
                | "InternalFailure"
                | "ConflictException"
                | "InternalServerException"
        )
    }
}

/// The services that take updates.
pub trait Sources: Send + Sync {
    /// Makes one call, and answers what of it was not done.
    ///
    /// # Errors
    /// When the call as a whole was not done.
    fn update(
        &self,
        update: &Update,
    ) -> impl Future<Output = Result<Vec<Unprocessed>, CallError>> + Send;
}

/// What became of updates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many findings were updated.
    pub updated: usize,
    /// Findings that may be updated later, by id.
    pub later: BTreeSet<String>,
    /// What was not done and will not be, in words.
    pub refused: Vec<String>,
}

/// The updates that matters owe, in as few calls as they fit into.
pub fn updates(matters: &[&Matter], document: &Document, now: Timestamp) -> Vec<Update> {
    let mut groups: BTreeMap<(Region, Change), BTreeSet<Handle>> = BTreeMap::new();
    for matter in matters {
        let Some(owed) = &matter.owed else { continue };
        let region = place(&matter.incident.key.region, document);
        for handle in &matter.incident.handles {
            if let Some(change) = change(handle, owed, document, now) {
                groups
                    .entry((region.clone(), change))
                    .or_default()
                    .insert(handle.clone());
            }
        }
    }
    groups
        .into_iter()
        .flat_map(|((region, change), handles)| {
            let size = match change {
                Change::Archive { .. } => ARCHIVED,
                Change::Cspm { .. } | Change::Ocsf { .. } => FINDINGS,
            };
            let handles: Vec<Handle> = handles.into_iter().collect();
            let chunks = handles.chunks(size).map(<[Handle]>::to_vec);
            chunks
                .map(|findings| Update {
                    region: region.clone(),
                    change: change.clone(),
                    findings,
                })
                .collect::<Vec<Update>>()
        })
        .collect()
}

/// Findings of Regions that are not looked after are seen in the aggregation
/// Region, which is the first.
fn place(region: &Region, document: &Document) -> Region {
    if document.regions.contains(region) {
        return region.clone();
    }
    document
        .regions
        .first()
        .cloned()
        .unwrap_or_else(|| region.clone())
}

fn change(handle: &Handle, owed: &Owed, document: &Document, now: Timestamp) -> Option<Change> {
    let said = match owed.workflow {
        Some(Workflow::Notified | Workflow::Unchanged) | None => "people were told",
        Some(Workflow::Suppressed) => "a rule suppresses it",
        Some(Workflow::Resolved) => "it is over",
    };
    // Seconds, so that what is told at one time goes in one call.
    let environment = &document.environment;
    match (handle, owed.workflow) {
        (Handle::SecurityHubCspm { .. }, Some(workflow)) => Some(Change::Cspm {
            workflow,
            note: format!("{environment}: {said}"),
        }),
        (Handle::SecurityHub { .. }, Some(workflow)) => Some(Change::Ocsf {
            workflow,
            comment: format!("{AUTHOR} {now:.0}: {said} ({environment})"),
        }),
        (Handle::GuardDuty { detector, .. }, _) if owed.archive => Some(Change::Archive {
            detector: detector.clone(),
        }),
        _ => None,
    }
}

/// Makes every call, again where that can help.
pub async fn write<S: Sources>(
    sources: &S,
    updates: Vec<Update>,
    pause: Duration,
    deadline: &Deadline,
) -> Written {
    let mut written = Written::default();
    for update in updates {
        one(sources, update, pause, deadline, &mut written).await;
    }
    written
}

async fn one<S: Sources>(
    sources: &S,
    mut update: Update,
    pause: Duration,
    deadline: &Deadline,
    written: &mut Written,
) {
    for round in 1..=ROUNDS {
        let last = round == ROUNDS || !deadline.allows(pause * round * 4);
        match sources.update(&update).await {
            Ok(unprocessed) => {
                let asked = update.findings.len();
                let (later, never): (Vec<_>, Vec<_>) =
                    unprocessed.into_iter().partition(Unprocessed::is_transient);
                written.updated += asked.saturating_sub(later.len() + never.len());
                let words = never.iter().map(|one| {
                    nightshift_core::printable(&format!("{}: {}", one.id, one.code), 300)
                });
                written.refused.extend(words);
                let ids: BTreeSet<&str> = later.iter().map(|one| one.id.as_str()).collect();
                update.findings.retain(|handle| ids.contains(id(handle)));
            }
            Err(error) if error.class.is_transient() => {
                if last {
                    written.refused.push(error.to_string());
                }
            }
            Err(error) => {
                written.refused.push(error.to_string());
                return;
            }
        }
        if update.findings.is_empty() {
            return;
        }
        if last {
            break;
        }
        tokio::time::sleep(pause * round).await;
    }
    written
        .later
        .extend(update.findings.iter().map(|handle| id(handle).to_owned()));
}

/// The id by which a service names a finding that it did not update.
pub fn id(handle: &Handle) -> &str {
    match handle {
        Handle::SecurityHubCspm { id, .. } | Handle::GuardDuty { id, .. } => id,
        Handle::SecurityHub { metadata_uid } => metadata_uid,
    }
}
