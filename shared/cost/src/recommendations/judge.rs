use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::Serialize;

use super::model::{Action, Recommendation};
use super::schedule::{Schedules, Sleeper, WEEK};
use crate::chart::dollars;

/// Compute Optimizer judges a volume only once it was attached to a running
/// instance for 30 hours on end (its user guide, "Metrics requirements").
const HOURS_FOR_A_VOLUME: u16 = 30;
/// How far back Compute Optimizer looks unless it says so.
const LOOK_BACK_OF_SIZES: u16 = 14;
/// The longest that Cost Explorer looks back for commitments.
const LOOK_BACK_OF_COMMITMENTS: u16 = 60;

/// What is true of a recommendation in an estate that sleeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// No schedule touches it.
    Sound,
    /// It is right, but hours that are slept anyway may be counted as saved.
    Overstated {
        /// What it saves at least.
        at_least: Money,
    },
    /// It was made from a time before the schedule, and will be another one then.
    Wait {
        /// The first day on which it is made from days with the schedule alone.
        #[schemars(with = "String")]
        until: Date,
    },
    /// It takes sleep for something else.
    Wrong,
}

/// A recommendation with what is true of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Advice {
    /// What AWS says.
    pub recommendation: Recommendation,
    /// What is true of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why, in words; none where it is sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// All recommendations, the most saving first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Judged {
    /// One each, ranked by what can be counted on.
    pub advice: Vec<Advice>,
    /// Volumes of which AWS will never say anything, because of the schedule.
    pub unjudged_volumes: Vec<String>,
}

impl Advice {
    /// What can be counted on a month: nothing of what is wrong or has to wait.
    pub fn counted(&self) -> Option<Money> {
        match self.verdict {
            Verdict::Sound => self.recommendation.monthly_saving,
            Verdict::Overstated { at_least } => {
                let saving = self.recommendation.monthly_saving;
                saving.map(|saving| saving.min(at_least))
            }
            Verdict::Wait { .. } | Verdict::Wrong => None,
        }
    }
}

impl Judged {
    /// What all that can be counted on comes to a month.
    pub fn counted(&self) -> Money {
        self.advice.iter().filter_map(Advice::counted).sum()
    }

    /// What AWS's estimates come to a month.
    pub fn claimed(&self) -> Money {
        let all = self.advice.iter();
        all.filter_map(|one| one.recommendation.monthly_saving)
            .sum()
    }
}

/// Judges recommendations by the schedules. The same one twice, by its id, is
/// judged once: the first.
pub fn judge(
    recommendations: impl IntoIterator<Item = Recommendation>,
    schedules: &Schedules,
    now: Timestamp,
) -> Judged {
    let mut seen = std::collections::BTreeSet::new();
    let mut advice: Vec<Advice> = recommendations
        .into_iter()
        .filter(|one| seen.insert(one.id.clone()))
        .map(|one| advise(one, schedules, now))
        .collect();
    advice.sort_by(|one, other| {
        let rank = |advice: &Advice| (advice.counted(), advice.recommendation.monthly_saving);
        rank(other)
            .cmp(&rank(one))
            .then_with(|| one.recommendation.id.cmp(&other.recommendation.id))
    });
    let unjudged = schedules
        .sleepers
        .iter()
        .filter(|one| one.is_never_awake_for(HOURS_FOR_A_VOLUME))
        .flat_map(|one| &one.volumes);
    let mut unjudged_volumes: Vec<String> = unjudged.cloned().collect();
    unjudged_volumes.sort();
    unjudged_volumes.dedup();
    Judged {
        advice,
        unjudged_volumes,
    }
}

fn advise(recommendation: Recommendation, schedules: &Schedules, now: Timestamp) -> Advice {
    let (verdict, reason) = verdict(&recommendation, schedules, now)
        .map_or((Verdict::Sound, None), |(verdict, reason)| {
            (verdict, Some(reason))
        });
    Advice {
        recommendation,
        verdict,
        reason,
    }
}

fn verdict(
    recommendation: &Recommendation,
    schedules: &Schedules,
    now: Timestamp,
) -> Option<(Verdict, String)> {
    let made_at = recommendation.refreshed_at.unwrap_or(now);
    if recommendation.action.is_commitment() {
        return commitment(recommendation, schedules, made_at);
    }
    let (arn, name) = (recommendation.arn.as_deref(), recommendation.name.as_str());
    if recommendation.resource_type == "EbsVolume" {
        return volume(recommendation, schedules.of_volume(arn, name)?);
    }
    let sleeper = schedules.of(arn, name)?;
    match recommendation.action {
        Action::Stop | Action::Delete | Action::ScaleIn => Some(idle(recommendation, sleeper)),
        _ => size(recommendation, sleeper, made_at),
    }
}

/// An amount by the hour, of a resource that is awake only part of the week.
fn awake_part(saving: Money, sleeper: &Sleeper) -> Money {
    let micros = i128::from(saving.micro_usd()) * i128::from(sleeper.hours_awake_a_week());
    Money::from_micro_usd(i64::try_from(micros / i128::from(WEEK)).unwrap_or(i64::MAX))
}

fn idle(recommendation: &Recommendation, sleeper: &Sleeper) -> (Verdict, String) {
    let hours = sleeper.hours_asleep_a_week;
    let begin = if sleeper.asleep {
        format!("It is asleep now, and sleeps {hours} of {WEEK} hours a week")
    } else {
        format!("It sleeps {hours} of {WEEK} hours a week")
    };
    let saving = recommendation
        .monthly_saving
        .map(|saving| awake_part(saving, sleeper));
    let most = saving.map_or_else(String::new, |saving| {
        format!(", and {} a month at most would be saved", dollars(saving))
    });
    (
        Verdict::Wrong,
        format!(
            "{begin}: AWS sees a resource that does nothing. Look at its waking hours before you {} it{most}.",
            recommendation.action.words().to_lowercase()
        ),
    )
}

fn size(
    recommendation: &Recommendation,
    sleeper: &Sleeper,
    made_at: Timestamp,
) -> Option<(Verdict, String)> {
    let saving = recommendation.monthly_saving?;
    let at_least = awake_part(saving, sleeper);
    if at_least == saving {
        return None;
    }
    let days = recommendation.look_back_days.unwrap_or(LOOK_BACK_OF_SIZES);
    let before = begin(made_at, days) < sleeper.since;
    let why = if before {
        format!(
            "Part of the {days} days it was made from are from before the schedule of {}",
            date(sleeper.since)
        )
    } else {
        "The size was judged by waking hours, which is right".to_owned()
    };
    Some((
        Verdict::Overstated { at_least },
        format!(
            "{why}; a month of 730 hours would save {}, the {} of {WEEK} hours a week that it is awake save {}.",
            dollars(saving),
            sleeper.hours_awake_a_week(),
            dollars(at_least)
        ),
    ))
}

fn volume(recommendation: &Recommendation, sleeper: &Sleeper) -> Option<(Verdict, String)> {
    let name = &sleeper.name;
    if matches!(recommendation.action, Action::Delete | Action::Stop) {
        let reason = format!("It belongs to {name}, which only sleeps.");
        return Some((Verdict::Wrong, reason));
    }
    sleeper.is_never_awake_for(HOURS_FOR_A_VOLUME).then(|| {
        (
            // What a volume costs, it costs at night too: nothing is taken off.
            Verdict::Overstated {
                at_least: Money::ZERO,
            },
            format!(
                "It belongs to {name}, which is never awake for the {HOURS_FOR_A_VOLUME} hours on end that AWS needs to judge a volume: this is from before {}. Look at its throughput in a working day.",
                date(sleeper.since)
            ),
        )
    })
}

fn commitment(
    recommendation: &Recommendation,
    schedules: &Schedules,
    made_at: Timestamp,
) -> Option<(Verdict, String)> {
    let days = recommendation
        .look_back_days
        .unwrap_or(LOOK_BACK_OF_COMMITMENTS);
    let from = begin(made_at, days);
    let late: Vec<&Sleeper> = schedules
        .sleepers
        .iter()
        .filter(|one| one.is_paid_by(&recommendation.resource_type))
        .filter(|one| one.hours_asleep_a_week > 0 && one.since > from)
        .collect();
    let last = late.iter().map(|one| one.since).max()?;
    let until = date(
        last.saturating_add(SignedDuration::from_hours(24 * i64::from(days)))
            .unwrap_or(Timestamp::MAX),
    );
    let names: Vec<&str> = late.iter().take(3).map(|one| one.name.as_str()).collect();
    let more = late.len().saturating_sub(names.len());
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    Some((
        Verdict::Wait { until },
        format!(
            "It was made from {days} days of use, and {}{more} began to sleep only after these began: a commitment is paid at night too, so this one is too large. Ask again on {until}.",
            names.join(", ")
        ),
    ))
}

fn begin(made_at: Timestamp, days: u16) -> Timestamp {
    made_at
        .saturating_sub(SignedDuration::from_hours(24 * i64::from(days)))
        .unwrap_or(Timestamp::MIN)
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
