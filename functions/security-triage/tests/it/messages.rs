//! What people read, held as golden files, and what holds for every message.

use nightshift_core::Notification;
use nightshift_testkit::{assert_valid, fixtures};
use security_triage::event::{Trigger, findings};
use security_triage::handler::explained;
use serde_json::{Value, json};

use crate::world::{Blindfold, at, document, rules, run};

fn messages(event: &Value) -> Vec<Notification> {
    let (rules, document) = (rules(json!({})), document());
    let now = at("2026-11-23T19:10:00Z");
    let findings = findings(event, None);
    run(explained(&findings, &rules, &Blindfold, &document, now)).messages
}

/// What holds for every message, whatever it was made of.
fn hold(message: &Notification) {
    assert_valid("notification", &serde_json::to_value(message).unwrap());
    let texts = [&message.title, &message.summary, &message.id]
        .into_iter()
        .chain(
            message
                .facts
                .iter()
                .flat_map(|fact| [&fact.label, &fact.value]),
        )
        .chain(message.sections.iter().flat_map(|section| &section.items))
        .chain(&message.next_steps)
        .chain(message.links.iter().map(|link| &link.url));
    for text in texts {
        assert!(!text.contains(char::is_control), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        assert!(text.chars().count() <= 1_500, "{text:?}");
        assert!(!text.is_empty());
    }
    assert!(!message.next_steps.is_empty());
    assert!(message.title.chars().count() <= 200);
    assert!(
        message
            .sections
            .iter()
            .all(|section| section.items.len() <= 11)
    );
    for link in &message.links {
        assert!(link.url.starts_with("https://"), "{}", link.url);
        assert!(!link.url.contains(char::is_whitespace), "{}", link.url);
        assert!(
            link.url.len() <= 3_000,
            "{} is too long for a button",
            link.url
        );
    }
    let words = serde_json::to_string(message).unwrap();
    for word in ["undefined", "None,", "null"] {
        assert!(!words.contains(word), "{words}");
    }
    assert!(words.len() < 60_000, "SNS takes 256 KB");
}

#[test]
fn every_fixture_reads_as_it_did() {
    for fixture in fixtures("security-triage") {
        let Ok(Trigger::Event(_)) = Trigger::parse(&fixture.event) else {
            continue;
        };
        let messages = messages(&fixture.event);
        messages.iter().for_each(hold);
        insta::with_settings!({snapshot_suffix => fixture.name.clone()}, {
            insta::assert_json_snapshot!(messages);
        });
    }
}

#[test]
fn hostile_texts_are_harmless() {
    for record in nightshift_testkit::fixture("security-triage", "batch-hostile").event["Records"]
        .as_array()
        .unwrap()
    {
        let body = record["body"].as_str().unwrap();
        let event = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
        let Some(event) = event.is_object().then_some(event) else {
            continue;
        };
        for message in messages(&event) {
            hold(&message);
            assert!(
                message
                    .links
                    .iter()
                    .all(|link| !link.url.contains("javascript"))
            );
            assert!(message.links.iter().all(|link| {
                link.url
                    .starts_with("https://us-east-1.console.aws.amazon.com/")
            }));
        }
    }
}

#[test]
fn a_list_is_folded() {
    let mut event = nightshift_testkit::fixture("security-triage", "security-hub-control").event;
    let finding = &mut event["detail"]["findings"][0];
    let resource = finding["Resources"][0].clone();
    let many: Vec<Value> = (0..40)
        .map(|number| {
            let mut one = resource.clone();
            one["Id"] = format!("arn:aws:s3:::bucket-{number}").into();
            one
        })
        .collect();
    finding["Resources"] = many.into();
    assert_eq!(findings(&event, None)[0].subjects.len(), 20);
    let message = messages(&event).remove(0);
    hold(&message);
    let also = message
        .sections
        .iter()
        .find(|one| one.title == "It is also about")
        .unwrap();
    assert_eq!(also.items.last().map(String::as_str), Some("and 9 more"));
}
