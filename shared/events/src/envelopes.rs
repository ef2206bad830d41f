use jiff::Timestamp;
use serde_json::Value;

/// An envelope in an envelope in an envelope is somebody's game.
const ENVELOPES: usize = 4;

/// What was in an envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// What it says.
    pub said: Said,
    /// When it was sent, where an envelope tells.
    pub sent: Option<Timestamp>,
}

/// An object of JSON, or any other text.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// An event, or whatever else is JSON.
    Event(Value),
    /// A text that is neither an object nor a list.
    Text(String),
}

/// One message of a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The queue's name for it, by which it can be given back.
    pub item: Option<String>,
    /// What it holds; at least one.
    pub contents: Vec<Content>,
}

/// Every message of a batch of a queue; none is dropped.
pub fn batch(records: &[Value]) -> Vec<Record> {
    records.iter().map(record).collect()
}

/// Everything in an event, out of whatever envelopes of SNS and SQS and lists;
/// at least one. `sent` is when it was sent, where no envelope says so.
pub fn contents(event: &Value, sent: Option<Timestamp>) -> Vec<Content> {
    unwrapped(event, sent, 0)
}

/// Whether a record is one that Lambda has taken from a queue.
pub fn is_from_queue(record: &Value) -> bool {
    record.get("body").is_some() || record["eventSource"].as_str() == Some("aws:sqs")
}

/// Whether it is the envelope in which SNS delivers to a queue or an address.
pub fn is_notice(event: &Value) -> bool {
    event.get("Type").and_then(Value::as_str) == Some("Notification")
        && event.get("Message").is_some_and(Value::is_string)
}

fn record(record: &Value) -> Record {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let sent = text(&record["attributes"]["SentTimestamp"])
        .and_then(|text| text.parse().ok())
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok());
    Record {
        item: text(&record["messageId"]).filter(|id| !id.is_empty()),
        contents: match &record["body"] {
            Value::String(body) => message(body, sent, 0),
            _ => vec![plain(&record.to_string(), sent)],
        },
    }
}

fn plain(text: &str, sent: Option<Timestamp>) -> Content {
    Content {
        said: Said::Text(text.to_owned()),
        sent,
    }
}

/// A body of SQS or a message of SNS.
fn message(text: &str, sent: Option<Timestamp>, depth: usize) -> Vec<Content> {
    match serde_json::from_str::<Value>(text) {
        Ok(event @ (Value::Object(_) | Value::Array(_))) => unwrapped(&event, sent, depth + 1),
        _ => vec![plain(text, sent)],
    }
}

fn unwrapped(event: &Value, sent: Option<Timestamp>, depth: usize) -> Vec<Content> {
    let as_it_is = || {
        vec![Content {
            said: Said::Event(event.clone()),
            sent,
        }]
    };
    if depth > ENVELOPES {
        return as_it_is();
    }
    let several = |list: &[Value], of: &dyn Fn(&Value) -> Vec<Content>| {
        if list.is_empty() {
            as_it_is()
        } else {
            list.iter().flat_map(of).collect()
        }
    };
    if let Value::Array(list) = event {
        return several(list, &|one| unwrapped(one, sent, depth + 1));
    }
    if is_notice(event) {
        return notice(event, sent, depth);
    }
    match event.get("Records") {
        Some(Value::Array(records)) => several(records, &|one| match one.get("Sns") {
            Some(sns) => notice(sns, sent, depth),
            None => record(one).contents,
        }),
        _ => as_it_is(),
    }
}

fn notice(notice: &Value, sent: Option<Timestamp>, depth: usize) -> Vec<Content> {
    let at = notice["Timestamp"]
        .as_str()
        .and_then(|text| text.parse().ok());
    match notice["Message"].as_str() {
        Some(text) => message(text, at.or(sent), depth),
        None => vec![plain(&notice.to_string(), at.or(sent))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(input: &Value) -> Vec<Said> {
        let contents = contents(input, None).into_iter();
        contents.map(|one| one.said).collect()
    }

    #[test]
    fn envelopes_change_nothing() {
        let event = json!({"source": "aws.ce", "detail-type": "Anomaly Detected"});
        let notice = json!({"Type": "Notification", "Message": event.to_string()});
        let body = json!({"Records": [
            {"messageId": "m", "eventSource": "aws:sqs", "body": notice.to_string()}
        ]});
        let direct = json!({"Records": [{"Sns": {"Message": event.to_string()}}]});
        for input in [&event, &notice, &body, &direct, &json!([event])] {
            assert_eq!(said(input), [Said::Event(event.clone())], "{input}");
        }
    }

    #[test]
    fn whatever_comes_something_is_handed_over() {
        for (input, count) in [
            (json!([]), 1),
            (json!({"Records": []}), 1),
            (json!({"Records": [{"body": "words"}, {"body": 7}]}), 2),
            (json!({"Records": [{"Sns": {"Subject": "no message"}}]}), 1),
            (json!([[[[[[[[1]]]]]]]]), 1),
            (json!(null), 1),
        ] {
            assert_eq!(said(&input).len(), count, "{input}");
        }
    }

    #[test]
    fn the_innermost_envelope_says_when_it_was_sent() {
        let input = json!({"Records": [{
            "body": json!({
                "Type": "Notification", "Message": "words", "Timestamp": "2026-11-23T19:00:00Z",
            }).to_string(),
            "attributes": {"SentTimestamp": "1700000000000"},
        }]});
        let sent = contents(&input, None)[0].sent.map(|at| at.to_string());
        assert_eq!(sent.as_deref(), Some("2026-11-23T19:00:00Z"));
    }
}
