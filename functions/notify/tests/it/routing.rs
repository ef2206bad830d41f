//! Which message goes where, and which configurations are refused.

use nightshift_core::{Notification, Severity};
use notify::{NotifyConfig, way};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{config, every_channel, notification};

fn told(severity: Severity, kind: &str, environment: &str, owner: &str) -> Notification {
    Notification {
        severity,
        kind: kind.to_owned(),
        environment: environment.to_owned(),
        owner: (!owner.is_empty()).then(|| owner.to_owned()),
        ..notification()
    }
}

#[test]
fn the_first_route_takes_it_unless_it_goes_on() {
    let mut section = every_channel();
    section["routes"] = json!([
        {"name": "quiet", "match": {"kinds": ["off-hours.warning-*"], "environments": ["dev"]}, "channels": []},
        {"name": "security", "match": {"kinds": ["security-triage.*"], "severity": "warning"},
         "channels": ["pager", "team"], "continue": true},
        {"name": "payments", "match": {"owners": ["payments"]}, "channels": ["chat"]},
        {"name": "rest", "channels": ["slack", "team"]},
    ]);
    let config = config(section);
    for (message, routes, channels) in [
        (
            told(Severity::Notice, "off-hours.warning-before", "dev", ""),
            vec!["quiet"],
            vec![],
        ),
        (
            told(
                Severity::Notice,
                "off-hours.warning-before",
                "development",
                "",
            ),
            vec!["rest"],
            vec!["slack", "team"],
        ),
        (
            told(
                Severity::Error,
                "security-triage.finding",
                "prod",
                "payments",
            ),
            vec!["security", "payments"],
            vec!["pager", "team", "chat"],
        ),
        (
            told(Severity::Error, "security-triage.finding", "prod", ""),
            vec!["security", "rest"],
            vec!["pager", "team", "slack"],
        ),
        (
            told(Severity::Info, "security-triage.finding", "prod", ""),
            vec!["rest"],
            vec!["slack", "team"],
        ),
    ] {
        let way = way(&config, &message);
        assert_eq!((way.routes, way.channels), (routes, channels));
    }
}

#[test]
fn routes_that_contradict_themselves_are_refused_by_their_path() {
    let rest = json!({"name": "rest", "channels": ["slack", "team", "chat", "pager"]});
    for (path, value, at, words) in [
        ("/routes", json!([]), "routes", "severity info"),
        (
            "/routes",
            json!([{"name": "some", "match": {"severity": "error"}, "channels": ["slack", "team", "chat", "pager"]}]),
            "routes",
            "severity info",
        ),
        (
            "/routes",
            json!([{"name": "some", "match": {"kinds": ["*"]}, "channels": ["slack"]}]),
            "routes",
            "severity info",
        ),
        (
            "/routes",
            json!([rest, {"name": "late", "match": {"kinds": ["a.*"]}, "channels": ["slack"]}]),
            "routes[1]",
            "`rest` above takes all of them",
        ),
        (
            "/routes",
            json!([{"name": "wide", "match": {"kinds": ["a.*"]}, "channels": ["slack"]},
                   {"name": "narrow", "match": {"kinds": ["a.b*c"], "severity": "error"}, "channels": ["slack"]}, rest]),
            "routes[1]",
            "no message reaches",
        ),
        (
            "/routes",
            json!([rest, rest]),
            "routes[1].name",
            "same name",
        ),
        (
            "/routes",
            json!([{"name": "fallback", "channels": ["slack", "team", "chat", "pager"]}]),
            "routes[0].name",
            "canary",
        ),
        (
            "/routes/1/channels",
            json!(["slack", "nowhere"]),
            "routes[1].channels[1]",
            "the channels are: chat, mail, pager, slack, team",
        ),
        (
            "/routes/1/channels",
            json!(["slack"]),
            "channels.team",
            "no route leads to it",
        ),
    ] {
        refused(path, &value, at, words);
    }
}

#[test]
fn channels_that_contradict_themselves_are_refused_by_their_path() {
    for (path, value, at, words) in [
        (
            "/fallback",
            json!("nowhere"),
            "fallback",
            "there is no channel `nowhere`",
        ),
        (
            "/canary",
            json!({"skip": ["x"]}),
            "canary.skip[0]",
            "there is no channel",
        ),
        (
            "/routes/0/match/kinds",
            json!([""]),
            "routes[0].match.kinds",
            "empty text",
        ),
        (
            "/channels/chat/topic_arn",
            json!("arn:aws:sqs:r:1:q"),
            "channels.chat.topic_arn",
            "SNS topic",
        ),
        (
            "/channels/team/channel",
            json!("#ops"),
            "channels.team.channel",
            "C0123456789",
        ),
        (
            "/channels/team/endpoint",
            json!("http://slack.com/api"),
            "channels.team.endpoint",
            "https://",
        ),
        (
            "/channels/pager/canary_routing_key_parameter",
            json!("pager"),
            "channels.pager.canary_routing_key_parameter",
            "on call",
        ),
        (
            "/channels/slack/webhook_parameter",
            json!(" "),
            "channels.slack.webhook_parameter",
            "SecureString",
        ),
    ] {
        refused(path, &value, at, words);
    }
}

fn refused(path: &str, value: &Value, at: &str, words: &str) {
    let error = refusal(path, value);
    assert!(
        error.contains(&format!("functions.notify.{at}")),
        "{path}: {error}"
    );
    assert!(error.contains(words), "{path}: {error}");
}

/// Puts a value at a path of a good configuration, and answers the refusal.
fn refusal(path: &str, value: &Value) -> String {
    let mut section = every_channel();
    let (parent, key) = path.rsplit_once('/').unwrap();
    section.pointer_mut(parent).unwrap()[key] = value.clone();
    let config: NotifyConfig = serde_json::from_value(section).unwrap();
    config.check().unwrap_err().to_string()
}

fn some(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(of, 0..=2.min(of.len()))
}

prop_compose! {
    fn any_route()(
        severity in prop::sample::select(vec!["info", "notice", "warning", "error", "critical"]),
        kinds in some(&["a.*", "*", "a.b", "*.b"]),
        environments in some(&["dev", "prod"]),
        owners in some(&["x", "y"]),
        channels in some(&["slack", "pager"]),
        goes_on in any::<bool>(),
    ) -> Value {
        json!({
            "match": {"severity": severity, "kinds": kinds, "environments": environments, "owners": owners},
            "channels": channels, "continue": goes_on,
        })
    }
}

proptest! {
    /// A configuration that is taken has a route for every message, and one
    /// that is refused for a hidden route has one that nothing can reach.
    #[test]
    fn no_message_is_without_a_route(
        routes in prop::collection::vec(any_route(), 1..5),
        severity in prop::sample::select(vec![Severity::Info, Severity::Notice, Severity::Warning, Severity::Error, Severity::Critical]),
        kind in prop::sample::select(vec!["a.b", "a.c", "c.b", "x"]),
        environment in prop::sample::select(vec!["dev", "prod", "staging"]),
        owner in prop::sample::select(vec!["", "x", "z"]),
    ) {
        let mut section = every_channel();
        let named = routes.into_iter().enumerate().map(|(index, mut route)| {
            route["name"] = json!(format!("r{index}"));
            route
        });
        section["routes"] = named.collect();
        section["channels"] = json!({"slack": section["channels"]["slack"], "pager": section["channels"]["pager"]});
        section["fallback"] = Value::Null;
        let config: NotifyConfig = serde_json::from_value(section).unwrap();
        let message = told(severity, kind, environment, owner);
        let way = way(&config, &message);
        match config.check().map_err(|error| error.to_string()) {
            Ok(()) => prop_assert!(!way.routes.is_empty()),
            Err(error) => {
                let hidden = error.split("routes[").nth(1).and_then(|rest| rest.split(']').next());
                if let (true, Some(index)) = (error.contains("no message reaches"), hidden) {
                    let name = format!("r{index}");
                    prop_assert!(!way.routes.contains(&name.as_str()), "{error}");
                }
            }
        }
    }
}
