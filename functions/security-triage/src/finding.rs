//! One finding, whatever service sent it and by whatever route it came.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use nightshift_core::{AccountId, Arn, Region, Severity, Tags, shortened};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What makes two events speak of the same incident: the account and Region the
/// finding is about, and the last part of its id. Whole ARNs differ between
/// routes, and AWS's own documentation shows malformed ones.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct FindingKey {
    /// The account that the finding is about; not the administrator that shows it.
    pub account: AccountId,
    /// The Region that the finding is about; not the aggregation Region.
    pub region: Region,
    /// The last part of the finding's id.
    pub id: String,
}

impl FindingKey {
    /// The characters of an id that are kept; longer ones end in a checksum of
    /// the whole, for a sort key of `DynamoDB` has 1,024 bytes.
    const ID: usize = 160;

    /// A key from what a source names.
    pub fn new(account: &str, region: &str, id: &str) -> Self {
        let id = id.trim();
        Self {
            account: AccountId::new(shortened(account, 40)),
            region: Region::new(shortened(region, 40)),
            id: if id.chars().count() <= Self::ID {
                id.to_owned()
            } else {
                let head: String = id.chars().take(Self::ID).collect();
                format!("{head}~{:016x}", checksum(id))
            },
        }
    }

    /// Reads a key as it is written in messages, `account/region/id`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '/');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        Some(Self {
            account: AccountId::new(part()?),
            region: Region::new(part()?),
            id: part()?.to_owned(),
        })
    }
}

/// FNV-1a, 64 bits: the same in every build, which the standard library's
/// hasher does not promise.
pub(crate) fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl fmt::Display for FindingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.region, self.id)
    }
}

/// The service whose event brought the finding.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Amazon GuardDuty's own event.
    GuardDuty,
    /// GuardDuty Malware Protection for S3: the result of an object's scan.
    MalwareProtection,
    /// Security Hub CSPM, in the AWS Security Finding Format.
    SecurityHubCspm,
    /// Security Hub, in the Open Cybersecurity Schema Framework.
    SecurityHub,
    /// A compliance change of an AWS Config rule.
    Config,
    /// IAM Access Analyzer.
    AccessAnalyzer,
    /// Amazon Inspector's own event.
    Inspector,
    /// AWS Health.
    Health,
    /// A sign-in or a call of the root user, by way of CloudTrail.
    CloudTrail,
    /// An event of a shape that nothing here knows.
    Unknown,
}

/// How bad the service says it is. Ordered, least first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// Security Hub's INFORMATIONAL.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Band {
    /// GuardDuty's number: Low 1.0 to 3.9, Medium 4.0 to 6.9, High 7.0 to 8.9,
    /// Critical from 9.0 (GuardDuty User Guide, severity levels of findings).
    pub fn from_guardduty(score: f64) -> Self {
        match score {
            score if score >= 9.0 => Self::Critical,
            score if score >= 7.0 => Self::High,
            score if score >= 4.0 => Self::Medium,
            score if score >= 1.0 => Self::Low,
            _ => Self::Informational,
        }
    }

    /// The label of Security Hub or Inspector, in any case; None for other words.
    pub fn from_label(label: &str) -> Option<Self> {
        Some(match label.trim().to_ascii_lowercase().as_str() {
            "informational" | "info" | "none" => Self::Informational,
            "low" => Self::Low,
            "medium" | "moderate" => Self::Medium,
            "high" => Self::High,
            "critical" | "fatal" => Self::Critical,
            _ => return None,
        })
    }

    /// How much of a person's attention that is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Informational => Severity::Info,
            Self::Low => Severity::Notice,
            Self::Medium => Severity::Warning,
            Self::High => Severity::Error,
            Self::Critical => Severity::Critical,
        }
    }
}

/// Whether the finding wants anything of anybody.
/// Ordered so that of two words of the same instant the closing one counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Somebody should look.
    Open,
    /// Its cause is gone, or somebody has resolved it.
    Resolved,
    /// A person or a rule of the service has put it aside.
    Suppressed,
}

impl Standing {
    /// Whether somebody should look.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }
}

/// A resource that the finding is about.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Subject {
    /// What it is, in the words of AWS `CloudFormation` where they are known, such
    /// as `AWS::EC2::Instance`; otherwise the source's own.
    pub kind: String,
    /// Its id or name, as the service of the resource knows it.
    pub id: String,
    /// Its ARN, where the source tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<Arn>,
    /// Tags, where the source tells them.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Whether the resource is the victim or the offender (GuardDuty's `resourceRole`).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Something is done to it.
    Target,
    /// It does something.
    Actor,
}

/// Somebody who acts in the finding.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Principal {
    /// `IAMUser`, `AssumedRole`, `Root` and so on, in AWS's words.
    pub kind: String,
    /// The user's or role's name, as IAM knows it.
    pub name: String,
    /// The access key that was used; `ASIA...` is a session's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
}

/// Where an update goes, for services that take one.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case", tag = "service")]
pub enum Handle {
    /// `BatchUpdateFindings` names a finding by both (Security Hub API Reference).
    SecurityHubCspm {
        /// `Id`.
        id: String,
        /// `ProductArn`.
        product_arn: String,
    },
    /// `BatchUpdateFindingsV2` takes OCSF's `metadata.uid`.
    SecurityHub {
        /// `metadata.uid`.
        metadata_uid: String,
    },
    /// `ArchiveFindings` wants the detector.
    GuardDuty {
        /// `service.detectorId`.
        detector: String,
        /// The finding's id.
        id: String,
    },
}

impl Handle {
    /// The texts by which the service knows the finding.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::SecurityHubCspm { id, product_arn } => vec![id, product_arn],
            Self::SecurityHub { metadata_uid } => vec![metadata_uid],
            Self::GuardDuty { detector, id } => vec![detector, id],
        }
    }
}

/// What the source says a person should do.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Remedy {
    /// In words.
    pub text: String,
    /// An https address with more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The name by which our own updates are known, as Security Hub's
/// `Note.UpdatedBy` and at the head of an OCSF comment.
pub const AUTHOR: &str = "nightshift/security-triage";

/// One finding in one event. Every text in it is untrusted, and bounded.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Finding {
    /// What it is merged by.
    pub key: FindingKey,
    /// How it came.
    pub route: Route,
    /// The service that found it, in its own name (`GuardDuty`, `Inspector`, ...).
    pub product: String,
    /// The type, control, rule, CVE or event code.
    pub kind: String,
    /// How bad it is.
    pub band: Band,
    /// One line: what was found.
    pub title: String,
    /// More about it.
    pub description: String,
    /// What it is about, the main thing first.
    pub subjects: Vec<Subject>,
    /// Victim or offender, where the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Who acts in it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub principals: BTreeSet<Principal>,
    /// Short further values that help a person, label and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
    /// How often the service has seen it.
    pub count: u64,
    /// When it was first seen.
    #[schemars(with = "String")]
    pub first_seen: Timestamp,
    /// When it was last seen.
    #[schemars(with = "String")]
    pub last_seen: Timestamp,
    /// The source's own time of this version of the finding.
    #[schemars(with = "String")]
    pub updated: Timestamp,
    /// When EventBridge took the event; unlike `updated` it moves with every event.
    #[schemars(with = "String")]
    pub emitted: Timestamp,
    /// What it wants.
    pub standing: Standing,
    /// The custom action by which a person has sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// What the source says a person should do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// Whether it was made up, to try the alarm.
    pub sample: bool,
    /// Whether the event only tells what Nightshift itself has written back.
    pub echo: bool,
    /// Where an update goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<Handle>,
}
