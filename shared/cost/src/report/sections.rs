use jiff::civil::Date;
use nightshift_core::Money;

use super::charts::{self, hours, part_paint};
use super::facts::{Commitment, Forecast};
use super::figure::{Figure, Known};
use super::model::{Compared, Report};
use crate::charge::Class;
use crate::chart::{Paint, Picture, dollars, sparklines};
use crate::recommendations::{Advice, Verdict};

/// How many recommendations are written out.
const RECOMMENDATIONS: usize = 10;
/// What stands where there is nothing to say.
const NOTHING: &str = "–";

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

/// A part of the report.
#[derive(Default)]
pub(super) struct Section {
    pub id: &'static str,
    pub title: &'static str,
    pub lead: Vec<String>,
    pub picture: Option<Picture>,
    pub legend: Vec<(Paint, String)>,
    /// What the picture shows, in a line of text.
    pub line: Option<String>,
    pub tables: Vec<Table>,
}

/// A table; numbers stand to the right.
#[derive(Default)]
pub(super) struct Table {
    pub caption: &'static str,
    pub columns: Vec<(String, bool)>,
    pub rows: Vec<Vec<String>>,
    pub total: Option<Vec<String>>,
}

fn text(name: &str) -> (String, bool) {
    (name.to_owned(), false)
}

fn number(name: impl Into<String>) -> (String, bool) {
    (name.into(), true)
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

fn former(report: &Report) -> String {
    let name = report.month.former().name();
    if report.over {
        name
    } else {
        format!("as many days of {name}")
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
        .filter(|used| *used <= super::figure::Percent::whole(100))
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

/// The parts of the report in the order in which they are read.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![
        by_day(report),
        by_environment(report),
        by_service(report),
        bill(report),
        slept(report),
        goals(report),
        anomalies(report),
        recommendations(report),
        not_known(report),
    ]
}

fn by_day(report: &Report) -> Section {
    let days: Vec<Option<Money>> = report
        .daily
        .days
        .iter()
        .map(|day| {
            let known = day.parts.iter().flatten().copied();
            known.reduce(|one, other| one + other)
        })
        .collect();
    let [line] = sparklines([&days]);
    let estimated = report.spent.now.estimated_days;
    let mut lead = Vec::new();
    if estimated > 0 {
        lead.push(format!(
            "{estimated} day{} will still change; they are drawn lighter.",
            if estimated == 1 { "" } else { "s" }
        ));
    }
    if report.daily.days.iter().any(|day| day.missing) {
        lead.push("What is not known is outlined, not drawn as nothing.".to_owned());
    }
    let parts = report.daily.services.len();
    let named = report.daily.services.iter().zip(&report.daily.totals);
    Section {
        id: "days",
        title: "Day by day",
        lead,
        picture: Some(charts::daily(report)),
        legend: named
            .enumerate()
            .map(|(at, (name, total))| (part_paint(at, parts), format!("{name} {total}")))
            .collect(),
        line: (!line.is_empty()).then_some(line),
        tables: Vec::new(),
    }
}

fn by_environment(report: &Report) -> Section {
    let forecasts = !report.over;
    let mut columns = vec![
        text("Environment"),
        number(now(report)),
        number(former(report)),
        number("Change"),
        number("Budget"),
        number("Used"),
    ];
    if forecasts {
        columns.push(number("Forecast"));
        columns.push(text("Budget reached"));
    }
    let rows = report.environments.iter().map(|line| {
        let name = line
            .environment
            .clone()
            .unwrap_or_else(|| "without tag".to_owned());
        let mut row = vec![name];
        row.extend(compared(&line.spent));
        row.push(match &line.budget {
            Some(Known::Known(limit)) => dollars(*limit),
            Some(Known::Missing(_)) => "not known".to_owned(),
            None => NOTHING.to_owned(),
        });
        row.push(
            line.used
                .map_or_else(|| NOTHING.to_owned(), |used| used.to_string()),
        );
        if forecasts {
            row.extend(forecast(line.forecast.as_ref()));
        }
        row
    });
    let mut total = vec!["Total".to_owned()];
    total.extend(compared(&report.spent));
    total.resize(columns.len(), String::new());
    let has_budgets = report.environments.iter().any(|line| line.budget.is_some());
    Section {
        id: "environments",
        title: "Environments and budgets",
        picture: has_budgets.then(|| charts::budgets(report)),
        tables: vec![Table {
            caption: "Spent by environment",
            rows: rows.collect(),
            columns,
            total: Some(total),
        }],
        ..Section::default()
    }
}

fn forecast(forecast: Option<&Known<Forecast>>) -> [String; 2] {
    match forecast {
        None => [NOTHING.to_owned(), NOTHING.to_owned()],
        Some(Known::Missing(_)) => ["not known".to_owned(), NOTHING.to_owned()],
        Some(Known::Known(one)) => [
            format!(
                "{} ({} to {})",
                dollars(one.expected),
                dollars(one.low),
                dollars(one.high)
            ),
            one.reached_on
                .map_or_else(|| "not expected".to_owned(), day),
        ],
    }
}

fn by_service(report: &Report) -> Section {
    let mut columns = vec![text("Service")];
    for line in &report.environments {
        columns.push(number(
            line.environment
                .clone()
                .unwrap_or_else(|| "without tag".to_owned()),
        ));
    }
    columns.extend([
        number(now(report)),
        number(former(report)),
        number("Change"),
    ]);
    let figure =
        |figure: &Option<Figure>| figure.map_or_else(|| NOTHING.to_owned(), |one| one.to_string());
    let rows = report.services.iter().map(|line| {
        let mut row = vec![line.service.clone()];
        row.extend(line.environments.iter().map(figure));
        row.extend(compared(&line.spent));
        row
    });
    let mut total = vec!["Total".to_owned()];
    total.extend(
        report
            .environments
            .iter()
            .map(|line| line.spent.now.to_string()),
    );
    total.extend(compared(&report.spent));
    Section {
        id: "services",
        title: "Services",
        tables: vec![Table {
            caption: "Spent by service and environment",
            rows: rows.collect(),
            columns,
            total: Some(total),
        }],
        ..Section::default()
    }
}

fn bill(report: &Report) -> Section {
    let rows = report.bill.iter().map(|line| {
        let name = match line.class {
            Class::Usage => "Usage",
            Class::Fee => "Fees and commitments",
            Class::Other => "Other",
            Class::Credit => "Credits",
            Class::Refund => "Refunds",
            Class::Tax => "Tax",
        };
        vec![name.to_owned(), line.figure.to_string()]
    });
    Section {
        id: "bill",
        title: "What the bill is made of",
        lead: vec!["Spent is usage and fees: what is given back is not taken off, and tax is not added. A credit would hide what will be paid once it is used up.".to_owned()],
        tables: vec![Table {
            caption: "The bill by class of charge",
            columns: vec![text("Class"), number(now(report))],
            rows: rows.collect(),
            total: None,
        }],
        ..Section::default()
    }
}

fn slept(report: &Report) -> Section {
    let rows = report.slept.iter().map(|line| match &line.slept {
        Known::Known(one) => vec![
            line.environment.clone(),
            dollars(one.money),
            hours(one.seconds).to_string(),
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
        let hours = hours(seconds).to_string();
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

fn goals(report: &Report) -> Section {
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

fn anomalies(report: &Report) -> Section {
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

fn recommendations(report: &Report) -> Section {
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

fn not_known(report: &Report) -> Section {
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

fn now(report: &Report) -> String {
    if report.over {
        report.month.name()
    } else {
        format!("{} so far", report.month.name())
    }
}

fn compared(spent: &Compared) -> [String; 3] {
    [
        spent.now.to_string(),
        spent.before.to_string(),
        change(spent),
    ]
}

fn change(spent: &Compared) -> String {
    let Some(change) = spent.change else {
        return NOTHING.to_owned();
    };
    let sign = if change > Money::ZERO { "+" } else { "" };
    match spent.change_percent {
        Some(percent) => {
            let sign_of = if percent.hundredths() > 0 { "+" } else { "" };
            format!("{sign}{} ({sign_of}{percent})", dollars(change))
        }
        None => format!("{sign}{}", dollars(change)),
    }
}

fn day(date: Date) -> String {
    date.strftime("%-d %B").to_string()
}
