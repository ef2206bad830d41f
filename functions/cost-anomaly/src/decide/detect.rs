//! From days of the bill to sightings: what our own detector takes for unusual,
//! and where in the bill it comes from.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use nightshift_core::{Money, printable};
use nightshift_cost::{
    Anomaly, Breakdown, Class as Charge, Dimension, Episode, History, Key, Kind, Move, Series,
    Settings, State, find, judge,
};

use crate::decide::day_of;
use crate::matter::Spend;
use crate::model::{Cause, Class, Course, Point, Root, Sighting, Source};
use crate::observe::Cut;

/// An episode that ended longer ago is history.
const RECENT: i64 = 30;
/// Days of a series that a picture shows.
const SHOWN: i64 = 28;
/// Root causes of each kind.
const PARTS: usize = 3;
/// What an anomaly is about that is about an account as a whole.
const SEVERAL: &str = "several services";
/// A part adds at least this share of the whole, or is not worth a line.
const SHARE: i64 = 10;

/// What a judgement of the bill has brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// What is unusual, or has been until lately.
    pub sightings: Vec<Sighting>,
    /// Every cause that was judged, so that who was unusual and is not any more
    /// can be told from who was not looked at.
    pub judged: Vec<Cause>,
    /// What only went from one place to another, in words.
    pub moved: Vec<String>,
}

/// Judges the bill.
pub fn judgement(history: &History, settings: &Settings, now: Timestamp) -> Judgement {
    let today = day_of(now);
    let recent = today.checked_sub(RECENT.days()).unwrap_or(Date::MIN);
    let by_account = usage(history, Cut::ServiceAccount.breakdown(), settings);
    let mut judgement = Judgement {
        judged: by_account.iter().map(|one| cause(&one.key)).collect(),
        ..Judgement::default()
    };
    if by_account.is_empty() {
        return judgement;
    }
    let found = find(history, settings, Some(recent));
    let mut latest: BTreeMap<Cause, Sighting> = BTreeMap::new();
    for anomaly in &found.anomalies {
        let cause = about(anomaly);
        let series = by_account.iter().find(|one| self::cause(&one.key) == cause);
        let sighting = sighting(anomaly, cause, series, history, settings, now);
        // Of a cause's episodes the latest is what people want to know.
        match latest.get_mut(&sighting.cause) {
            Some(known) if (known.since, known.until) >= (sighting.since, sighting.until) => {}
            Some(known) => *known = sighting,
            None => {
                latest.insert(sighting.cause.clone(), sighting);
            }
        }
    }
    judgement.sightings = latest.into_values().collect();
    judgement.moved = found.moves.iter().map(moved).collect();
    judgement
}

fn cause(key: &Key) -> Cause {
    Cause::new(key.service.as_deref(), key.account.as_deref())
}

/// A service's spending in an account is what an anomaly is about, whatever of it
/// tells it best; what is about an account as a whole is about several services.
fn about(anomaly: &Anomaly) -> Cause {
    let keys = || [&anomaly.key].into_iter().chain(&anomaly.also);
    let account = keys().find_map(|key| key.account.as_deref());
    Cause::new(
        Some(anomaly.key.service.as_deref().unwrap_or(SEVERAL)),
        account,
    )
}

fn moved(moved: &Move) -> String {
    let from: Vec<String> = moved.from.iter().map(ToString::to_string).collect();
    printable(
        &format!(
            "{} of {} came from {} on {}: no more than before altogether",
            moved.amount,
            moved.to,
            from.join(" and "),
            moved.since
        ),
        400,
    )
}

/// How what people know of is over, where the bill was read again and shows
/// nothing unusual any more.
pub fn vanished(spend: &Spend, judgement: &Judgement, now: Timestamp) -> Option<Sighting> {
    let known = spend.detected()?;
    let is_judged = judgement.judged.contains(&known.cause)
        || known.cause.service == SEVERAL && !judgement.judged.is_empty();
    let is_there = judgement
        .sightings
        .iter()
        .any(|one| one.cause == known.cause);
    (known.course == Course::GoesOn && is_judged && !is_there).then(|| Sighting {
        said_at: now,
        course: Course::Ended,
        reason: Some("AWS has revised the bill, and nothing in it is unusual now".to_owned()),
        ..known.clone()
    })
}

fn usage(history: &History, breakdown: Breakdown, settings: &Settings) -> Vec<Series> {
    history.series(breakdown, Charge::Usage, settings.lag_days)
}

fn sighting(
    anomaly: &Anomaly,
    cause: Cause,
    series: Option<&Series>,
    history: &History,
    settings: &Settings,
    now: Timestamp,
) -> Sighting {
    let episode = &anomaly.episode;
    let roots = match series {
        Some(series) => roots(history, series, episode, settings),
        None => causes(anomaly),
    };
    Sighting {
        until: episode.last,
        said_at: now,
        source: Source::Detector,
        id: format!("own/{}", episode.since),
        cause,
        class: match episode.kind {
            Kind::New => Class::New,
            Kind::Dip => Class::Fall,
            Kind::Spike | Kind::Step | Kind::Growth | Kind::MonthStart => Class::Rise,
        },
        course: match episode.state {
            State::Open => Course::GoesOn,
            State::Ended => Course::Ended,
            State::Accepted => Course::Accepted,
        },
        since: episode.since,
        expected: Some(episode.expected),
        actual: Some(episode.actual),
        impact: episode.impact(),
        roots,
        account_name: None,
        monitor: None,
        link: None,
        reason: Some(anomaly.sentence.trim_end_matches('.').to_owned()),
        feedback: None,
        days: series.map_or_else(Vec::new, |series| points(series, episode, settings)),
    }
    .bounded()
}

/// The parts of an anomaly that is about no service alone.
fn causes(anomaly: &Anomaly) -> Vec<Root> {
    let parts = anomaly.causes.iter().map(|cause| Root {
        service: cause.key.service.clone(),
        account: cause.key.account.clone(),
        region: cause.key.region.clone(),
        usage_type: cause.key.usage_type.clone(),
        environment: cause.key.environment.clone(),
        contribution: Some(cause.impact),
    });
    parts.collect()
}

/// The newest day of which anything is known.
pub fn newest_day(history: &History, lag: u8) -> Option<Date> {
    let all = history.series(Cut::ServiceAccount.breakdown(), Charge::Usage, lag);
    let newest = |series: &Series| {
        let known = series.dated().filter(|(_, day)| day.amount().is_some());
        known.map(|(day, _)| day).max()
    };
    all.iter().filter_map(newest).max()
}

fn points(series: &Series, episode: &Episode, settings: &Settings) -> Vec<Point> {
    let track = judge(series, settings);
    let end = episode.last.checked_add(3.days()).unwrap_or(episode.last);
    let begin = end.checked_sub(SHOWN.days()).unwrap_or(episode.since);
    series
        .dated()
        .zip(&track.days)
        .filter(|((day, _), _)| *day >= begin && *day <= end)
        .map(|((day, known), judged)| Point::of(day, known, judged.expected))
        .collect()
}

/// Where in the bill an episode comes from: the usage types, Regions and
/// environments of its service that rose in its days.
fn roots(history: &History, of: &Series, episode: &Episode, settings: &Settings) -> Vec<Root> {
    let Some(service) = of.key.service.as_deref() else {
        return Vec::new();
    };
    let least = Money::from_micro_usd(episode.impact().micro_usd().abs() / SHARE);
    let mut roots = Vec::new();
    for (cut, dimension) in [
        (Cut::ServiceUsageType, Dimension::UsageType),
        (Cut::ServiceRegion, Dimension::Region),
        (Cut::ServiceEnvironment, Dimension::Environment),
    ] {
        let parts = usage(history, cut.breakdown(), settings);
        let mut risen: Vec<Root> = parts
            .iter()
            .filter(|part| part.key.service.as_deref() == Some(service))
            .filter_map(|part| {
                let more = contribution(part, episode, settings)?;
                (more >= least && more > Money::ZERO).then(|| Root {
                    account: of.key.account.clone(),
                    contribution: Some(more),
                    ..root(&part.key, dimension)
                })
            })
            .collect();
        risen.sort_by_key(|part| std::cmp::Reverse(part.contribution));
        risen.truncate(PARTS);
        roots.extend(risen);
    }
    roots
}

fn root(key: &Key, dimension: Dimension) -> Root {
    let value = key.get(dimension).map(str::to_owned);
    let mut root = Root {
        service: key.service.clone(),
        ..Root::default()
    };
    match dimension {
        Dimension::Region => root.region = value,
        Dimension::UsageType => root.usage_type = value,
        Dimension::Environment => root.environment = value,
        Dimension::Service | Dimension::Account => {}
    }
    root
}

/// How much more a part cost in an episode's days than expected; None where it
/// is not known for one of them.
fn contribution(part: &Series, episode: &Episode, settings: &Settings) -> Option<Money> {
    let track = judge(part, settings);
    let days: BTreeMap<Date, Option<Money>> = part
        .dated()
        .zip(&track.days)
        .map(|((day, known), judged)| {
            let expected = judged.expected.unwrap_or(Money::ZERO);
            (day, known.settled().map(|actual| actual - expected))
        })
        .collect();
    let mut sum = Money::ZERO;
    for (_, more) in days.range(episode.since..=episode.last) {
        sum += (*more)?;
    }
    Some(sum)
}
