//! The parts that tell what was saved, missed and not known.

use nightshift_core::Money;

use super::charts::{self, hours};
use super::facts::Commitment;
use super::figure::Known;
use super::model::Report;
use super::sections::{NOTHING, Section, Table, day, number, text};
use crate::chart::dollars;
use crate::recommendations::{Advice, Verdict};

/// How many recommendations are written out.
const RECOMMENDATIONS: usize = 10;
pub(super) fn slept(report: &Report) -> Section {
    let rows = report.slept.iter().map(|line| match &line.slept {
        Known::Known(one) => vec![
            line.environment.clone(),
            dollars(one.money),
            hours(one.seconds),
            if one.not_priced.is_empty() {
                NOTHING.to_owned()
            } else {
                one.not_priced.join(", ")
            },
        ],
        Known::Missing(_) => {
            let unknown = "not known".to_owned();
            vec![
                line.environment.clone(),
                unknown.clone(),
                unknown,
                NOTHING.to_owned(),
            ]
        }
    });
    let total = report.slept_total().map(|(seconds, money)| {
        let hours = hours(seconds);
        vec!["Total".to_owned(), dollars(money), hours, String::new()]
    });
    let drawn = report
        .slept
        .iter()
        .any(|line| line.slept.get().is_some_and(|one| !one.kinds.is_empty()));
    Section {
        id: "sleep",
        title: "Saved by sleep",
        lead: vec!["Hours asleep times list price. Storage, load balancers, NAT gateways and control planes cost on and are not in it.".to_owned()],
        picture: drawn.then(|| charts::slept(report)),
        tables: vec![Table {
            caption: "Saved by environment",
            columns: vec![text("Environment"), number("Saved"), number("Hours asleep"), text("Without a price")],
            rows: rows.collect(),
            total,
        }],
        ..Section::default()
    }
}

pub(super) fn goals(report: &Report) -> Section {
    let goal = report.utilisation_goal.to_string();
    let row = |name: &str, held: &Known<Commitment>| match held {
        Known::Known(Commitment::Held(held)) => vec![
            name.to_owned(),
            held.utilisation.to_string(),
            goal.clone(),
            held.coverage
                .get()
                .map_or_else(|| "not known".to_owned(), ToString::to_string),
            held.unused.map_or_else(|| NOTHING.to_owned(), dollars),
            held.net_savings.map_or_else(|| NOTHING.to_owned(), dollars),
        ],
        Known::Known(Commitment::NoneHeld) => {
            let mut row = vec![name.to_owned(), "none held".to_owned()];
            row.resize(6, NOTHING.to_owned());
            row
        }
        Known::Missing(_) => {
            let mut row = vec![name.to_owned(), "not known".to_owned(), goal.clone()];
            row.resize(6, NOTHING.to_owned());
            row
        }
    };
    let rows = vec![
        row("Reservations", &report.reservations),
        row("Savings Plans", &report.savings_plans),
    ];
    let picture = charts::goals(report);
    let lead = match &report.reduction {
        Known::Known(one) => format!(
            "{} was spent, {} less than the baseline of {} ({}); the goal is {} less.",
            dollars(one.spent),
            one.reduction,
            dollars(one.baseline.monthly),
            one.baseline.name,
            one.goal
        ),
        Known::Missing(why) => {
            format!("How much less than the baseline is spent is not known: {why}.")
        }
    };
    Section {
        id: "goals",
        title: "Commitments and goals",
        lead: vec![lead],
        picture: (!picture.marks.is_empty()).then_some(picture),
        tables: vec![Table {
            caption: "Commitments",
            columns: vec![
                text("Commitment"),
                number("Used"),
                number("Goal"),
                number("Covers"),
                number("Paid and not used"),
                number("Net savings"),
            ],
            rows,
            total: None,
        }],
        ..Section::default()
    }
}

pub(super) fn anomalies(report: &Report) -> Section {
    let mut section = Section {
        id: "anomalies",
        title: "Unusual spending",
        ..Section::default()
    };
    match &report.anomalies {
        Known::Missing(why) => section.lead.push(format!("Not known: {why}.")),
        Known::Known(lines) if lines.is_empty() => {
            section.lead.push("Nothing unusual was seen.".to_owned());
        }
        Known::Known(lines) => section.tables.push(Table {
            caption: "What was unusual",
            columns: vec![
                text("What"),
                text("When"),
                number("Beyond what was expected"),
                text("Cause"),
            ],
            rows: lines
                .iter()
                .map(|line| {
                    let when = match line.until {
                        None => format!("since {}", day(line.since)),
                        Some(until) if until == line.since => day(until),
                        Some(until) => format!("{} to {}", day(line.since), day(until)),
                    };
                    let cause = line.cause.clone().unwrap_or_else(|| "not found".to_owned());
                    vec![line.what.clone(), when, dollars(line.impact), cause]
                })
                .collect(),
            total: None,
        }),
    }
    section
}

pub(super) fn recommendations(report: &Report) -> Section {
    let mut section = Section {
        id: "recommendations",
        title: "What could be saved",
        ..Section::default()
    };
    match &report.recommendations {
        Known::Missing(why) => section.lead.push(format!("Not known: {why}.")),
        Known::Known(judged) if judged.advice.is_empty() => {
            section.lead.push("AWS recommends nothing.".to_owned());
        }
        Known::Known(judged) => {
            section.lead.push(format!(
                "{} a month can be counted on; AWS's own estimates come to {}.",
                dollars(judged.counted()),
                dollars(judged.claimed())
            ));
            let rest = judged.advice.len().saturating_sub(RECOMMENDATIONS);
            if rest > 0 {
                section.lead.push(format!(
                    "The first {RECOMMENDATIONS} of {}.",
                    judged.advice.len()
                ));
            }
            section.tables.push(Table {
                caption: "Recommendations, the most saving first",
                columns: vec![
                    text("What"),
                    number("AWS's estimate"),
                    number("Can be counted on"),
                    text("Why"),
                ],
                rows: judged
                    .advice
                    .iter()
                    .take(RECOMMENDATIONS)
                    .map(advice)
                    .collect(),
                total: None,
            });
        }
    }
    section
}

fn advice(advice: &Advice) -> Vec<String> {
    let one = &advice.recommendation;
    let what = match (&one.current, &one.recommended) {
        (Some(current), Some(next)) if !one.action.is_commitment() => {
            format!("{} {}: {current} to {next}", one.action.words(), one.name)
        }
        _ => format!("{} {}", one.action.words(), one.name),
    };
    let money = |amount: Option<Money>| amount.map_or_else(|| "no estimate".to_owned(), dollars);
    vec![
        what,
        money(one.monthly_saving),
        match advice.verdict {
            Verdict::Sound | Verdict::Overstated { .. } => money(advice.counted()),
            Verdict::Wait { until } => format!("after {}", day(until)),
            Verdict::Wrong => "nothing".to_owned(),
        },
        advice.reason.clone().unwrap_or_else(|| NOTHING.to_owned()),
    ]
}

pub(super) fn not_known(report: &Report) -> Section {
    let mut section = Section {
        id: "not-known",
        title: "What is not known",
        ..Section::default()
    };
    if report.not_known.is_empty() {
        section.lead.push("Everything could be read.".to_owned());
    } else {
        section.tables.push(Table {
            caption: "What is not known, and why",
            columns: vec![text("What"), text("Why")],
            rows: report
                .not_known
                .iter()
                .map(|one| vec![one.what.clone(), one.why.clone()])
                .collect(),
            total: None,
        });
    }
    if let Known::Known(own) = &report.own {
        section.lead.push(format!(
            "Reading it cost {} this month: {} of at most {} requests to Cost Explorer.",
            dollars(own.cost),
            own.requests,
            own.cap
        ));
    }
    section
}
