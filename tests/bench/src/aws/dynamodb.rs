use std::ops::Bound::{Excluded, Included, Unbounded};

use serde_json::{Map, Value, json};

use super::{Answer, Refusal};
use crate::estate::Estate;

/// The most bytes that one page of a query holds (DynamoDB Developer Guide, quotas).
const PAGE: usize = 1024 * 1024;

pub(super) fn answer(estate: &mut Estate, operation: &str, input: &Value) -> Answer {
    let answer = match operation {
        "GetItem" => get(estate, input),
        "PutItem" => put(estate, input)?,
        "Query" => query(estate, input)?,
        other => return Err(Refusal::unknown(other)),
    };
    Ok(answer.to_string().into_bytes())
}

fn key(item: &Value) -> (String, String) {
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    (text("pk"), text("sk"))
}

fn get(estate: &Estate, input: &Value) -> Value {
    match estate.ledger.get(&key(&input["Key"])) {
        Some(item) => json!({"Item": item}),
        None => json!({}),
    }
}

fn put(estate: &mut Estate, input: &Value) -> Result<Value, Refusal> {
    let item = &input["Item"];
    let key = key(item);
    let stored = estate.ledger.get(&key).and_then(|item| item.get("version"));
    let holds = match input["ConditionExpression"].as_str() {
        None => true,
        Some("attribute_not_exists(pk)") => stored.is_none(),
        Some("version = :version") => {
            stored == Some(&input["ExpressionAttributeValues"][":version"])
        }
        Some(other) => {
            let words = format!("the stub does not read the condition {other}");
            return Err(Refusal::new("ValidationException", words));
        }
    };
    if !holds {
        let words = "The conditional request failed";
        return Err(Refusal::new("ConditionalCheckFailedException", words));
    }
    estate
        .ledger
        .insert(key, item.as_object().cloned().unwrap_or_default());
    Ok(json!({}))
}

fn query(estate: &Estate, input: &Value) -> Result<Value, Refusal> {
    if input["KeyConditionExpression"] != "pk = :partition" {
        let words = format!("the stub does not read {}", input["KeyConditionExpression"]);
        return Err(Refusal::new("ValidationException", words));
    }
    let values = &input["ExpressionAttributeValues"];
    let partition = values[":partition"]["S"].as_str().unwrap_or_default();
    let start = match &input["ExclusiveStartKey"] {
        Value::Null => Included((partition.to_owned(), String::new())),
        after => Excluded(key(after)),
    };
    let mut items: Vec<&Map<String, Value>> = Vec::new();
    let mut bytes = 0;
    let mut last = None;
    for (key, item) in estate.ledger.range((start, Unbounded)) {
        if key.0 != partition {
            break;
        }
        if bytes > PAGE {
            last = items
                .last()
                .map(|item| json!({"pk": item["pk"], "sk": item["sk"]}));
            break;
        }
        bytes += weight(item);
        items.push(item);
    }
    let mut answer = json!({"Items": items, "Count": items.len(), "ScannedCount": items.len()});
    if let Some(last) = last {
        answer["LastEvaluatedKey"] = last;
    }
    Ok(answer)
}

/// An item's size: names and values.
fn weight(item: &Map<String, Value>) -> usize {
    item.iter()
        .map(|(name, value)| {
            let text = value["S"].as_str().or(value["N"].as_str());
            name.len() + text.map_or(0, str::len)
        })
        .sum()
}
