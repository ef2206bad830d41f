use std::fmt::Write;

use jiff::civil::Date;
use nightshift_core::{Money, printable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::detect::{Episode, Kind, State};
use crate::key::Key;
use crate::series::{Day, Series};

/// How much of a name is shown.
const NAME: usize = 120;
/// How many days a sparkline shows.
const SHOWN: usize = 28;

/// A part of an anomaly and how much of it that part is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// Whose cost it is.
    pub key: Key,
    /// What it has cost more than expected on the anomaly's days.
    pub impact: Money,
    /// Its share of all that cost more, in per cent.
    pub percent: f64,
}

/// Unusual cost with one cause, as people are told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Anomaly {
    /// What it is about: the most particular thing that explains it.
    pub key: Key,
    /// When and how much.
    #[serde(flatten)]
    pub episode: Episode,
    /// The parts that it comes from, the largest first.
    pub causes: Vec<Cause>,
    /// Other series in which the same is to be seen.
    pub also: Vec<Key>,
    /// All of it in a sentence.
    pub sentence: String,
    /// The last four weeks, a character a day.
    pub sparkline: String,
}

impl Anomaly {
    /// What it is called in a ledger: the same as long as it lasts, whatever
    /// else becomes known of it.
    pub fn id(&self) -> String {
        format!(
            "{}#{}",
            self.episode.since,
            printable(&self.key.to_string(), 300)
        )
    }
}

/// One sentence that says what, since when, how much, against what and why it
/// is told.
pub fn sentence(key: &Key, episode: &Episode) -> String {
    let name = printable(&key.to_string(), NAME);
    let since = spoken(episode.since);
    let impact = episode.impact();
    let mut text = match (episode.kind, episode.state) {
        (Kind::New, _) => format!(
            "{name} never cost anything before {since} and has cost {} since",
            episode.actual
        ),
        (_, State::Open) => format!(
            "{name} has cost {} since {since}, where {} was to be expected",
            episode.actual, episode.expected
        ),
        (_, State::Ended | State::Accepted) if episode.since == episode.last => format!(
            "{name} cost {} on {since}, where {} was to be expected",
            episode.actual, episode.expected
        ),
        (_, State::Ended | State::Accepted) => format!(
            "{name} cost {} from {since} to {}, where {} was to be expected",
            episode.actual,
            spoken(episode.last),
            episode.expected
        ),
    };
    if episode.kind != Kind::New {
        let more = if impact < Money::ZERO {
            format!("{} less", -impact)
        } else {
            format!("{impact} more")
        };
        let percent = episode
            .percent()
            .map(|percent| format!(", {percent:+.0} %"))
            .unwrap_or_default();
        let _ = write!(text, " ({more}{percent}, {:.1} spreads)", episode.z.abs());
    }
    text.push_str(match (episode.kind, episode.state) {
        (_, State::Ended) => "; it is over",
        (_, State::Accepted) => "; it has lasted so long that it is expected from now on",
        (Kind::Growth, State::Open) => "; it goes on growing",
        (Kind::MonthStart, State::Open) => {
            "; a charge at the beginning of the month that other months did not have"
        }
        (_, State::Open) => "",
    });
    text.push('.');
    text
}

fn spoken(date: Date) -> String {
    date.strftime("%a %-d %b %Y").to_string()
}

/// The last days of a series as a line of blocks, from nothing to the largest;
/// `·` is a day that is missing, and one that has not settled is not shown.
pub fn sparkline(series: &Series) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let days = series.days();
    let settled = days
        .iter()
        .rposition(|day| day.settled().is_some())
        .map_or(0, |at| at + 1);
    let days = &days[settled.saturating_sub(SHOWN)..settled];
    let amount = |day: &Day| day.settled().map(|amount| amount.micro_usd().max(0));
    let most = days.iter().filter_map(amount).max().unwrap_or(0).max(1);
    let block = |day: &Day| {
        let Some(amount) = amount(day) else {
            return '·';
        };
        let eighths = i128::from(amount) * 8 / i128::from(most);
        BLOCKS[usize::try_from(eighths).unwrap_or(0).min(7)]
    };
    days.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_sparkline_tells_nothing_from_unknown() {
        let settled = |micros| Day::Settled(Money::from_micro_usd(micros));
        let days = vec![
            settled(0),
            settled(4),
            Day::Missing,
            settled(8),
            Day::Estimated(Money::ZERO),
        ];
        let series = Series::from_days(Key::default(), date(2026, 11, 1), days);
        assert_eq!(sparkline(&series), "▁▅·█");
        assert_eq!(
            sparkline(&Series::from_days(
                Key::default(),
                date(2026, 11, 1),
                Vec::new()
            )),
            ""
        );
    }
}
