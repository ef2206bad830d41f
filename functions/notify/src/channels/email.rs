//! Mail addresses that subscribe to an SNS topic: a subject in the letters
//! that SNS takes, and plain text.

use nightshift_core::Notification;

use super::{
    Answer, Form, Kind, Letter, Portion, Rendered, Request, Verdict, attributes, portioned, utc,
};
use crate::mrkdwn::verbatim;

/// SNS takes 262,144 bytes with the attributes.
const BYTES: usize = 250_000;
/// SNS wants a subject shorter than 100 characters.
const SUBJECT: usize = 99;

/// Mail addresses that subscribe to an SNS topic.
pub struct Email;

impl Kind for Email {
    fn render(&self, letter: &Letter<'_>, form: Form) -> Rendered {
        let notification = letter.notification;
        let (message, shortened) = if form == Form::Full {
            portioned(notification, BYTES, |portion| text(letter, portion))
        } else {
            let least = super::PORTIONS[super::PORTIONS.len() - 1];
            (text(letter, &least), form == Form::Plain)
        };
        Rendered::one(
            Request::Publish {
                subject: Some(subject(notification)),
                message,
                attributes: attributes(notification, shortened),
            },
            shortened,
        )
    }

    fn verdict(&self, answer: &Answer) -> Verdict {
        answer.by_status(&answer.body)
    }
}

/// The subject: ASCII on one line, as SNS asks (API reference, Publish).
pub fn subject(notification: &Notification) -> String {
    let state = if notification.status.is_open() {
        super::severity(notification).to_uppercase()
    } else {
        "RESOLVED".to_owned()
    };
    let line = format!(
        "[{}] {state}: {}",
        notification.environment, notification.title
    );
    let mut subject = String::new();
    for c in line.chars() {
        match c {
            ' '..='~' => subject.push(c),
            '…' => subject.push_str("..."),
            '–' | '—' | '·' => subject.push('-'),
            '‘' | '’' | '“' | '”' => subject.push('\''),
            c if c.is_whitespace() => subject.push(' '),
            _ => subject.push('?'),
        }
    }
    if subject.len() > SUBJECT {
        subject.truncate(SUBJECT - 3);
        subject.push_str("...");
    }
    subject.trim_end().to_owned()
}

fn text(letter: &Letter<'_>, portion: &Portion) -> String {
    let notification = letter.notification;
    let line = |text: &str, limit: usize| {
        let words: Vec<&str> = text.split_whitespace().collect();
        verbatim(&words.join(" "), limit)
    };
    let (_, begin) = crate::blocks::look(notification);
    let mut lines = vec![
        format!("{begin}{}", line(&notification.title, 500)),
        String::new(),
        line(&notification.summary, portion.text),
        String::new(),
    ];
    if let Some(standing) = letter.standing {
        lines.push(format!(
            "This is {}.",
            super::slack_webhook::history(standing)
        ));
        lines.push(String::new());
    }
    for fact in notification.facts.iter().take(portion.lists) {
        let value = line(&fact.value, portion.text);
        lines.push(format!("{}: {value}", line(&fact.label, 100)));
    }
    for section in notification.sections.iter().take(portion.lists) {
        lines.push(format!("\n{}", line(&section.title, 200)));
        let shown = section.items.iter().take(portion.items);
        lines.extend(shown.map(|item| format!("  - {}", line(item, portion.text))));
        let rest = section.items.len().saturating_sub(portion.items);
        if rest > 0 {
            lines.push(format!("  - and {rest} more"));
        }
    }
    if portion.lists > 0 && !notification.next_steps.is_empty() {
        lines.push("\nNext steps".to_owned());
        let steps = notification.next_steps.iter().take(portion.lists);
        lines.extend(
            steps
                .enumerate()
                .map(|(index, step)| format!("  {}. {}", index + 1, line(step, portion.text))),
        );
    }
    for command in notification.commands.iter().take(portion.lists) {
        let code = verbatim(&command.text, portion.text);
        let cut = code.ends_with('…') && !command.text.ends_with('…');
        let warning = if cut { " (shortened, do not run)" } else { "" };
        lines.push(format!("\n{}{warning}", line(&command.label, 200)));
        lines.extend(code.lines().map(|line| format!("    {line}")));
    }
    if portion.lists > 0 && !notification.links.is_empty() {
        lines.push(String::new());
        let places = notification.links.iter().take(portion.lists);
        lines.extend(
            places.map(|link| format!("{}: {}", line(&link.label, 100), line(&link.url, 3_000))),
        );
    }
    lines.push(format!("\n{}", origin(notification)));
    lines.join("\n")
}

fn origin(notification: &Notification) -> String {
    let mut parts = vec![
        notification.source.as_str(),
        notification.environment.as_str(),
        notification.account.as_str(),
    ];
    if let Some(region) = &notification.region {
        parts.push(region.as_str());
    }
    let mut line: Vec<String> = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| verbatim(part, 60).replace('\n', " "))
        .collect();
    line.push(utc(notification.occurred_at));
    line.join(", ")
}
