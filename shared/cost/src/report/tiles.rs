//! The numbers that are read first.

use super::charts::hours;
use super::facts::Commitment;
use super::figure::{Known, Percent};
use super::model::Report;
use super::sections::{NOTHING, change, day, former};
use crate::chart::dollars;

/// One number that is read before everything else.
pub(super) struct Tile {
    pub label: &'static str,
    pub value: String,
    pub detail: String,
    pub mood: Mood,
}

/// Whether a number is as it should be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Plain,
    Good,
    Bad,
    Unknown,
}

/// The numbers that are read first.
pub(super) fn tiles(report: &Report) -> Vec<Tile> {
    vec![
        spent_tile(report),
        budget_tile(report),
        slept_tile(report),
        reduction_tile(report),
        commitments_tile(report),
        untagged_tile(report),
    ]
}

fn unknown(label: &'static str, why: impl Into<String>) -> Tile {
    Tile {
        label,
        value: "not known".to_owned(),
        detail: why.into(),
        mood: Mood::Unknown,
    }
}

fn spent_tile(report: &Report) -> Tile {
    let label = if report.over { "Spent" } else { "Spent so far" };
    if report.spent.now.amount.is_none() {
        return unknown(label, "no day could be read");
    }
    Tile {
        label,
        value: report.spent.now.to_string(),
        detail: match change(&report.spent) {
            words if words == NOTHING => "no whole month to compare with".to_owned(),
            words => format!("{words} against {}", former(report)),
        },
        mood: Mood::Plain,
    }
}

fn budget_tile(report: &Report) -> Tile {
    let label = "Within budget";
    let lines = || {
        report
            .environments
            .iter()
            .filter(|line| line.budget.is_some())
    };
    let judged = lines().filter_map(|line| line.used).count();
    let all = lines().count();
    if judged == 0 {
        return unknown(label, "no budget with a whole month's spending");
    }
    let within = lines()
        .filter_map(|line| line.used)
        .filter(|used| *used <= Percent::whole(100))
        .count();
    let reached = lines().filter_map(|line| {
        let forecast = line.forecast.as_ref()?.get()?;
        Some((forecast.reached_on?, line.environment.as_deref()?))
    });
    Tile {
        label,
        value: format!("{within} of {all}"),
        detail: match reached.min() {
            Some((on, environment)) => format!("{environment} reaches its budget on {}", day(on)),
            None if judged < all => format!("{} not known", all - judged),
            None => "environments".to_owned(),
        },
        mood: if within < judged {
            Mood::Bad
        } else if judged < all {
            Mood::Unknown
        } else {
            Mood::Good
        },
    }
}

fn slept_tile(report: &Report) -> Tile {
    let label = "Saved by sleep";
    let Some((seconds, money)) = report.slept_total() else {
        return unknown(label, "off-hours could not be asked");
    };
    let missing = report
        .slept
        .iter()
        .filter(|line| line.slept.get().is_none())
        .count();
    Tile {
        label,
        value: dollars(money),
        detail: if missing == 0 {
            format!("{} hours asleep, at list price", hours(seconds))
        } else {
            format!("{} hours asleep; {missing} not known", hours(seconds))
        },
        mood: if missing == 0 {
            Mood::Good
        } else {
            Mood::Unknown
        },
    }
}

fn reduction_tile(report: &Report) -> Tile {
    let label = "Less than the baseline";
    match &report.reduction {
        Known::Missing(why) => unknown(label, why.clone()),
        Known::Known(one) => Tile {
            label,
            value: one.reduction.to_string(),
            detail: format!("goal {} of {}", one.goal, dollars(one.baseline.monthly)),
            mood: if one.reduction >= one.goal {
                Mood::Good
            } else {
                Mood::Bad
            },
        },
    }
}

fn commitments_tile(report: &Report) -> Tile {
    let label = "Commitments used";
    let all = [&report.reservations, &report.savings_plans];
    let used = all.into_iter().filter_map(|one| match one.get() {
        Some(Commitment::Held(held)) => Some(held.utilisation),
        _ => None,
    });
    match used.min() {
        Some(least) => Tile {
            label,
            value: least.to_string(),
            detail: format!(
                "the lower of what is held; goal {}",
                report.utilisation_goal
            ),
            mood: if least >= report.utilisation_goal {
                Mood::Good
            } else {
                Mood::Bad
            },
        },
        None if all.iter().all(|one| one.get().is_some()) => Tile {
            label,
            value: "none held".to_owned(),
            detail: "no reservation, no Savings Plan".to_owned(),
            mood: Mood::Plain,
        },
        None => unknown(label, "utilisation could not be read"),
    }
}

fn untagged_tile(report: &Report) -> Tile {
    let label = "Without environment tag";
    match &report.untagged {
        Known::Missing(why) => unknown(label, why.clone()),
        Known::Known(share) => Tile {
            label,
            value: share.to_string(),
            detail: "of usage".to_owned(),
            mood: Mood::Plain,
        },
    }
}
