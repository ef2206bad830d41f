use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::inject::Injection;
use super::methods::Method;
use super::random::Random;
use super::synthetic::Labelled;
use crate::series::Series;
use crate::settings::Settings;

/// Nothing is put into the first days, which the methods learn from, nor
/// counted there.
const WARM_UP: usize = 63;
/// Nor into the last ones, so that there is time to find it.
const TAIL: usize = 35;
/// An alarm so many days around a change that is known to be one is right.
const AROUND: usize = 21;

/// How often one kind of injection was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// What was put in.
    pub injection: Injection,
    /// Into how many series.
    pub of: u32,
    /// In how many of them there was an alarm in time.
    pub found: u32,
    /// How many days later half of the alarms were there.
    pub delay_median: Option<u32>,
    /// How many days later the last of them was there.
    pub delay_most: Option<u32>,
}

/// What one method made of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// The method.
    pub method: Method,
    /// Alarms for which there was no reason.
    pub false_alarms: u32,
    /// The same for one series and one year.
    pub false_per_series_year: f64,
    /// The share of alarms that were right, of those in series with an injection.
    pub precision: f64,
    /// By what was put in.
    pub found: Vec<Found>,
}

/// A back-test of several methods on the same data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// How many series there were.
    pub series: u32,
    /// For how long they were judged, together.
    pub series_years: f64,
    /// What decided where things were put.
    pub seed: u64,
    /// A row for each method.
    pub rows: Vec<Row>,
}

/// Puts each kind of injection once into every series that is long enough, at
/// a place that the seed decides, and looks what the methods find.
pub fn back_test(history: &[Labelled], settings: &Settings, seed: u64) -> Report {
    let mut random = Random::new(seed);
    let places: Vec<Vec<(Injection, usize)>> = history
        .iter()
        .map(|one| {
            let place = |injection| Some((injection, place(one, &mut random)?));
            Injection::ALL.into_iter().filter_map(place).collect()
        })
        .collect();
    let days: usize = history
        .iter()
        .map(|one| one.series.days().len().saturating_sub(WARM_UP))
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "some thousands of days")]
    let series_years = days as f64 / 365.25;
    let rows = Method::ALL.into_iter().map(|method| {
        let mut tally = Tally::default();
        for (one, places) in history.iter().zip(&places) {
            tally.clean += stray(&method.alarms(&one.series, settings), one, None);
            for &(injection, from) in places {
                let changed = injection.into_series(&one.series, from);
                tally.take(&method.alarms(&changed, settings), one, injection, from);
            }
        }
        tally.row(method, series_years)
    });
    Report {
        series: u32::try_from(history.len()).unwrap_or(u32::MAX),
        series_years,
        seed,
        rows: rows.collect(),
    }
}

/// A settled day on which something costs enough to be seen, and nothing else is going on.
fn place(one: &Labelled, random: &mut Random) -> Option<usize> {
    let last = one.series.days().len().checked_sub(TAIL)?;
    let calm = |at: &usize| {
        let enough = one.series.days()[*at]
            .settled()
            .is_some_and(|cost| cost.micro_usd() > 0);
        enough && !near_change(one, *at, AROUND + 14)
    };
    let places: Vec<usize> = (WARM_UP..last).filter(calm).collect();
    (!places.is_empty()).then(|| places[random.place(places.len())])
}

fn near_change(one: &Labelled, at: usize, days: usize) -> bool {
    let changes = one.changes.iter().filter_map(|day| one.series.place(*day));
    changes
        .into_iter()
        .any(|change| at.abs_diff(change) <= days)
}

/// How many alarms had no reason. `from` is where something was put in: what
/// comes within a month of that is counted by its kind, or not at all.
fn stray(alarms: &[usize], one: &Labelled, from: Option<(usize, usize)>) -> u32 {
    let stray = alarms.iter().filter(|at| {
        **at >= WARM_UP
            && !near_change(one, **at, AROUND)
            && from.is_none_or(|(from, within)| !(from..from + within).contains(at))
    });
    u32::try_from(stray.count()).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Tally {
    clean: u32,
    right: u32,
    wrong: u32,
    delays: [Vec<u32>; Injection::ALL.len()],
    of: [u32; Injection::ALL.len()],
}

impl Tally {
    fn take(&mut self, alarms: &[usize], one: &Labelled, injection: Injection, from: usize) {
        let window = from..from + injection.within();
        let found = alarms.iter().copied().find(|at| window.contains(at));
        let kind = injection as usize;
        self.of[kind] += 1;
        self.delays[kind].extend(found.and_then(|at| u32::try_from(at - from).ok()));
        if injection.is_alarming() {
            self.right += u32::from(found.is_some());
            self.wrong += stray(alarms, one, Some((from, injection.within())));
        }
    }

    fn row(mut self, method: Method, series_years: f64) -> Row {
        let found = Injection::ALL.into_iter().map(|injection| {
            let delays = &mut self.delays[injection as usize];
            delays.sort_unstable();
            Found {
                injection,
                of: self.of[injection as usize],
                found: u32::try_from(delays.len()).unwrap_or(u32::MAX),
                delay_median: delays.get(delays.len().saturating_sub(1) / 2).copied(),
                delay_most: delays.last().copied(),
            }
        });
        Row {
            method,
            false_alarms: self.clean,
            false_per_series_year: f64::from(self.clean) / series_years,
            precision: f64::from(self.right) / f64::from((self.right + self.wrong).max(1)),
            found: found.collect(),
        }
    }
}

impl Found {
    /// The share that was found.
    pub fn share(&self) -> f64 {
        f64::from(self.found) / f64::from(self.of.max(1))
    }
}

impl Report {
    /// A table in Markdown; the last columns are shares of dips whose end was
    /// taken for a rise.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("| method | false alarms per series-year | precision |");
        for injection in Injection::ALL {
            let _ = write!(text, " {} |", injection.name());
        }
        text.push_str("\n|---|--:|--:|");
        text.push_str(&"--:|".repeat(Injection::ALL.len()));
        for row in &self.rows {
            let _ = write!(
                text,
                "\n| {} | {:.2} | {:.0} % |",
                row.method.name(),
                row.false_per_series_year,
                row.precision * 100.0
            );
            for found in &row.found {
                let _ = write!(text, " {:.1} %", found.share() * 100.0);
                if found.injection.is_alarming()
                    && let (Some(median), Some(most)) = (found.delay_median, found.delay_most)
                    && most > 0
                {
                    let _ = write!(text, ", {median}–{most} d");
                }
                text.push_str(" |");
            }
        }
        text.push('\n');
        text
    }
}

/// A history without any knowledge of what is in it.
impl From<Series> for Labelled {
    fn from(series: Series) -> Self {
        Self {
            series,
            changes: Vec::new(),
        }
    }
}
