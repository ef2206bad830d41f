//! AWS itself. The SDKs' types end here.
//!
//! Each playbook takes a role of its own in the account that it works in, so
//! that none can do what only another one needs.

mod calls;
mod clients;
mod groups;
mod iam;
mod instance;
mod looks;
mod s3;
mod targets;

use std::collections::HashMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use nightshift_runtime::CallError;
use tokio::sync::Mutex;

use super::call::Call;
use super::cloud::{Cloud, Place};
use super::look::{Look, Seen};
use super::observed::Observed;
use super::plan::Target;
use clients::Clients;

/// AWS through its SDKs, by one role for each playbook and account.
#[derive(Debug)]
pub struct Aws {
    config: SdkConfig,
    /// `{project}-{environment}`, the first part of every name.
    prefix: String,
    clients: Mutex<HashMap<Place, Arc<Clients>>>,
}

impl Aws {
    /// AWS with the function's own configuration; `prefix` is what the names of
    /// the roles and of the quarantine groups begin with.
    pub fn new(config: &SdkConfig, project: &str, environment: &str) -> Self {
        Self {
            config: config.clone(),
            prefix: format!("{project}-{environment}"),
            clients: Mutex::new(HashMap::new()),
        }
    }

    /// Whether it takes the roles of this project's environment.
    pub fn is_of(&self, project: &str, environment: &str) -> bool {
        self.prefix == format!("{project}-{environment}")
    }

    async fn clients(&self, place: &Place) -> Arc<Clients> {
        let mut clients = self.clients.lock().await;
        if let Some(found) = clients.get(place) {
            return Arc::clone(found);
        }
        let made = Arc::new(Clients::new(&self.config, place, &self.prefix).await);
        clients.insert(place.clone(), Arc::clone(&made));
        made
    }
}

impl Cloud for Aws {
    async fn observe(&self, place: &Place, target: &Target) -> Observed {
        let clients = self.clients(place).await;
        let observed = match target {
            Target::Instance { id } => instance::observe(&clients, id, &self.prefix).await,
            Target::AccessKey { id } => iam::observe_key(&clients, id).await,
            Target::Principal { id } => iam::observe(&clients, id).await,
            Target::Bucket { name } => s3::observe(&clients, name).await,
            Target::SecurityGroup { id, .. } => groups::observe(&clients, id).await,
        };
        match observed {
            Ok(Some(observed)) => observed,
            Ok(None) => Observed::Gone,
            Err(error) => Observed::Unreadable(error.to_string()),
        }
    }

    async fn look(&self, place: &Place, look: &Look) -> Result<Seen, CallError> {
        looks::look(&*self.clients(place).await, look).await
    }

    async fn call(&self, place: &Place, call: &Call) -> Result<(), CallError> {
        calls::make(&*self.clients(place).await, call).await
    }
}

/// What could not be read, in words.
fn known<T>(read: Result<T, CallError>) -> Result<T, String> {
    read.map_err(|error| error.to_string())
}
