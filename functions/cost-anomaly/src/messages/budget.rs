//! Budgets, credits and unknown messages in words.

use nightshift_core::{Fact, Money, printable};

use super::{Setting, TITLE, VALUE, Words, command, day, links, section};
use crate::budget::{AlertKind, BudgetAlert, percent};
use crate::decide::Verdict;
use crate::matter::{BudgetStanding, BudgetState, CreditState, Matter, Place, Telling};
use crate::sources::Note;

pub(super) fn words(
    budget: &BudgetState,
    matter: &Matter,
    verdict: &Verdict,
    setting: &Setting<'_>,
) -> Words {
    let (name, month) = match &matter.place {
        Place::Budget { name, month } => (printable(name, 80), month.clone()),
        _ => (String::new(), String::new()),
    };
    let worst = budget.worst();
    let own = budget.own.as_ref();
    let over = verdict.tell == Telling::Resolved;
    let mut words = Words {
        title: title(&name, own, worst),
        account: worst.and_then(|alert| alert.account.clone()),
        links: links::of_budgets(setting.document),
        ..Words::default()
    };
    let mut sentences = Vec::new();
    if over {
        sentences.push(format!("It is over: {}.", printable(&verdict.why, VALUE)));
    }
    if let Some(own) = own {
        sentences.extend(stands(own));
    }
    if let Some(alert) = worst {
        sentences.push(says(alert));
    }
    words.summary = sentences.join(" ");
    words.facts.push(Fact::new("Month", month));
    if let Some(own) = own {
        words.facts.push(Fact::new("Budget", own.limit.to_string()));
        words.facts.push(Fact::new(
            format!("Spent until {}", day(own.through)),
            share(own.month_to_date, own.limit),
        ));
        if let Some(range) = own.forecast {
            words.facts.push(Fact::new(
                "The month will cost",
                format!("{} ({} to {})", range.likely, range.low, range.high),
            ));
        }
        if let Some(reached) = own.reached {
            words.facts.push(Fact::new("Budget spent on", day(reached)));
        }
    } else if let Some(limit) = worst.and_then(|alert| alert.limit) {
        words.facts.push(Fact::new("Budget", limit.to_string()));
    }
    let alerts: Vec<String> = budget.alerts.iter().rev().map(says).collect();
    section(&mut words.sections, "What AWS Budgets says", &alerts);
    let details: Vec<String> = worst
        .iter()
        .flat_map(|alert| &alert.details)
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    section(&mut words.sections, "It also says", &details);
    words.next_steps = vec![
        "See what the month is spent on, and what of it can wait or be turned off.".to_owned(),
        "If the budget is too small, raise it where it is configured; a budget that is always broken warns of nothing.".to_owned(),
    ];
    words.commands = vec![command(
        "Show where the month will end",
        &serde_json::json!({"command": "forecast"}),
        setting.document,
    )];
    words
}

fn title(name: &str, own: Option<&BudgetStanding>, worst: Option<&BudgetAlert>) -> String {
    let spent = own.and_then(|own| percent(own.month_to_date, own.limit));
    let ends = own.and_then(|own| percent(own.forecast?.likely, own.limit));
    match (own, spent, ends) {
        (Some(own), Some(spent), _) if spent >= 100 => format!(
            "Budget of {name}: {} of {} spent, {spent} %",
            own.month_to_date, own.limit
        ),
        (Some(own), _, Some(ends)) if ends >= 100 => match own.reached {
            Some(reached) => format!(
                "Budget of {name}: {} will be spent on {}",
                own.limit,
                day(reached)
            ),
            None => format!(
                "Budget of {name}: the month will cost {ends} % of {}",
                own.limit
            ),
        },
        (Some(own), Some(spent), _) if worst.is_none() => format!(
            "Budget of {name}: {} of {} spent, {spent} %",
            own.month_to_date, own.limit
        ),
        _ => match worst {
            Some(alert) => alert_title(name, alert),
            None => format!("Budget of {name}"),
        },
    }
}

fn alert_title(name: &str, alert: &BudgetAlert) -> String {
    let amounts = || Some((alert.amount?, alert.threshold.or(alert.limit)?));
    let title = match (alert.kind, amounts()) {
        (AlertKind::Forecasted, Some((amount, than))) => {
            format!("Budget {name}: {amount} are expected, more than {than}")
        }
        (AlertKind::Adjusted, _) => match (alert.limit_before, alert.limit) {
            (Some(before), Some(now)) => {
                format!("Budget {name} was adjusted from {before} to {now}")
            }
            (None, Some(now)) => format!("Budget {name} was adjusted to {now}"),
            _ => format!("Budget {name} was adjusted"),
        },
        (_, Some((amount, than))) => format!("Budget {name}: {amount} spent, more than {than}"),
        (_, None) => format!("Budget {name} has passed its threshold"),
    };
    printable(&title, TITLE)
}

fn share(part: Money, whole: Money) -> String {
    match percent(part, whole) {
        Some(percent) => format!("{part}, {percent} %"),
        None => part.to_string(),
    }
}

fn stands(own: &BudgetStanding) -> Vec<String> {
    let mut sentences = vec![format!(
        "{} has spent {} of {} until {}.",
        printable(&own.environment, 50),
        own.month_to_date,
        own.limit,
        day(own.through)
    )];
    if let Some(range) = own.forecast {
        sentences.push(format!(
            "If it goes on so, the month will have cost {}, between {} and {}.",
            range.likely, range.low, range.high
        ));
    }
    if let Some(reached) = own.reached {
        sentences.push(format!("The budget is spent on {}.", day(reached)));
    }
    sentences
}

fn says(alert: &BudgetAlert) -> String {
    let period = if alert.daily { " in a day" } else { "" };
    let what = match (alert.kind, alert.amount) {
        (AlertKind::Actual, Some(amount)) => format!("{amount} spent{period}"),
        (AlertKind::Forecasted, Some(amount)) => format!("{amount} expected{period}"),
        (AlertKind::Adjusted, _) => "the budget was adjusted".to_owned(),
        (AlertKind::Actual, None) => "more spent than the threshold".to_owned(),
        (AlertKind::Forecasted, None) => "more expected than the threshold".to_owned(),
        (AlertKind::Other, _) => "a message of another kind".to_owned(),
    };
    let mut words = format!("AWS Budgets: {what}");
    if let Some(threshold) = alert.threshold {
        words = format!("{words}, threshold {threshold}");
    }
    if let Some(limit) = alert.limit {
        words = match alert.percent() {
            Some(percent) => format!("{words}, {percent} % of {limit}"),
            None => format!("{words}, budget {limit}"),
        };
    }
    if let Some(before) = alert.limit_before {
        words = format!("{words}, before {before}");
    }
    format!("{words}.")
}

pub(super) fn credits(credits: &CreditState, verdict: &Verdict) -> Words {
    let mut words = Words {
        title: match (credits.stopped, credits.ends()) {
            (Some(stopped), _) => format!("The credits are used up since {}", day(stopped)),
            (None, Some(ends)) => format!("The credits last until {}", day(ends)),
            (None, None) => "The credits of the account".to_owned(),
        },
        summary: match verdict.tell {
            Telling::Resolved => format!("It is over: {}.", printable(&verdict.why, VALUE)),
            _ => "Credits hide what is spent; from then on the bill has to be paid in money, and nothing else says so.".to_owned(),
        },
        next_steps: vec![
            "Look at the credits in the console, and whether there are others.".to_owned(),
            "See what the account spends without them, and whether that is meant to be."
                .to_owned(),
        ],
        links: vec![links::of_credits()],
        ..Words::default()
    };
    let mut fact = |label: &str, value: Option<String>| {
        words
            .facts
            .extend(value.map(|value| Fact::new(label, value)));
    };
    fact(
        "Taken off a day",
        (credits.per_day > Money::ZERO).then(|| credits.per_day.to_string()),
    );
    fact("Left", credits.left.map(|left| left.to_string()));
    fact("Used up on", credits.used_up.map(day));
    fact("Expire on", credits.expires.map(day));
    words
}

pub(super) fn note(note: &Note) -> Words {
    let mut words = Words {
        title: printable(&note.title, TITLE),
        summary: printable(&note.text, 600),
        next_steps: vec![
            "Read it: nothing here knows this kind of message, so nothing was made of it."
                .to_owned(),
        ],
        account: note.account.clone(),
        ..Words::default()
    };
    let details: Vec<String> = note
        .details
        .iter()
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    section(&mut words.sections, "What it says", &details);
    words
}
