//! What is wanted of a resource, by whom, until when, and why.

use std::collections::HashMap;

use jiff::Timestamp;
use nightshift_core::printable;
use nightshift_schedule::{Context, Desired, Parsed, Standing, Syntax, Zone, read};

use super::Policy;
use super::tagged::{KEEP_AWAKE_TAG, SLEEP_NOW_TAG, Tagged};
use crate::model::{Override, Record, Resource};

/// What is wanted of a resource.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub desired: Desired,
    pub until: Option<Timestamp>,
    pub reason: String,
    /// The zone in which people are told of times.
    pub zone: Zone,
    /// When a person asked for exactly this, by command or tag.
    pub asked: Option<Timestamp>,
    /// What a person asked for by tag.
    pub tagged: Option<Override>,
    /// Which of a person's tags are ignored, and why.
    pub ignored: Option<String>,
    /// A tag value that is not understood, and why.
    pub invalid: Option<(String, String)>,
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
        let command = record.and_then(|record| record.override_.clone());
        let seen = record.and_then(|record| record.tagged.as_ref());
        wish.tagged = self.by_tag(resource, seen, &mut wish);
        // A tag stands on the resource for everybody to see, so it goes before.
        let asked = wish.tagged.clone().or(command);
        if let Some(asked) = asked.filter(|asked| asked.until > self.now) {
            let verb = match asked.state {
                Desired::On => "kept awake",
                Desired::Off => "put to sleep",
                Desired::None => "left alone",
            };
            let until = clock(&wish.zone, self.now, asked.until);
            let said = asked_for(verb, &asked.owner, &asked.reason, &until);
            wish.reason = match &wish.ignored {
                Some(ignored) => format!("{said}; {ignored}"),
                None => said,
            };
            wish.desired = asked.state;
            wish.until = Some(asked.until);
            wish.asked = Some(asked.since);
        } else if let Some(ignored) = &wish.ignored {
            wish.reason = format!("{}; {ignored}", wish.reason);
        }
        wish
    }

    /// What a person asks for by tag, if that is not over; `seen` is what the tag
    /// said before.
    fn by_tag(
        &self,
        resource: &Resource,
        seen: Option<&Override>,
        wish: &mut Wish,
    ) -> Option<Override> {
        let mut asked: Option<Override> = None;
        for (key, state) in [(KEEP_AWAKE_TAG, Desired::On), (SLEEP_NOW_TAG, Desired::Off)] {
            let Some(value) = resource.tags.get(key) else {
                continue;
            };
            let problem = match Tagged::parse(value, &wish.zone) {
                Ok(tag) if tag.until <= self.now => continue,
                Ok(_) if asked.is_some() => {
                    format!("its tag {key} is ignored while {KEEP_AWAKE_TAG} holds")
                }
                Ok(tag) => {
                    let new = Override {
                        state,
                        since: self.now,
                        until: tag.until,
                        owner: tag.owner,
                        reason: tag.reason,
                    };
                    let since = seen.map_or(self.now, |seen| seen.since);
                    let same = Override {
                        since,
                        ..new.clone()
                    };
                    asked = Some(if seen == Some(&same) { same } else { new });
                    continue;
                }
                Err(why) => {
                    let why = format!("its tag {key} is ignored: {why}");
                    wish.invalid
                        .get_or_insert_with(|| (printable(value, 256), why.clone()));
                    why
                }
            };
            wish.ignored = Some(match wish.ignored.take() {
                Some(other) => format!("{other}; {problem}"),
                None => problem,
            });
        }
        asked
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
                tagged: None,
                ignored: None,
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
            tagged: None,
            ignored: None,
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
