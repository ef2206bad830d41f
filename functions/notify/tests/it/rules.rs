//! Slack's rules, told once more and in another way than the code keeps them.

use serde_json::Value;

use notify::limits::{
    ADDRESS, BLOCKS, BUTTON, FIELD, FIELDS, HEADER, PLAIN, SECTION, TOTAL, width,
};

/// Fails if Slack would refuse the payload, or if it could mention anybody.
pub fn keep(payload: &Value) {
    let text = payload["text"].as_str().expect("a fallback text");
    assert!(!text.is_empty() && width(text) <= PLAIN, "{text}");
    inert(text);
    let Some(blocks) = payload.get("blocks") else {
        return;
    };
    let total = width(&blocks.to_string());
    assert!(total <= TOTAL, "{total} characters");
    let blocks = blocks.as_array().expect("blocks");
    assert!(!blocks.is_empty() && blocks.len() <= BLOCKS);
    for block in blocks {
        match block["type"].as_str() {
            Some("header") => object(&block["text"], "plain_text", HEADER),
            Some("section") => section(block),
            Some("context") => elements(block, 10, |element| object(element, "mrkdwn", 2_000)),
            Some("rich_text") => rich_text(block),
            Some("actions") => elements(block, 25, button),
            other => panic!("a block of type {other:?}"),
        }
    }
}

/// Fails if the channel that a request went to would refuse it, or show other
/// than was meant.
pub fn keep_all(to: &str, method: &str, body: &Value) {
    match (to, method) {
        ("webhook", "") => keep(body),
        ("slack", method) => {
            assert!(["chat.postMessage", "chat.update"].contains(&method));
            assert!(body["channel"].as_str().is_some_and(|id| !id.is_empty()));
            assert_eq!(body["ts"].is_string(), method == "chat.update");
            keep(body);
        }
        ("pagerduty", "v2/enqueue") => pagerduty(body),
        ("chat", "publish") => custom_notification(&body["message"]),
        ("mail", "publish") => mail(body),
        other => panic!("a request to {other:?}"),
    }
}

/// PagerDuty: Events API v2 overview, and PD-CEF.
pub fn pagerduty(body: &Value) {
    assert!(body.to_string().len() <= 512 * 1_024);
    assert!(body.get("routing_key").is_none(), "a secret is in it");
    let key = body["dedup_key"].as_str().expect("a key");
    assert!(!key.is_empty() && key.len() <= 255, "{key}");
    seen(key);
    if body["event_action"] == "resolve" {
        return;
    }
    assert_eq!(body["event_action"], "trigger");
    let payload = &body["payload"];
    let summary = payload["summary"].as_str().expect("a summary");
    assert!(!summary.is_empty() && summary.chars().count() <= 1_024);
    seen(summary);
    assert!(!payload["source"].as_str().expect("a source").is_empty());
    let severity = payload["severity"].as_str().expect("a severity");
    assert!(["critical", "error", "warning", "info"].contains(&severity));
    let at = payload["timestamp"].as_str().expect("a time");
    at.parse::<jiff::Timestamp>()
        .expect("a time as ISO 8601 has it");
    for link in body["links"].as_array().into_iter().flatten() {
        assert!(
            link["href"]
                .as_str()
                .expect("an address")
                .starts_with("https://")
        );
    }
}

/// The event schema of Amazon Q Developer's custom notifications; what has
/// another shape is dropped without a word.
pub fn custom_notification(message: &Value) {
    let text = message.as_str().expect("a text");
    assert!(text.len() <= 262_144 - 1_024);
    let event: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(event["version"], "1.0");
    assert_eq!(event["source"], "custom");
    let content = &event["content"];
    assert_eq!(content["textType"], "client-markdown");
    let string = |value: &Value, most: usize| {
        let text = value.as_str().expect("a text").to_owned();
        assert!(!text.is_empty() && width(&text) <= most, "{text}");
        text
    };
    inert(&string(&content["description"], 8_000));
    seen(&string(&content["title"], 250));
    for step in content["nextSteps"].as_array().into_iter().flatten() {
        inert(&string(step, 350));
    }
    assert!(
        event["metadata"]["threadId"]
            .as_str()
            .is_some_and(|id| !id.is_empty())
    );
    let known = ["version", "source", "id", "content", "metadata"];
    let fields = event.as_object().expect("an object");
    assert!(fields.keys().all(|key| known.contains(&key.as_str())));
}

/// SNS API reference, Publish: the subject's letters, and the size.
pub fn mail(body: &Value) {
    let subject = body["subject"].as_str().expect("a subject");
    assert!(!subject.is_empty() && subject.len() < 100, "{subject}");
    assert!(
        subject.bytes().all(|b| (b' '..=b'~').contains(&b)),
        "{subject}"
    );
    assert!(!subject.starts_with(' '), "{subject}");
    let message = body["message"].as_str().expect("a message");
    assert!(!message.trim().is_empty() && message.len() <= 262_144 - 1_024);
    seen(message);
}

fn section(block: &Value) {
    if let Some(text) = block.get("text") {
        object(text, "mrkdwn", SECTION);
    } else {
        let fields = block["fields"].as_array().expect("fields");
        assert!(!fields.is_empty() && fields.len() <= FIELDS);
        for field in fields {
            object(field, "mrkdwn", FIELD);
        }
    }
}

/// A heading and a command, both exactly as they are: nothing is read in them.
fn rich_text(block: &Value) {
    elements(block, 2, |part| {
        let kind = part["type"].as_str().expect("a type");
        assert!(
            ["rich_text_section", "rich_text_preformatted"].contains(&kind),
            "{kind}"
        );
        elements(part, 2, |element| {
            assert_eq!(element["type"], "text");
            let text = element["text"].as_str().expect("a text");
            assert!(!text.is_empty() && width(text) <= SECTION, "{text}");
            seen(text);
        });
    });
}

fn elements(block: &Value, most: usize, check: impl Fn(&Value)) {
    let elements = block["elements"].as_array().expect("elements");
    assert!(!elements.is_empty() && elements.len() <= most);
    elements.iter().for_each(check);
}

fn button(button: &Value) {
    assert_eq!(button["type"], "button");
    object(&button["text"], "plain_text", BUTTON);
    let url = button["url"].as_str().expect("an address");
    assert!(url.starts_with("https://") && url.len() <= ADDRESS, "{url}");
    assert!(
        url.bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>\"".contains(&b)),
        "{url}"
    );
}

fn object(object: &Value, kind: &str, limit: usize) {
    assert_eq!(object["type"], kind);
    let text = object["text"].as_str().expect("a text");
    assert!(!text.trim().is_empty(), "an empty text is refused");
    assert!(width(text) <= limit, "{} of {limit}: {text}", width(text));
    inert(text);
    if kind == "mrkdwn" {
        assert_eq!(object["verbatim"], true);
        let parts: Vec<&str> = text.split("```").collect();
        assert_eq!(parts.len() % 2, 1, "an open code block: {text}");
        for outside in parts.iter().step_by(2) {
            assert_eq!(outside.matches('`').count() % 2, 0, "open code: {text}");
        }
    }
}

/// No control sequence but our own dates, no lone ampersand, no mention of
/// everybody outside code, nothing invisible that reorders.
fn inert(text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>']) {
        let ours = rest[at..].strip_prefix("<!date^");
        let ours = ours.and_then(|date| date.split_once('>'));
        let (date, after) = ours.unwrap_or_else(|| panic!("unescaped: {text}"));
        assert!(!date.contains('<'), "{text}");
        rest = after;
    }
    for (at, _) in text.match_indices('&') {
        let escaped = ["&amp;", "&lt;", "&gt;"];
        assert!(
            escaped.iter().any(|entity| text[at..].starts_with(entity)),
            "{text}"
        );
    }
    seen(text);
}

/// Nothing invisible, and nothing that reorders what is seen.
fn seen(text: &str) {
    let hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t') || ('\u{202a}'..='\u{202e}').contains(&c)
    };
    assert!(!text.contains(hidden), "{text:?}");
}
