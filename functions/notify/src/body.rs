//! A message's body: a notification, one inside an SNS envelope, one with a
//! broken field, or something else. None is dropped.

use jiff::Timestamp;
use nightshift_core::{
    AccountId, Command, Fact, Notification, Region, Severity, Status, printable, shortened,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// How much of an unreadable body is shown.
const SHOWN: usize = 1_500;
/// An envelope in an envelope in an envelope is somebody's game.
const ENVELOPES: usize = 3;

/// What is known of a record beside its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The queue's name for it.
    pub item: Option<String>,
    /// The queue's account.
    pub account: AccountId,
    /// The queue's Region.
    pub region: Option<Region>,
    /// When the queue took it.
    pub sent_at: Timestamp,
}

/// What a body says.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What to tell people.
    pub notification: Notification,
    /// Whether the body was a notification in good order.
    pub readable: bool,
}

/// Reads a body.
pub fn read(body: &str, origin: &Origin) -> Message {
    let mut text = body.to_owned();
    for _ in 0..ENVELOPES {
        match serde_json::from_str(&text) {
            Ok(Value::Object(mut fields)) => match envelope(&mut fields) {
                Some(inner) => text = inner,
                None => return object(&fields, &text, origin),
            },
            Ok(_) => return unknown("the body is no JSON object", &text, origin),
            Err(error) => {
                let reason = format!("the body is no JSON ({error})");
                return unknown(&reason, &text, origin);
            }
        }
    }
    unknown("the body is an envelope in an envelope", &text, origin)
}

/// The warning that stands for what cannot be read.
pub fn unknown(reason: &str, body: &str, origin: &Origin) -> Message {
    let item = origin.item.as_deref().unwrap_or("without id");
    let notification = Notification {
        version: Notification::VERSION,
        id: format!("notify.unknown/{item}"),
        source: "notify".to_owned(),
        environment: "unknown environment".to_owned(),
        account: origin.account.clone(),
        region: origin.region.clone(),
        severity: Severity::Warning,
        kind: "notify.unknown".to_owned(),
        title: "A message that notify cannot read".to_owned(),
        summary: format!(
            "Something put a message on the notifications topic or its queue that is no notification: {}. Nothing is lost; it is shown below as it came.",
            printable(reason, 200)
        ),
        facts: vec![
            Fact::new("Message", item),
            Fact::new("Length", format!("{} characters", body.chars().count())),
        ],
        sections: Vec::new(),
        next_steps: vec![
            "Find out who publishes it: functions publish the shape of docs/schemas/notification.json.".to_owned(),
        ],
        commands: vec![Command {
            label: "The body as it came".to_owned(),
            text: shortened(body, SHOWN),
        }],
        links: Vec::new(),
        dedup_key: None,
        status: Status::Open,
        owner: None,
        attachment: None,
        occurred_at: origin.sent_at,
    };
    Message {
        notification,
        readable: false,
    }
}

/// What an SNS envelope carries, where delivery is not raw.
fn envelope(fields: &mut Map<String, Value>) -> Option<String> {
    if fields.get("Type").and_then(Value::as_str) != Some("Notification") {
        return None;
    }
    match fields.remove("Message") {
        Some(Value::String(message)) => Some(message),
        _ => None,
    }
}

fn object(fields: &Map<String, Value>, text: &str, origin: &Origin) -> Message {
    let read = serde_path_to_error::deserialize(fields.clone()).map_err(|error| {
        let path = error.path().to_string();
        format!("at `{path}`: {}", error.into_inner())
    });
    match read {
        Ok(notification) => Message {
            notification,
            readable: true,
        },
        Err(problem) => {
            salvage(fields, origin, &problem).unwrap_or_else(|| unknown(&problem, text, origin))
        }
    }
}

/// A notification with a broken field is still one if it says what happened.
fn salvage(fields: &Map<String, Value>, origin: &Origin, problem: &str) -> Option<Message> {
    let mut broken = Vec::new();
    let title: String = field(fields, "title", &mut broken)?;
    let mut text = |name: &'static str| field::<String>(fields, name, &mut broken);
    let (summary, kind, source) = (text("summary"), text("kind"), text("source"));
    if title.trim().is_empty() || (summary.is_none() && kind.is_none() && source.is_none()) {
        return None;
    }
    let (id, environment) = (text("id"), text("environment"));
    let account = field(fields, "account", &mut broken);
    let severity = field(fields, "severity", &mut broken);
    let occurred_at = field(fields, "occurred_at", &mut broken);
    let mut notification = Notification {
        version: Notification::VERSION,
        id: id.unwrap_or_else(|| {
            format!(
                "notify.broken/{}",
                origin.item.as_deref().unwrap_or_default()
            )
        }),
        source: source.unwrap_or_else(|| "unknown function".to_owned()),
        environment: environment.unwrap_or_else(|| "unknown environment".to_owned()),
        account: account.unwrap_or_else(|| origin.account.clone()),
        region: field(fields, "region", &mut broken),
        // Nobody knows how bad it is: somebody should look.
        severity: severity.unwrap_or(Severity::Warning),
        kind: kind.unwrap_or_else(|| "notify.broken".to_owned()),
        title,
        summary: summary.unwrap_or_default(),
        facts: field(fields, "facts", &mut broken).unwrap_or_default(),
        sections: field(fields, "sections", &mut broken).unwrap_or_default(),
        next_steps: field(fields, "next_steps", &mut broken).unwrap_or_default(),
        commands: field(fields, "commands", &mut broken).unwrap_or_default(),
        links: field(fields, "links", &mut broken).unwrap_or_default(),
        dedup_key: field(fields, "dedup_key", &mut broken),
        status: field(fields, "status", &mut broken).unwrap_or_default(),
        owner: field(fields, "owner", &mut broken),
        attachment: field(fields, "attachment", &mut broken),
        occurred_at: occurred_at.unwrap_or(origin.sent_at),
    };
    let list = if broken.is_empty() {
        problem.to_owned()
    } else {
        broken.join(", ")
    };
    let fact = Fact::new("Unreadable fields", printable(&list, 200));
    notification.facts.insert(0, fact);
    Some(Message {
        notification,
        readable: false,
    })
}

/// A field's value, or nothing and its name among the broken ones. A field
/// that is not there is not broken.
fn field<T: DeserializeOwned>(
    fields: &Map<String, Value>,
    name: &'static str,
    broken: &mut Vec<&'static str>,
) -> Option<T> {
    let value = fields.get(name).filter(|value| !value.is_null())?;
    let read = serde_json::from_value(value.clone()).ok();
    if read.is_none() {
        broken.push(name);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn origin() -> Origin {
        Origin {
            item: Some("m-1".to_owned()),
            account: AccountId::new("123456789012"),
            region: Some(Region::new("us-east-1")),
            sent_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn good() -> Value {
        json!({
            "version": 1, "id": "a/1", "source": "off-hours", "environment": "dev",
            "account": "123456789012", "severity": "notice", "kind": "off-hours.asleep",
            "title": "dev is asleep", "summary": "All of it.",
            "occurred_at": "2026-11-23T19:00:00Z"
        })
    }

    #[test]
    fn raw_and_wrapped_bodies_say_the_same() {
        let raw = read(&good().to_string(), &origin());
        let wrapped =
            json!({"Type": "Notification", "TopicArn": "arn", "Message": good().to_string()});
        assert!(raw.readable);
        assert_eq!(read(&wrapped.to_string(), &origin()), raw);
        let twice = json!({"Type": "Notification", "Message": wrapped.to_string()});
        assert_eq!(read(&twice.to_string(), &origin()), raw);
    }

    #[test]
    fn one_broken_field_costs_only_itself() {
        let mut broken = good();
        broken["severity"] = json!("fatal");
        broken["facts"] = json!([{"label": 1}]);
        let message = read(&broken.to_string(), &origin());
        assert!(!message.readable);
        let told = message.notification;
        assert_eq!(told.title, "dev is asleep");
        assert_eq!(told.severity, Severity::Warning);
        assert_eq!(told.facts[0].value, "severity, facts");
        let mut file = good();
        file["severity"] = json!("error");
        file["attachment"] =
            json!({"name": "../x", "media_type": "image/png", "alt_text": "x", "content": "eA=="});
        let told = read(&file.to_string(), &origin()).notification;
        assert_eq!(told.severity, Severity::Error);
        assert_eq!(
            (told.facts[0].value.as_str(), told.attachment),
            ("attachment", None)
        );
        let mut missing = good();
        missing.as_object_mut().unwrap().remove("account");
        let told = read(&missing.to_string(), &origin()).notification;
        assert!(told.facts[0].value.contains("missing field `account`"));
    }

    #[test]
    fn everything_else_is_shown_as_it_came() {
        for body in [
            "",
            "plain text",
            "[1]",
            "null",
            "{\"a\":",
            "{\"AlarmName\":\"x\"}",
        ] {
            let told = read(body, &origin()).notification;
            assert_eq!(told.kind, "notify.unknown", "{body}");
            assert_eq!(told.commands[0].text, body);
            assert_eq!(told.id, "notify.unknown/m-1");
        }
    }
}
