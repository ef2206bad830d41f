//! A schedule read from a value, in its context.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::calendar::Calendar;
use crate::parse::{self, Hours, is_legal};
use crate::problem::Problem;
use crate::zone::Zone;

/// The words that opt a resource out: it is left alone. The list is closed; blanks around the
/// word and its case do not matter.
pub const OPT_OUT_WORDS: &[&str] = &[
    "no", "none", "never", "false", "off", "disabled", "exclude", "skip", "0",
];

/// What a value's meaning depends on besides the value itself.
#[derive(Clone, Debug)]
pub struct Context {
    /// The zone of a schedule that names none.
    pub default_zone: Zone,
    /// Schedules by name, each in the grammar itself. A value is looked up here by its whole
    /// text, case ignored.
    pub named: BTreeMap<String, String>,
    /// Closed and frozen dates.
    pub calendar: Calendar,
}

impl Context {
    /// A context with a default zone and nothing else.
    pub fn new(default_zone: Zone) -> Self {
        Self {
            default_zone,
            named: BTreeMap::new(),
            calendar: Calendar::default(),
        }
    }

    /// What is wrong with the named schedules: a definition that is invalid, refers to another
    /// name or opts out, and a name that could not be written in a tag or already means
    /// something. Pairs of the name and the problem.
    pub fn problems(&self) -> Vec<(String, Problem)> {
        let mut found = Vec::new();
        for (name, definition) in &self.named {
            let trimmed = name.trim_matches(' ');
            if trimmed.is_empty() || trimmed != name || name.contains(['@', '+']) {
                found.push((
                    name.clone(),
                    Problem::new(0, "not a name", "use letters, digits, `-`, `_` and `.`"),
                ));
            } else if let Some(at) = name.chars().position(|letter| !is_legal(letter)) {
                found.push((
                    name.clone(),
                    Problem::new(
                        at,
                        "the name has a character that a tag value may not have",
                        "use letters, digits, `-`, `_` and `.`",
                    ),
                ));
            } else if opt_out(name).is_some() || parse::parse(name, 0, &[]).is_ok() {
                found.push((
                    name.clone(),
                    Problem::new(
                        0,
                        "the name has a meaning of its own",
                        "choose another name",
                    ),
                ));
            }
            match Schedule::resolve(definition, self, true) {
                Parsed::Schedule(_) => {}
                Parsed::Excluded { word } => found.push((
                    name.clone(),
                    Problem::new(
                        0,
                        format!("`{word}` opts out and has no hours"),
                        "write it in the resource's tag",
                    ),
                )),
                Parsed::Invalid { errors } => {
                    found.extend(errors.into_iter().map(|error| (name.clone(), error)));
                }
            }
        }
        found
    }
}

/// What a value was found to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// The value opts out: the resource is left alone.
    Excluded {
        /// The word, in lower case.
        word: String,
    },
    /// The value is not understood: the resource is left alone and the errors are reported.
    Invalid {
        /// At least one, in the order of their positions.
        errors: Vec<Problem>,
    },
    /// The value has hours.
    Schedule(Schedule),
}

/// Hours in a time zone.
///
/// Its `Display` form is canonical: it always names the zone, and reading it gives an equal
/// schedule in any context.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(crate) hours: Hours,
    pub(crate) zone: Zone,
    pub(crate) name: Option<String>,
}

impl Schedule {
    /// Reads a tag value. Blanks around it are ignored.
    pub fn parse(value: &str, context: &Context) -> Parsed {
        Self::resolve(value, context, false)
    }

    fn resolve(value: &str, context: &Context, is_definition: bool) -> Parsed {
        let text = value.trim_matches(' ');
        let offset = value.len() - value.trim_start_matches(' ').len();
        if text.is_empty() {
            return Parsed::Invalid {
                errors: vec![Problem::new(
                    value.len(),
                    "the value is empty",
                    "write hours such as `Mon-Fri 07:00-19:00`, `always`, or `no` to opt out",
                )],
            };
        }
        if let Some(word) = opt_out(text) {
            return Parsed::Excluded { word };
        }
        if !is_definition {
            if let Some((name, definition)) = find_named(text, context) {
                return named(name, definition, offset, context);
            }
            if let Some(problem) = name_with_zone(text, offset, context) {
                return Parsed::Invalid {
                    errors: vec![problem],
                };
            }
        }
        let names: Vec<&str> = if is_definition {
            Vec::new()
        } else {
            context.named.keys().map(String::as_str).collect()
        };
        match parse::parse(text, offset, &names) {
            Ok(parsed) => Parsed::Schedule(Self {
                hours: parsed.hours,
                zone: parsed.zone.unwrap_or_else(|| context.default_zone.clone()),
                name: None,
            }),
            Err(errors) => Parsed::Invalid { errors },
        }
    }

    /// The zone in which its times are meant.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The hours.
    pub fn hours(&self) -> &Hours {
        &self.hours
    }

    /// The name under which the configuration defines it, if it was read by name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl PartialEq for Schedule {
    /// Whether both mean the same hours in the same zone, written in the same order; how they
    /// were named does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.hours == other.hours && self.zone == other.zone
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => out.write_str("always"),
            Self::Windows(windows) => {
                for (index, window) in windows.iter().enumerate() {
                    let joiner = if index == 0 { "" } else { " + " };
                    write!(out, "{joiner}{window}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} @{}", self.hours, self.zone)
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn opt_out(text: &str) -> Option<String> {
    OPT_OUT_WORDS
        .iter()
        .find(|word| word.eq_ignore_ascii_case(text.trim_matches(' ')))
        .map(|word| (*word).to_owned())
}

fn find_named<'c>(text: &str, context: &'c Context) -> Option<(&'c str, &'c str)> {
    let entry = context.named.get_key_value(text).or_else(|| {
        let mut entries = context.named.iter();
        entries.find(|(name, _)| name.eq_ignore_ascii_case(text))
    });
    entry.map(|(name, definition)| (name.as_str(), definition.as_str()))
}

fn named(name: &str, definition: &str, offset: usize, context: &Context) -> Parsed {
    match Schedule::resolve(definition, context, true) {
        Parsed::Schedule(schedule) => Parsed::Schedule(Schedule {
            name: Some(name.to_owned()),
            ..schedule
        }),
        Parsed::Excluded { word } => Parsed::Excluded { word },
        Parsed::Invalid { errors } => Parsed::Invalid {
            errors: errors
                .into_iter()
                .map(|error| {
                    Problem::new(
                        offset,
                        format!(
                            "the named schedule `{name}` is invalid: at {}: {}",
                            error.position, error.message
                        ),
                        format!("in the configuration: {}", error.hint),
                    )
                })
                .collect(),
        },
    }
}

/// A named schedule has a zone of its own, so that none can be added to it, nor windows.
fn name_with_zone(text: &str, offset: usize, context: &Context) -> Option<Problem> {
    let at = text.find(['@', '+'])?;
    let (name, _) = find_named(text[..at].trim_matches(' '), context)?;
    Some(Problem::new(
        offset + text[..at].chars().count(),
        format!("expected the end after the named schedule `{name}`"),
        "a named schedule stands alone: write the hours out to add a zone or windows",
    ))
}
