//! What a rule matches, and whether it matches.

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::{AccountId, Region, printable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::glob::Glob;
use super::matter::{Known, Matter};
use crate::finding::{Band, Part, Subject};

/// What a rule matches: all that is said has to hold, of a list one entry has to.
/// What is left out matches anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// Patterns of the type, control, rule, CVE or event code.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub types: BTreeSet<Glob>,
    /// Patterns of the service that found it, such as `GuardDuty`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub products: BTreeSet<Glob>,
    /// The lowest band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Band>,
    /// The highest band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Band>,
    /// Accounts that the finding is about.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<AccountId>,
    /// Regions that the finding is about.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<Region>,
    /// Environment codes, as the resource's environment tag has them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub environments: BTreeSet<String>,
    /// Patterns of the owner, as the resource's owner tag has it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub owners: BTreeSet<Glob>,
    /// Tags of the main resource, key and exact value; every one has to be there.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Patterns of a resource's kind, such as `AWS::EC2::*`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub resource_kinds: BTreeSet<Glob>,
    /// Patterns of the same resource's id or ARN.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub resources: BTreeSet<Glob>,
    /// Whether it was made up, to try the alarm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<bool>,
    /// Whether the resource is the victim or the offender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Whether the resource can be reached from anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
    /// Whether Nightshift itself has caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours: Option<bool>,
}

/// Whether a resource can be reached from anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// Anybody can reach it.
    Open,
    /// Not anybody can.
    Closed,
}

/// One thing that a rule can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The types.
    Types,
    /// The products.
    Products,
    /// `at_least` and `at_most`.
    Bands,
    /// The accounts.
    Accounts,
    /// The Regions.
    Regions,
    /// The environments.
    Environments,
    /// The owners.
    Owners,
    /// The tags.
    Tags,
    /// `resource_kinds` and `resources`: both of one resource.
    Resources,
    /// Whether it was made up.
    Sample,
    /// Victim or offender.
    Part,
    /// Whether anybody can reach it.
    Exposure,
    /// Whether Nightshift has caused it.
    Ours,
}

/// Whether what was asked for holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It does.
    Holds,
    /// Nobody knows: a look-up failed.
    Unknown,
    /// It does not.
    Fails,
}

impl Answer {
    const fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

impl Condition {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Types,
        Self::Products,
        Self::Bands,
        Self::Accounts,
        Self::Regions,
        Self::Environments,
        Self::Owners,
        Self::Tags,
        Self::Resources,
        Self::Sample,
        Self::Part,
        Self::Exposure,
        Self::Ours,
    ];

    /// Whether it holds; what is not asked for does.
    pub fn answer(self, wanted: &Match, matter: &Matter<'_>) -> Answer {
        match self {
            Self::Types => of_globs(&wanted.types, matter.kinds.iter().copied()),
            Self::Products => of_globs(&wanted.products, matter.products.iter().copied()),
            Self::Bands => Answer::of(wanted.bands().contains(&matter.band)),
            Self::Accounts => {
                Answer::of(wanted.accounts.is_empty() || wanted.accounts.contains(matter.account))
            }
            Self::Regions => {
                Answer::of(wanted.regions.is_empty() || wanted.regions.contains(matter.region))
            }
            Self::Environments if wanted.environments.is_empty() => Answer::Holds,
            Self::Environments => of_known(matter.environment(), |code| {
                wanted.environments.contains(code)
            }),
            Self::Owners if wanted.owners.is_empty() => Answer::Holds,
            Self::Owners => of_known(matter.owner(), |owner| {
                wanted.owners.iter().any(|glob| glob.matches(owner))
            }),
            Self::Tags if wanted.tags.is_empty() => Answer::Holds,
            Self::Tags => match &matter.tags {
                None => Answer::Unknown,
                Some(tags) => Answer::of(
                    wanted
                        .tags
                        .iter()
                        .all(|(key, value)| tags.get(key.as_str()) == Some(&value.as_str())),
                ),
            },
            Self::Resources => Answer::of(
                !wanted.asks_for_resources()
                    || matter
                        .subjects
                        .iter()
                        .any(|subject| wanted.is_subject(subject)),
            ),
            Self::Sample => Answer::of(wanted.sample.is_none_or(|sample| sample == matter.sample)),
            Self::Part => Answer::of(wanted.part.is_none_or(|part| matter.parts.contains(&part))),
            Self::Exposure => wanted.exposure.map_or(Answer::Holds, |exposure| {
                of_known(matter.exposure(), |open| {
                    open == (exposure == Exposure::Open)
                })
            }),
            Self::Ours => Answer::of(
                wanted
                    .ours
                    .is_none_or(|ours| ours == matter.context.ours.is_some()),
            ),
        }
    }

    /// What a rule asks for, in words; None where it asks for nothing.
    pub fn wanted(self, by: &Match) -> Option<String> {
        let words = match self {
            Self::Types => any_of(&by.types),
            Self::Products => any_of(&by.products),
            Self::Bands => match (by.at_least, by.at_most) {
                (None, None) => None,
                (Some(least), None) => Some(format!("at least {}", of_band(least))),
                (None, Some(most)) => Some(format!("at most {}", of_band(most))),
                (Some(least), Some(most)) => {
                    Some(format!("{} to {}", of_band(least), of_band(most)))
                }
            },
            Self::Accounts => any_of(&by.accounts),
            Self::Regions => any_of(&by.regions),
            Self::Environments => any_of(&by.environments),
            Self::Owners => any_of(&by.owners),
            Self::Tags => joined(by.tags.iter().map(|(key, value)| format!("{key}={value}"))),
            Self::Resources => joined(
                [
                    any_of(&by.resource_kinds).map(|kinds| format!("of kind {kinds}")),
                    any_of(&by.resources).map(|names| format!("named {names}")),
                ]
                .into_iter()
                .flatten(),
            ),
            Self::Sample => by.sample.map(|sample| sample.to_string()),
            Self::Part => by.part.map(|part| of_part(part).to_owned()),
            Self::Exposure => by.exposure.map(|exposure| match exposure {
                Exposure::Open => "open".to_owned(),
                Exposure::Closed => "closed".to_owned(),
            }),
            Self::Ours => by.ours.map(|ours| ours.to_string()),
        };
        words.map(|words| printable(&words, 300))
    }

    /// What there is, in words.
    pub fn found(self, matter: &Matter<'_>) -> String {
        let known = |value: Known<&str>| match value {
            Known::Is(value) => value.to_owned(),
            Known::Absent => "none".to_owned(),
            Known::Unknown => "unknown: tags were not read".to_owned(),
        };
        let words = match self {
            Self::Types => joined(matter.kinds.iter().map(ToString::to_string)).unwrap_or_default(),
            Self::Products => {
                joined(matter.products.iter().map(ToString::to_string)).unwrap_or_default()
            }
            Self::Bands => of_band(matter.band).to_owned(),
            Self::Accounts => matter.account.to_string(),
            Self::Regions => matter.region.to_string(),
            Self::Environments => known(matter.environment()),
            Self::Owners => known(matter.owner()),
            Self::Tags => match &matter.tags {
                None => "unknown: tags were not read".to_owned(),
                Some(tags) => joined(tags.iter().map(|(key, value)| format!("{key}={value}")))
                    .unwrap_or_else(|| "none".to_owned()),
            },
            Self::Resources => matter.resources(),
            Self::Sample => matter.sample.to_string(),
            Self::Part => joined(matter.parts.iter().map(|part| of_part(*part).to_owned()))
                .unwrap_or_else(|| "not told".to_owned()),
            Self::Exposure => match matter.exposure() {
                Known::Is(true) => "open".to_owned(),
                Known::Is(false) => "closed".to_owned(),
                Known::Absent => "not asked".to_owned(),
                Known::Unknown => "unknown: the look-up failed".to_owned(),
            },
            Self::Ours => matter.context.ours.is_some().to_string(),
        };
        printable(&words, 300)
    }
}

impl Match {
    /// Whether all that is asked for holds: the worst answer of all conditions.
    pub fn answer(&self, matter: &Matter<'_>) -> Answer {
        Condition::ALL
            .into_iter()
            .map(|condition| condition.answer(self, matter))
            .max()
            .unwrap_or(Answer::Holds)
    }

    /// The bands that it matches.
    pub fn bands(&self) -> std::ops::RangeInclusive<Band> {
        self.at_least.unwrap_or(Band::Informational)..=self.at_most.unwrap_or(Band::Critical)
    }

    pub(super) fn asks_for_resources(&self) -> bool {
        !self.resource_kinds.is_empty() || !self.resources.is_empty()
    }

    fn is_subject(&self, subject: &Subject) -> bool {
        let arn = subject.arn.as_ref().map(nightshift_core::Arn::as_str);
        let names = [Some(subject.id.as_str()), arn];
        of_globs(&self.resource_kinds, [subject.kind.as_str()].into_iter()) == Answer::Holds
            && of_globs(&self.resources, names.into_iter().flatten()) == Answer::Holds
    }
}

fn of_globs<'a>(wanted: &BTreeSet<Glob>, mut found: impl Iterator<Item = &'a str>) -> Answer {
    Answer::of(wanted.is_empty() || found.any(|name| wanted.iter().any(|glob| glob.matches(name))))
}

fn of_known<T>(known: Known<T>, holds: impl Fn(T) -> bool) -> Answer {
    match known {
        Known::Is(value) => Answer::of(holds(value)),
        Known::Absent => Answer::Fails,
        Known::Unknown => Answer::Unknown,
    }
}

/// The word by which the file names a band.
pub(super) const fn of_band(band: Band) -> &'static str {
    match band {
        Band::Informational => "informational",
        Band::Low => "low",
        Band::Medium => "medium",
        Band::High => "high",
        Band::Critical => "critical",
    }
}

const fn of_part(part: Part) -> &'static str {
    match part {
        Part::Target => "target",
        Part::Actor => "actor",
    }
}

fn any_of<T: ToString>(values: &BTreeSet<T>) -> Option<String> {
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join(" or "))
}

fn joined(words: impl Iterator<Item = String>) -> Option<String> {
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(", "))
}
