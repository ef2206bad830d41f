//! Waves: what wakes before what, and sleeps after it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Kind, Resource};

const WAVE_TAG: &str = "nightshift:wave";
const AFTER_TAG: &str = "nightshift:after";

/// A resource's place in the order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Low waves wake first and sleep last.
    pub wave: u8,
    /// The circle it is part of, in words.
    pub cycle: Option<String>,
    /// What is wrong with its tags and was ignored, in words.
    pub ignored: Option<String>,
}

struct Node {
    own: u8,
    after: Vec<usize>,
    ignored: Vec<String>,
}

/// The place of each resource, in the order given.
pub(super) fn places(resources: &[&Resource]) -> Vec<Place> {
    let nodes = nodes(resources);
    let cycles = cycles(&nodes, resources);
    let mut waves: Vec<Option<u8>> = vec![None; nodes.len()];
    for start in 0..nodes.len() {
        settle(start, &nodes, &cycles, &mut waves);
    }
    nodes
        .into_iter()
        .zip(waves)
        .enumerate()
        .map(|(index, (node, wave))| Place {
            wave: wave.unwrap_or(node.own),
            cycle: cycles.get(&index).cloned(),
            ignored: (!node.ignored.is_empty()).then(|| node.ignored.join("; ")),
        })
        .collect()
}

fn nodes(resources: &[&Resource]) -> Vec<Node> {
    let mut names: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    if resources.iter().any(|one| one.tags.contains_key(AFTER_TAG)) {
        for (index, resource) in resources.iter().enumerate() {
            names.entry(&resource.name).or_default().push(index);
            // `/` joins names in a tag, so `cluster/group` is also known by its last part.
            if let Some((_, last)) = resource.name.rsplit_once('/') {
                names.entry(last).or_default().push(index);
            }
        }
    }
    resources
        .iter()
        .enumerate()
        .map(|(index, resource)| node(index, resource, &names))
        .collect()
}

fn node(index: usize, resource: &Resource, names: &BTreeMap<&str, Vec<usize>>) -> Node {
    let mut ignored = Vec::new();
    let inferred = match resource.kind {
        Kind::DbInstance | Kind::DbCluster => 1,
        Kind::Ec2Instance | Kind::AutoScalingGroup | Kind::NodeGroup => 2,
        Kind::EcsService => 3,
    };
    let own = match resource.tags.get(WAVE_TAG) {
        None => inferred,
        Some(text) => {
            let wave = text
                .trim()
                .parse()
                .ok()
                .filter(|wave| (1..=9).contains(wave));
            wave.unwrap_or_else(|| {
                ignored.push(format!(
                    "its tag {WAVE_TAG} is not 1 to 9, so wave {inferred} is taken"
                ));
                inferred
            })
        }
    };
    let text = resource.tags.get(AFTER_TAG).map_or("", String::as_str);
    let mut after = BTreeSet::new();
    for name in text.split(['+', '/', ' ']).filter(|name| !name.is_empty()) {
        match names.get(name) {
            Some(found) => after.extend(found.iter().copied().filter(|found| *found != index)),
            None => ignored.push(format!(
                "its tag {AFTER_TAG} names `{name}`, which is not here"
            )),
        }
        if names.get(name).is_some_and(|found| found == &[index]) {
            ignored.push(format!("its tag {AFTER_TAG} names itself"));
        }
    }
    Node {
        own,
        after: after.into_iter().collect(),
        ignored,
    }
}

/// The wave of one and of all it comes after, without recursion: a chain of
/// tags may be as long as there are resources.
fn settle(
    start: usize,
    nodes: &[Node],
    cycles: &BTreeMap<usize, String>,
    waves: &mut [Option<u8>],
) {
    let mut stack = vec![start];
    while let Some(&index) = stack.last() {
        if waves[index].is_some() {
            stack.pop();
            continue;
        }
        let after = &nodes[index].after;
        let in_cycle = cycles.contains_key(&index);
        let open: Vec<usize> = after
            .iter()
            .copied()
            .filter(|next| waves[*next].is_none() && !in_cycle)
            .collect();
        if open.is_empty() {
            let latest = after.iter().filter_map(|next| waves[*next]).max();
            let bound = if in_cycle { None } else { latest };
            let least = bound.map_or(0, |wave| wave.saturating_add(1));
            waves[index] = Some(nodes[index].own.max(least));
            stack.pop();
        } else {
            stack.extend(open);
        }
    }
}

/// Every resource that comes, over others, after itself, with the way round.
fn cycles(nodes: &[Node], resources: &[&Resource]) -> BTreeMap<usize, String> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; nodes.len()];
    let mut found = BTreeMap::new();
    for start in 0..nodes.len() {
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        let mut path = vec![(start, 0_usize)];
        while let Some((index, at)) = path.last_mut() {
            let (index, next) = (*index, nodes[*index].after.get(*at).copied());
            *at += 1;
            let Some(next) = next else {
                marks[index] = Mark::Done;
                path.pop();
                continue;
            };
            match marks[next] {
                Mark::Done => {}
                Mark::New => {
                    marks[next] = Mark::Open;
                    path.push((next, 0));
                }
                Mark::Open => {
                    let from = path.iter().position(|(one, _)| *one == next).unwrap_or(0);
                    let round: Vec<usize> = path[from..].iter().map(|(one, _)| *one).collect();
                    let name = |one: &usize| resources[*one].name.as_str();
                    let mut words: Vec<&str> = round.iter().map(name).collect();
                    words.push(name(&next));
                    let words = words.join(" after ");
                    for one in round {
                        found.entry(one).or_insert_with(|| words.clone());
                    }
                }
            }
        }
    }
    found
}
