//! The function's own section of the configuration.

use std::collections::BTreeMap;

use jiff::civil::Date;
use nightshift_core::{ConfigError, Document, IsoDuration, Money};
use nightshift_cost::{Settings, parse_amount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The function's name, in the configuration and everywhere else.
pub const NAME: &str = "cost-anomaly";

/// The section `functions.cost-anomaly` of the configuration document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What may be spent, by environment code. An environment without one is
    /// reported and not held against anything.
    pub budgets: BTreeMap<String, Usd>,
    /// Budgets in AWS Budgets that watch the same, by environment code;
    /// `{project}-{environment}-monthly-budget` where left out.
    pub budget_names: BTreeMap<String, String>,
    /// The most pages of Cost Explorer in a calendar month, each of which costs a
    /// cent. What goes beyond is refused.
    pub requests_per_month: Requests,
    /// The key of the cost-allocation tag that carries the environment's code; the
    /// document's `environment_tag` where left out.
    pub tag: Option<String>,
    /// The topic at which Budgets and Cost Anomaly Detection publish: every round
    /// looks whether its policy still admits them, for AWS says nothing otherwise.
    pub alerts_topic: Option<String>,
    /// Who is listened to, and who is asked.
    pub sources: Sources,
    /// What is asked of Cost Explorer.
    pub cost_explorer: CostExplorer,
    /// What our own detector takes for unusual.
    pub detection: Settings,
    /// When people are told, and how loud.
    pub telling: Tell,
    /// Who changed what, in the days in which spending rose.
    pub changes: Changes,
    /// Credits of the account, for which AWS has no API.
    pub credits: Option<Credits>,
    /// What a month is compared with for the goal of spending a fifth less; the
    /// report says that it is not known where left out.
    pub baseline: Option<Baseline>,
    /// Whether what people say of an anomaly goes back to Cost Anomaly Detection.
    pub feedback: bool,
}

/// US dollars as a number, such as `500` or `2.5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "f64")]
pub struct Usd(pub Money);

impl Usd {
    const fn dollars(dollars: i64) -> Self {
        Self(Money::from_micro_usd(dollars * 1_000_000))
    }
}

impl Serialize for Usd {
    #[expect(
        clippy::cast_precision_loss,
        reason = "thresholds are far from 2^53 millionths"
    )]
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.micro_usd() as f64 / 1e6)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        parse_amount(&number.to_string())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected US dollars, such as 500 or 2.5"))
    }
}

/// A number of requests in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Requests(pub u32);

impl Default for Requests {
    fn default() -> Self {
        Self(300)
    }
}

/// Who is listened to, and who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sources {
    /// Our own detector over Cost Explorer. One function for each bill is enough:
    /// turn it off in the others of the same account.
    pub detector: bool,
    /// Cost Anomaly Detection is asked as well, for anomalies whose event was
    /// lost: one request a day.
    pub ask_anomaly_detection: bool,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            detector: true,
            ask_anomaly_detection: false,
        }
    }
}

/// What is asked of Cost Explorer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CostExplorer {
    /// How amounts are counted.
    pub metric: Metric,
    /// How many days of history there are to be.
    pub history_days: u16,
    /// How many days are read again every day, because billing is revised.
    pub reread_days: u8,
}

impl Default for CostExplorer {
    fn default() -> Self {
        Self {
            metric: Metric::Unblended,
            history_days: 120,
            reread_days: 7,
        }
    }
}

/// How Cost Explorer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// What stands on the bill of the day.
    Unblended,
    /// With upfront fees spread over their term, and after discounts.
    NetAmortized,
}

impl Metric {
    /// As the API names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unblended => "UnblendedCost",
            Self::NetAmortized => "NetAmortizedCost",
        }
    }
}

/// When people are told, and how loud.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tell {
    /// A matter that goes on is told again when it has grown by this factor.
    pub grows_by: f64,
    /// From which impact on it is a warning.
    pub warning_usd: Usd,
    /// From which impact on a person has to look at once.
    pub error_usd: Usd,
    /// A matter of which nobody says anything for so many days is over.
    pub quiet_days: u8,
}

impl Default for Tell {
    fn default() -> Self {
        Self {
            grows_by: 1.5,
            warning_usd: Usd::dollars(100),
            error_usd: Usd::dollars(1_000),
            quiet_days: 4,
        }
    }
}

/// Who changed what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Changes {
    /// How many changes are listed; 0 asks CloudTrail for none.
    pub most: u8,
    /// How long before the first day changes are looked for.
    pub before: IsoDuration,
    /// How long all look-ups of a matter may take together.
    pub patience: IsoDuration,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            most: 5,
            before: IsoDuration::from_hours(48),
            patience: IsoDuration::from_seconds(15),
        }
    }
}

/// Credits, as the console shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credits {
    /// How much was left ...
    pub balance_usd: Usd,
    /// ... at the beginning of this day.
    #[schemars(with = "String")]
    pub as_of: Date,
    /// The last day on which they count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expires: Option<Date>,
}

/// What a month is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// What it is, such as `the plan, on demand and never asleep`.
    pub name: String,
    /// What a month of it costs.
    pub monthly_usd: Usd,
}

impl Config {
    /// The section of a document, checked.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub fn of(document: &Document) -> Result<Self, ConfigError> {
        let config: Self = document.section(NAME)?;
        let refuse = |field: &str, problem: &str| {
            Err(ConfigError::at(
                format!("functions.{NAME}.{field}"),
                problem,
            ))
        };
        if let Some((field, problem)) = config.detection.problems().first() {
            return refuse(&format!("detection.{field}"), problem);
        }
        if let Some((environment, _)) = config
            .budgets
            .iter()
            .find(|(_, budget)| budget.0 <= Money::ZERO)
        {
            return refuse(
                &format!("budgets.{environment}"),
                "expected more than no money; leave the budget out where there is none",
            );
        }
        let tell = &config.telling;
        if !(tell.grows_by >= 1.1 && tell.grows_by <= 10.0) {
            return refuse("telling.grows_by", "expected a factor of 1.1 to 10");
        }
        if tell.warning_usd > tell.error_usd {
            return refuse(
                "telling",
                "expected warning_usd to be no more than error_usd",
            );
        }
        if !(1..=30).contains(&tell.quiet_days) {
            return refuse("telling.quiet_days", "expected 1 to 30 days");
        }
        let asked = &config.cost_explorer;
        if !(30..=395).contains(&asked.history_days) {
            return refuse(
                "cost_explorer.history_days",
                "expected 30 to 395 days; Cost Explorer keeps 13 months",
            );
        }
        if !(3..=31).contains(&asked.reread_days) {
            return refuse("cost_explorer.reread_days", "expected 3 to 31 days");
        }
        if !(31..=10_000).contains(&config.requests_per_month.0) {
            return refuse(
                "requests_per_month",
                "expected 31, one request a day, to 10000, which cost a hundred dollars",
            );
        }
        Ok(config)
    }

    /// The environment whose budget a budget of AWS Budgets watches.
    pub fn environment_of(&self, document: &Document, name: &str) -> Option<&str> {
        let watches = |environment: &str| match self.budget_names.get(environment) {
            Some(own) => own == name,
            None => name == format!("{}-{environment}-monthly-budget", document.project),
        };
        let mut environments = self.budgets.keys().map(String::as_str);
        environments.find(|environment| watches(environment))
    }

    /// The key of the cost-allocation tag that carries the environment's code.
    pub fn tag<'a>(&'a self, document: &'a Document) -> &'a str {
        self.tag.as_deref().unwrap_or(&document.environment_tag)
    }
}
