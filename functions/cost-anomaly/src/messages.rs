//! What people read about a matter: how much money, since when, where it comes
//! from, who changed what and what to do. All judgement is made before; here it
//! is put into words. Every text of an event is untrusted, and made printable.

mod budget;
mod chart;
mod links;
mod month;
mod spend;
mod watch;

pub use month::monthly;

use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::{
    AccountId, Arn, Command, Document, Fact, Link, Notification, Region, Section, Severity, Status,
    printable,
};
use serde_json::json;

use crate::config::{Config, NAME};
use crate::decide::Verdict;
use crate::matter::{Matter, Place, State, Telling};
use crate::model::Cause;
use crate::observe::Context;

/// A list longer than this helps nobody; the console has all of it.
const LINES: usize = 10;
pub(crate) const TITLE: usize = 150;
pub(crate) const VALUE: usize = 200;

/// Where and when something is told.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The environment's configuration.
    pub document: &'a Document,
    /// The function's own.
    pub config: &'a Config,
    /// What counts as now.
    pub now: Timestamp,
}

/// The words of a message.
#[derive(Debug, Default)]
struct Words {
    title: String,
    summary: String,
    facts: Vec<Fact>,
    sections: Vec<Section>,
    next_steps: Vec<String>,
    commands: Vec<Command>,
    links: Vec<Link>,
    account: Option<String>,
    region: Option<Region>,
}

/// The message of one matter, before it is written down that it was told.
pub fn message(
    matter: &Matter,
    verdict: &Verdict,
    context: &Context,
    setting: &Setting<'_>,
) -> Notification {
    let over = verdict.tell == Telling::Resolved;
    let (kind, words) = match &matter.state {
        State::Spend(spend) => (
            if spend.is_new() {
                "new-service"
            } else {
                "anomaly"
            },
            spend::words(spend, matter, verdict, context, setting),
        ),
        State::Budget(budget) => ("budget", budget::words(budget, matter, verdict, setting)),
        State::Credits(credits) => ("credits", budget::credits(credits, verdict)),
        State::Watch(watch) => ("watch", watch::words(watch, verdict)),
        State::Note(note) => ("note", budget::note(note)),
    };
    let is_note = matches!(matter.place, Place::Note(_));
    let attachment = match &matter.state {
        State::Spend(spend) => chart::of(spend, over),
        State::Budget(_) | State::Credits(_) | State::Watch(_) | State::Note(_) => None,
    };
    Notification {
        version: Notification::VERSION,
        id: matter.message_id(),
        source: NAME.to_owned(),
        environment: setting.document.environment.clone(),
        account: account(words.account.as_deref(), setting.document),
        region: words.region,
        severity: if over {
            Severity::Notice
        } else {
            verdict.severity
        },
        kind: format!("{NAME}.{}", if over { "resolved" } else { kind }),
        dedup_key: (!is_note).then(|| matter.dedup_key()),
        status: if over { Status::Resolved } else { Status::Open },
        owner: None,
        title: format!("{}{}", prefix(matter, verdict), words.title),
        summary: words.summary,
        facts: words.facts,
        sections: words.sections,
        next_steps: if over {
            vec!["Nothing to do.".to_owned()]
        } else {
            words.next_steps
        },
        commands: if over { Vec::new() } else { words.commands },
        links: words.links,
        attachment,
        occurred_at: setting.now,
    }
}

fn prefix(matter: &Matter, verdict: &Verdict) -> &'static str {
    let worse = matter
        .said
        .is_some_and(|said| said.open && said.severity < verdict.severity);
    match verdict.tell {
        Telling::Resolved => "Over: ",
        Telling::Reopened => "Back: ",
        Telling::Update if worse => "Worse: ",
        Telling::Update => "Grown: ",
        Telling::None | Telling::Open => "",
    }
}

/// The account that is meant, where one is; the function's own otherwise.
fn account(named: Option<&str>, document: &Document) -> AccountId {
    let is_account = |text: &&str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    named
        .filter(is_account)
        .map_or_else(|| home(document), AccountId::from)
}

/// The function's own account: its topic is there.
pub(crate) fn home(document: &Document) -> AccountId {
    let topic = document.notifications_topic.parse::<Arn>();
    topic.map_or_else(|_| AccountId::new("unknown"), |topic| topic.account())
}

/// A command of this function, for a person to copy.
fn command(label: &str, payload: &serde_json::Value, document: &Document) -> Command {
    let function = format!(
        "{}-{}-{NAME}-function",
        document.project, document.environment
    );
    Command {
        label: label.to_owned(),
        text: format!(
            "cargo lambda invoke --remote {function} --data-ascii {}",
            quoted(&payload.to_string())
        ),
    }
}

/// What a person may say of an anomaly.
fn feedback(place: &Place, document: &Document) -> Vec<Command> {
    [
        ("It was planned", "planned-activity"),
        ("It is no anomaly", "no"),
    ]
    .map(|(label, feedback)| {
        let payload = json!({
            "command": "feedback",
            "anomaly": place.to_string(),
            "feedback": feedback,
            "dry_run": false,
        });
        command(label, &payload, document)
    })
    .to_vec()
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `20 November`.
pub(crate) fn day(day: Date) -> String {
    let date = day.strftime("%-d %B");
    date.to_string()
}

fn section(sections: &mut Vec<Section>, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let more = items.len().saturating_sub(LINES);
    let mut lines: Vec<String> = items
        .iter()
        .take(LINES)
        .map(|line| printable(line, VALUE))
        .collect();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    sections.push(Section {
        title: title.to_owned(),
        items: lines,
    });
}

fn known(text: &str) -> Option<&str> {
    (text != Cause::UNKNOWN).then_some(text)
}
