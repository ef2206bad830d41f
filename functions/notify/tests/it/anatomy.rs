//! What a notification looks like in Slack: golden files for the messages that
//! people really get, and the limits for any that may come.

use nightshift_core::{
    AccountId, Command, Fact, Link, Notification, Region, Section, Severity, Status,
};
use nightshift_testkit::{assert_valid, fixtures, package_root};
use notify::channels::every_kind;
use notify::{Event, Form, Letter, Place, Rendered, Request, Standing, message, plain_message};
use proptest::prelude::*;
use serde_json::json;

use crate::rules;
use crate::world::{Sent, notification};

/// The messages of a fixture; none for a malformed one.
fn messages(event: serde_json::Value) -> Vec<(Notification, bool)> {
    match Event::from_input(event) {
        Ok(Event::Batch(records)) => records
            .into_iter()
            .map(|record| (record.message.notification, record.message.readable))
            .collect(),
        Ok(Event::Preview(notification) | Event::Send { notification, .. }) => {
            vec![(*notification, true)]
        }
        Ok(_) | Err(_) => vec![],
    }
}

/// Review a change with `cargo insta review`, or by hand in the `.snap` files.
#[test]
fn every_fixture_looks_as_it_was_reviewed() {
    let mut seen = 0;
    for fixture in fixtures("notify") {
        for (index, (notification, readable)) in messages(fixture.event).into_iter().enumerate() {
            let shown = serde_json::to_value(&notification).unwrap();
            assert_valid("notification", &shown);
            assert_eq!(
                readable,
                !fixture.name.starts_with("broken") && notification.kind != "notify.unknown"
            );
            let payload = message(&notification);
            rules::keep(&payload.body);
            let name = format!("{}-{}", fixture.name, index + 1);
            insta::with_settings!({ snapshot_path => package_root().join("tests/it/snapshots") }, {
                insta::assert_json_snapshot!(name, payload.body);
            });
            rules::keep(&plain_message(&notification).body);
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen} messages");
}

#[test]
fn a_canary_is_one_quiet_line() {
    let [(canary, _)] =
        &messages(nightshift_testkit::fixture("notify", "canary-arrives").event)[..]
    else {
        panic!("one message")
    };
    let letter = Letter {
        notification: canary,
        standing: None,
    };
    let [(_, webhook), ..] = every_kind();
    let body = webhook.render(&letter, Form::Canary).to_json();
    insta::with_settings!({ snapshot_path => package_root().join("tests/it/snapshots") }, {
        insta::assert_json_snapshot!("canary", body);
    });
}

#[test]
fn what_is_left_out_is_counted() {
    let long = Notification {
        facts: (0..14)
            .map(|n| Fact::new(format!("fact {n}"), "value"))
            .collect(),
        sections: vec![Section {
            title: "Asleep".to_owned(),
            items: (0..32).map(|n| format!("resource {n}")).collect(),
        }],
        ..notification()
    };
    let payload = message(&long);
    let text = payload.body.to_string();
    assert!(payload.shortened);
    assert!(text.contains("and 12 more"), "{text}");
    assert!(
        text.contains("fact 13: value"),
        "the rest of the facts is a list"
    );
    assert!(!message(&notification()).shortened);
}

#[test]
fn half_a_command_is_not_offered_as_one() {
    let long = Notification {
        commands: vec![Command {
            label: "Do it".to_owned(),
            text: "aws x ".repeat(1_000),
        }],
        ..notification()
    };
    assert!(message(&long).body.to_string().contains("do not run"));
}

/// What people copy is what was meant, in every way that Slack may get it.
#[test]
fn a_command_is_shown_exactly_or_not_to_be_run() {
    let text = "aws ssm put-parameter --value \"$(date)\" && echo `id` <x >y ```z```\n\ttrue";
    let quoting = Notification {
        commands: vec![Command {
            label: "Do `it`".to_owned(),
            text: text.to_owned(),
        }],
        ..notification()
    };
    let blocks = message(&quoting).body["blocks"].clone();
    let blocks = blocks.as_array().unwrap();
    let rich = blocks.iter().find(|block| block["type"] == "rich_text");
    let parts = &rich.unwrap()["elements"];
    assert_eq!(parts[0]["elements"][0]["text"], "Do `it`");
    assert_eq!(parts[1]["type"], "rich_text_preformatted");
    assert_eq!(parts[1]["elements"][0]["text"], text);
    let plain = plain_message(&quoting).body.to_string();
    assert!(plain.contains("do not run"), "{plain}");
    let plain = plain_message(&notification()).body.to_string();
    assert!(!plain.contains("do not run"), "{plain}");
}

#[test]
fn facts_and_lists_fold_before_the_message_is_refused() {
    let list = Section {
        title: "title ".repeat(50),
        items: vec!["\"quoted\" and \\ escaped <&> ".repeat(40); 500],
    };
    let huge = Notification {
        title: "t".repeat(5_000),
        summary: "s ".repeat(50_000),
        facts: vec![Fact::new("l".repeat(500), "v".repeat(5_000)); 200],
        sections: vec![list; 100],
        next_steps: vec!["step ".repeat(500); 100],
        commands: vec![
            Command {
                label: "c".repeat(500),
                text: "`".repeat(50_000),
            };
            100
        ],
        links: vec![
            Link {
                label: "l".repeat(500),
                url: format!("https://a/{}", "x".repeat(2_900)),
            };
            100
        ],
        ..notification()
    };
    let payload = message(&huge);
    rules::keep(&payload.body);
    rules::keep(&plain_message(&huge).body);
    assert!(payload.shortened);
    let text = payload.body.to_string();
    assert!(
        text.contains("more list") && text.contains("more command"),
        "{text}"
    );
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z ]{0,30}",
        2 => "\\PC{0,60}",
        2 => "[<>&`*_~:@!|^ \n\"\\\\]{0,80}",
        1 => any::<String>(),
        1 => Just("<!channel> @here <@U1> <https://a|b>".to_owned()),
        1 => "[a-z<&\"]{1,4}".prop_map(|text| text.repeat(900)),
        1 => Just("\u{202e}\u{0}\u{1b}[0m\u{200f}".to_owned()),
    ]
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("https://console.aws.amazon.com/x?a=1&b=2".to_owned()),
        text().prop_map(|text| format!("https://a/{text}")),
        text(),
    ]
}

fn texts(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..most)
}

prop_compose! {
    fn any_notification()(
        words in prop::collection::vec(text(), 8),
        region in prop::option::of(text()),
        severity in prop_oneof![
            Just(Severity::Info), Just(Severity::Notice), Just(Severity::Warning),
            Just(Severity::Error), Just(Severity::Critical),
        ],
        facts in prop::collection::vec((text(), text()), 0..25),
        sections in prop::collection::vec((text(), texts(30)), 0..12),
        next_steps in texts(14),
        commands in prop::collection::vec((text(), text()), 0..12),
        links in prop::collection::vec((text(), address()), 0..12),
        seconds in -377_705_000_000_i64..253_402_000_000,
    ) -> Notification {
        let word = |index: usize| words[index].clone();
        Notification {
            version: 1,
            id: word(0),
            source: word(1),
            environment: word(2),
            account: AccountId::new(word(3)),
            region: region.map(Region::new),
            severity,
            kind: word(4),
            title: word(5),
            summary: word(6),
            facts: facts.into_iter().map(|(label, value)| Fact { label, value }).collect(),
            sections: sections.into_iter().map(|(title, items)| Section { title, items }).collect(),
            next_steps,
            commands: commands.into_iter().map(|(label, text)| Command { label, text }).collect(),
            links: links.into_iter().map(|(label, url)| Link { label, url }).collect(),
            dedup_key: (seconds % 2 == 0).then(|| word(7)),
            status: if seconds % 3 == 0 { Status::Resolved } else { Status::Open },
            owner: None,
            attachment: None,
            occurred_at: jiff::Timestamp::from_second(seconds).unwrap(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_notification_keeps_every_limit_and_mentions_nobody(notification in any_notification()) {
        rules::keep(&message(&notification).body);
        rules::keep(&plain_message(&notification).body);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_notification_keeps_the_limits_of_every_channel(notification in any_notification()) {
        let word = standing(&notification);
        for (name, kind) in every_kind() {
            for (standing, form) in [(Some(&word), Form::Full), (None, Form::Plain), (None, Form::Canary)] {
                let letter = Letter { notification: &notification, standing };
                for sent in requests(name, &kind.render(&letter, form)) {
                    rules::keep_all(&sent.to, &sent.method, &sent.body);
                }
            }
        }
    }
}

/// What a channel was told of a matter before.
fn standing(notification: &Notification) -> Standing {
    Standing {
        matter: "matter".to_owned(),
        place: Some(Place {
            channel: "C0TEAM".to_owned(),
            ts: "1795392000.000001".to_owned(),
        }),
        severity: Severity::Info,
        status: Status::Open,
        words: 3,
        first_at: notification.occurred_at,
        last_at: notification.occurred_at,
        marks: vec![],
        files: vec![],
    }
}

/// The requests as they would leave.
pub fn requests(kind: &str, rendered: &Rendered) -> Vec<Sent> {
    let to = match kind {
        "slack-webhook" => "webhook",
        "slack-bot" => "slack",
        "amazon-q" => "chat",
        "email" => "mail",
        other => other,
    };
    let sent = |method: &str, body: serde_json::Value| Sent {
        to: to.to_owned(),
        method: method.to_owned(),
        body,
        took: true,
        status: Some(200),
    };
    let requests = rendered.requests.iter().map(|request| match request {
        Request::Post { method, body } => sent(method, body.clone()),
        other @ (Request::Form { .. } | Request::Upload { .. }) => panic!("no message: {other:?}"),
        Request::Publish {
            subject, message, ..
        } => sent("publish", json!({"subject": subject, "message": message})),
    });
    requests.collect()
}
