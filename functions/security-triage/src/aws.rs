//! Security Hub and GuardDuty, as far as they take updates.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_securityhub::types::{
    AwsSecurityFindingIdentifier, NoteUpdate, WorkflowStatus, WorkflowUpdate,
};
use nightshift_core::Region;
use nightshift_runtime::{CallError, regional};

use crate::back::{Change, Sources, Unprocessed, Update};
use crate::finding::{AUTHOR, Handle};
use crate::rules::Workflow;

/// The real services, a client for each Region that is written to.
#[derive(Debug)]
pub struct Aws {
    sdk: SdkConfig,
    hubs: Mutex<BTreeMap<Region, aws_sdk_securityhub::Client>>,
}

impl Aws {
    /// Clients are made when they are first needed.
    pub const fn new(sdk: SdkConfig) -> Self {
        Self {
            sdk,
            hubs: Mutex::new(BTreeMap::new()),
        }
    }

    fn hub(&self, region: &Region) -> aws_sdk_securityhub::Client {
        self.hubs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(region.clone())
            .or_insert_with(|| aws_sdk_securityhub::Client::new(&regional(&self.sdk, region)))
            .clone()
    }

    async fn cspm(
        &self,
        update: &Update,
        workflow: Workflow,
        note: &str,
    ) -> Result<Vec<Unprocessed>, CallError> {
        const OPERATION: &str = "securityhub:BatchUpdateFindings";
        let mut request = self
            .hub(&update.region)
            .batch_update_findings()
            .note(NoteUpdate::builder().text(note).updated_by(AUTHOR).build())
            .workflow(
                WorkflowUpdate::builder()
                    .status(match workflow {
                        Workflow::Unchanged => WorkflowStatus::New,
                        Workflow::Notified => WorkflowStatus::Notified,
                        Workflow::Suppressed => WorkflowStatus::Suppressed,
                        Workflow::Resolved => WorkflowStatus::Resolved,
                    })
                    .build(),
            );
        for handle in &update.findings {
            if let Handle::SecurityHubCspm { id, product_arn } = handle {
                let identifier = AwsSecurityFindingIdentifier::builder()
                    .id(id)
                    .product_arn(product_arn)
                    .build();
                request = request.finding_identifiers(identifier);
            }
        }
        let answer = request.send().await.map_err(|error| {
            CallError::from_sdk(OPERATION, which(update), &update.region, &error)
        })?;
        let unprocessed = answer.unprocessed_findings().iter();
        Ok(unprocessed
            .map(|one| Unprocessed {
                id: one
                    .finding_identifier()
                    .and_then(|identifier| identifier.id())
                    .unwrap_or_default()
                    .to_owned(),
                code: one.error_code().unwrap_or("InternalFailure").to_owned(),
            })
            .collect())
    }

    async fn ocsf(
        &self,
        update: &Update,
        workflow: Workflow,
        comment: &str,
    ) -> Result<Vec<Unprocessed>, CallError> {
        const OPERATION: &str = "securityhub:BatchUpdateFindingsV2";
        // 1 new, 2 in progress, 3 suppressed, 4 resolved.
        let status = match workflow {
            Workflow::Unchanged => 1,
            Workflow::Notified => 2,
            Workflow::Suppressed => 3,
            Workflow::Resolved => 4,
        };
        let mut request = self
            .hub(&update.region)
            .batch_update_findings_v2()
            .comment(comment)
            .status_id(status);
        for handle in &update.findings {
            if let Handle::SecurityHub { metadata_uid } = handle {
                request = request.metadata_uids(metadata_uid);
            }
        }
        let answer = request.send().await.map_err(|error| {
            CallError::from_sdk(OPERATION, which(update), &update.region, &error)
        })?;
        let unprocessed = answer.unprocessed_findings().iter();
        Ok(unprocessed
            .map(|one| Unprocessed {
                id: one.metadata_uid().unwrap_or_default().to_owned(),
                code: one.error_code().map_or_else(
                    || "InternalServerException".to_owned(),
                    |code| code.as_str().to_owned(),
                ),
            })
            .collect())
    }

    async fn archive(
        &self,
        update: &Update,
        detector: &str,
    ) -> Result<Vec<Unprocessed>, CallError> {
        const OPERATION: &str = "guardduty:ArchiveFindings";
        let ids = update.findings.iter().filter_map(|handle| match handle {
            Handle::GuardDuty { id, .. } => Some(id.clone()),
            _ => None,
        });
        aws_sdk_guardduty::Client::new(&regional(&self.sdk, &update.region))
            .archive_findings()
            .detector_id(detector)
            .set_finding_ids(Some(ids.collect()))
            .send()
            .await
            .map(|_| Vec::new())
            .map_err(|error| CallError::from_sdk(OPERATION, detector, &update.region, &error))
    }
}

impl Sources for Aws {
    async fn update(&self, update: &Update) -> Result<Vec<Unprocessed>, CallError> {
        match &update.change {
            Change::Cspm { workflow, note } => self.cspm(update, *workflow, note).await,
            Change::Ocsf { workflow, comment } => self.ocsf(update, *workflow, comment).await,
            Change::Archive { detector } => self.archive(update, detector).await,
        }
    }
}

fn which(update: &Update) -> String {
    match update.findings.as_slice() {
        [only] => crate::back::id(only).to_owned(),
        several => format!("{} findings", several.len()),
    }
}
