//! Unusual spending in words.

use jiff::Timestamp;
use nightshift_core::{Fact, Money, Region, printable};
use nightshift_cost::chart::sparklines;

use super::{Setting, VALUE, Words, command, day, feedback, known, links, section};
use crate::decide::Verdict;
use crate::matter::{Matter, Spend, Telling};
use crate::model::{Class, Root, Sighting, Source};
use crate::observe::{Context, is_region};

pub(super) fn words(
    spend: &Spend,
    matter: &Matter,
    verdict: &Verdict,
    context: &Context,
    setting: &Setting<'_>,
) -> Words {
    let Some(best) = spend.best() else {
        return Words::default();
    };
    let roots = spend.roots();
    let region = roots
        .iter()
        .filter_map(|root| root.region.as_deref())
        .find(|region| is_region(region))
        .map(Region::from);
    let over = verdict.tell == Telling::Resolved;
    let mut words = Words {
        title: title(spend, best),
        summary: summary(spend, best, verdict, context),
        facts: facts(spend, best, &roots),
        links: links::of_spending(best, region.as_ref(), setting.document),
        account: Some(best.cause.account.clone()),
        region,
        ..Words::default()
    };
    if over {
        return words;
    }
    let sections = &mut words.sections;
    section(sections, "Where it comes from", &parts(&roots, best));
    let changes: Vec<String> = context
        .changes
        .iter()
        .map(|change| {
            format!(
                "{} {} by {}",
                minute(change.at),
                change.operation,
                change.by
            )
        })
        .collect();
    section(sections, "Who changed what in these days", &changes);
    section(sections, "What Nightshift itself did", &context.ours);
    section(sections, "Could not be looked up", &context.gaps);
    words.next_steps = next_steps(spend, context);
    words.commands = feedback(&matter.place, setting.document);
    let payload = serde_json::json!({"command": "explain", "service": best.cause.service});
    words
        .commands
        .push(command("Show the days", &payload, setting.document));
    words
}

fn title(spend: &Spend, best: &Sighting) -> String {
    let service = printable(
        known(&best.cause.service).unwrap_or("An unnamed service"),
        90,
    );
    let impact = spend.impact();
    match best.class {
        _ if spend.is_new() => format!("New on the bill: {service}, {impact} so far"),
        Class::Fall => format!("{service} costs {} less than usual", -impact),
        Class::Rise | Class::New => format!("{service} costs {impact} more than usual"),
    }
}

fn summary(spend: &Spend, best: &Sighting, verdict: &Verdict, context: &Context) -> String {
    let mut sentences = Vec::new();
    if verdict.tell == Telling::Resolved {
        sentences.push(format!("It is over: {}.", printable(&verdict.why, VALUE)));
        sentences.push(format!("It cost {} more than usual.", spend.impact()));
        return sentences.join(" ");
    }
    if let (Some(since), Some(until)) = (spend.since(), spend.until()) {
        let when = if since == until {
            format!("On {}", day(since))
        } else {
            format!("From {} to {}", day(since), day(until))
        };
        sentences.push(match (best.actual, best.expected) {
            (Some(actual), Some(expected)) => {
                format!("{when} it cost {actual} where {expected} was expected.")
            }
            _ => format!("{when} it cost {} more than expected.", spend.impact()),
        });
    }
    let reason = spend
        .detected()
        .and_then(|ours| ours.reason.as_ref())
        .or(best.reason.as_ref());
    if let Some(reason) = reason {
        sentences.push(format!("{}.", printable(reason, 2 * VALUE)));
    }
    sentences.push(match (&context.ours[..], context.looked) {
        ([], true) => "Nothing that Nightshift did explains it.".to_owned(),
        ([], false) => {
            "Whether Nightshift itself explains it could not be looked up whole.".to_owned()
        }
        _ => "Nightshift itself may explain it: see below.".to_owned(),
    });
    sentences.join(" ")
}

fn facts(spend: &Spend, best: &Sighting, roots: &[Root]) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            facts.push(Fact::new(label, printable(&value, VALUE)));
        }
    };
    fact("Impact", Some(impact(spend.impact(), best.expected)));
    fact("Expected", best.expected.map(|money| money.to_string()));
    fact("Actual", best.actual.map(|money| money.to_string()));
    fact("Since", spend.since().map(day));
    let account = known(&best.cause.account).map(|account| {
        let name = spend.sightings.values().find_map(|one| {
            let same = one.cause.account == account;
            one.account_name.as_ref().filter(|_| same)
        });
        name.map_or_else(|| account.to_owned(), |name| format!("{name} ({account})"))
    });
    fact("Account", account);
    let first = |of: fn(&Root) -> Option<&String>| roots.iter().find_map(of).cloned();
    fact("Region", first(|root| root.region.as_ref()));
    fact("Environment", first(|root| root.environment.as_ref()));
    fact("Seen by", Some(seen_by(spend)));
    if let Some((expected, actual)) = daily(spend) {
        fact("Daily cost", Some(actual));
        fact("As expected", Some(expected));
    }
    facts
}

/// The money, and beside it the per cent: alone it says nothing.
fn impact(impact: Money, expected: Option<Money>) -> String {
    let expected = expected.filter(|expected| *expected > Money::ZERO);
    let percent = expected
        .map(|expected| i128::from(impact.micro_usd()) * 100 / i128::from(expected.micro_usd()));
    match percent {
        Some(percent @ 1..1_000) => format!("{impact}, {percent} % more"),
        Some(percent) if percent >= 1_000 => {
            format!("{impact}, {} times as much", percent / 100 + 1)
        }
        _ => impact.to_string(),
    }
}

/// The last weeks of the series as two lines of text, expected and actual.
fn daily(spend: &Spend) -> Option<(String, String)> {
    let ours = spend.detected()?;
    if ours.days.len() < 3 {
        return None;
    }
    let expected: Vec<Option<Money>> = ours.days.iter().map(|point| point.expected).collect();
    let actual: Vec<Option<Money>> = ours.days.iter().map(|point| point.actual).collect();
    let [expected, actual] = sparklines([&expected, &actual]);
    let last = ours.days.last()?.day;
    Some((expected, format!("{actual} until {}", day(last))))
}

fn seen_by(spend: &Spend) -> String {
    let mut names: Vec<String> = Vec::new();
    for sighting in spend.sightings.values() {
        let name = match (sighting.source, &sighting.monitor) {
            (Source::Detector, _) => "our own detector".to_owned(),
            (_, Some(monitor)) => format!("Cost Anomaly Detection ({monitor})"),
            (_, None) => "Cost Anomaly Detection".to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// The roots as lines, the largest part first.
fn parts(roots: &[Root], best: &Sighting) -> Vec<String> {
    roots
        .iter()
        .map(|root| {
            let mut words: Vec<String> = Vec::new();
            words.extend(root.usage_type.clone());
            if root.service.as_ref() != Some(&best.cause.service) {
                words.extend(root.service.clone());
            }
            words.extend(root.region.as_ref().map(|region| format!("in {region}")));
            match root.environment.as_deref() {
                Some("") => words.push("what carries no environment tag".to_owned()),
                Some(environment) => words.push(format!("environment {environment}")),
                None => {}
            }
            if root.account.as_ref() != Some(&best.cause.account) {
                words.extend(
                    root.account
                        .as_ref()
                        .map(|account| format!("account {account}")),
                );
            }
            let what = if words.is_empty() {
                best.cause.service.clone()
            } else {
                words.join(" ")
            };
            match root.contribution {
                Some(money) => format!("{what}: {money}"),
                None => what,
            }
        })
        .collect()
}

fn next_steps(spend: &Spend, context: &Context) -> Vec<String> {
    let mut steps = Vec::new();
    if !context.ours.is_empty() {
        steps.push(
            "Compare it with what Nightshift did: a wish to keep something awake ends by itself."
                .to_owned(),
        );
    }
    if let Some(change) = context.changes.first() {
        steps.push(format!(
            "Ask {} about {}.",
            printable(&change.by, 80),
            printable(&change.operation, 60)
        ));
    }
    steps.push(if spend.is_new() {
        "Find out who uses the service, and whether it is meant to be.".to_owned()
    } else {
        "Look at the days in Cost Explorer, and decide whether the spending is meant to be."
            .to_owned()
    });
    steps.push(
        "Say that it was planned, or is no anomaly, by one of the commands; otherwise stop what costs."
            .to_owned(),
    );
    steps
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
