//! The same over real sockets: what Slack receives, and what is slow.

use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use nightshift_runtime::Https;
use notify::{Address, Network, Notify, Pace, Request, Webhook};
use serde_json::json;
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{
    Outside, SECRET, World, batch, kept, notifications, one_webhook, run, run_within,
};

fn address(server: &MockServer) -> String {
    format!("{}/services/{SECRET}", server.uri())
}

/// A world whose one channel is the server, over real sockets.
fn wired(server: &MockServer) -> World {
    let config = SdkConfig::builder().build();
    let mut world = World::new(&one_webhook());
    world.network = Some(Network::new(Https::new(), &config));
    let secrets = world.secrets.get_mut().unwrap();
    secrets.insert("slack".to_owned(), address(server));
    world
}

fn notify(server: &MockServer, pace: Pace) -> Notify<Outside> {
    Notify::with(wired(server).leak(), pace)
}

async fn answers(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(template)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn slack_gets_json_at_the_secret_path() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/services/{SECRET}")))
        .and(header("content-type", "application/json; charset=utf-8"))
        .and(body_partial_json(json!({"unfurl_links": false})))
        .respond_with(ResponseTemplate::new(200).set_body_string("ok"))
        .expect(2)
        .mount(&server)
        .await;
    let notify = notify(&server, Pace::default());
    let response = run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert!(kept(&response).is_empty());
}

#[tokio::test]
async fn retry_after_is_slept() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(
            ResponseTemplate::new(429)
                .insert_header("Retry-After", "1")
                .set_body_string("rate_limited"),
        )
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200).set_body_string("ok"))
        .mount(&server)
        .await;
    let begun = Instant::now();
    let response = run(
        &notify(&server, Pace::default()),
        batch(&notifications(&["a"])),
    )
    .await
    .unwrap();
    assert!(kept(&response).is_empty());
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_slow_slack_is_not_waited_for() {
    let server = answers(ResponseTemplate::new(200).set_delay(Duration::from_secs(20))).await;
    let pace = Pace {
        answer: Duration::from_millis(150),
        ..Pace::default()
    };
    let begun = Instant::now();
    let response = run(
        &notify(&server, pace),
        batch(&notifications(&["a", "b", "c"])),
    )
    .await
    .unwrap();
    assert_eq!(kept(&response), ["a", "b", "c"]);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn the_report_is_made_before_the_time_is_over() {
    let server = answers(ResponseTemplate::new(200).set_delay(Duration::from_secs(20))).await;
    let notify = notify(&server, Pace::default());
    let budget = Duration::from_millis(3_500);
    let begun = Instant::now();
    let response = run_within(&notify, batch(&notifications(&["a", "b"])), budget)
        .await
        .unwrap();
    assert_eq!(kept(&response), ["a", "b"]);
    let left = budget.saturating_sub(begun.elapsed());
    assert!(left > Duration::from_millis(500), "{left:?} left");
}

#[tokio::test]
async fn a_new_webhook_is_found_at_once() {
    let old = answers(ResponseTemplate::new(404).set_body_string("no_service")).await;
    let new = answers(ResponseTemplate::new(200).set_body_string("ok")).await;
    let world = wired(&old).leak();
    let renewed = ("slack".to_owned(), address(&new));
    world.renewed.lock().unwrap().extend([renewed]);
    let notify = Notify::with(world, Pace::default());
    let response = run(&notify, batch(&notifications(&["a", "b"])))
        .await
        .unwrap();
    assert!(kept(&response).is_empty());
    assert_eq!(old.received_requests().await.unwrap().len(), 1);
    assert_eq!(new.received_requests().await.unwrap().len(), 2);
}

/// Tokens and keys go where they belong, and nowhere else.
#[tokio::test]
async fn a_bot_and_a_pager_send_their_secrets_and_tell_nobody() {
    let server = MockServer::start().await;
    let (token, key) = ("xoxb-s3cr3ts3cr3t", "s3cr3tkeys3cr3tkeys3cr3tkeys3cr3");
    let posted = json!({"ok": true, "channel": "C0TEAM", "ts": "1.2", "message": {"text": "x".repeat(50_000)}});
    Mock::given(method("POST"))
        .and(path("/api/chat.postMessage"))
        .and(header("authorization", format!("Bearer {token}").as_str()))
        .and(body_partial_json(json!({"channel": "C0TEAM"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(posted))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/events/v2/enqueue"))
        .and(body_partial_json(
            json!({"routing_key": key, "event_action": "trigger"}),
        ))
        .respond_with(ResponseTemplate::new(400).set_body_string(format!(
            "{{\"message\": \"invalid routing_key\", \"errors\": [\"{key}\"]}}"
        )))
        .expect(1)
        .mount(&server)
        .await;
    let section = json!({
        "channels": {
            "team": {
                "kind": "slack-bot", "token_parameter": "team", "channel": "C0TEAM",
                "endpoint": format!("{}/api/", server.uri()),
            },
            "pager": {
                "kind": "pagerduty", "routing_key_parameter": "pager",
                "endpoint": format!("{}/events", server.uri()),
            },
        },
        "routes": [{"name": "everything", "channels": ["team", "pager"]}],
    });
    let mut world = World::new(&section);
    world.network = Some(Network::new(Https::new(), &SdkConfig::builder().build()));
    let secrets = world.secrets.get_mut().unwrap();
    secrets.insert("team".to_owned(), token.to_owned());
    secrets.insert("pager".to_owned(), key.to_owned());
    let world = world.leak();
    let notify = Notify::with(world, Pace::default());
    let command = json!({"command": "send", "notification": crate::world::notification()});
    let error = run(&notify, command).await.unwrap_err();
    assert!(error.contains("pager: the channel refuses us"), "{error}");
    assert!(!error.contains("s3cr3t"), "{error}");
    let told = world.ledger.entries("notify-told");
    let standing: notify::Standing = told[0].body.read().unwrap();
    assert_eq!(standing.place.unwrap().ts, "1.2");
}

#[tokio::test]
async fn no_error_tells_the_secret() {
    let nobody = "http://127.0.0.1:9";
    let webhook = Webhook::parse(&format!("{nobody}/services/{SECRET}")).unwrap();
    let request = Request::Post {
        method: "",
        body: json!({}),
    };
    let error = Network::new(Https::new(), &SdkConfig::builder().build())
        .carry(&Address::Webhook(webhook), &request, Duration::from_secs(5))
        .await
        .unwrap_err();
    let printed = format!("{error} {error:?}");
    assert!(printed.contains("was not reached"), "{printed}");
    assert!(!printed.contains("s3cr3t"), "{printed}");

    let token = SECRET.rsplit('/').next().unwrap();
    let echo = format!("bad webhook /services/{SECRET}, bad token {token}");
    let server = answers(ResponseTemplate::new(403).set_body_string(echo)).await;
    let command = json!({"command": "send", "notification": crate::world::notification()});
    let error = run(&notify(&server, Pace::default()), command)
        .await
        .unwrap_err();
    assert!(error.contains("bad webhook"), "{error}");
    assert!(!error.contains("s3cr3t"), "{error}");
}
