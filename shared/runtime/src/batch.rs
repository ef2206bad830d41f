use serde_json::{Value, json};

/// What Lambda tells a queue: the messages that it has to keep, by their ids
/// (AWS Lambda Developer Guide, handling errors for an SQS event source). None if
/// one has no id by which it could be kept; then the whole batch must come back.
pub fn batch_item_failures<'a>(kept: impl IntoIterator<Item = Option<&'a str>>) -> Option<Value> {
    let failures: Option<Vec<Value>> = kept
        .into_iter()
        .map(|item| item.map(|item| json!({"itemIdentifier": item})))
        .collect();
    failures.map(|failures| json!({"batchItemFailures": failures}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_an_id_brings_the_whole_batch_back() {
        assert_eq!(
            batch_item_failures([]),
            Some(json!({"batchItemFailures": []}))
        );
        assert_eq!(
            batch_item_failures([Some("a"), Some("b")]),
            Some(json!({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}))
        );
        assert_eq!(batch_item_failures([Some("a"), None]), None);
    }
}
