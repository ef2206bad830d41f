//! A notification in Slack without its anatomy: as plain text, as a word in a
//! thread, as a line that shows that the channel is heard.

use nightshift_core::Notification;
use serde_json::{Value, json};

use crate::blocks::{Payload, bold, headline, look, mrkdwn, numbered, origin};
use crate::limits::{FALLBACK, FIELDS, HEADER, PLAIN};
use crate::mrkdwn::{code_block, inline, width};

/// One more word on a matter, for the thread below its message: only what is new.
pub fn word(notification: &Notification) -> Value {
    const SUMMARY: usize = 600;
    let (emoji, begin) = look(notification);
    let title = bold(&inline(&notification.title, HEADER));
    let mut text = format!("{emoji} {begin}{title}");
    let summary = inline(&notification.summary, SUMMARY);
    if !summary.is_empty() {
        text = format!("{text}\n{summary}");
    }
    json!({
        "text": headline(notification, FALLBACK),
        "blocks": [
            {"type": "section", "text": mrkdwn(&text)},
            {"type": "context", "elements": [mrkdwn(&origin(notification))]},
        ],
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// One quiet line: the channel is heard.
pub fn canary(notification: &Notification) -> Payload {
    let text = format!(
        "{} · {}",
        inline(&notification.title, HEADER),
        origin(notification)
    );
    Payload {
        body: json!({
            "text": text,
            "blocks": [{"type": "context", "elements": [mrkdwn(&text)]}],
            "unfurl_links": false,
            "unfurl_media": false,
        }),
        shortened: false,
    }
}

/// The notification without blocks, for a Slack that refuses them: what
/// happened, what to do, and with which commands.
pub fn plain_message(notification: &Notification) -> Payload {
    const COMMAND: usize = 500;
    let mut lines = vec![headline(notification, PLAIN / 3)];
    lines.extend(notification.facts.iter().take(FIELDS).map(|fact| {
        format!(
            "• {}",
            inline(&format!("{}: {}", fact.label, fact.value), 160)
        )
    }));
    lines.extend(numbered(&notification.next_steps, 5, 160));
    for command in notification.commands.iter().take(2) {
        let code = code_block(&command.text, COMMAND);
        // mrkdwn cannot show backticks in a row, and a phone copies what it shows.
        if code.ends_with("…\n```") || command.text.contains("``") {
            lines.push("Not shown exactly, do not run:".to_owned());
        }
        lines.push(code);
    }
    lines.push(origin(notification));
    let mut text = String::new();
    let mut shortened = false;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        if width(&text) + width(line) + 1 > PLAIN {
            shortened = true;
            continue;
        }
        text.push_str(line);
        text.push('\n');
    }
    let shortened = shortened
        || !notification.sections.is_empty()
        || notification.facts.len() > FIELDS
        || notification.next_steps.len() > 5
        || notification.commands.len() > 2;
    Payload {
        body: json!({"text": text.trim_end(), "unfurl_links": false, "unfurl_media": false}),
        shortened,
    }
}
