//! The report as parts with tables and pictures, before it is Markdown or a page.

use jiff::civil::Date;
use nightshift_core::Money;

use super::model::{Compared, Report};
use super::{findings, spending};
use crate::chart::{Paint, Picture, dollars};

/// What stands where there is nothing to say.
pub(super) const NOTHING: &str = "–";

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

pub(super) fn text(name: &str) -> (String, bool) {
    (name.to_owned(), false)
}

pub(super) fn number(name: impl Into<String>) -> (String, bool) {
    (name.into(), true)
}

pub(super) fn former(report: &Report) -> String {
    let name = report.month.former().name();
    if report.over {
        name
    } else {
        format!("as many days of {name}")
    }
}

pub(super) fn now(report: &Report) -> String {
    if report.over {
        report.month.name()
    } else {
        format!("{} so far", report.month.name())
    }
}

pub(super) fn compared(spent: &Compared) -> [String; 3] {
    [
        spent.now.to_string(),
        spent.before.to_string(),
        change(spent),
    ]
}

pub(super) fn change(spent: &Compared) -> String {
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

pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %B").to_string()
}
/// The parts of the report in the order in which they are read.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![
        spending::by_day(report),
        spending::by_environment(report),
        spending::by_service(report),
        spending::bill(report),
        findings::slept(report),
        findings::goals(report),
        findings::anomalies(report),
        findings::recommendations(report),
        findings::not_known(report),
    ]
}
