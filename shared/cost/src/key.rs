use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What cost can be told apart by.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    /// `SERVICE`. A product of the Marketplace is a service of its own here.
    Service,
    /// `LINKED_ACCOUNT`.
    Account,
    /// `REGION`.
    Region,
    /// `USAGE_TYPE`.
    UsageType,
    /// The value of the environment's tag; empty where it is not tagged.
    Environment,
}

impl Dimension {
    /// All of them, in the order in which they are named.
    pub const ALL: [Self; 5] = [
        Self::Service,
        Self::Account,
        Self::Region,
        Self::UsageType,
        Self::Environment,
    ];
}

/// The dimensions that a query, or a series, tells apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Breakdown(u8);

impl Breakdown {
    /// The breakdown by these dimensions.
    pub fn by(dimensions: impl IntoIterator<Item = Dimension>) -> Self {
        Self(
            dimensions
                .into_iter()
                .fold(0, |bits, one| bits | 1 << one as u8),
        )
    }

    /// Whether it tells this dimension apart.
    pub const fn has(self, dimension: Dimension) -> bool {
        self.0 & (1 << dimension as u8) != 0
    }

    /// Whether it tells apart all that `other` does.
    pub const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Whose cost it is. A dimension that was not told apart is `None`.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The service, as Cost Explorer names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The linked account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The Region; also `global` and `NoRegion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The usage type, such as `EUC1-NatGateway-Bytes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_type: Option<String>,
    /// The environment by its tag; empty where there is no tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

impl Key {
    /// The value in a dimension.
    pub fn get(&self, dimension: Dimension) -> Option<&str> {
        match dimension {
            Dimension::Service => self.service.as_deref(),
            Dimension::Account => self.account.as_deref(),
            Dimension::Region => self.region.as_deref(),
            Dimension::UsageType => self.usage_type.as_deref(),
            Dimension::Environment => self.environment.as_deref(),
        }
    }

    /// The same key with another value in a dimension.
    #[must_use]
    pub fn with(mut self, dimension: Dimension, value: impl Into<String>) -> Self {
        *self.slot(dimension) = Some(value.into());
        self
    }

    fn slot(&mut self, dimension: Dimension) -> &mut Option<String> {
        match dimension {
            Dimension::Service => &mut self.service,
            Dimension::Account => &mut self.account,
            Dimension::Region => &mut self.region,
            Dimension::UsageType => &mut self.usage_type,
            Dimension::Environment => &mut self.environment,
        }
    }

    /// Which dimensions it tells apart.
    pub fn breakdown(&self) -> Breakdown {
        Breakdown::by(
            Dimension::ALL
                .into_iter()
                .filter(|one| self.get(*one).is_some()),
        )
    }

    /// The key without the dimensions that `breakdown` does not have.
    #[must_use]
    pub fn projected(&self, breakdown: Breakdown) -> Self {
        let mut key = Self::default();
        for dimension in Dimension::ALL {
            if breakdown.has(dimension) {
                *key.slot(dimension) = self.get(dimension).map(str::to_owned);
            }
        }
        key
    }

    /// Whether `other` is a part of this: it agrees wherever this says anything.
    pub fn contains(&self, other: &Self) -> bool {
        Dimension::ALL.into_iter().all(|one| {
            self.get(one)
                .is_none_or(|value| other.get(one) == Some(value))
        })
    }
}

impl fmt::Display for Key {
    /// `Amazon RDS in eu-central-1, account 111122223333`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        let head = match (&self.service, &self.usage_type) {
            (Some(service), Some(usage)) => format!("{service} ({usage})"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => "all services".to_owned(),
        };
        words.push(match &self.region {
            Some(region) => format!("{head} in {region}"),
            None => head,
        });
        if let Some(account) = &self.account {
            words.push(format!("account {account}"));
        }
        match self.environment.as_deref() {
            Some("") => words.push("without environment tag".to_owned()),
            Some(environment) => words.push(format!("environment {environment}")),
            None => {}
        }
        f.write_str(&words.join(", "))
    }
}
