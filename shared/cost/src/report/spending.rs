//! The parts that tell what was spent.

use nightshift_core::Money;

use super::charts::{self, part_paint};
use super::facts::Forecast;
use super::figure::{Figure, Known};
use super::model::Report;
use super::sections::{NOTHING, Section, Table, compared, day, former, now, number, text};
use crate::charge::Class;
use crate::chart::{dollars, sparklines};

pub(super) fn by_day(report: &Report) -> Section {
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
            "What will still change is drawn lighter: {estimated} day{}.",
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

pub(super) fn by_environment(report: &Report) -> Section {
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
        columns.push(number("Budget reached"));
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
            one.reached_on.map_or_else(|| "no".to_owned(), day),
        ],
    }
}

pub(super) fn by_service(report: &Report) -> Section {
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

pub(super) fn bill(report: &Report) -> Section {
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
