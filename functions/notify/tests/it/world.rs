//! What stands around notify in a test.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use nightshift_core::{
    AccountId, Command, Fact, Link, Notification, Region, Section, Severity, Status,
};
use nightshift_runtime::{Deadline, Function, Invocation};
use notify::{
    Answer, Channel, ChannelError, Channels, Freshness, Notify, Pace, PostError, Poster, Webhook,
};
use serde_json::{Value, json};

pub const SECRET: &str = "T000/B000/s3cr3tS3cr3t";

/// A notification with a little of everything.
pub fn notification() -> Notification {
    Notification {
        version: 1,
        id: "off-hours.asleep/dev/2026-11-23".to_owned(),
        source: "off-hours".to_owned(),
        environment: "dev".to_owned(),
        account: AccountId::new("123456789012"),
        region: Some(Region::new("us-east-1")),
        severity: Severity::Notice,
        kind: "off-hours.asleep".to_owned(),
        title: "dev is asleep".to_owned(),
        summary: "5 of 6 resources sleep until 07:00.".to_owned(),
        facts: vec![Fact::new("Asleep", "5 of 6")],
        sections: vec![Section {
            title: "Left running".to_owned(),
            items: vec!["db-1: its schedule says always".to_owned()],
        }],
        next_steps: vec!["Nothing to do.".to_owned()],
        commands: vec![Command {
            label: "Keep it awake".to_owned(),
            text: "cargo lambda invoke off-hours --data-file keep-awake.json".to_owned(),
        }],
        links: vec![Link {
            label: "Console".to_owned(),
            url: "https://console.aws.amazon.com/".to_owned(),
        }],
        dedup_key: None,
        status: Status::Open,
        owner: None,
        occurred_at: "2026-11-23T19:00:00Z".parse().unwrap(),
    }
}

/// One notification per id.
pub fn notifications(ids: &[&str]) -> Vec<Notification> {
    ids.iter()
        .map(|id| Notification {
            id: (*id).to_owned(),
            title: format!("message {id}"),
            ..notification()
        })
        .collect()
}

/// A batch of the queue with raw bodies; the items are the ids.
pub fn batch(notifications: &[Notification]) -> Value {
    let records: Vec<Value> = notifications
        .iter()
        .map(|notification| {
            json!({
                "messageId": notification.id,
                "body": serde_json::to_string(notification).unwrap(),
                "eventSource": "aws:sqs",
            })
        })
        .collect();
    json!({"Records": records})
}

pub fn invocation(budget: Duration) -> Invocation {
    Invocation {
        request_id: "test".to_owned(),
        deadline: Deadline::after(budget),
    }
}

/// Runs one invocation.
pub async fn run<C: Channels + 'static, P: Poster + 'static>(
    notify: &Notify<C, P>,
    input: Value,
) -> Result<Value, String> {
    run_within(notify, input, Duration::from_secs(30)).await
}

/// Runs one invocation that has only so much time.
pub async fn run_within<C: Channels + 'static, P: Poster + 'static>(
    notify: &Notify<C, P>,
    input: Value,
    budget: Duration,
) -> Result<Value, String> {
    notify
        .handle(input, invocation(budget))
        .await
        .map(|response| serde_json::from_str(response.as_json()).unwrap())
        .map_err(|failure| format!("{}: {failure}", failure.kind()))
}

/// The items that the queue has to keep.
pub fn kept(response: &Value) -> Vec<String> {
    response["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned())
        .collect()
}

/// A channel that may change when it is read anew.
#[derive(Debug)]
pub struct FixedChannel {
    pub address: Mutex<String>,
    pub next: Mutex<Option<String>>,
    pub reads: Mutex<usize>,
}

impl FixedChannel {
    pub fn at(address: &str) -> Self {
        Self {
            address: Mutex::new(address.to_owned()),
            next: Mutex::new(None),
            reads: Mutex::new(0),
        }
    }

    pub fn then(self, address: &str) -> Self {
        *self.next.lock().unwrap() = Some(address.to_owned());
        self
    }
}

impl Channels for FixedChannel {
    async fn channel(&self, freshness: Freshness) -> Result<Channel, ChannelError> {
        *self.reads.lock().unwrap() += 1;
        let mut address = self.address.lock().unwrap();
        if freshness == Freshness::Now
            && let Some(next) = self.next.lock().unwrap().take()
        {
            *address = next;
        }
        Ok(Channel {
            environment: "dev".to_owned(),
            webhook: Webhook::parse(&address).unwrap(),
        })
    }
}

/// A Slack that answers from a script, then always `ok`.
#[derive(Debug, Default)]
pub struct ScriptedSlack {
    pub script: Mutex<VecDeque<Result<Answer, PostError>>>,
    pub posted: Mutex<Vec<(String, bool)>>,
    pub bodies: Mutex<Vec<Value>>,
}

impl ScriptedSlack {
    pub fn answering(answers: Vec<Result<Answer, PostError>>) -> Self {
        Self {
            script: Mutex::new(answers.into()),
            ..Self::default()
        }
    }
}

impl Poster for &'static ScriptedSlack {
    async fn post(&self, _: &Webhook, payload: &Value, _: Duration) -> Result<Answer, PostError> {
        let answer = self
            .script
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or_else(|| said(200, "ok"));
        let took = answer.as_ref().is_ok_and(|answer| answer.status == 200);
        let text = payload["text"].as_str().unwrap().to_owned();
        self.posted.lock().unwrap().push((text, took));
        self.bodies.lock().unwrap().push(payload.clone());
        answer
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "a script mixes answers and errors"
)]
pub fn said(status: u16, body: &str) -> Result<Answer, PostError> {
    Ok(Answer {
        status,
        retry_after: None,
        body: body.to_owned(),
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "a script mixes answers and errors"
)]
pub fn told_to_wait(seconds: u32) -> Result<Answer, PostError> {
    Ok(Answer {
        status: 429,
        retry_after: Some(seconds.to_string()),
        body: "rate_limited".to_owned(),
    })
}

/// A notify over a scripted Slack; the script lives as long as the test.
pub fn scripted(
    answers: Vec<Result<Answer, PostError>>,
) -> (
    Notify<FixedChannel, &'static ScriptedSlack>,
    &'static ScriptedSlack,
) {
    let slack: &'static ScriptedSlack = Box::leak(Box::new(ScriptedSlack::answering(answers)));
    let channel = FixedChannel::at("https://hooks.slack.com/services/T0/B0/x");
    (Notify::with(channel, slack, Pace::default()), slack)
}
