use std::collections::BTreeMap;

use jiff::civil::Date;
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::anomaly::{Anomaly, Cause, sentence, sparkline};
use crate::charge::Class;
use crate::detect::{Episode, Kind, State, Track, judge};
use crate::history::History;
use crate::key::{Breakdown, Dimension, Key};
use crate::series::Series;
use crate::settings::Settings;

/// A part that explains so much of a whole tells it better than the whole.
const EXPLAINS: f64 = 0.8;
/// One cause shows everywhere within so many days.
const TOGETHER_DAYS: i32 = 2;
/// So many services that rise together in an account are a matter of the account.
const MANY: usize = 4;
/// How many causes are named.
const MOST_CAUSES: usize = 10;

/// Cost that went from one place to another: no more than before altogether.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    /// Where it is now.
    pub to: Key,
    /// Where it was.
    pub from: Vec<Key>,
    /// Since when.
    #[schemars(with = "String")]
    pub since: Date,
    /// How much is there now.
    pub amount: Money,
}

/// What is unusual in a history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Findings {
    /// One for each cause, the costliest first.
    pub anomalies: Vec<Anomaly>,
    /// What only went elsewhere.
    pub moves: Vec<Move>,
}

/// A series with its judgement.
struct Node {
    series: Series,
    track: Track,
}

/// An episode of a node.
#[derive(Clone, Copy)]
struct At {
    node: usize,
    episode: usize,
}

/// Judges all that a history tells apart, and rolls up what has one cause.
///
/// Every breakdown is judged by its rows, and by service, account and
/// environment where it has them. `since` leaves out what was over before.
pub fn find(history: &History, settings: &Settings, since: Option<Date>) -> Findings {
    let world = World::judged(history, settings);
    let (mut alarms, mut dips) = (Vec::new(), Vec::new());
    for (node, one) in world.nodes.iter().enumerate() {
        for (episode, found) in one.track.episodes.iter().enumerate() {
            let at = At { node, episode };
            if found.kind == Kind::Dip {
                dips.push(at);
            }
            if found.kind != Kind::Dip || settings.dips {
                alarms.push(at);
            }
        }
    }
    let mut findings = Findings::default();
    let mut moved = Vec::new();
    alarms.retain(|at| match world.moved(*at, &dips) {
        Some(found) => {
            findings.moves.push(found);
            moved.push(*at);
            false
        }
        None => true,
    });
    // Where it went to, the whole has risen too.
    alarms.retain(|at| !moved.iter().any(|part| world.is_explained(*at, *part)));
    for group in world.grouped(&alarms) {
        let anomaly = world.anomaly(&group);
        let episode = &anomaly.episode;
        let over = episode.closed.unwrap_or(episode.last).max(episode.last);
        if since.is_none_or(|since| episode.state == State::Open || over >= since) {
            findings.anomalies.push(anomaly);
        }
    }
    findings
        .moves
        .retain(|one| since.is_none_or(|since| one.since >= since));
    findings.anomalies.sort_by(|one, other| {
        let impact = |one: &Anomaly| one.episode.impact();
        impact(other)
            .cmp(&impact(one))
            .then_with(|| one.key.cmp(&other.key))
    });
    findings
}

struct World {
    nodes: Vec<Node>,
    /// How many dimensions the most particular series have, by breakdown.
    rows: BTreeMap<Breakdown, Vec<usize>>,
}

impl World {
    fn judged(history: &History, settings: &Settings) -> Self {
        let mut known: BTreeMap<Key, usize> = BTreeMap::new();
        let mut series: Vec<Series> = Vec::new();
        let mut rows: BTreeMap<Breakdown, Vec<usize>> = BTreeMap::new();
        let mut add = |one: Series| {
            *known.entry(one.key.clone()).or_insert_with(|| {
                series.push(one);
                series.len() - 1
            })
        };
        for breakdown in history.breakdowns() {
            let leaves = history.series(breakdown, Class::Usage, settings.lag_days);
            for wanted in [
                Dimension::Service,
                Dimension::Account,
                Dimension::Environment,
            ] {
                let level = Breakdown::by([wanted]);
                if breakdown.has(wanted) && breakdown != level {
                    let mut parts: BTreeMap<Key, Vec<&Series>> = BTreeMap::new();
                    for leaf in &leaves {
                        parts
                            .entry(leaf.key.projected(level))
                            .or_default()
                            .push(leaf);
                    }
                    for (key, parts) in parts {
                        add(Series::sum(key, parts));
                    }
                }
            }
            let places = leaves.into_iter().map(&mut add).collect();
            rows.insert(breakdown, places);
        }
        let nodes = series.into_iter().map(|series| {
            let track = judge(&series, settings);
            Node { series, track }
        });
        Self {
            nodes: nodes.collect(),
            rows,
        }
    }

    fn key(&self, at: At) -> &Key {
        &self.nodes[at.node].series.key
    }

    fn episode(&self, at: At) -> &Episode {
        &self.nodes[at.node].track.episodes[at.episode]
    }

    /// Whether what came here is what is gone next to it: series that differ
    /// from this one in one dimension and fell by as much on the same days.
    fn moved(&self, at: At, dips: &[At]) -> Option<Move> {
        let (key, episode) = (self.key(at), self.episode(at));
        let mut best: Option<Move> = None;
        for dimension in Dimension::ALL {
            if key.get(dimension).is_none() || key.breakdown() == Breakdown::by([dimension]) {
                continue;
            }
            let without = Breakdown::by(
                Dimension::ALL
                    .into_iter()
                    .filter(|one| *one != dimension && key.get(*one).is_some()),
            );
            let beside: Vec<&At> = dips
                .iter()
                .filter(|dip| {
                    let (other, fall) = (self.key(**dip), self.episode(**dip));
                    other.breakdown() == key.breakdown()
                        && other.projected(without) == key.projected(without)
                        && days_between(fall.since, episode.since) <= TOGETHER_DAYS
                })
                .collect();
            // By the day, for one of the two may have been accepted sooner.
            let fell: f64 = beside.iter().map(|dip| daily(self.episode(**dip))).sum();
            if !beside.is_empty() && -fell >= EXPLAINS * daily(episode) {
                best.get_or_insert_with(|| Move {
                    to: key.clone(),
                    from: beside.iter().map(|dip| self.key(**dip).clone()).collect(),
                    since: episode.since,
                    amount: episode.impact(),
                });
            }
        }
        best
    }

    /// Whether a part is most of what a whole has risen by.
    fn is_explained(&self, whole: At, part: At) -> bool {
        self.key(whole).contains(self.key(part))
            && self.meets(whole, part)
            && daily(self.episode(part)) >= EXPLAINS * daily(self.episode(whole))
    }

    /// Alarms that have one cause. First what is about services: one contains
    /// the other, or both are of one service, and they begin together. Then
    /// what is about accounts and environments as a whole joins what explains it.
    fn grouped(&self, alarms: &[At]) -> Vec<Vec<At>> {
        let (services, wholes): (Vec<At>, Vec<At>) = alarms
            .iter()
            .copied()
            .partition(|at| self.key(*at).service.is_some());
        let mut groups: Vec<Vec<At>> = Vec::new();
        for at in services {
            let one_cause = |group: &Vec<At>| group.iter().any(|other| self.same(at, *other));
            let (joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(one_cause);
            groups = apart;
            let mut group: Vec<At> = joined.into_iter().flatten().collect();
            group.push(at);
            groups.push(group);
        }
        for at in wholes {
            let with = |group: &Vec<At>| group.iter().any(|other| self.together(at, *other));
            let mut part_of: Vec<usize> = (0..groups.len())
                .filter(|group| groups[*group].iter().any(|other| self.meets(at, *other)))
                .collect();
            let begun: Vec<usize> = part_of
                .iter()
                .copied()
                .filter(|group| with(&groups[*group]))
                .collect();
            if begun.len() >= MANY {
                let mut group = vec![at];
                for place in begun.into_iter().rev() {
                    group.extend(groups.remove(place));
                }
                groups.push(group);
                continue;
            }
            let size = |group: usize| {
                let sizes = groups[group]
                    .iter()
                    .map(|at| daily(self.episode(*at)).abs());
                sizes.fold(0.0, f64::max)
            };
            part_of.sort_by(|one, other| size(*other).total_cmp(&size(*one)));
            match part_of.first() {
                Some(first) => groups[*first].push(at),
                None => groups.push(vec![at]),
            }
        }
        groups
    }

    fn same(&self, one: At, other: At) -> bool {
        let (key, other_key) = (self.key(one), self.key(other));
        key.service == other_key.service && self.meets(one, other)
    }

    /// Whether two episodes are about things that can be the same, on days that can be.
    fn meets(&self, one: At, other: At) -> bool {
        let (key, other_key) = (self.key(one), self.key(other));
        let agree = Dimension::ALL.into_iter().all(|dimension| {
            match (key.get(dimension), other_key.get(dimension)) {
                (Some(value), Some(other)) => value == other,
                _ => true,
            }
        });
        let siblings = key.service == other_key.service && key.breakdown() == other_key.breakdown();
        let (episode, other_episode) = (self.episode(one), self.episode(other));
        let overlap = episode.overlaps(other_episode.since, other_episode.last);
        let together = self.together(one, other);
        (episode.kind == Kind::Dip) == (other_episode.kind == Kind::Dip)
            && (agree && (overlap || together) || siblings && together)
    }

    fn together(&self, one: At, other: At) -> bool {
        days_between(self.episode(one).since, self.episode(other).since) <= TOGETHER_DAYS
    }

    /// The anomaly of a group: the widest of it says how much, the most
    /// particular that explains most of that says what.
    fn anomaly(&self, group: &[At]) -> Anomaly {
        let size = |at: &At| self.episode(*at).impact().micro_usd().abs();
        let most = group.iter().map(size).max().unwrap_or(0);
        let head = group
            .iter()
            .filter(|at| share(size(at), most) >= EXPLAINS)
            .max_by_key(|at| {
                let key = self.key(**at);
                let told = Dimension::ALL
                    .into_iter()
                    .filter(|one| key.get(*one).is_some())
                    .count();
                (told, size(at), std::cmp::Reverse(key))
            })
            .copied()
            .unwrap_or(group[0]);
        let episode = self.episode(head).clone();
        let key = self.key(head).clone();
        let mut also: Vec<Key> = group.iter().map(|at| self.key(*at).clone()).collect();
        also.retain(|one| *one != key);
        also.sort();
        also.dedup();
        Anomaly {
            causes: self.causes(&key, &episode),
            also,
            sentence: sentence(&key, &episode),
            sparkline: sparkline(&self.nodes[head.node].series),
            key,
            episode,
        }
    }

    /// What rows cost more than expected on an episode's days, in the
    /// breakdown that tells most of them apart.
    fn causes(&self, key: &Key, episode: &Episode) -> Vec<Cause> {
        let told = key.breakdown();
        let rows = self
            .rows
            .iter()
            .filter(|(breakdown, _)| breakdown.covers(told));
        let rows = rows.max_by_key(|(breakdown, _)| {
            Dimension::ALL
                .into_iter()
                .filter(|one| breakdown.has(*one))
                .count()
        });
        let Some((_, rows)) = rows else {
            return Vec::new();
        };
        let mut causes: Vec<(Key, Money)> = rows
            .iter()
            .filter(|row| key.contains(&self.nodes[**row].series.key))
            .map(|row| {
                (
                    self.nodes[*row].series.key.clone(),
                    self.above(*row, episode),
                )
            })
            .filter(|(_, impact)| (*impact > Money::ZERO) == (episode.kind != Kind::Dip))
            .filter(|(_, impact)| *impact != Money::ZERO)
            .collect();
        causes.sort_by_key(|(key, impact)| {
            (std::cmp::Reverse(impact.micro_usd().abs()), key.clone())
        });
        let all: i64 = causes
            .iter()
            .map(|(_, impact)| impact.micro_usd().abs())
            .sum();
        causes.truncate(MOST_CAUSES);
        let cause = |(key, impact): (Key, Money)| Cause {
            percent: share(impact.micro_usd().abs(), all) * 100.0,
            key,
            impact,
        };
        causes.into_iter().map(cause).collect()
    }

    /// What a series cost more than expected on an episode's days. Where
    /// nothing could be expected because it is new, all of it is more.
    fn above(&self, node: usize, episode: &Episode) -> Money {
        let Node { series, track } = &self.nodes[node];
        let days = series.dated().zip(&track.days);
        let days = days.filter(|((date, _), _)| (episode.since..=episode.last).contains(date));
        days.filter_map(|((_, day), judged)| {
            Some(day.settled()? - judged.expected.unwrap_or_default())
        })
        .sum()
    }
}

fn days_between(one: Date, other: Date) -> i32 {
    one.until(other)
        .map_or(i32::MAX, |span| span.get_days().abs())
}

/// What an episode costs more than expected on one of its days.
#[expect(clippy::cast_precision_loss, reason = "compared, not shown")]
fn daily(episode: &Episode) -> f64 {
    episode.impact().micro_usd() as f64 / f64::from(episode.days.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}
