//! The published schemas are what the code says.

use nightshift_core::Notification;
use nightshift_testkit::{assert_valid, fixtures, hold_schema, violations};
use notify::{NotifyConfig, Report};
use schemars::schema_for;
use serde_json::{Value, json};

use crate::world::{document, every, every_channel, notification, run};

#[test]
fn schemas_are_what_the_code_says() {
    let schema = |schema: schemars::Schema| serde_json::to_value(schema).unwrap();
    hold_schema("notification", &schema(schema_for!(Notification)));
    hold_schema("notify-report", &schema(schema_for!(Report)));
    hold_schema("notify-config", &schema(schema_for!(NotifyConfig)));
}

#[tokio::test]
async fn reports_keep_their_schema() {
    for fixture in fixtures("notify") {
        let (notify, _) = every();
        let Ok(answer) = run(&notify, fixture.event).await else {
            assert!(fixture.name.starts_with("malformed"), "{}", fixture.name);
            continue;
        };
        if answer.get("batchItemFailures").is_none() {
            assert_valid("notify-report", &answer);
        }
    }
}

#[test]
fn the_schema_refuses_what_the_code_would_refuse() {
    let good = serde_json::to_value(notification()).unwrap();
    assert!(violations("notification", &good).is_empty());
    for (field, value) in [
        ("severity", json!("fatal")),
        ("title", Value::Null),
        ("facts", json!([{"label": "x"}])),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        assert!(!violations("notification", &bad).is_empty(), "{field}");
    }
}

#[test]
fn the_section_of_the_configuration_is_read_strictly() {
    let good = every_channel();
    assert_valid("notify-config", &good);
    assert!(document(&good).section::<NotifyConfig>("notify").is_ok());
    let mut bad = good;
    bad["channels"]["slack"] = json!({"kind": "slack-webhook", "webhook_url": "https://x"});
    assert!(!violations("notify-config", &bad).is_empty());
    let error = document(&bad)
        .section::<NotifyConfig>("notify")
        .unwrap_err()
        .to_string();
    assert!(error.contains("functions.notify.channels.slack"), "{error}");
    assert!(error.contains("webhook_url"), "{error}");
}
