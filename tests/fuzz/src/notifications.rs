//! What reaches notify, and what it makes of it for Slack.

use jiff::Timestamp;
use nightshift_core::{
    AccountId, Command, Fact, Link, Notification, Region, Section, Severity, Status,
};
use notify::{Event, Message, message, plain_message};
use serde_json::{Value, json};

use crate::{rules, told_well};

/// Any event: a record is never dropped, and whatever it holds, Slack takes it.
pub fn event(text: &str) {
    if let Ok(input) = serde_json::from_str::<Value>(text) {
        let count = input["Records"].as_array().map(Vec::len);
        match Event::from_input(input) {
            Ok(Event::Batch(records)) => {
                assert_eq!(Some(records.len()), count);
                for record in &records {
                    shown(&record.message);
                }
            }
            Ok(Event::Preview(notification) | Event::Send { notification, .. }) => {
                renders(&notification);
            }
            Ok(_) => {}
            Err(error) => told_well(&error.to_string()),
        }
    }
    body(text);
}

/// Any body of a queue's message: an envelope around it changes nothing.
fn body(text: &str) {
    let read = |body: &str| {
        let record = json!({
            "messageId": "m-1", "body": body,
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:notifications",
            "attributes": {"SentTimestamp": "1795392000000"},
        });
        let Ok(Event::Batch(mut records)) = Event::from_input(json!({"Records": [record]})) else {
            panic!("a batch is a batch");
        };
        records.pop().expect("one record").message
    };
    let raw = read(text);
    shown(&raw);
    let envelope = json!({"Type": "Notification", "MessageId": "e-1", "Message": text});
    let wrapped = read(&envelope.to_string());
    // An envelope in an envelope in an envelope is not opened.
    if !text.contains("Notification") {
        assert_eq!(wrapped, raw);
    }
    shown(&wrapped);
}

fn shown(message: &Message) {
    let notification = &message.notification;
    let written = serde_json::to_string(notification).expect("JSON");
    let again: Notification = serde_json::from_str(&written).expect("a notification");
    assert_eq!(&again, notification);
    renders(notification);
}

fn renders(notification: &Notification) {
    rules::keep(&message(notification).body);
    rules::keep(&plain_message(notification).body);
}

/// Any notification, from lines: the first letter of a line says what it is
/// (`t`itle, `s`ummary, `f`act, `S`ection, `i`tem, `n`ext step, `c`ommand,
/// `l`ink, `w`ho and where, `!` severity, `@` time), and `↵` is a line end in
/// it. `*` takes the line before it a hundred times, `+` doubles its text.
pub fn notification(text: &str) {
    renders(&from_lines(text));
}

fn from_lines(text: &str) -> Notification {
    let mut notification = Notification {
        version: Notification::VERSION,
        id: "fuzz/1".to_owned(),
        source: "off-hours".to_owned(),
        environment: "dev".to_owned(),
        account: AccountId::new("123456789012"),
        region: None,
        severity: Severity::Notice,
        kind: "off-hours.asleep".to_owned(),
        title: String::new(),
        summary: String::new(),
        facts: vec![],
        sections: vec![],
        next_steps: vec![],
        commands: vec![],
        links: vec![],
        dedup_key: None,
        status: Status::Open,
        owner: None,
        attachment: None,
        occurred_at: Timestamp::UNIX_EPOCH,
    };
    let mut last: (char, String) = ('t', String::new());
    for line in text.lines() {
        let mut letters = line.chars();
        let part = letters.next().unwrap_or('i');
        match part {
            '*' => (0..100).for_each(|_| put(&mut notification, last.0, &last.1)),
            '+' if last.1.len() < 50_000 => {
                last.1 = last.1.repeat(2);
                put(&mut notification, last.0, &last.1);
            }
            _ => {
                last = (part, letters.as_str().replace('↵', "\n"));
                put(&mut notification, last.0, &last.1);
            }
        }
    }
    notification
}

fn put(notification: &mut Notification, part: char, text: &str) {
    let (label, value) = text.split_once('=').unwrap_or(("", text));
    let (label, value) = (label.to_owned(), value.to_owned());
    match part {
        't' => text.clone_into(&mut notification.title),
        's' => text.clone_into(&mut notification.summary),
        'f' => notification.facts.push(Fact { label, value }),
        'S' => notification.sections.push(Section {
            title: text.to_owned(),
            items: vec![],
        }),
        'n' => notification.next_steps.push(text.to_owned()),
        'c' => notification.commands.push(Command { label, text: value }),
        'l' => notification.links.push(Link { label, url: value }),
        'w' => {
            notification.source.clone_from(&label);
            notification.environment = label;
            notification.account = AccountId::new(text);
            notification.region = Some(Region::new(value));
        }
        '!' => {
            let severity = serde_json::from_value(json!(text));
            notification.severity = severity.unwrap_or(Severity::Critical);
        }
        '@' => {
            let seconds = text
                .parse()
                .ok()
                .and_then(|s| Timestamp::from_second(s).ok());
            notification.occurred_at = seconds.unwrap_or(Timestamp::MAX);
        }
        _ => {
            if notification.sections.is_empty() {
                notification.sections.push(Section {
                    title: String::new(),
                    items: vec![],
                });
            }
            if let Some(section) = notification.sections.last_mut() {
                section.items.push(text.to_owned());
            }
        }
    }
}
