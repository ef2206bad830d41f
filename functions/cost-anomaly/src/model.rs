//! What is known of unusual spending, whoever has noticed it.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::{Money, shortened};
use nightshift_cost::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Root causes that a sighting keeps; the service itself sends ten at most.
const ROOTS: usize = 12;
/// Days of a series that a sighting keeps for its picture.
const DAYS: usize = 35;
const NAME: usize = 200;

/// What is merged to one matter: a service's spending in an account.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Cause {
    /// The service, as the bill names it; `unknown` where nobody says.
    pub service: String,
    /// The account that spends; `unknown` where nobody says.
    pub account: String,
}

impl Cause {
    /// What stands where nobody says.
    pub const UNKNOWN: &'static str = "unknown";

    /// A service's spending in an account.
    pub fn new(service: Option<&str>, account: Option<&str>) -> Self {
        let known = |text: Option<&str>| shortened(text.unwrap_or(Self::UNKNOWN).trim(), NAME);
        Self {
            service: known(service),
            account: known(account),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.service, self.account)
    }
}

/// Who has noticed it, and by which way it came.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Cost Anomaly Detection, by SNS.
    AnomalyTopic,
    /// Cost Anomaly Detection, by `EventBridge`.
    AnomalyEvent,
    /// Cost Anomaly Detection, asked by us.
    AnomalyAsked,
    /// Our own detector over Cost Explorer.
    Detector,
}

impl Source {
    /// Whether it is the service's own detection, whatever the way.
    pub const fn is_the_service(self) -> bool {
        !matches!(self, Self::Detector)
    }
}

/// What kind of spending it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// More than before.
    Rise,
    /// Something that never cost anything before.
    New,
    /// Less than before.
    Fall,
}

/// How far it is, as its source sees it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Course {
    /// It goes on, or its source never says that it has ended.
    GoesOn,
    /// It has lasted so long that it is what is ordinary now.
    Accepted,
    /// Spending is as it was before.
    Ended,
}

/// A part of the rise. Every field may be missing.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Root {
    /// The service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The usage type, such as `BoxUsage:t3.large`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_type: Option<String>,
    /// The environment, by its tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// How much of the rise it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contribution: Option<Money>,
}

impl Root {
    /// What it is about, without how much.
    fn place(&self) -> [Option<&str>; 5] {
        [
            self.service.as_deref(),
            self.account.as_deref(),
            self.region.as_deref(),
            self.usage_type.as_deref(),
            self.environment.as_deref(),
        ]
    }
}

/// A day of the series that stands out.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Point {
    /// The day.
    #[schemars(with = "String")]
    pub day: Date,
    /// What it cost; None where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Money>,
    /// What it should have cost; None where that could not be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Money>,
    /// Whether billing will still change what it cost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}

impl Point {
    /// A day of a series, and what should have come.
    pub fn of(day: Date, known: Day, expected: Option<Money>) -> Self {
        Self {
            day,
            actual: known.amount(),
            expected,
            estimated: matches!(known, Day::Estimated(_)),
        }
    }
}

/// One word of one source about unusual spending.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Sighting {
    /// The last unusual day so far. It leads, for the sources' versions of one
    /// sighting are ordered by what they know.
    #[schemars(with = "String")]
    pub until: Date,
    /// When it was said: the event's time, or when the bill was read.
    #[schemars(with = "String")]
    pub said_at: Timestamp,
    /// Who has noticed it.
    pub source: Source,
    /// The source's own id for it.
    pub id: String,
    /// What it is about.
    pub cause: Cause,
    /// What kind of spending.
    pub class: Class,
    /// How far it is.
    pub course: Course,
    /// Its first day.
    #[schemars(with = "String")]
    pub since: Date,
    /// What these days should have cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Money>,
    /// What they cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Money>,
    /// The difference.
    pub impact: Money,
    /// Where it comes from, the largest part first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<Root>,
    /// The account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// What watches it, by the name that people gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitor: Option<String>,
    /// The source's page about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why it counts as unusual, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What a person has already told the source of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<String>,
    /// The last weeks of the series, day by day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Point>,
}

impl Sighting {
    /// The sighting within bounds: long texts shortened, long lists cut, roots
    /// ranked by what they add.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let short = |text: &mut Option<String>| {
            if let Some(text) = text {
                *text = shortened(text.trim(), NAME);
            }
        };
        self.id = shortened(&self.id, NAME);
        self.until = self.until.max(self.since);
        short(&mut self.account_name);
        short(&mut self.monitor);
        short(&mut self.feedback);
        self.reason = self.reason.map(|text| shortened(&text, 2 * NAME));
        self.link = self.link.filter(|link| is_address(link));
        for root in &mut self.roots {
            short(&mut root.service);
            short(&mut root.account);
            short(&mut root.region);
            short(&mut root.usage_type);
            short(&mut root.environment);
        }
        self.roots = ranked(std::mem::take(&mut self.roots));
        self.days.sort_unstable();
        let from = self.days.len().saturating_sub(DAYS);
        self.days.drain(..from);
        self
    }
}

/// Roots by what they add, the most first; those of the same place are one. What
/// names a usage type comes before the rest: a Region and an environment are the
/// same money, cut otherwise, and tell less.
pub fn ranked(mut roots: Vec<Root>) -> Vec<Root> {
    roots.sort_by(|one, other| {
        let place = one.place().cmp(&other.place());
        place.then(other.contribution.cmp(&one.contribution))
    });
    roots.dedup_by(|one, kept| one.place() == kept.place());
    roots.sort_by(|one, other| {
        let tells = one.usage_type.is_none().cmp(&other.usage_type.is_none());
        let most = other.contribution.cmp(&one.contribution);
        tells
            .then(most)
            .then_with(|| one.place().cmp(&other.place()))
    });
    roots.truncate(ROOTS);
    roots
}

/// People follow links: https only, and nothing that ends a line.
fn is_address(url: &str) -> bool {
    url.starts_with("https://")
        && url.len() <= 1_000
        && !url
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '|' | '"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(usage_type: &str, contribution: Option<i64>) -> Root {
        Root {
            usage_type: Some(usage_type.to_owned()),
            contribution: contribution.map(Money::from_micro_usd),
            ..Root::default()
        }
    }

    #[test]
    fn roots_are_ranked_by_what_they_add() {
        let roots = vec![
            root("b", None),
            root("a", Some(1)),
            root("c", Some(5)),
            root("a", Some(3)),
            root("b", None),
        ];
        let ranked = ranked(roots);
        assert_eq!(
            ranked,
            [root("c", Some(5)), root("a", Some(3)), root("b", None)]
        );
    }

    #[test]
    fn a_usage_type_tells_more_than_a_region_of_the_same_money() {
        let region = Root {
            region: Some("us-east-1".to_owned()),
            contribution: Some(Money::from_micro_usd(9)),
            ..Root::default()
        };
        let ranked = ranked(vec![region.clone(), root("a", Some(7))]);
        assert_eq!(ranked, [root("a", Some(7)), region]);
    }

    #[test]
    fn only_addresses_become_links() {
        for (url, fine) in [
            ("https://console.aws.amazon.com/x#y", true),
            ("http://console.aws.amazon.com", false),
            ("https://a b", false),
            ("https://a|b", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(is_address(url), fine, "{url}");
        }
    }
}
