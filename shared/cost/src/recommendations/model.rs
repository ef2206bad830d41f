use jiff::Timestamp;
use nightshift_core::{AccountId, Money, Region};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who recommends it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Cost Optimization Hub, which has those of the others without duplicates.
    CostOptimizationHub,
    /// Compute Optimizer.
    ComputeOptimizer,
}

/// What is to be done: the hub's `actionType`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(from = "String", into = "String")]
pub enum Action {
    /// Another size.
    Rightsize,
    /// Stop it.
    Stop,
    /// A newer generation.
    Upgrade,
    /// Commit to spend.
    PurchaseSavingsPlans,
    /// Commit to a class.
    PurchaseReservedInstances,
    /// The same on arm64.
    MigrateToGraviton,
    /// Delete it.
    Delete,
    /// Fewer of them.
    ScaleIn,
    /// A word that AWS has added since.
    Other(String),
}

impl From<String> for Action {
    fn from(word: String) -> Self {
        match word.as_str() {
            "Rightsize" => Self::Rightsize,
            "Stop" => Self::Stop,
            "Upgrade" => Self::Upgrade,
            "PurchaseSavingsPlans" => Self::PurchaseSavingsPlans,
            "PurchaseReservedInstances" => Self::PurchaseReservedInstances,
            "MigrateToGraviton" => Self::MigrateToGraviton,
            "Delete" => Self::Delete,
            "ScaleIn" => Self::ScaleIn,
            _ => Self::Other(word),
        }
    }
}

impl From<Action> for String {
    fn from(action: Action) -> Self {
        match action {
            Action::Rightsize => "Rightsize".to_owned(),
            Action::Stop => "Stop".to_owned(),
            Action::Upgrade => "Upgrade".to_owned(),
            Action::PurchaseSavingsPlans => "PurchaseSavingsPlans".to_owned(),
            Action::PurchaseReservedInstances => "PurchaseReservedInstances".to_owned(),
            Action::MigrateToGraviton => "MigrateToGraviton".to_owned(),
            Action::Delete => "Delete".to_owned(),
            Action::ScaleIn => "ScaleIn".to_owned(),
            Action::Other(word) => word,
        }
    }
}

impl Action {
    /// Whether it is a commitment for one year or three.
    pub const fn is_commitment(&self) -> bool {
        matches!(
            self,
            Self::PurchaseSavingsPlans | Self::PurchaseReservedInstances
        )
    }

    /// As the beginning of a line that tells a person what to do.
    pub fn words(&self) -> &str {
        match self {
            Self::Rightsize => "Resize",
            Self::Stop => "Stop",
            Self::Upgrade => "Upgrade",
            Self::PurchaseSavingsPlans => "Buy a Savings Plan:",
            Self::PurchaseReservedInstances => "Buy reservations:",
            Self::MigrateToGraviton => "Move to Graviton:",
            Self::Delete => "Delete",
            Self::ScaleIn => "Scale in",
            Self::Other(word) => word,
        }
    }
}

/// How much work it is: the hub's `implementationEffort`, least first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Effort {
    /// `VeryLow`
    VeryLow,
    /// `Low`
    Low,
    /// `Medium`
    Medium,
    /// `High`
    High,
    /// `VeryHigh`
    VeryHigh,
}

impl Effort {
    /// Reads the hub's word.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "VeryLow" => Self::VeryLow,
            "Low" => Self::Low,
            "Medium" => Self::Medium,
            "High" => Self::High,
            "VeryHigh" => Self::VeryHigh,
            _ => return None,
        })
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::VeryLow => "very little work",
            Self::Low => "little work",
            Self::Medium => "some work",
            Self::High => "much work",
            Self::VeryHigh => "very much work",
        }
    }
}

/// One recommendation, whoever makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recommendation {
    /// The same for the same recommendation.
    pub id: String,
    /// Who makes it.
    pub source: Source,
    /// What is to be done.
    pub action: Action,
    /// To what: the hub's `currentResourceType`, such as `Ec2Instance` or, of a
    /// commitment, what is to be bought.
    pub resource_type: String,
    /// The resource's ARN; of a commitment there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The name or id that people know it by.
    pub name: String,
    /// The account it is for.
    pub account: AccountId,
    /// The Region it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// What it is now, in AWS's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// What it should be, in AWS's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommended: Option<String>,
    /// What AWS estimates that it saves a month; none where AWS says nothing,
    /// or says it in another currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_saving: Option<Money>,
    /// How much work it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// Whether something restarts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_needed: Option<bool>,
    /// Whether it can be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_possible: Option<bool>,
    /// How many days of use it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_back_days: Option<u16>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub refreshed_at: Option<Timestamp>,
}
