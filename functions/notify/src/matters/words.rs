//! What is said about matters: one word as it came, many as one message.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nightshift_core::{
    AccountId, Fact, Notification, Region, Section, Severity, Status, printable,
};

use super::bounds::bounded;
use super::config::Group;
use super::counts::{Counts, Gathered};
use super::labels::{Label, Labels, label_name, severity_name};
use super::matter::Unlisted;
use super::member::{Member, Mute, News};
use super::outgoing::Reason;

/// So many members or matters are named in one message.
const NAMED: usize = 20;

/// One member's share in a message.
pub(crate) struct Part {
    pub news: News,
    labels: Labels,
    title: String,
    status: Status,
    count: u64,
    since: Timestamp,
    earlier: Vec<(Timestamp, String)>,
    was_muted: Option<Mute>,
    text: Option<Notification>,
}

/// What a message is about.
pub(crate) struct About<'a> {
    pub id: &'a str,
    pub matter: &'a str,
    pub group: &'a Group,
    pub labels: &'a Labels,
    pub unlisted: &'a Unlisted,
    /// How many members go on.
    pub open: u64,
    pub reason: Reason,
    pub closes: bool,
    pub severity: Severity,
    pub now: Timestamp,
}

impl Part {
    pub fn new(member: &Member, news: News, text: Option<&Notification>) -> Self {
        Self {
            news,
            labels: member.labels.clone(),
            title: member.title.clone(),
            status: member.status,
            count: member.news,
            since: member.news_since.unwrap_or(member.heard_at),
            earlier: member.earlier.clone(),
            was_muted: member.was_muted.clone(),
            text: text.cloned(),
        }
    }

    /// What stands first in a message: what is open, the worst of it.
    pub fn rank(&self) -> impl Ord {
        (
            !self.status.is_open(),
            Reverse(self.labels.severity),
            self.since,
            self.labels.member(),
        )
    }

    /// One line of a list.
    fn line(&self) -> String {
        let place = [self.labels.account.as_str(), self.labels.region.as_str()];
        let place: Vec<&str> = place.into_iter().filter(|it| !it.is_empty()).collect();
        let times = if self.count > 1 {
            format!(", {} times", self.count)
        } else {
            String::new()
        };
        format!(
            "{}: {} ({}){times}",
            severity_name(self.labels.severity),
            self.title.trim_end_matches('.'),
            place.join(", ")
        )
    }
}

/// The message about a matter.
pub(crate) fn message(about: &About<'_>, parts: &[Part]) -> Notification {
    let alone = about.unlisted.pending() == 0;
    let told = match parts {
        [part] if alone => match &part.text {
            Some(text) => single(about, part, text),
            None => several(about, parts),
        },
        _ => several(about, parts),
    };
    bounded(&told).0
}

/// One word as it came, with what else is known.
fn single(about: &About<'_>, part: &Part, text: &Notification) -> Notification {
    let mut told = text.clone();
    if !told.status.is_open() && !about.closes {
        // It goes out in the matter's name, and the matter is not over.
        told.status = Status::Open;
        told.title = format!("Over: {}", told.title);
    }
    if part.count > 1 || part.news == News::Again {
        let times = if part.count == 1 {
            "once more".to_owned()
        } else {
            format!("{} times since {}", part.count, minute(part.since))
        };
        told.facts.push(Fact::new("Heard", times));
    }
    if let Some(mute) = &part.was_muted {
        told.facts.push(Fact::new("Held back", by_whom(mute)));
    }
    let here = u64::from(part.status.is_open());
    let others = about.open.saturating_sub(here);
    if others > 0 {
        told.facts
            .push(Fact::new("Also open in this matter", others.to_string()));
    }
    if !part.earlier.is_empty() {
        told.sections.push(Section {
            title: "Before that".to_owned(),
            items: part
                .earlier
                .iter()
                .map(|(at, title)| format!("{}: {title}", minute(*at)))
                .collect(),
        });
    }
    told
}

/// Many as one.
fn several(about: &About<'_>, parts: &[Part]) -> Notification {
    let mut counts = about.unlisted.news.clone();
    for part in parts {
        counts.add(&part.labels.kind, part.labels.severity, part.count);
    }
    let members = parts.len() as u64 + about.unlisted.pending();
    let first = parts.first();
    let text = first.and_then(|part| part.text.as_ref());
    let what = common(about, parts);
    let severity =
        if about.closes || parts.iter().all(|part| !part.status.is_open()) && alone(about) {
            Severity::Notice
        } else {
            about.severity
        };
    Notification {
        version: Notification::VERSION,
        id: about.id.to_owned(),
        source: about.labels.source.clone(),
        environment: what.environment,
        account: what.account,
        region: what.region,
        severity,
        kind: what.kind.clone(),
        dedup_key: Some(about.matter.to_owned()),
        status: if about.closes {
            Status::Resolved
        } else {
            Status::Open
        },
        owner: what.owner,
        title: title(about, parts, members, &what.kind),
        summary: summary(about),
        facts: facts(about, members, &counts),
        sections: sections(about, parts),
        next_steps: text.map(|it| it.next_steps.clone()).unwrap_or_default(),
        commands: Vec::new(),
        links: text.map(|it| it.links.clone()).unwrap_or_default(),
        attachment: None,
        occurred_at: text.map_or(about.now, |text| text.occurred_at),
    }
}

fn alone(about: &About<'_>) -> bool {
    about.unlisted.news.is_empty()
}

fn title(about: &About<'_>, parts: &[Part], members: u64, kind: &str) -> String {
    let what = match about.reason {
        // Channels say of what is resolved that it is.
        Reason::Resolved => format!("all {members} × {kind}"),
        Reason::Ended => format!("Over: {members} × {kind}, {} go on", about.open),
        Reason::Reminder => format!("Still open: {} × {kind}", about.open),
        Reason::Repeat => format!("Again: {members} × {kind}"),
        Reason::Raised => format!("Worse: {members} × {kind}"),
        _ => format!("{members} × {kind}"),
    };
    match parts.first() {
        Some(part) if part.status.is_open() => printable(&format!("{what}: {}", part.title), 150),
        _ => printable(&what, 150),
    }
}

/// What they have in common; the values are in the title and the last line.
fn summary(about: &About<'_>) -> String {
    let by: Vec<&str> = about
        .group
        .by
        .iter()
        .filter(|label| !about.labels.get(**label).is_empty())
        .map(|label| label_name(*label))
        .collect();
    match by.as_slice() {
        [] => "They are told together.".to_owned(),
        [only] => format!("They are told together, because they have the same {only}."),
        [more @ .., last] => format!(
            "They are told together, because they agree in {} and {last}.",
            more.join(", ")
        ),
    }
}

fn facts(about: &About<'_>, members: u64, counts: &Counts) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("In this message", members.to_string()),
        Fact::new("Open", about.open.to_string()),
    ];
    if !counts.is_empty() {
        facts.push(Fact::new("Heard", by_severity(&counts.by_severity())));
    }
    let kinds = counts.by_kind();
    if kinds.len() > 1 {
        let told: Vec<String> = kinds
            .iter()
            .take(5)
            .map(|(kind, count, _)| format!("{count} × {kind}"))
            .collect();
        let more = kinds.len().saturating_sub(5);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        facts.push(Fact::new("Kinds", told.join(", ") + &more));
    }
    facts
}

fn sections(about: &About<'_>, parts: &[Part]) -> Vec<Section> {
    let mut room = NAMED;
    let mut sections = Vec::new();
    for (heading, holds) in [
        ("Worse than told", &[News::Raised][..]),
        ("New", &[News::New]),
        ("Over", &[News::Ended]),
        ("Heard again", &[News::Again, News::Word]),
    ] {
        let here: Vec<&Part> = parts
            .iter()
            .filter(|part| holds.contains(&part.news))
            .collect();
        if here.is_empty() {
            continue;
        }
        let mut items: Vec<String> = here.iter().take(room).map(|part| part.line()).collect();
        room -= items.len();
        if here.len() > items.len() {
            items.push(format!("and {} more", here.len() - items.len()));
        }
        sections.push(Section {
            title: heading.to_owned(),
            items,
        });
    }
    let unlisted = about.unlisted;
    let mut beyond = Vec::new();
    if !unlisted.news.is_empty() {
        let worst = unlisted.worst.as_ref().map_or(String::new(), |(_, title)| {
            format!("; the worst is {title}")
        });
        beyond.push(format!("{} new{worst}", unlisted.news.total()));
    }
    if unlisted.ended > 0 {
        beyond.push(format!("{} over", unlisted.ended));
    }
    if !beyond.is_empty() {
        sections.push(Section {
            title: "Beyond those listed".to_owned(),
            items: beyond,
        });
    }
    sections
}

/// What those told of have in common.
struct Common {
    kind: String,
    environment: String,
    account: AccountId,
    region: Option<Region>,
    owner: Option<String>,
}

fn common(about: &About<'_>, parts: &[Part]) -> Common {
    let shared = |label: Label| -> Option<String> {
        let grouped = about.group.by.contains(&label);
        let values: BTreeSet<String> = parts
            .iter()
            .map(|part| part.labels.get(label).into_owned())
            .collect();
        match values.len() {
            1 if about.unlisted.pending() == 0 => values.into_iter().next(),
            _ if grouped => Some(about.labels.get(label).into_owned()),
            _ => None,
        }
    };
    let filled = |label: Label| shared(label).filter(|value| !value.is_empty());
    let several = || "several".to_owned();
    Common {
        // The word about an end may have a kind of its own.
        kind: if about.group.by.contains(&Label::Kind) {
            Some(about.labels.kind.clone())
        } else {
            filled(Label::Kind)
        }
        .unwrap_or_else(|| format!("{}.several", about.labels.source)),
        environment: filled(Label::Environment).unwrap_or_else(several),
        account: AccountId::new(filled(Label::Account).unwrap_or_else(several)),
        region: filled(Label::Region).map(Region::new),
        owner: filled(Label::Owner),
    }
}

/// One line about a matter, for a summary or a digest.
pub(crate) fn line_title(parts: &[Part], unlisted: &Unlisted, labels: &Labels) -> String {
    let members = parts.len() as u64 + unlisted.pending();
    match parts.first() {
        Some(part) if members == 1 => part.title.clone(),
        Some(part) => printable(&format!("{} (and {} more)", part.title, members - 1), 120),
        None => printable(&format!("{members} × {}", labels.kind), 120),
    }
}

/// The message about what was gathered: what did not fit, or the night.
pub(crate) fn gathered(
    id: &str,
    reason: Reason,
    gathered: &Gathered,
    now: Timestamp,
) -> Notification {
    let counts = gathered.counts();
    let kinds = counts.by_kind();
    let total = counts.total();
    let digest = reason == Reason::Digest;
    let title = match (digest, kinds.len()) {
        (false, 1) => format!("{total} more of 1 kind"),
        (false, many) => format!("{total} more of {many} kinds"),
        (true, _) => format!("While it was quiet: {total} messages"),
    };
    let since = gathered.since.unwrap_or(now);
    let summary = if digest {
        format!(
            "What could wait was kept since {} and is told now.",
            minute(since)
        )
    } else {
        format!(
            "The channel takes no more messages this hour. These came since {} and are only counted; each is in the log of notify.",
            minute(since)
        )
    };
    let lines = gathered.worst_first();
    let mut named: Vec<String> = lines
        .iter()
        .take(NAMED)
        .map(|line| {
            let over = if line.open { "" } else { ", over" };
            let times = match line.total() {
                1 => String::new(),
                many => format!(", {many} messages"),
            };
            format!(
                "{}: {}{times}{over}",
                severity_name(line.severity),
                line.title.trim_end_matches('.')
            )
        })
        .collect();
    if lines.len() > named.len() {
        named.push(format!("and {} more", lines.len() - named.len()));
    }
    let mut by_kind: Vec<String> = kinds
        .iter()
        .take(NAMED)
        .map(|(kind, count, severities)| format!("{kind}: {count} ({})", by_severity(severities)))
        .collect();
    if kinds.len() > by_kind.len() {
        by_kind.push(format!("and {} kinds more", kinds.len() - by_kind.len()));
    }
    let sections = [
        (if digest { "What it was" } else { "The worst" }, named),
        ("By kind", by_kind),
    ];
    let told = Notification {
        version: Notification::VERSION,
        id: id.to_owned(),
        source: "notify".to_owned(),
        environment: "all".to_owned(),
        account: AccountId::new("all accounts"),
        region: None,
        severity: counts.worst().unwrap_or(Severity::Notice),
        kind: if digest {
            "notify.digest".to_owned()
        } else {
            "notify.summary".to_owned()
        },
        dedup_key: None,
        status: Status::Open,
        owner: None,
        title,
        summary,
        facts: vec![Fact::new("By severity", by_severity(&counts.by_severity()))],
        sections: sections
            .into_iter()
            .filter(|(_, items)| !items.is_empty())
            .map(|(title, items)| Section {
                title: title.to_owned(),
                items,
            })
            .collect(),
        next_steps: Vec::new(),
        commands: Vec::new(),
        links: Vec::new(),
        attachment: None,
        occurred_at: now,
    };
    bounded(&told).0
}

fn by_severity(counts: &BTreeMap<Severity, u64>) -> String {
    let told: Vec<String> = counts
        .iter()
        .rev()
        .map(|(severity, count)| format!("{count} {}", severity_name(*severity)))
        .collect();
    told.join(", ")
}

fn by_whom(mute: &Mute) -> String {
    match mute {
        Mute::Silence(id) => format!("until now, by silence {id}"),
        Mute::Inhibition(name) => format!("until now, by {name}"),
    }
}

/// An instant to the minute.
fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
