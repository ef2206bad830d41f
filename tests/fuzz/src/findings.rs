//! What reaches security-triage, and what it makes of it.

use security_triage::incident::Incident;
use security_triage::sources::{batch, findings};
use serde_json::{Value, json};

use crate::triage::hold;

/// Any event, alone and as a message of the queue: a finding at least, whatever
/// it holds, which can be kept and read back; what is known of it already is no
/// news, and an envelope changes nothing.
pub fn event(text: &str) {
    let record = json!({
        "messageId": "m-1", "body": text, "eventSource": "aws:sqs",
        "attributes": {"SentTimestamp": "1795392000000"},
    });
    let records = batch(&[record]);
    assert!(!records[0].findings.is_empty());
    records[0].findings.iter().for_each(hold);
    let Ok(event) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let read = findings(&event, None);
    assert!(!read.is_empty());
    assert_eq!(findings(&event, None), read);
    for finding in &read {
        hold(finding);
        let incident = Incident::new(finding);
        assert_eq!(incident.clone().observe(finding), incident);
    }
    let wrapped = json!({"Type": "Notification", "Message": text});
    if event.is_object() && !text.contains("Notification") && !text.contains("Records") {
        assert_eq!(findings(&wrapped, None), read);
    }
}
