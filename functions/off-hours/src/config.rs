//! The function's own section of the configuration.

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::IsoDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{AutoScalingMode, Kind};

/// The section `functions.off-hours` of the configuration document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The tag key that carries a resource's schedule.
    pub schedule_tag: String,
    /// The IANA zone of schedules that name none.
    pub default_zone: String,
    /// Schedules that tags may name.
    pub schedules: BTreeMap<String, String>,
    /// The schedule of resources without the tag; none leaves them alone.
    pub untagged: Option<String>,
    /// Whose syntax tag values are written in; none for our own.
    pub syntax: Option<String>,
    /// Local dates on which everything stays off.
    pub closed: BTreeSet<String>,
    /// Local dates on which nothing is done.
    pub frozen: BTreeSet<String>,
    /// Calendars in iCalendar form, held in SSM.
    pub calendars: Vec<CalendarSource>,
    /// How long a change by a person is respected.
    pub lease: IsoDuration,
    /// Whether changes by a person are put back in line at once.
    pub strict: bool,
    /// How long before sleep people are warned; none for no warning.
    pub warn_before: Option<IsoDuration>,
    /// How Auto Scaling groups sleep, unless the tag `nightshift:sleep-mode` says otherwise.
    pub auto_scaling: AutoScalingMode,
    /// How long a later wave waits for an earlier one.
    pub health_timeout: IsoDuration,
    /// Which kinds are looked after.
    pub kinds: BTreeSet<Kind>,
    /// List prices in US dollars per hour that go before the built-in table,
    /// by class, such as `t3.small`, or `db.t3.micro/postgres`.
    pub prices: BTreeMap<String, String>,
}

/// A calendar in iCalendar form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarSource {
    /// Where it is.
    pub source: CalendarPlace,
    /// The parameter's or the Change Calendar document's name. The role reads
    /// parameters below `/{project}/{environment}/nightshift/calendars/`.
    pub name: String,
    /// What its days mean.
    pub means: CalendarMeaning,
}

/// Where a calendar is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CalendarPlace {
    /// The value of an SSM parameter.
    SsmParameter,
    /// An SSM document of type `ChangeCalendar`.
    SsmChangeCalendar,
}

/// What the days of a calendar mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CalendarMeaning {
    /// Everything stays off.
    Closed,
    /// Nothing is done.
    Frozen,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            schedule_tag: "Schedule".to_owned(),
            default_zone: "UTC".to_owned(),
            schedules: BTreeMap::new(),
            untagged: None,
            syntax: None,
            closed: BTreeSet::new(),
            frozen: BTreeSet::new(),
            calendars: Vec::new(),
            lease: IsoDuration::from_hours(8),
            strict: false,
            warn_before: Some(IsoDuration::from_minutes(15)),
            auto_scaling: AutoScalingMode::Zero,
            health_timeout: IsoDuration::from_minutes(30),
            kinds: Kind::ALL.into_iter().collect(),
            prices: BTreeMap::new(),
        }
    }
}
