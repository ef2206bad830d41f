//! The one way from a value to what is wanted, for the reconciler and for `explain` alike.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::import::{self, Syntax};
use crate::problem::Problem;
use crate::schedule::{Context, Parsed, Schedule};
use crate::standing::{Desired, Standing, Transition};
use crate::zone::tzdb_version;

/// The most days of transitions that an explanation lists: ten years.
pub const MOST_DAYS: u16 = 3_660;

/// A value that was read, by the grammar or by an importer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What it was found to be.
    pub parsed: Parsed,
    /// For another tool's value that could be translated: the translation.
    pub translated: Option<String>,
    /// For another tool's value: how the translation differs from what the tool would do.
    pub differences: Vec<String>,
}

impl Reading {
    /// What is wanted at an instant. Of a value that opts out or is invalid, nothing.
    pub fn at(&self, instant: Timestamp, context: &Context) -> Standing {
        let nothing = |reason: String| Standing {
            desired: Desired::None,
            since: None,
            until: None,
            reason,
        };
        match &self.parsed {
            Parsed::Schedule(schedule) => schedule.at(instant, &context.calendar),
            Parsed::Excluded { word } => nothing(format!("opted out by `{word}`")),
            Parsed::Invalid { errors } => nothing(errors.first().map_or_else(
                || "the schedule is invalid".to_owned(),
                |error| format!("the schedule is invalid: {error}"),
            )),
        }
    }

    /// The schedule, unless the value opts out or is invalid.
    pub fn schedule(&self) -> Option<&Schedule> {
        match &self.parsed {
            Parsed::Schedule(schedule) => Some(schedule),
            Parsed::Excluded { .. } | Parsed::Invalid { .. } => None,
        }
    }
}

/// Reads a value in a syntax.
pub fn read(value: &str, syntax: Syntax, context: &Context) -> Reading {
    if syntax == Syntax::Nightshift {
        return Reading {
            parsed: Schedule::parse(value, context),
            translated: None,
            differences: Vec::new(),
        };
    }
    match import::translate(value, syntax, context) {
        Ok(import) => {
            // A translation is hours and never a name that the configuration happens to have.
            let alone = Context::new(context.default_zone.clone());
            Reading {
                parsed: Schedule::parse(&import.text, &alone),
                translated: Some(import.text),
                differences: import.differences,
            }
        }
        Err(errors) => Reading {
            parsed: Parsed::Invalid { errors },
            translated: None,
            differences: Vec::new(),
        },
    }
}

/// What a value means: the answer of the `explain` command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// Whether the value is understood; one that opts out is.
    pub valid: bool,
    /// Whether the value opts the resource out.
    pub excluded: bool,
    /// What is wanted at the instant asked about.
    pub desired: Desired,
    /// The time zone in which the value's times are meant.
    pub zone: Option<String>,
    /// When it began to be wanted.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub since: Option<Timestamp>,
    /// When something else will be wanted.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub until: Option<Timestamp>,
    /// The changes within the days asked about.
    pub transitions: Vec<Transition>,
    /// What is wrong with the value.
    pub errors: Vec<Problem>,
    /// Why that is wanted, in words.
    pub reason: String,
    /// The value in its canonical form, with the zone.
    pub canonical: Option<String>,
    /// For another tool's value: its translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translated: Option<String>,
    /// For another tool's value: how the translation differs from what the tool would do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<String>>,
    /// The version of the tz database that was used.
    pub tzdb: String,
}

/// Says what a value means at an instant, and which changes lie in the days after it.
///
/// At most [`MOST_DAYS`] days are looked at.
pub fn explain(
    value: &str,
    syntax: Syntax,
    context: &Context,
    at: Timestamp,
    days: u16,
) -> Explanation {
    let reading = read(value, syntax, context);
    let standing = reading.at(at, context);
    let schedule = reading.schedule();
    let imported = syntax != Syntax::Nightshift;
    Explanation {
        valid: !matches!(reading.parsed, Parsed::Invalid { .. }),
        excluded: matches!(reading.parsed, Parsed::Excluded { .. }),
        desired: standing.desired,
        zone: schedule.map(|schedule| schedule.zone().to_string()),
        since: standing.since,
        until: standing.until,
        transitions: schedule.map_or_else(Vec::new, |schedule| {
            schedule.transitions(at, days.min(MOST_DAYS), &context.calendar)
        }),
        reason: standing.reason,
        canonical: schedule.map(Schedule::to_string),
        translated: reading.translated,
        differences: imported.then_some(reading.differences),
        errors: match reading.parsed {
            Parsed::Invalid { errors } => errors,
            Parsed::Excluded { .. } | Parsed::Schedule(_) => Vec::new(),
        },
        tzdb: tzdb_version().to_owned(),
    }
}
