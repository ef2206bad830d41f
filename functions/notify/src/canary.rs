//! Tries out the way of an alert, and finds who has not heard of one. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Command, Fact, Notification, Severity, Status};
use serde::{Deserialize, Serialize};

use crate::channels::CANARY;
use crate::config::NotifyConfig;
use crate::observe::Setup;
use crate::report::Hearing;
use crate::routes::{FALLBACK, Way, way_by};

/// The ledger's partition of what was heard.
pub const PARTITION: &str = "notify-heard";
/// A channel on several routes shows one canary a day.
const SAME_FLIGHT: SignedDuration = SignedDuration::from_mins(10);

/// How long after people were told of a silence they are told again.
const REMINDER: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Since when it is looked after.
    pub since: Timestamp,
    /// When a canary last arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// When somebody was told that it is silent, if not yet that it is heard again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Timestamp>,
}

impl Heard {
    /// Whether a canary has just been seen there.
    pub fn of_late(&self, now: Timestamp) -> bool {
        self.at
            .is_some_and(|at| now.duration_since(at) < SAME_FLIGHT)
    }

    /// Whether people have to be told now, of a silence once a day.
    pub fn wants_telling(self, silent: bool, now: Timestamp) -> bool {
        match self.told {
            None => silent,
            Some(at) => !silent || now.duration_since(at) >= REMINDER,
        }
    }

    /// A canary has arrived.
    pub fn again(before: Option<Self>, now: Timestamp) -> Self {
        Self {
            since: before.map_or(now, |heard| heard.since),
            at: Some(now),
            told: before.and_then(|heard| heard.told),
        }
    }
}

/// The routes that are tried, the fallback's among them.
pub fn routes(config: &NotifyConfig) -> Vec<&str> {
    let fallback = config.fallback.as_ref().map(|_| FALLBACK);
    let tried = |route: &str| {
        way(config, route)
            .channels
            .iter()
            .any(|channel| expected(config, channel))
    };
    let names = config.routes.iter().map(|route| route.name.as_str());
    names.chain(fallback).filter(|name| tried(name)).collect()
}

/// Where a canary goes.
pub fn way<'c>(config: &'c NotifyConfig, route: &str) -> Way<'c> {
    let mut way = way_by(config, route);
    if route == FALLBACK {
        way.routes = vec![FALLBACK];
        way.channels = config.fallback.iter().map(String::as_str).collect();
    }
    way.channels.retain(|channel| expected(config, channel));
    way
}

/// Whether a channel should be heard of.
fn expected(config: &NotifyConfig, channel: &str) -> bool {
    let takes = config.channels.get(channel);
    takes.is_some_and(crate::config::Channel::takes_canaries)
        && !config.canary.skip.iter().any(|skipped| skipped == channel)
}

/// What is let out on a route.
pub fn specimen(setup: &Setup, route: &str, now: Timestamp) -> Notification {
    Notification {
        version: Notification::VERSION,
        id: format!("{CANARY}/{route}/{now}"),
        source: "notify".to_owned(),
        environment: setup.environment.clone(),
        account: setup.account.clone(),
        region: None,
        severity: Severity::Info,
        kind: CANARY.to_owned(),
        dedup_key: None,
        status: Status::Open,
        owner: None,
        title: format!("Canary: alerts arrive here, by route {route}"),
        summary: "Nothing happened; the way of an alert is tried out every day.".to_owned(),
        facts: Vec::new(),
        sections: Vec::new(),
        next_steps: Vec::new(),
        commands: Vec::new(),
        links: Vec::new(),
        attachment: None,
        occurred_at: now,
    }
}

/// What is known of every channel that should be heard of.
pub fn judge(
    config: &NotifyConfig,
    heard: &BTreeMap<String, Heard>,
    now: Timestamp,
) -> Vec<Hearing> {
    let mut channels: Vec<&str> = routes(config)
        .iter()
        .flat_map(|route| way(config, route).channels)
        .collect();
    channels.sort_unstable();
    channels.dedup();
    let limit = config.canary.silent_after.as_duration();
    let judged = channels.into_iter().map(|channel| {
        let known = heard.get(channel);
        let last = known.map(|heard| heard.at.unwrap_or(heard.since));
        Hearing {
            channel: channel.to_owned(),
            heard_at: known.and_then(|heard| heard.at),
            silent: last.is_some_and(|last| now.duration_since(last) > limit),
        }
    });
    judged.collect()
}

/// By which channels people are told of silent ones, the best first: one that
/// is heard, the fallback before others. Where all are silent, all are tried.
pub fn ways_round<'c>(config: &'c NotifyConfig, hearings: &[Hearing]) -> Vec<&'c str> {
    let silent = |name: &str| hearings.iter().any(|h| h.silent && h.channel == name);
    let is_fallback = |name: &str| config.fallback.as_deref() == Some(name);
    let mut names: Vec<&str> = config.channels.keys().map(String::as_str).collect();
    names.sort_by_key(|name| (silent(name), !is_fallback(name), *name));
    names
}

/// What people are told of a channel that is silent, or heard again.
pub fn news(setup: &Setup, hearing: &Hearing, now: Timestamp) -> Notification {
    let channel = &hearing.channel;
    let last = hearing
        .heard_at
        .map_or_else(|| "never".to_owned(), |at| at.to_string());
    let (status, title, summary) = if hearing.silent {
        (
            Status::Open,
            format!("Nothing arrives in the channel {channel}"),
            format!(
                "No canary has arrived in the channel {channel} for longer than {}. Alerts that go there may be lost to people, though not to the queue.",
                setup.config.canary.silent_after
            ),
        )
    } else {
        (
            Status::Resolved,
            format!("The channel {channel} is heard again"),
            format!("A canary has arrived in the channel {channel}."),
        )
    };
    Notification {
        severity: Severity::Error,
        kind: "notify.silent".to_owned(),
        id: format!("notify.silent/{channel}/{now}"),
        dedup_key: Some(format!("notify.silent/{}/{channel}", setup.environment)),
        status,
        title,
        summary,
        facts: vec![
            Fact::new("Channel", channel.as_str()),
            Fact::new("Last heard", last),
        ],
        next_steps: if hearing.silent {
            vec![
                "Read in the log of notify what the channel answers, and correct its secret or its settings.".to_owned(),
                "If every channel is silent, look at the notifications topic, its subscription and the queue.".to_owned(),
                "Try it out, then bring back what has become a dead letter.".to_owned(),
            ]
        } else {
            Vec::new()
        },
        commands: vec![Command {
            label: "Let out a canary now".to_owned(),
            text: "cargo lambda invoke notify --data-ascii '{\"command\":\"canary\"}'".to_owned(),
        }],
        ..specimen(setup, "-", now)
    }
}
