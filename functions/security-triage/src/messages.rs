//! What people read about an incident: what happened, to what, why that
//! matters, what it means and what to do. All judgement is made before; here it
//! is put into words. Every text of a finding is untrusted, and made printable.

mod links;
mod meanings;

use jiff::Timestamp;
use nightshift_core::{
    Document, Fact, Link, Notification, Region, Section, Severity, Status, printable,
};

use crate::decide::{Telling, Verdict};
use crate::finding::{Band, Finding, Part, Route, Subject};
use crate::matter::Matter;
use crate::observe::Context;

/// A list longer than this helps nobody; the console has all of it.
const LINES: usize = 10;
const TITLE: usize = 150;
const VALUE: usize = 200;
const SENTENCES: usize = 700;

/// The message of one matter, before it is written down that it was told.
pub fn message(
    matter: &Matter,
    verdict: &Verdict,
    context: &Context,
    document: &Document,
    now: Timestamp,
) -> Notification {
    let incident = &matter.incident;
    let finding = &incident.latest;
    let over = verdict.tell == Telling::Resolved || !incident.standing().is_open();
    let region = links::region(&incident.key.region);
    Notification {
        version: Notification::VERSION,
        id: matter.message_id(verdict.tell),
        source: "security-triage".to_owned(),
        environment: document.environment.clone(),
        account: incident.key.account.clone(),
        region: region.clone(),
        severity: if over {
            Severity::Notice
        } else {
            verdict.severity
        },
        kind: if over {
            "security-triage.resolved".to_owned()
        } else {
            "security-triage.finding".to_owned()
        },
        dedup_key: Some(printable(&incident.key.to_string(), 300)),
        status: if over { Status::Resolved } else { Status::Open },
        owner: owner(verdict, context),
        title: title(matter, verdict, over),
        summary: summary(matter, verdict, over),
        facts: facts(matter, verdict, context),
        sections: sections(finding, verdict, context),
        next_steps: next_steps(finding, verdict, over),
        commands: Vec::new(),
        links: links(finding, region.as_ref()),
        attachment: None,
        occurred_at: if over { now } else { incident.last_seen },
    }
}

fn owner(verdict: &Verdict, context: &Context) -> Option<String> {
    let owner = verdict.owner.as_ref().or(context.owner.as_ref())?;
    let owner = printable(owner.trim(), 100);
    (!owner.is_empty()).then_some(owner)
}

fn title(matter: &Matter, verdict: &Verdict, over: bool) -> String {
    let incident = &matter.incident;
    let worse = matter
        .said
        .is_some_and(|said| said.word.open && said.word.severity < verdict.severity);
    let prefix = match verdict.tell {
        // Channels say of what is resolved that it is.
        _ if over => "",
        Telling::Reopened => "Back: ",
        Telling::Update if worse => "Worse: ",
        Telling::Update => "Goes on: ",
        _ => "",
    };
    let sample = if incident.sample && !incident.latest.title.starts_with("[SAMPLE]") {
        "[sample] "
    } else {
        ""
    };
    format!(
        "{prefix}{sample}{}",
        printable(&incident.latest.title, TITLE)
    )
}

/// What it is, what it means, and how it is known.
fn summary(matter: &Matter, verdict: &Verdict, over: bool) -> String {
    let incident = &matter.incident;
    let finding = &incident.latest;
    let mut sentences = Vec::new();
    if over {
        sentences.push(format!(
            "Nobody need look any more: {}.",
            printable(&verdict.why, VALUE)
        ));
    }
    let description = printable(finding.description.trim(), SENTENCES);
    if !description.is_empty() && description != finding.title {
        sentences.push(ended(description));
    }
    if !over && let Some(meaning) = meanings::of(finding) {
        sentences.push(meaning.means.to_owned());
    }
    if incident.sample {
        sentences.push("It was made up to try the alarm; nothing has happened.".to_owned());
    }
    if sentences.is_empty() {
        sentences.push("The source says no more than its title.".to_owned());
    }
    sentences.join(" ")
}

fn ended(text: String) -> String {
    if text.ends_with(['.', '!', '?', '…']) {
        text
    } else {
        format!("{text}.")
    }
}

fn facts(matter: &Matter, verdict: &Verdict, context: &Context) -> Vec<Fact> {
    let incident = &matter.incident;
    let finding = &incident.latest;
    let mut facts = Vec::new();
    let mut fact = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            facts.push(Fact::new(label, printable(&value, VALUE)));
        }
    };
    fact("Severity", Some(band(incident.band, finding)));
    fact("Type", Some(finding.kind.clone()));
    let main = finding.subjects.first().or(incident.first.subjects.first());
    fact(role(finding.part), main.map(named));
    fact(
        "Account",
        Some(match &context.account_name {
            Some(name) => format!("{name} ({})", incident.key.account),
            None => incident.key.account.to_string(),
        }),
    );
    fact("Region", Some(incident.key.region.to_string()));
    fact("Who", who(finding).or_else(|| who(&incident.first)));
    fact("Seen", Some(seen(matter)));
    fact("Told by", Some(routes(matter)));
    fact("Environment", context.environment.clone());
    fact("Reachable", context.exposure.clone());
    fact(
        "Sent by",
        incident.asked.as_ref().map(|asked| asked.action.clone()),
    );
    fact("Rule", verdict.rule.clone());
    facts
}

/// The band, and who says so: some sources have no severity, and it is ours.
fn band(band: Band, finding: &Finding) -> String {
    let word = match band {
        Band::Informational => "Informational",
        Band::Low => "Low",
        Band::Medium => "Medium",
        Band::High => "High",
        Band::Critical => "Critical",
    };
    match finding.route {
        Route::GuardDuty | Route::SecurityHubCspm | Route::SecurityHub | Route::Inspector => {
            format!("{word}, says {}", printable(&finding.product, 60))
        }
        _ => word.to_owned(),
    }
}

const fn role(part: Option<Part>) -> &'static str {
    match part {
        Some(Part::Target) => "Victim",
        Some(Part::Actor) => "Offender",
        None => "Resource",
    }
}

fn named(subject: &Subject) -> String {
    match subject.tags.get("Name") {
        Some(name) if *name != subject.id => format!("{} {} ({name})", subject.kind, subject.id),
        _ => format!("{} {}", subject.kind, subject.id),
    }
}

fn who(finding: &Finding) -> Option<String> {
    let names: Vec<String> = finding
        .principals
        .iter()
        .take(3)
        .map(|principal| match &principal.access_key {
            _ if principal.kind == "Root" => "the root user".to_owned(),
            Some(key) => format!("{} {} with {key}", principal.kind, principal.name),
            None => format!("{} {}", principal.kind, principal.name),
        })
        .collect();
    let more = finding.principals.len().saturating_sub(names.len());
    match (names.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(names.join(", ")),
        (false, more) => Some(format!("{}, and {more} more", names.join(", "))),
    }
}

fn seen(matter: &Matter) -> String {
    let incident = &matter.incident;
    let (first, last) = (minute(incident.first_seen), minute(incident.last_seen));
    match incident.count {
        0 | 1 if first == last => format!("at {last}"),
        0 | 1 => format!("from {first} to {last}"),
        count => format!("{count} times, from {first} to {last}"),
    }
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn routes(matter: &Matter) -> String {
    let names: Vec<&str> = matter
        .incident
        .routes
        .keys()
        .map(|route| match route {
            Route::GuardDuty => "GuardDuty",
            Route::MalwareProtection => "Malware Protection for S3",
            Route::SecurityHubCspm => "Security Hub CSPM",
            Route::SecurityHub => "Security Hub",
            Route::Config => "Config",
            Route::AccessAnalyzer => "Access Analyzer",
            Route::Inspector => "Inspector",
            Route::Health => "Health",
            Route::CloudTrail => "CloudTrail",
            Route::Unknown => "an event of an unknown shape",
        })
        .collect();
    names.join(", ")
}

fn sections(finding: &Finding, verdict: &Verdict, context: &Context) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut section = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            sections.push(Section {
                title: title.to_owned(),
                items: folded(&items),
            });
        }
    };
    let details = finding.details.iter();
    section(
        "What is known",
        details
            .map(|(label, value)| format!("{label}: {value}"))
            .collect(),
    );
    let others = finding.subjects.iter().skip(1);
    section("It is also about", others.map(named).collect());
    let changes = context.changes.iter();
    section(
        "Changed of late",
        changes
            .map(|change| {
                format!(
                    "{} {} by {}",
                    minute(change.at),
                    change.operation,
                    change.by
                )
            })
            .collect(),
    );
    section("Note", verdict.notes.clone());
    let called = |automatic: bool| {
        let wanted = verdict.playbooks.iter();
        let wanted = wanted.filter(|called| called.automatic == automatic);
        wanted
            .map(|called| format!("{}, says rule {}", called.playbook, called.rule))
            .collect::<Vec<String>>()
    };
    section(
        "A plan to contain it follows, for you to approve",
        called(false),
    );
    section("It is being contained without asking", called(true));
    section("Not done", verdict.refusals.clone());
    section("Could not be looked up", context.gaps.clone());
    sections
}

/// Lines made printable; more than a message shows are counted.
fn folded(items: &[String]) -> Vec<String> {
    let more = items.len().saturating_sub(LINES);
    let mut lines: Vec<String> = items
        .iter()
        .take(LINES)
        .map(|line| printable(line, VALUE))
        .collect();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

fn next_steps(finding: &Finding, verdict: &Verdict, over: bool) -> Vec<String> {
    if over {
        return vec!["Nothing to do.".to_owned()];
    }
    let mut steps: Vec<String> = verdict
        .next_steps
        .iter()
        .map(|step| printable(step, 300))
        .collect();
    if let Some(meaning) = meanings::of(finding) {
        steps.extend(meaning.steps.iter().map(|step| (*step).to_owned()));
    }
    if let Some(remedy) = &finding.remedy {
        steps.push(printable(&remedy.text, 300));
    }
    if steps.is_empty() {
        steps.push(
            "Look at it in the console, and decide whether it is as it should be.".to_owned(),
        );
    }
    steps
}

fn links(finding: &Finding, region: Option<&Region>) -> Vec<Link> {
    let mut list: Vec<Link> = Vec::new();
    if let Some(region) = region {
        list.extend(links::of_finding(finding, region));
        list.extend(
            finding
                .subjects
                .first()
                .and_then(|subject| links::of_subject(subject, region)),
        );
    }
    if let Some(url) = finding
        .remedy
        .as_ref()
        .and_then(|remedy| remedy.url.clone())
    {
        list.push(Link {
            label: "How to mend it".to_owned(),
            url,
        });
    }
    list.truncate(4);
    list
}
