//! What is wanted of a resource, by whom, until when, and why.

use std::collections::HashMap;

use jiff::Timestamp;
use nightshift_core::printable;
use nightshift_schedule::{Context, Desired, Parsed, Standing, Syntax, Zone, read};

use super::Policy;
use super::keep_awake::{KEEP_AWAKE_TAG, KeepAwake};
use crate::model::{Record, Resource};

/// What is wanted of a resource.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub desired: Desired,
    pub until: Option<Timestamp>,
    pub reason: String,
    /// The zone in which people are told of times.
    pub zone: Zone,
    /// When a person asked for exactly this, by command or tag; a tag has no beginning.
    pub asked: Option<Asked>,
    /// A tag value that is not understood, and why.
    pub invalid: Option<(String, String)>,
}

/// When a person asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    ByTag,
    ByCommand(Timestamp),
}

/// The schedules of a run: each distinct value is read once.
pub(super) struct Schedules<'a> {
    policy: &'a Policy<'a>,
    context: Context,
    syntax: Syntax,
    now: Timestamp,
    read: HashMap<String, Known>,
}

#[derive(Clone)]
struct Known {
    standing: Standing,
    zone: Zone,
    error: Option<String>,
    next: Option<Desired>,
}

impl<'a> Schedules<'a> {
    pub fn new(policy: &'a Policy<'a>, context: Context, now: Timestamp) -> Self {
        Self {
            policy,
            context,
            syntax: policy
                .config
                .syntax
                .as_deref()
                .and_then(|name| name.parse().ok())
                .unwrap_or_default(),
            now,
            read: HashMap::new(),
        }
    }

    /// What is wanted of a resource now.
    pub fn wish(&mut self, resource: &Resource, record: Option<&Record>) -> Wish {
        let mut wish = self.by_schedule(resource);
        if let Some(override_) = record
            .and_then(|record| record.override_.as_ref())
            .filter(|override_| override_.until > self.now)
        {
            let verb = match override_.state {
                Desired::On => "kept awake",
                Desired::Off => "put to sleep",
                Desired::None => "left alone",
            };
            wish.reason = asked_for(
                verb,
                &override_.owner,
                &override_.reason,
                &clock(&wish.zone, self.now, override_.until),
            );
            wish.desired = override_.state;
            wish.until = Some(override_.until);
            wish.asked = Some(Asked::ByCommand(override_.since));
        }
        if let Some(value) = resource.tags.get(KEEP_AWAKE_TAG) {
            match KeepAwake::parse(value, &wish.zone) {
                Ok(tag) if tag.until > self.now => {
                    wish.reason = asked_for(
                        "kept awake",
                        &tag.owner,
                        &tag.reason,
                        &clock(&wish.zone, self.now, tag.until),
                    );
                    wish.desired = Desired::On;
                    wish.until = Some(tag.until);
                    wish.asked = Some(Asked::ByTag);
                }
                Ok(_) => {}
                Err(why) => {
                    let why = format!("its tag {KEEP_AWAKE_TAG} is ignored: {why}");
                    wish.reason = format!("{}; {why}", wish.reason);
                    wish.invalid
                        .get_or_insert_with(|| (printable(value, 256), why));
                }
            }
        }
        wish
    }

    /// When the resource would be put to sleep, if something wants it on now.
    pub fn sleeps_at(&mut self, resource: &Resource, wish: &Wish) -> Option<Timestamp> {
        if wish.desired != Desired::On {
            return None;
        }
        let until = wish.until?;
        let next = if wish.asked.is_some() {
            self.value(resource)
                .map(|value| read(&value, self.syntax, &self.context).at(until, &self.context))
                .map(|standing| standing.desired)
        } else {
            self.value(resource)
                .and_then(|value| self.known(&value).next)
        };
        (next == Some(Desired::Off)).then_some(until)
    }

    fn value(&self, resource: &Resource) -> Option<String> {
        let config = self.policy.config;
        let tag = resource.tags.get(&config.schedule_tag);
        tag.or(config.untagged.as_ref()).cloned()
    }

    fn by_schedule(&mut self, resource: &Resource) -> Wish {
        let tag = &self.policy.config.schedule_tag;
        let is_tagged = resource.tags.contains_key(tag);
        let Some(value) = self.value(resource) else {
            return Wish {
                desired: Desired::None,
                until: None,
                reason: format!(
                    "it has no tag {tag}, so it is left alone; set {tag} to hours such as `Mon-Fri 07:00-19:00` to let it sleep"
                ),
                zone: self.context.default_zone.clone(),
                asked: None,
                invalid: None,
            };
        };
        let known = self.known(&value);
        let reason = match (&known.error, is_tagged) {
            (Some(error), true) => format!(
                "its tag {tag} = `{}` is not understood, so it is left alone: {error}",
                printable(&value, 256)
            ),
            (Some(error), false) => {
                format!("functions.off-hours.untagged is not understood: {error}")
            }
            (None, true) => known.standing.reason.clone(),
            (None, false) => format!("untagged, so by default {}", known.standing.reason),
        };
        Wish {
            desired: known.standing.desired,
            until: known.standing.until,
            reason,
            zone: known.zone,
            asked: None,
            invalid: known.error.map(|error| (printable(&value, 256), error)),
        }
    }

    fn known(&mut self, value: &str) -> Known {
        if let Some(known) = self.read.get(value) {
            return known.clone();
        }
        let reading = read(value, self.syntax, &self.context);
        let standing = reading.at(self.now, &self.context);
        let known = Known {
            zone: reading.schedule().map_or_else(
                || self.context.default_zone.clone(),
                |schedule| schedule.zone().clone(),
            ),
            error: match &reading.parsed {
                Parsed::Invalid { errors } => Some(
                    errors
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join("; "),
                ),
                _ => None,
            },
            next: standing
                .until
                .map(|until| reading.at(until, &self.context).desired),
            standing,
        };
        self.read.insert(value.to_owned(), known.clone());
        known
    }
}

fn asked_for(verb: &str, owner: &str, reason: &str, until: &str) -> String {
    let reason = if reason.is_empty() {
        String::new()
    } else {
        format!(" for {reason}")
    };
    format!("{verb} by {owner}{reason}, until {until}")
}

/// An instant as people read it: the local time, the day if it is another one,
/// and the zone.
pub fn clock(zone: &Zone, now: Timestamp, instant: Timestamp) -> String {
    let (today, wall) = (zone.wall(now).date(), zone.wall(instant));
    let time = format!("{:02}:{:02}", wall.hour(), wall.minute());
    if wall.date() == today {
        return format!("{time} ({zone})");
    }
    let weekday = match wall.date().weekday() {
        jiff::civil::Weekday::Monday => "Mon",
        jiff::civil::Weekday::Tuesday => "Tue",
        jiff::civil::Weekday::Wednesday => "Wed",
        jiff::civil::Weekday::Thursday => "Thu",
        jiff::civil::Weekday::Friday => "Fri",
        jiff::civil::Weekday::Saturday => "Sat",
        jiff::civil::Weekday::Sunday => "Sun",
    };
    format!("{weekday} {} {time} ({zone})", wall.date())
}
