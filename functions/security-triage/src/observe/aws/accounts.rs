use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use nightshift_core::{AccountId, Region};
use nightshift_runtime::{CallClass, CallError};
use tokio::sync::Mutex;

const DESCRIBE: &str = "organizations:DescribeAccount";
/// How long it is remembered that a name could not be had: every finding would ask
/// again otherwise, and be refused again.
const REFUSED: Duration = Duration::from_mins(5);

/// What came of a question, and when.
type Answer = (Instant, Result<String, CallError>);

/// Names of accounts; they hardly ever change, so that one answer serves for as long
/// as the execution environment lives.
#[derive(Debug)]
pub(super) struct Accounts {
    client: aws_sdk_organizations::Client,
    region: Region,
    known: Mutex<BTreeMap<AccountId, Answer>>,
}

impl Accounts {
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            client: aws_sdk_organizations::Client::new(config),
            region: Region::new(config.region().map_or("", AsRef::as_ref)),
            known: Mutex::default(),
        }
    }

    pub async fn name(&self, account: &AccountId) -> Result<String, CallError> {
        let mut known = self.known.lock().await;
        if let Some((at, answer)) = known.get(account)
            && (answer.is_ok() || at.elapsed() < REFUSED)
        {
            return answer.clone();
        }
        let answer = self.ask(account).await;
        known.insert(account.clone(), (Instant::now(), answer.clone()));
        answer
    }

    async fn ask(&self, account: &AccountId) -> Result<String, CallError> {
        let describe = self.client.describe_account().account_id(account.as_str());
        let answer = describe.send().await.map_err(|error| {
            CallError::from_sdk(DESCRIBE, account.as_str(), &self.region, &error)
        })?;
        let name = answer.account().and_then(|account| account.name());
        name.map(str::to_owned).ok_or_else(|| CallError {
            operation: DESCRIBE,
            resource: account.to_string(),
            region: self.region.clone(),
            code: None,
            class: CallClass::Invalid,
            message: "the account has no name".to_owned(),
        })
    }
}
