//! Reads the schedules of other tools: translates them into the grammar, says how the
//! translation differs, and refuses what the grammar cannot say.

mod autostate;
mod cloud_custodian;
mod instance_scheduler;
mod kube_downscaler;
mod lights_off;
mod pairing;
mod tags;
mod week;

use std::str::FromStr;

use nightshift_core::printable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::parse::{Hours, minutes as clock};
use crate::problem::Problem;
use crate::schedule::Context;
use crate::window::Window;
use crate::zone::Zone;

/// In which tool's syntax a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// The grammar of this crate.
    #[default]
    Nightshift,
    /// Cloud Custodian's off-hours tag: `off=(M-F,19);on=(M-F,7);tz=et`.
    CloudCustodian,
    /// A schedule of Instance Scheduler on AWS with its periods, as JSON.
    InstanceScheduler,
    /// kube-downscaler's uptime or downtime: `Mon-Fri 07:30-20:30 Europe/Berlin`.
    KubeDownscaler,
    /// Lights Off's tags: `sched-start=u=1 u=2 H:M=07:00; sched-stop=u=1 u=2 H:M=19:00`.
    LightsOff,
    /// Auto State's tags: `start-schedule=0 8 - - 1-5; stop-schedule=0 18 - - 1-5`.
    Autostate,
}

impl Syntax {
    /// Every syntax.
    pub const ALL: [Self; 6] = [
        Self::Nightshift,
        Self::CloudCustodian,
        Self::InstanceScheduler,
        Self::KubeDownscaler,
        Self::LightsOff,
        Self::Autostate,
    ];

    /// The name by which a command asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nightshift => "nightshift",
            Self::CloudCustodian => "cloud-custodian",
            Self::InstanceScheduler => "instance-scheduler",
            Self::KubeDownscaler => "kube-downscaler",
            Self::LightsOff => "lights-off",
            Self::Autostate => "autostate",
        }
    }
}

/// A syntax's name that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a syntax: nightshift, cloud-custodian, instance-scheduler, kube-downscaler, lights-off or autostate"
)]
pub struct UnknownSyntax(String);

impl FromStr for Syntax {
    type Err = UnknownSyntax;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|syntax| syntax.name() == name)
            .ok_or_else(|| UnknownSyntax(name.to_owned()))
    }
}

/// A translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// A value of the grammar.
    pub text: String,
    /// How its meaning differs from the original's.
    pub differences: Vec<String>,
}

/// The longest value that a tag can have.
const LONGEST_TAG: usize = 256;

impl Import {
    fn opted_out(differences: Vec<String>) -> Self {
        Self {
            text: "no".to_owned(),
            differences,
        }
    }

    fn hours(hours: &Hours, zone: &Zone, mut differences: Vec<String>) -> Self {
        let text = format!("{hours} @{zone}");
        if text.len() > LONGEST_TAG {
            differences.push(format!(
                "the translation has {} characters and a tag value at most {LONGEST_TAG}: make it a named schedule",
                text.len()
            ));
        }
        Self { text, differences }
    }

    fn windows(windows: Vec<Window>, zone: &Zone, differences: Vec<String>) -> Self {
        Self::hours(&Hours::Windows(windows), zone, differences)
    }
}

/// Translates another tool's value.
pub(crate) fn translate(
    value: &str,
    syntax: Syntax,
    context: &Context,
) -> Result<Import, Vec<Problem>> {
    let import = match syntax {
        Syntax::Nightshift => Ok(Import {
            text: value.to_owned(),
            differences: Vec::new(),
        }),
        Syntax::CloudCustodian => cloud_custodian::translate(value, context),
        Syntax::InstanceScheduler => instance_scheduler::translate(value, context),
        Syntax::KubeDownscaler => kube_downscaler::translate(value, context),
        Syntax::LightsOff => lights_off::translate(value),
        Syntax::Autostate => autostate::translate(value),
    };
    let import = import.map(|import| Import {
        differences: import
            .differences
            .iter()
            .map(|words| printable(words, usize::MAX))
            .collect(),
        ..import
    });
    import.map_err(|mut problems| {
        problems.sort_by_key(|problem| problem.position);
        problems.dedup();
        problems
    })
}

/// A part of the value with the character offset of its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'v> {
    pub text: &'v str,
    pub position: usize,
}

impl<'v> Part<'v> {
    /// The whole value.
    fn whole(value: &'v str) -> Self {
        Self {
            text: value,
            position: 0,
        }
    }

    /// The part without blanks around it.
    fn trim(self) -> Self {
        let rest = self.text.trim_start();
        let skipped = self.text.len() - rest.len();
        Self {
            text: rest.trim_end(),
            position: self.position + self.text[..skipped].chars().count(),
        }
    }

    /// What stands before and after the first of some characters.
    fn cut(self, at: impl FnMut(char) -> bool) -> Option<(Self, Self)> {
        let start = self.text.find(at)?;
        let length = self.text[start..].chars().next()?.len_utf8();
        let before = &self.text[..start];
        Some((
            Self {
                text: before,
                position: self.position,
            },
            Self {
                text: &self.text[start + length..],
                position: self.position + before.chars().count() + 1,
            },
        ))
    }

    /// The pieces between certain characters.
    fn split(self, mut at: impl FnMut(char) -> bool) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut rest = self;
        while let Some((piece, tail)) = rest.cut(&mut at) {
            pieces.push(piece);
            rest = tail;
        }
        pieces.push(rest);
        pieces
    }

    fn problem(self, message: impl Into<String>, hint: impl Into<String>) -> Problem {
        Problem::new(self.position, message, hint)
    }
}
