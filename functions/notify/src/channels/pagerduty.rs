//! A service of PagerDuty, by its Events API v2: one alert a matter, opened by
//! `trigger` and closed by `resolve` under the same key.

use nightshift_core::{Notification, Severity, printable, shortened};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, Form, Kind, Letter, Portion, Rendered, Request, Verdict, portioned};
use crate::standing::{digest, matter};

const ENQUEUE: &str = "v2/enqueue";
/// PagerDuty takes 512 KB; the routing key is added later.
const BYTES: usize = 500_000;
const SUMMARY: usize = 1_024;
/// The longest `dedup_key`.
pub(super) const KEY: usize = 255;

/// A service of PagerDuty.
pub struct PagerDuty;

impl Kind for PagerDuty {
    fn render(&self, letter: &Letter<'_>, form: Form) -> Rendered {
        let notification = letter.notification;
        if form == Form::Canary {
            // Nobody is to find it open in the morning.
            return Rendered {
                requests: vec![
                    request(trigger(notification, "info", None)),
                    request(close(notification)),
                ],
                shortened: false,
                begins: false,
            };
        }
        if !notification.status.is_open() {
            return Rendered::one(request(close(notification)), false);
        }
        let severity = severity(notification.severity);
        if form == Form::Plain {
            return Rendered::one(request(trigger(notification, severity, None)), true);
        }
        let (body, shortened) = portioned(notification, BYTES, |portion| {
            trigger(notification, severity, Some(portion)).to_string()
        });
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        Rendered::one(request(body), shortened)
    }

    fn verdict(&self, answer: &Answer) -> Verdict {
        verdict(answer)
    }
}

/// Reads an answer: 202 is success, 400 is for good, 403 and 429 say that it
/// was too much (PagerDuty: Events API v2 overview, response codes).
fn verdict(answer: &Answer) -> Verdict {
    #[derive(Default, Deserialize)]
    struct Told {
        #[serde(default)]
        message: String,
        #[serde(default)]
        errors: Vec<String>,
    }
    let told: Told = serde_json::from_str(&answer.body).unwrap_or_default();
    let words = if told.message.is_empty() {
        answer.body.clone()
    } else {
        format!("{} {}", told.message, told.errors.join(", "))
    };
    let limited = answer.status == 403 && words.to_lowercase().contains("rate limit");
    match answer.by_status(&words) {
        _ if limited => Verdict::Wait(answer.wait()),
        Verdict::Reshape(reason)
            if words.contains("routing_key") || words.contains("routing key") =>
        {
            Verdict::Refused(reason)
        }
        verdict => verdict,
    }
}

/// What PagerDuty knows a matter by.
pub fn dedup_key(matter: &str) -> String {
    let plain = printable(matter, usize::MAX);
    if plain.is_empty() || plain.len() > KEY {
        // The beginning is for people, the rest tells long keys apart.
        let begin: String = plain.chars().take(40).collect();
        format!("{begin}#{}", digest(matter))
    } else {
        plain
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info | Severity::Notice => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Critical => "critical",
    }
}

fn request(body: Value) -> Request {
    Request::Post {
        method: ENQUEUE,
        body,
    }
}

fn close(notification: &Notification) -> Value {
    json!({"event_action": "resolve", "dedup_key": dedup_key(matter(notification))})
}

fn trigger(notification: &Notification, severity: &str, portion: Option<&Portion>) -> Value {
    let place = match &notification.region {
        Some(region) => format!("{} {region}", notification.account),
        None => notification.account.to_string(),
    };
    let mut payload = json!({
        "summary": summary(notification),
        "source": or_unknown(&place),
        "severity": severity,
        "timestamp": notification.occurred_at.to_string(),
        "component": or_unknown(&notification.source),
        "group": or_unknown(&notification.environment),
        "class": or_unknown(&notification.kind),
    });
    let mut body = json!({
        "event_action": "trigger",
        "dedup_key": dedup_key(matter(notification)),
        "client": "Nightshift",
    });
    if let Some(portion) = portion {
        payload["custom_details"] = details(notification, portion);
        let links: Vec<Value> = notification
            .links
            .iter()
            .filter(|link| crate::blocks::is_button_address(&link.url, 2_000))
            .take(portion.lists.min(20))
            .map(|link| json!({"href": link.url, "text": printable(&link.label, 100)}))
            .collect();
        if !links.is_empty() {
            body["links"] = json!(links);
        }
    }
    body["payload"] = payload;
    body
}

fn summary(notification: &Notification) -> String {
    let line = format!(
        "[{}] {}: {}",
        notification.environment, notification.title, notification.summary
    );
    let words: Vec<&str> = line.split_whitespace().collect();
    printable(&words.join(" "), SUMMARY)
}

fn or_unknown(text: &str) -> String {
    let text = printable(text, 200);
    if text.trim().is_empty() {
        "unknown".to_owned()
    } else {
        text
    }
}

fn details(notification: &Notification, portion: &Portion) -> Value {
    let mut details = Map::new();
    details.insert(
        "summary".to_owned(),
        json!(shortened(&notification.summary, portion.text)),
    );
    if let Some(owner) = &notification.owner {
        details.insert("owner".to_owned(), json!(printable(owner, 200)));
    }
    let facts: Vec<String> = notification
        .facts
        .iter()
        .take(portion.lists)
        .map(|fact| {
            let value = shortened(&fact.value, portion.text);
            format!("{}: {value}", shortened(&fact.label, 100))
        })
        .collect();
    list(&mut details, "facts", &facts);
    for (index, section) in notification.sections.iter().take(portion.lists).enumerate() {
        let items = section.items.iter().take(portion.items);
        let name = format!("{}. {}", index + 1, printable(&section.title, 100));
        let items: Vec<String> = items.map(|item| shortened(item, portion.text)).collect();
        list(&mut details, &name, &items);
    }
    let steps = notification.next_steps.iter().take(portion.lists);
    let steps: Vec<String> = steps.map(|step| shortened(step, portion.text)).collect();
    list(&mut details, "next_steps", &steps);
    let commands = notification.commands.iter().take(portion.lists);
    let commands: Vec<String> = commands
        // Half a command is worse than none.
        .filter(|command| command.text.chars().count() <= portion.text)
        .map(|command| format!("{}: {}", shortened(&command.label, 100), command.text))
        .collect();
    list(&mut details, "commands", &commands);
    Value::Object(details)
}

fn list(details: &mut Map<String, Value>, name: &str, items: &[String]) {
    if !items.is_empty() {
        details.insert(name.to_owned(), json!(items));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_what_pagerduty_says() {
        let wrong_key = r#"{"status":"invalid event","message":"Event object is invalid","errors":["Length of 'routing_key' is incorrect (should be 32 characters)"]}"#;
        for (status, body, expected) in [
            (
                202,
                r#"{"status":"success","message":"Event processed"}"#,
                "delivered",
            ),
            (400, wrong_key, "refused"),
            (
                400,
                r#"{"message":"Event object is invalid","errors":["'payload.severity' is invalid"]}"#,
                "reshape",
            ),
            (400, "not JSON", "reshape"),
            (403, r#"{"message":"Rate limit exceeded"}"#, "wait"),
            (403, "", "refused"),
            (413, "", "reshape"),
            (429, "", "wait"),
            (500, "", "unavailable"),
            (302, "", "unavailable"),
        ] {
            let answer = Answer {
                status,
                retry_after: None,
                body: body.to_owned(),
            };
            let meant = match verdict(&answer) {
                Verdict::Delivered => "delivered",
                Verdict::Wait(_) => "wait",
                Verdict::Unavailable(_) => "unavailable",
                Verdict::Reshape(_) => "reshape",
                Verdict::Gone(_) => "gone",
                Verdict::Refused(_) => "refused",
            };
            assert_eq!(meant, expected, "{status} {body}");
        }
    }

    #[test]
    fn long_keys_stay_different() {
        let short = "guardduty/123456789012/us-east-1/abc";
        assert_eq!(dedup_key(short), short);
        let (a, b) = ("a".repeat(300), format!("{}b", "a".repeat(299)));
        assert_ne!(dedup_key(&a), dedup_key(&b));
        assert!(dedup_key(&"é".repeat(200)).len() <= KEY);
        assert!(!dedup_key("").is_empty());
    }
}
