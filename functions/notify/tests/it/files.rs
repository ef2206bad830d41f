//! A file that goes with a message: it follows into the thread, and costs the
//! message nothing, whatever becomes of it.

use std::time::Duration;

use aws_config::SdkConfig;
use nightshift_core::{Attachment, Notification};
use nightshift_runtime::Https;
use notify::{Answer, Network, Notify, Pace, PostError};
use serde_json::{Value, json};
use wiremock::matchers::{body_bytes, body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{
    Outside, Sent, World, batch, batch_again, every_channel, kept, notification, record, run, said,
    says, told_to_wait,
};

const POST: &str = "chat.postMessage";
const ASK: &str = "files.getUploadURLExternal";
const COMPLETE: &str = "files.completeUploadExternal";
const ALL: [&str; 4] = [POST, ASK, "upload", COMPLETE];

/// What is answered after the post, and what the first run asks for.
type Case = (Vec<Result<Answer, PostError>>, Vec<&'static str>);

/// What a channel of Slack behind a token is told, and nothing else is.
fn bot() -> Value {
    json!({
        "channels": {
            "team": {"kind": "slack-bot", "token_parameter": "team", "channel": "C0TEAM"},
            "mail": {"kind": "email", "topic_arn": "arn:aws:sns:us-east-1:123456789012:mail"},
        },
        "routes": [{"name": "everything", "channels": ["team"]}],
        "fallback": "mail",
    })
}

fn chart() -> Attachment {
    Attachment::new("cost.png", "image/png", "What each day cost", b"\x89PNG!").unwrap()
}

fn anomaly() -> Notification {
    Notification {
        attachment: Some(chart()),
        ..notification()
    }
}

/// A notify over one channel of Slack, which says these things first.
fn team(answers: Vec<Result<Answer, PostError>>) -> (Notify<Outside>, Outside) {
    let world = World::new(&bot()).leak();
    world.says("slack", answers);
    (Notify::with(world, Pace::default()), world)
}

/// The same world, seen by a function that remembers nothing.
fn cold(world: Outside) -> Notify<Outside> {
    Notify::with(world, Pace::default())
}

fn refused(word: &str) -> Result<Answer, PostError> {
    said(200, &json!({"ok": false, "error": word}).to_string())
}

fn posted() -> Result<Answer, PostError> {
    said(
        200,
        "{\"ok\":true,\"channel\":\"C0TEAM\",\"ts\":\"1795392000.000001\"}",
    )
}

fn named(url: &str) -> Result<Answer, PostError> {
    let named = json!({"ok": true, "upload_url": url, "file_id": "F1"});
    said(200, &named.to_string())
}

fn good() -> Result<Answer, PostError> {
    named("https://files.slack.com/upload/v1/s3cr3t")
}

fn nothing() -> Result<Answer, PostError> {
    Err(PostError::Timeout(Duration::from_secs(8)))
}

fn methods(sent: &[Sent]) -> Vec<&str> {
    sent.iter().map(|sent| sent.method.as_str()).collect()
}

fn count(world: Outside, method: &str) -> usize {
    let sent = world.sent_to("slack");
    sent.iter().filter(|sent| sent.method == method).count()
}

/// What a person's command reports of its one delivery.
async fn delivery(notify: &Notify<Outside>) -> Value {
    let event = json!({"command": "send", "notification": anomaly(), "channel": "team"});
    let report = run(notify, event).await.unwrap();
    report["messages"][0]["deliveries"][0].clone()
}

#[tokio::test]
async fn a_file_follows_its_message_into_the_thread() {
    let (notify, world) = team(vec![posted()]);
    let delivery = delivery(&notify).await;
    assert_eq!(delivery["outcome"], "delivered");
    let report = json!({"name": "cost.png", "state": "shared", "attempts": 3, "id": "F1"});
    assert_eq!(delivery["file"], report);
    let slack = world.sent_to("slack");
    assert_eq!(methods(&slack), ALL);
    assert!(says(&slack[0], "What each day cost (cost.png)"));
    let asked = json!({"filename": "cost.png", "length": "5", "alt_txt": "What each day cost"});
    assert_eq!(slack[1].body, asked);
    assert_eq!(
        slack[2].body["url"],
        "UploadUrl(https://files.slack.com/***)"
    );
    assert!(says(&slack[2], "PNG!"));
    let completed = json!({
        "files": [{"id": "F1", "title": "What each day cost"}],
        "channel_id": "C0TEAM", "thread_ts": "1795392000.000001",
    });
    assert_eq!(slack[3].body, completed);
}

#[tokio::test]
async fn a_later_word_brings_its_file_into_the_same_thread() {
    let (notify, world) = team(vec![]);
    for id in ["a", "b"] {
        let told = Notification {
            id: id.to_owned(),
            summary: format!("Word {id}."),
            dedup_key: Some("cost/1".to_owned()),
            ..anomaly()
        };
        assert!(kept(&run(&notify, batch(&[told])).await.unwrap()).is_empty());
    }
    let slack = world.sent_to("slack");
    assert_eq!(methods(&slack)[..4], ALL);
    assert_eq!(
        methods(&slack)[4..],
        ["chat.update", POST, ASK, "upload", COMPLETE]
    );
    let threads: Vec<&Value> = slack
        .iter()
        .filter(|sent| sent.method == COMPLETE)
        .map(|sent| &sent.body["thread_ts"])
        .collect();
    assert!(threads[0].is_string() && threads[0] == threads[1]);
}

#[tokio::test]
async fn a_repeated_message_brings_no_second_file() {
    let (notify, world) = team(vec![]);
    for notify in [&notify, &notify, &cold(world)] {
        assert!(kept(&run(notify, batch(&[anomaly()])).await.unwrap()).is_empty());
    }
    assert_eq!(methods(&world.sent_to("slack")), ALL);
}

#[tokio::test]
async fn what_may_pass_later_is_tried_again_without_the_message() {
    let cases: Vec<Case> = vec![
        (vec![told_to_wait(60)], vec![POST, ASK]),
        (vec![nothing(), nothing()], vec![POST, ASK, ASK]),
        (
            vec![good(), said(503, ""), good(), nothing()],
            vec![POST, ASK, "upload", ASK, "upload"],
        ),
        (
            vec![
                good(),
                said(200, "OK"),
                refused("internal_error"),
                said(502, "<html>"),
            ],
            vec![POST, ASK, "upload", COMPLETE, COMPLETE],
        ),
    ];
    for (answers, first) in cases {
        let begun = first.contains(&COMPLETE);
        let all = std::iter::once(posted()).chain(answers).collect();
        let (notify, world) = team(all);
        let response = run(&notify, batch(&[anomaly()])).await.unwrap();
        assert_eq!(kept(&response), [anomaly().id], "{first:?}");
        assert_eq!(methods(&world.sent_to("slack")), first);
        // Neither a warm function nor a cold one posts the message again.
        for notify in [&cold(world), &notify, &cold(world)] {
            let response = run(notify, batch_again(&[anomaly()], 2)).await.unwrap();
            assert!(kept(&response).is_empty());
        }
        let sent = world.sent_to("slack");
        let rest: &[&str] = if begun { &[COMPLETE] } else { &ALL[1..] };
        assert_eq!(methods(&sent)[first.len()..], *rest);
        // The bytes that are there already are not brought again.
        let id = &sent.last().unwrap().body["files"][0]["id"];
        assert_eq!(id == "F1", begun);
        assert!(world.sent_to("mail").is_empty());
    }
}

#[tokio::test]
async fn a_short_wait_is_slept() {
    let (notify, world) = team(vec![posted(), told_to_wait(1)]);
    let delivery = delivery(&notify).await;
    assert_eq!(
        (&delivery["file"]["state"], &delivery["file"]["attempts"]),
        (&json!("shared"), &json!(4))
    );
    assert_eq!(count(world, ASK), 2);
}

#[tokio::test]
async fn the_last_try_ends_without_the_file_and_not_as_a_dead_letter() {
    let outage = || said(503, "");
    let (notify, world) = team(vec![posted(), outage(), outage(), outage(), outage()]);
    let response = run(&notify, batch_again(&[anomaly()], 3)).await.unwrap();
    assert_eq!(kept(&response), [anomaly().id]);
    let response = run(&notify, batch_again(&[anomaly()], 4)).await.unwrap();
    assert!(kept(&response).is_empty());
    assert_eq!(count(world, POST), 1);
    assert!(
        world.sent_to("mail").is_empty(),
        "the channel has the message"
    );
}

#[tokio::test]
async fn what_slack_refuses_is_told_in_the_report_and_costs_no_message() {
    for (answers, words) in [
        (vec![refused("missing_scope")], "lacks `files:write`"),
        (
            vec![refused("file_uploads_disabled")],
            "file_uploads_disabled",
        ),
        (vec![said(200, "{\"ok\":true}")], "no address"),
        (
            vec![named("https://example.org/u/s3cr3t")],
            "`example.org`, which is not Slack's",
        ),
        (
            vec![named("http://169.254.169.254/latest")],
            "which is not Slack's",
        ),
        (vec![good(), said(404, "gone")], "HTTP 404: gone"),
        (
            vec![good(), said(200, "OK"), refused("channel_not_found")],
            "channel_not_found",
        ),
    ] {
        let all = std::iter::once(posted()).chain(answers).collect();
        let (notify, world) = team(all);
        let delivery = delivery(&notify).await;
        assert_eq!(delivery["outcome"], "delivered", "{words}");
        assert_eq!(delivery["file"]["state"], "lost", "{words}");
        let detail = delivery["file"]["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail}");
        assert!(!detail.contains("s3cr3t"), "{detail}");
        assert_eq!(count(world, POST), 1);
    }
}

#[tokio::test]
async fn a_file_that_may_be_there_is_not_brought_twice() {
    let (notify, world) = team(vec![
        posted(),
        good(),
        said(200, "OK"),
        nothing(),
        refused("file_not_found"),
    ]);
    let delivery = delivery(&notify).await;
    assert_eq!(delivery["file"]["state"], "lost");
    let detail = delivery["file"]["detail"].as_str().unwrap();
    assert!(detail.contains("perhaps it is there"), "{detail}");
    run(&cold(world), batch(&[anomaly()])).await.unwrap();
    assert_eq!((count(world, ASK), count(world, COMPLETE)), (1, 2));
}

#[tokio::test]
async fn channels_without_files_say_what_it_shows() {
    let world = World::new(&every_channel()).leak();
    let notify = cold(world);
    for channel in ["slack", "chat", "pager", "mail"] {
        let event = json!({"command": "send", "notification": anomaly(), "channel": channel});
        let report = run(&notify, event).await.unwrap();
        assert!(report["messages"][0]["deliveries"][0].get("file").is_none());
    }
    let sent = world.sent();
    assert_eq!(sent.len(), 4);
    for sent in &sent {
        assert!(says(sent, "What each day cost (cost.png)"), "{}", sent.to);
        assert!(!says(sent, "iVBORy"), "{}", sent.to);
    }
}

#[tokio::test]
async fn a_broken_file_costs_only_itself() {
    let (notify, world) = team(vec![]);
    let mut broken = record(&anomaly(), 1);
    let mut body: Value = serde_json::from_str(broken["body"].as_str().unwrap()).unwrap();
    body["attachment"]["name"] = json!("../../etc/passwd");
    broken["body"] = json!(body.to_string());
    let response = run(&notify, json!({"Records": [broken]})).await.unwrap();
    assert!(kept(&response).is_empty());
    let slack = world.sent_to("slack");
    assert_eq!(methods(&slack), [POST]);
    assert!(says(&slack[0], "attachment") && says(&slack[0], "dev is asleep"));
}

#[tokio::test]
async fn a_channel_that_gathers_takes_the_file_of_a_message_alone() {
    let mut section = bot();
    section["matters"] = json!({"team": {}});
    let world = World::new(&section).leak();
    let notify = cold(world);
    assert!(kept(&run(&notify, batch(&[anomaly()])).await.unwrap()).is_empty());
    let slack = world.sent_to("slack");
    assert_eq!(methods(&slack), ALL);
    assert!(says(&slack[0], "What each day cost (cost.png)"));
    // The ledger has no room for files.
    let entries = world.ledger.entries("notify#team");
    assert!(!entries.is_empty());
    let text = format!("{entries:?}");
    assert!(!text.contains("iVBORy"), "{text}");
}

/// Over real sockets: the bytes as they are, and no token where none belongs.
#[tokio::test]
async fn the_bytes_go_to_the_named_address_without_the_token() {
    let server = MockServer::start().await;
    let ok = |value: Value| ResponseTemplate::new(200).set_body_json(value);
    let url = format!("{}/upload/v1/F7", server.uri());
    Mock::given(path(format!("/api/{POST}")))
        .respond_with(ok(
            json!({"ok": true, "channel": "C0TEAM", "ts": "1.000001"}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path(format!("/api/{ASK}")))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(header("authorization", "Bearer xoxb-team-token"))
        .and(body_string(
            "filename=cost.png&length=5&alt_txt=What+each+day+cost",
        ))
        .respond_with(ok(json!({"ok": true, "upload_url": url, "file_id": "F7"})))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/upload/v1/F7"))
        .and(body_bytes(b"\x89PNG!".to_vec()))
        .respond_with(ResponseTemplate::new(200).set_body_string("OK - 5"))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path(format!("/api/{COMPLETE}")))
        .and(header("authorization", "Bearer xoxb-team-token"))
        .respond_with(ok(json!({"ok": true, "files": [{"id": "F7"}]})))
        .expect(1)
        .mount(&server)
        .await;
    let mut section = bot();
    section["channels"]["team"]["endpoint"] = json!(format!("{}/api", server.uri()));
    let mut world = World::new(&section);
    world.network = Some(Network::new(Https::new(), &SdkConfig::builder().build()));
    let delivery = delivery(&cold(world.leak())).await;
    assert_eq!(delivery["file"]["state"], "shared", "{delivery}");
    let requests = server.received_requests().await.unwrap();
    let upload = requests.iter().find(|it| it.url.path() == "/upload/v1/F7");
    assert!(upload.unwrap().headers.get("authorization").is_none());
}
