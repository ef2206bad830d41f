//! Chat channels of Amazon Q Developer, by its custom notifications: it takes
//! them from an SNS topic, and shows nothing of what has another shape.

use nightshift_core::printable;
use serde_json::{Map, Value, json};

use super::{
    Answer, Form, Kind, Letter, Portion, Rendered, Request, Verdict, attributes, portioned, utc,
};
use crate::mrkdwn::{code_block, inline, width};
use crate::standing::{digest, matter};

/// SNS takes 262,144 bytes with the attributes; chat shows far less.
const BYTES: usize = 32_000;
const TITLE: usize = 250;
const DESCRIPTION: usize = 8_000;
const STEP: usize = 350;
/// Chat is no place for longer lists.
const ITEMS: usize = 20;

/// Chat channels of Amazon Q Developer.
pub struct AmazonQ;

impl Kind for AmazonQ {
    fn render(&self, letter: &Letter<'_>, form: Form) -> Rendered {
        let notification = letter.notification;
        let full = form == Form::Full;
        let (message, shortened) = portioned(notification, BYTES, |portion| {
            custom_notification(letter, portion, full).to_string()
        });
        let shortened = full && shortened;
        Rendered::one(
            Request::Publish {
                subject: None,
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

/// The event schema of the page "Custom notifications" of Amazon Q Developer
/// in chat applications.
fn custom_notification(letter: &Letter<'_>, portion: &Portion, full: bool) -> Value {
    let notification = letter.notification;
    let (emoji, begin) = crate::blocks::look(notification);
    let title = format!(
        "{emoji} {begin}{}",
        printable(&notification.title, TITLE - 30)
    );
    let mut content = json!({
        "textType": "client-markdown",
        "title": title,
        "description": description(letter, portion, full),
    });
    let steps: Vec<String> = notification
        .next_steps
        .iter()
        .take(portion.lists.min(10))
        .map(|step| inline(step, STEP.min(portion.text)))
        .filter(|step| !step.is_empty())
        .collect();
    if full && !steps.is_empty() {
        content["nextSteps"] = json!(steps);
    }
    content["keywords"] = json!([
        printable(&notification.environment, 60),
        printable(&notification.source, 60),
        super::severity(notification),
    ]);
    json!({
        "version": "1.0",
        "source": "custom",
        "id": digest(&notification.id),
        "content": content,
        "metadata": {
            "threadId": digest(matter(notification)),
            "summary": printable(&notification.title, TITLE),
            "eventType": printable(&notification.kind, 100),
            "additionalContext": context(letter),
            "enableCustomActions": false,
        },
    })
}

/// What text there is: Amazon Q shows one text, so lists and commands are in it.
fn description(letter: &Letter<'_>, portion: &Portion, full: bool) -> String {
    let notification = letter.notification;
    let mut text = inline(&notification.summary, portion.text.min(1_500));
    if text.is_empty() {
        // The one field that must not be empty.
        "—".clone_into(&mut text);
    }
    if !full {
        return text;
    }
    let mut room = DESCRIPTION - width(&text);
    let mut add = |line: &str| {
        let needed = width(line) + 1;
        if needed < room {
            room -= needed;
            text.push('\n');
            text.push_str(line);
        }
    };
    for fact in notification.facts.iter().take(portion.lists) {
        let value = inline(&fact.value, portion.text.min(300));
        add(&format!("• {}: {value}", inline(&fact.label, 80)));
    }
    for section in notification.sections.iter().take(portion.lists.min(10)) {
        add(&format!("\n{}", inline(&section.title, 150)));
        for item in section.items.iter().take(portion.items.min(ITEMS)) {
            add(&format!("• {}", inline(item, portion.text.min(300))));
        }
        let rest = section.items.len().saturating_sub(portion.items.min(ITEMS));
        if rest > 0 {
            add(&format!("• and {rest} more"));
        }
    }
    for command in notification.commands.iter().take(portion.lists.min(10)) {
        let code = code_block(&command.text, portion.text);
        let cut = code.ends_with("…\n```") || command.text.contains("``");
        let warning = if cut {
            " (not shown exactly, do not run)"
        } else {
            ""
        };
        add(&format!("{}{warning}\n{code}", inline(&command.label, 150)));
    }
    for link in notification.links.iter().take(portion.lists.min(10)) {
        if crate::blocks::is_button_address(&link.url, 1_000) {
            let url = link.url.replace('&', "&amp;");
            add(&format!("• {}: {url}", inline(&link.label, 80)));
        }
    }
    text
}

fn context(letter: &Letter<'_>) -> Value {
    let notification = letter.notification;
    let mut context = Map::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            context.insert(name.to_owned(), json!(printable(value, 100)));
        }
    };
    add("account", notification.account.as_str());
    if let Some(region) = &notification.region {
        add("region", region.as_str());
    }
    if let Some(owner) = &notification.owner {
        add("owner", owner);
    }
    add("at", &utc(notification.occurred_at));
    Value::Object(context)
}
