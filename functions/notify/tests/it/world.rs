//! What stands around notify in a test.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{
    AccountId, Arn, Command, Document, Fact, Link, Notification, Region, Section, Severity, Status,
};
use nightshift_runtime::{
    CallClass, CallError, Deadline, Entry, Function, Invocation, Ledger, LedgerError,
};
use nightshift_testkit::FakeLedger;
use notify::{
    Address, Answer, ChannelError, Destination, Edge, Freshness, Network, Notify, NotifyConfig,
    Pace, PostError, Purpose, Request, Setup, address,
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
        attachment: None,
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
    batch_again(notifications, 1)
}

/// The same, handed over for the nth time.
pub fn batch_again(notifications: &[Notification], receives: u32) -> Value {
    let records: Vec<Value> = notifications
        .iter()
        .map(|notification| record(notification, receives))
        .collect();
    json!({"Records": records})
}

/// One record of a batch, handed over for the nth time.
pub fn record(notification: &Notification, receives: u32) -> Value {
    json!({
        "messageId": notification.id,
        "receiptHandle": format!("receipt-{}", notification.id),
        "body": serde_json::to_string(notification).unwrap(),
        "attributes": {"ApproximateReceiveCount": receives.to_string()},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:personal-timeline-dev-notify-queue",
    })
}

pub fn invocation(budget: Duration) -> Invocation {
    Invocation {
        request_id: "test".to_owned(),
        deadline: Deadline::after(budget),
    }
}

/// Runs one invocation.
pub async fn run<E: Edge + 'static>(notify: &Notify<E>, input: Value) -> Result<Value, String> {
    run_within(notify, input, Duration::from_secs(30)).await
}

/// Runs one invocation that has only so much time.
pub async fn run_within<E: Edge + 'static>(
    notify: &Notify<E>,
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

/// The configuration of a test, from the text that Terraform would write.
pub fn config(section: Value) -> NotifyConfig {
    let config: NotifyConfig = serde_json::from_value(section).unwrap();
    config.check().unwrap();
    config
}

/// The document around it.
pub fn document(section: &Value) -> Document {
    let text = json!({
        "version": 1, "project": "personal-timeline", "environment": "dev",
        "accounts": ["123456789012"], "regions": ["us-east-1"],
        "ledger_table": "t", "notifications_topic": "arn:aws:sns:us-east-1:123456789012:t",
        "guards": {"stop_parameter": "/personal-timeline/dev/nightshift/stop"},
        "functions": {"notify": section}
    });
    Document::from_json(&text.to_string()).unwrap()
}

/// One channel of Slack behind a webhook, and everything goes there.
pub fn one_webhook() -> Value {
    json!({
        "channels": {"slack": {"kind": "slack-webhook", "webhook_parameter": "slack"}},
        "routes": [{"name": "everything", "channels": ["slack"]}],
    })
}

/// A channel of every kind; the secrets' parameters bear the channels' names.
pub fn every_channel() -> Value {
    json!({
        "channels": {
            "slack": {"kind": "slack-webhook", "webhook_parameter": "slack"},
            "team": {"kind": "slack-bot", "token_parameter": "team", "channel": "C0TEAM"},
            "chat": {"kind": "amazon-q", "topic_arn": "arn:aws:sns:us-east-1:123456789012:chat"},
            "pager": {
                "kind": "pagerduty", "routing_key_parameter": "pager",
                "canary_routing_key_parameter": "pager-canary",
            },
            "mail": {"kind": "email", "topic_arn": "arn:aws:sns:us-east-1:123456789012:mail"},
        },
        "routes": [
            {"name": "urgent", "match": {"severity": "error"}, "channels": ["pager", "chat"], "continue": true},
            {"name": "everything", "channels": ["slack", "team"]},
        ],
        "fallback": "mail",
    })
}

/// One request as it left.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The kind of address: `webhook`, `slack`, `pagerduty`, or the topic's last part.
    pub to: String,
    /// The method, or `publish`.
    pub method: String,
    /// The body; subject and message of a mail.
    pub body: Value,
    /// Whether it was taken.
    pub took: bool,
    /// The HTTP status; none where nobody answered.
    pub status: Option<u16>,
}

/// What the outside says, one answer after another.
pub type Script = VecDeque<Result<Answer, PostError>>;

/// Everything outside of notify, in memory.
pub struct World {
    pub setup: Setup,
    pub ledger: FakeLedger,
    /// The secrets by parameter.
    pub secrets: Mutex<BTreeMap<String, String>>,
    /// Secrets that somebody puts there while notify still has the old ones.
    pub renewed: Mutex<BTreeMap<String, String>>,
    /// What is answered, whoever is asked.
    pub script: Mutex<Script>,
    /// What single kinds of address answer.
    pub scripts: Mutex<BTreeMap<&'static str, Script>>,
    pub sent: Mutex<Vec<Sent>>,
    pub hidden: Mutex<Vec<(String, i32)>>,
    pub published: Mutex<Vec<Notification>>,
    pub buried: Mutex<Vec<Notification>>,
    pub now: Mutex<Timestamp>,
    pub network: Option<Network>,
    /// Whether a process whose ledger has crashed is dead altogether.
    pub mortal: bool,
}

impl World {
    pub fn new(section: &Value) -> Self {
        let secrets = [
            ("slack", "https://hooks.slack.com/services/T0/B0/x"),
            ("team", "xoxb-team-token"),
            ("pager", "0123456789abcdef0123456789abcdef"),
            ("pager-canary", "canarycanarycanarycanarycanaryca"),
        ];
        Self {
            setup: Setup::of(&document(section)).unwrap(),
            ledger: FakeLedger::new(),
            secrets: Mutex::new(
                secrets
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
            ),
            renewed: Mutex::default(),
            script: Mutex::default(),
            scripts: Mutex::default(),
            sent: Mutex::default(),
            hidden: Mutex::default(),
            published: Mutex::default(),
            buried: Mutex::default(),
            now: Mutex::new("2026-11-23T19:00:00Z".parse().unwrap()),
            network: None,
            mortal: false,
        }
    }

    /// Whether nothing that the process does now reaches anybody.
    fn is_dead(&self) -> bool {
        self.mortal && self.ledger.crashed()
    }

    /// The world for the rest of the test.
    pub fn leak(self) -> Outside {
        Outside(Box::leak(Box::new(self)))
    }

    pub fn answering(self, answers: Vec<Result<Answer, PostError>>) -> Self {
        *self.script.lock().unwrap() = answers.into();
        self
    }

    pub fn says(&self, to: &'static str, answers: Vec<Result<Answer, PostError>>) {
        self.scripts.lock().unwrap().insert(to, answers.into());
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// What was sent to one kind of address.
    pub fn sent_to(&self, to: &str) -> Vec<Sent> {
        let sent = self.sent();
        sent.into_iter().filter(|sent| sent.to == to).collect()
    }

    pub fn bodies(&self) -> Vec<Value> {
        self.sent().into_iter().map(|sent| sent.body).collect()
    }

    pub fn later(&self, seconds: i64) {
        let mut now = self.now.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
    }

    fn answer(&self, to: &str, method: &str, count: usize) -> Result<Answer, PostError> {
        if let Some(answer) = self.script.lock().unwrap().pop_front() {
            return answer;
        }
        let scripted = self
            .scripts
            .lock()
            .unwrap()
            .get_mut(to)
            .and_then(VecDeque::pop_front);
        scripted.unwrap_or_else(|| match to {
            "slack" if method == "upload" => said(200, "OK - 5"),
            "slack" if method == "files.getUploadURLExternal" => {
                let id = format!("F{count}");
                let url = format!("https://files.slack.com/upload/v1/{id}");
                let named = json!({"ok": true, "upload_url": url, "file_id": id});
                said(200, &named.to_string())
            }
            "slack" => said(
                200,
                &json!({"ok": true, "channel": "C0TEAM", "ts": format!("1795392000.{count:06}")})
                    .to_string(),
            ),
            "pagerduty" => said(
                202,
                "{\"status\":\"success\",\"message\":\"Event processed\"}",
            ),
            _ => said(200, "ok"),
        })
    }
}

/// What notify sees of a world.
#[derive(Clone, Copy)]
pub struct Outside(pub &'static World);

impl std::ops::Deref for Outside {
    type Target = World;

    fn deref(&self) -> &World {
        self.0
    }
}

/// One ledger for every notify of a world.
pub struct Shared(&'static FakeLedger);

impl Ledger for Shared {
    async fn load(&self, partition: &str) -> Result<Vec<Entry>, LedgerError> {
        self.0.load(partition).await
    }

    async fn read(&self, partition: &str, key: &str) -> Result<Option<Entry>, LedgerError> {
        self.0.read(partition, key).await
    }

    async fn write(&self, partition: &str, entry: &Entry) -> Result<u64, LedgerError> {
        self.0.write(partition, entry).await
    }
}

impl Edge for Outside {
    type Ledger = Shared;

    async fn setup(&self) -> Result<Arc<Setup>, ChannelError> {
        Ok(Arc::new(self.setup.clone()))
    }

    async fn destination(
        &self,
        setup: &Setup,
        channel: &str,
        purpose: Purpose,
        freshness: Freshness,
    ) -> Result<Destination, ChannelError> {
        if freshness == Freshness::Now {
            let mut renewed = self.renewed.lock().unwrap();
            self.secrets.lock().unwrap().append(&mut renewed);
        }
        let settings = setup.channel(channel)?.clone();
        let parameter = match purpose {
            Purpose::Canary if channel == "pager" => "pager-canary",
            _ => channel,
        };
        let secret = self.secrets.lock().unwrap().get(parameter).cloned();
        let secret = secret.unwrap_or_default();
        let address = address(&settings, &secret).map_err(|problem| ChannelError::Secret {
            parameter: parameter.to_owned(),
            problem,
        })?;
        Ok(Destination {
            name: channel.to_owned(),
            channel: settings,
            address,
        })
    }

    async fn carry(
        &self,
        address: &Address,
        request: &Request,
        limit: Duration,
    ) -> Result<Answer, PostError> {
        if let Some(network) = &self.network {
            return network.carry(address, request, limit).await;
        }
        if self.is_dead() {
            return Err(PostError::Connection("the process is dead".to_owned()));
        }
        let to = match address {
            Address::Webhook(_) => "webhook",
            Address::Slack { .. } => "slack",
            Address::PagerDuty { .. } => "pagerduty",
            Address::Topic(topic) => topic.rsplit(':').next().unwrap(),
        };
        let count = self.sent.lock().unwrap().len();
        let (method, body) = match request {
            Request::Post { method, body } => ((*method).to_owned(), body.clone()),
            Request::Form { method, fields } => ((*method).to_owned(), json_of(fields)),
            Request::Upload { url, content } => {
                let bytes = String::from_utf8_lossy(content);
                let body = json!({"url": format!("{url:?}"), "bytes": bytes});
                ("upload".to_owned(), body)
            }
            Request::Publish {
                subject, message, ..
            } => (
                "publish".to_owned(),
                json!({"subject": subject, "message": message}),
            ),
        };
        let answer = self.answer(to, &method, count);
        let took = answer
            .as_ref()
            .is_ok_and(|answer| answer.status < 300 && !answer.body.contains("\"ok\":false"));
        self.sent.lock().unwrap().push(Sent {
            to: to.to_owned(),
            method,
            body,
            took,
            status: answer.as_ref().ok().map(|answer| answer.status),
        });
        answer
    }

    fn ledger(&self, _: &Setup) -> Shared {
        Shared(&self.0.ledger)
    }

    async fn hide(&self, _: &Arn, receipt: &str, seconds: i32) -> Result<(), CallError> {
        let call = (receipt.to_owned(), seconds);
        self.hidden.lock().unwrap().push(call);
        Ok(())
    }

    async fn bury(&self, setup: &Setup, notification: &Notification) -> Result<(), CallError> {
        if self.is_dead() {
            return Err(CallError {
                operation: "sqs:SendMessage",
                resource: setup.dead_letters.to_string(),
                region: Region::new("us-east-1"),
                code: None,
                class: CallClass::Unavailable,
                message: "the process is dead".to_owned(),
            });
        }
        self.buried.lock().unwrap().push(notification.clone());
        Ok(())
    }

    async fn publish(&self, _: &Setup, notification: &Notification) -> Result<(), CallError> {
        self.published.lock().unwrap().push(notification.clone());
        Ok(())
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

/// The fields of a form.
pub fn json_of(fields: &[(&'static str, String)]) -> Value {
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
    json!(fields.collect::<BTreeMap<_, _>>())
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

/// A notify with one webhook over a script that lives as long as the test.
pub fn scripted(answers: Vec<Result<Answer, PostError>>) -> (Notify<Outside>, Outside) {
    let world = World::new(&one_webhook()).answering(answers).leak();
    (Notify::with(world, Pace::default()), world)
}

/// A notify with channels of every kind.
pub fn every() -> (Notify<Outside>, Outside) {
    let world = World::new(&every_channel()).leak();
    (Notify::with(world, Pace::default()), world)
}

/// Whether a sent message carries the words, however it is dressed.
pub fn says(sent: &Sent, words: &str) -> bool {
    sent.body.to_string().contains(words)
}
