use jiff::Timestamp;
use nightshift_core::{AccountId, Fact, Link, Money, Notification, Section, Severity, Status};

use super::judge::{Advice, Judged, Verdict};
use crate::chart::dollars;

/// How many lines of a list are written out.
const LINES: usize = 8;

/// What a digest is about, besides the recommendations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The environment's code.
    pub environment: String,
    /// The account that was asked.
    pub account: AccountId,
    /// The month in UTC it is told in, such as `2026-11`: one digest a month.
    pub month: String,
    /// What commitments come to, in words: utilisation and coverage.
    pub commitments: Vec<Fact>,
    /// What could not be read and why, in words.
    pub not_known: Vec<String>,
    /// When it is told.
    pub now: Timestamp,
}

/// The message for people.
pub fn digest(judged: &Judged, context: &Context) -> Notification {
    let by = |what: fn(&Verdict) -> bool| -> Vec<&Advice> {
        judged
            .advice
            .iter()
            .filter(|one| what(&one.verdict))
            .collect()
    };
    let sound = by(|verdict| matches!(verdict, Verdict::Sound));
    let overstated = by(|verdict| matches!(verdict, Verdict::Overstated { .. }));
    let wait = by(|verdict| matches!(verdict, Verdict::Wait { .. }));
    let wrong = by(|verdict| matches!(verdict, Verdict::Wrong));
    let mut sections = Vec::new();
    let mut list = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            let title = title.to_owned();
            sections.push(Section { title, items });
        }
    };
    list("What to do, the most saving first", folded(&sound, line));
    list(
        "Right, but worth less here: it sleeps",
        folded(&overstated, explained),
    );
    list(
        "Wait: made from a time before the schedule",
        folded(&wait, explained),
    );
    list("Do not follow: it only sleeps", folded(&wrong, explained));
    list(
        "AWS cannot judge these volumes: never awake for 30 hours on end",
        short(&judged.unjudged_volumes),
    );
    list("Not known", context.not_known.clone());
    Notification {
        version: Notification::VERSION,
        id: format!(
            "cost-anomaly/{}/recommendations/{}",
            context.environment, context.month
        ),
        source: "cost-anomaly".to_owned(),
        environment: context.environment.clone(),
        account: context.account.clone(),
        region: None,
        severity: Severity::Info,
        kind: "cost-anomaly.recommendations".to_owned(),
        dedup_key: None,
        status: Status::Open,
        owner: None,
        title: title(judged, context),
        summary: summary(judged, context),
        facts: facts(judged, context),
        next_steps: steps(&sound, &overstated, &wait),
        sections,
        commands: Vec::new(),
        links: vec![Link {
            label: "Cost Optimization Hub".to_owned(),
            url: "https://console.aws.amazon.com/costmanagement/home#/cost-optimization-hub"
                .to_owned(),
        }],
        attachment: None,
        occurred_at: context.now,
    }
}

fn title(judged: &Judged, context: &Context) -> String {
    let counted = judged.counted();
    let count = judged
        .advice
        .iter()
        .filter(|one| one.counted().is_some())
        .count();
    match (count, context.not_known.is_empty()) {
        (0, true) => "AWS recommends nothing against cost that holds here".to_owned(),
        (0, false) => "What could be saved is not known in full".to_owned(),
        (1, _) => format!("{} a month can be saved by one change", dollars(counted)),
        (count, _) => format!(
            "{} a month can be saved by {count} changes",
            dollars(counted)
        ),
    }
}

fn summary(judged: &Judged, context: &Context) -> String {
    let counted = judged.counted();
    let claimed = judged.claimed();
    let mut words = if judged.advice.is_empty() {
        "There is no recommendation.".to_owned()
    } else if claimed == counted {
        "AWS's recommendations, ranked by what they save a month; no schedule makes one of them wrong.".to_owned()
    } else {
        format!(
            "AWS's own estimates come to {} a month. Off-hours already saves part of that, so that {} can be counted on; the lists say why.",
            dollars(claimed),
            dollars(counted)
        )
    };
    if !context.not_known.is_empty() {
        words.push_str(" Something could not be read: there may be more.");
    }
    words
}

fn facts(judged: &Judged, context: &Context) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("Can be counted on, a month", dollars(judged.counted())),
        Fact::new("AWS's estimate, a month", dollars(judged.claimed())),
    ];
    let unpriced = judged
        .advice
        .iter()
        .filter(|one| one.recommendation.monthly_saving.is_none());
    let unpriced = unpriced.count();
    if unpriced > 0 {
        facts.push(Fact::new("Without an estimate", unpriced.to_string()));
    }
    facts.extend(context.commitments.iter().cloned());
    facts
}

fn steps(sound: &[&Advice], overstated: &[&Advice], wait: &[&Advice]) -> Vec<String> {
    let mut steps = Vec::new();
    if let Some(first) = sound.first() {
        let back = match first.recommendation.rollback_possible {
            Some(true) => " It can be taken back.",
            Some(false) => " It cannot be taken back.",
            None => "",
        };
        steps.push(format!("Begin with the first: {}.{back}", line(first)));
    }
    if !overstated.is_empty() {
        steps.push("Of what sleeps, count on the smaller amount.".to_owned());
    }
    let until = wait.iter().filter_map(|one| match one.verdict {
        Verdict::Wait { until } => Some(until),
        _ => None,
    });
    if let Some(until) = until.max() {
        steps.push(format!(
            "Buy none of the commitments that wait before {until}; they cannot be given back."
        ));
    }
    steps
}

/// The first lines, and what the others come to.
fn folded(advice: &[&Advice], line: fn(&Advice) -> String) -> Vec<String> {
    // A line that says "and one more" is as long as the one more.
    let shown = if advice.len() == LINES + 1 {
        LINES + 1
    } else {
        LINES
    };
    let mut lines: Vec<String> = advice.iter().take(shown).map(|one| line(one)).collect();
    let rest = advice.get(shown..).unwrap_or_default();
    if !rest.is_empty() {
        let saving: Money = rest
            .iter()
            .filter_map(|one| one.recommendation.monthly_saving)
            .sum();
        lines.push(format!(
            "and {} more, {} a month together by AWS's estimate",
            rest.len(),
            dollars(saving)
        ));
    }
    lines
}

fn short(names: &[String]) -> Vec<String> {
    let mut items: Vec<String> = names.iter().take(LINES).cloned().collect();
    if names.len() > LINES {
        items.push(format!("and {} more", names.len() - LINES));
    }
    items
}

fn explained(advice: &Advice) -> String {
    match &advice.reason {
        Some(reason) => format!("{}. {reason}", line(advice)),
        None => line(advice),
    }
}

/// `Resize orders from db.r5.large to db.t4g.large: $61.20 a month, some work, restarts`.
fn line(advice: &Advice) -> String {
    let one = &advice.recommendation;
    let what = match (&one.current, &one.recommended) {
        (Some(current), Some(next)) if current != next && !one.action.is_commitment() => {
            format!(" from {current} to {next}")
        }
        (None, Some(next)) if *next != one.name => format!(" to {next}"),
        (Some(current), None) => format!(" ({current})"),
        _ => String::new(),
    };
    let place = one.region.as_ref();
    let place = place.map_or_else(String::new, |region| format!(" in {region}"));
    let saving = match (&advice.verdict, one.monthly_saving) {
        (Verdict::Overstated { at_least }, Some(saving)) => {
            format!("{} to {} a month", dollars(*at_least), dollars(saving))
        }
        (_, Some(saving)) => format!("{} a month", dollars(saving)),
        (_, None) => "AWS gives no estimate".to_owned(),
    };
    let effort = one
        .effort
        .map_or_else(String::new, |effort| format!(", {}", effort.words()));
    let restarts = if one.restart_needed == Some(true) {
        ", restarts"
    } else {
        ""
    };
    format!(
        "{} {}{what}{place}: {saving}{effort}{restarts}",
        one.action.words(),
        one.name
    )
}
