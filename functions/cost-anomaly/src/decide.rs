//! What is done about a matter: whether people are told, and how loud.
//!
//! **Architecture invariant:** pure. The same matter, configuration and instant
//! end in the same verdict; whoever tells people writes down that it did, after
//! it did.

pub mod credits;
pub mod detect;
pub mod standing;
pub mod watch;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use nightshift_core::Severity;
use schemars::JsonSchema;
use serde::Serialize;

use crate::config::{Config, Tell};
use crate::event::Feedback;
use crate::matter::{
    BudgetState, CreditState, Matter, Place, Spend, SpendStanding as Standing, State, Telling,
    days_between, step,
};
use crate::model::Source;

/// What is done about a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verdict {
    /// What people are told.
    pub tell: Telling,
    /// How loud.
    pub severity: Severity,
    /// How large the matter is, in its own measure.
    pub size: i64,
    /// Why, in words.
    pub why: String,
}

/// How a matter stands, before it is asked what people know of it.
struct Case {
    open: bool,
    /// Whether it may be closed without ever having been told.
    silent: bool,
    severity: Severity,
    size: i64,
    /// Whether it has grown since it had that size.
    grown: fn(&Tell, i64, i64) -> bool,
    why: String,
}

/// What is done about a matter.
pub fn decide(matter: &Matter, config: &Config, now: Timestamp) -> Verdict {
    let case = match &matter.state {
        State::Spend(spend) => spending(spend, config, now),
        State::Budget(budget) => of_budget(budget, matter, now),
        State::Credits(credits) => of_credits(credits, now),
        State::Watch(watch) => Case {
            open: !watch.blind.is_empty(),
            silent: true,
            severity: Severity::Warning,
            size: i64::try_from(watch.blind.len()).unwrap_or(i64::MAX),
            grown: by_one,
            why: if watch.blind.is_empty() {
                "spending is seen again"
            } else {
                "spending is not seen"
            }
            .to_owned(),
        },
        State::Note(_) => Case {
            open: true,
            silent: false,
            severity: Severity::Warning,
            size: 0,
            grown: never,
            why: "nothing here knows this kind of message".to_owned(),
        },
    };
    verdict(matter, case, &config.telling)
}

fn verdict(matter: &Matter, case: Case, tell: &Tell) -> Verdict {
    let Case {
        open,
        silent,
        severity,
        size,
        grown,
        why,
    } = case;
    let (telling, why) = match matter.said {
        None if open || !silent => (Telling::Open, why),
        None => (Telling::None, format!("{why}, and nobody was told of it")),
        Some(said) if open && !said.open => (Telling::Reopened, why),
        Some(said) if open && (severity > said.severity || grown(tell, said.size, size)) => {
            (Telling::Update, why)
        }
        Some(said) if !open && said.open => (Telling::Resolved, why),
        Some(_) => (Telling::None, format!("{why}, and people know")),
    };
    let telling = if telling == Telling::None {
        matter.unfinished(open)
    } else {
        telling
    };
    Verdict {
        tell: telling,
        severity: match (telling, matter.said) {
            (Telling::Resolved, _) => Severity::Notice,
            _ => severity,
        },
        size,
        why,
    }
}

fn never(_: &Tell, _: i64, _: i64) -> bool {
    false
}

fn by_factor(tell: &Tell, said: i64, size: i64) -> bool {
    #[expect(
        clippy::cast_precision_loss,
        reason = "amounts are far from 2^53 millionths"
    )]
    let (said, size) = (said as f64, size as f64);
    size > said && size >= said * tell.grows_by
}

fn by_step(_: &Tell, said: i64, size: i64) -> bool {
    let step_of = |level: i64| step(u32::try_from(level).unwrap_or(0));
    step_of(size) > step_of(said)
}

fn by_one(_: &Tell, said: i64, size: i64) -> bool {
    size > said
}

fn spending(spend: &Spend, config: &Config, now: Timestamp) -> Case {
    let tell = &config.telling;
    let impact = spend.impact();
    let standing = spend.standing(now, tell.quiet_days);
    let seen = |source: fn(Source) -> bool| spend.sightings.values().any(|one| source(one.source));
    let by = match (
        seen(Source::is_the_service),
        seen(|source| !source.is_the_service()),
    ) {
        (true, true) => "Cost Anomaly Detection and our own detector see it",
        (true, false) => "Cost Anomaly Detection sees it",
        _ => "our own detector sees it",
    };
    let (open, why) = match standing {
        Standing::Open => (true, by.to_owned()),
        Standing::Ended => (false, "spending is as it was before".to_owned()),
        Standing::Accepted => (
            false,
            "it has lasted so long that it is the ordinary level now".to_owned(),
        ),
        Standing::Quiet => (
            false,
            format!("nothing was heard of it for {} days", tell.quiet_days),
        ),
        Standing::Dismissed(Feedback::PlannedActivity) => {
            (false, "a person says that it was planned".to_owned())
        }
        Standing::Dismissed(_) => (false, "a person says that it is no anomaly".to_owned()),
    };
    Case {
        open,
        // A word of the service that was late is still told, once.
        silent: standing != Standing::Quiet,
        severity: loudness(spend, tell),
        size: impact.micro_usd(),
        grown: by_factor,
        why,
    }
}

/// How loud an impact is told. A per cent alone means nothing: eleven dollars
/// may be thousands of them.
fn loudness(spend: &Spend, tell: &Tell) -> Severity {
    let impact = spend.impact();
    if impact >= tell.error_usd.0 {
        Severity::Error
    } else if impact >= tell.warning_usd.0 || spend.is_new() {
        Severity::Warning
    } else {
        Severity::Info
    }
}

fn of_budget(budget: &BudgetState, matter: &Matter, now: Timestamp) -> Case {
    let level = budget.level();
    let month_over = match &matter.place {
        Place::Budget { month, .. } => *month < month_of(now),
        _ => false,
    };
    // Between the two marks it stays what people were told.
    let known = matter.is_open();
    let (open, why) = if month_over {
        (false, "the month is over".to_owned())
    } else if budget.is_below() {
        (false, "the month will end below the budget".to_owned())
    } else if let Some(level) = level {
        (true, format!("it stands at {level} per cent"))
    } else {
        (known, "it is close to the budget".to_owned())
    };
    let size = level.unwrap_or(0);
    Case {
        open,
        silent: budget.alerts.is_empty(),
        severity: match size {
            100.. => Severity::Error,
            80..100 => Severity::Warning,
            _ => Severity::Info,
        },
        size: i64::from(size),
        grown: by_step,
        why,
    }
}

/// The month in UTC that an instant lies in, as `2026-11`.
pub fn month_of(at: Timestamp) -> String {
    let date = day_of(at);
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The day in UTC that an instant lies in; bills count days so.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn of_credits(credits: &CreditState, now: Timestamp) -> Case {
    let today = day_of(now);
    let left = credits.ends().map(|ends| days_between(today, ends));
    let (size, severity, why) = match left {
        Some(left) if left <= 0 => (3, Severity::Error, "the credits are used up"),
        Some(left) if left <= 7 => (2, Severity::Error, "the credits last a week at most"),
        Some(left) if left <= 30 => (1, Severity::Warning, "the credits last a month at most"),
        _ => (0, Severity::Info, "the credits last more than a month"),
    };
    Case {
        open: size > 0,
        silent: true,
        severity,
        size,
        grown: by_one,
        why: why.to_owned(),
    }
}
