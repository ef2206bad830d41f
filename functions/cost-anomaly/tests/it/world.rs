//! What stands around cost-anomaly in a test: an estate that spends, a bill that
//! is asked about it, and faults on demand.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use cost_anomaly::act::{Desk, Finished, Word, placed};
use cost_anomaly::config::Config;
use cost_anomaly::event::{Feedback, news};
use cost_anomaly::handler::{Round, Rounds};
use cost_anomaly::matter::{Matter, PARTITION, Place, is_matter};
use cost_anomaly::model::Sighting;
use cost_anomaly::observe::{Ask, Bills, Commitment, Context, Cut, Page, Read, Surroundings};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use nightshift_core::{Document, Notification, Region};
use nightshift_cost::recommendations::Recommendation;
use nightshift_runtime::{CallClass, CallError, Deadline};
use nightshift_testkit::{FakeLedger, FakePublisher, fixture};
use serde_json::{Value, json};

/// A line of the bill.
#[derive(Clone, Debug)]
pub struct Charge {
    pub day: Date,
    pub service: &'static str,
    pub usage_type: &'static str,
    pub region: &'static str,
    pub environment: &'static str,
    pub record_type: &'static str,
    pub cents: i64,
}

/// A bill that answers as Cost Explorer does: groups without cost are left out,
/// pages are small, and calls may fail.
#[derive(Debug, Default)]
pub struct FakeBill {
    pub charges: Mutex<Vec<Charge>>,
    pub asked: Mutex<Vec<Ask>>,
    pub pages: Mutex<usize>,
    /// Answers of the next calls: None is a success.
    pub script: Mutex<VecDeque<Option<&'static str>>>,
    pub anomalies: Mutex<Vec<Sighting>>,
    pub feedback: Mutex<Vec<(String, Feedback)>>,
}

/// Days on one page.
const PAGE: i64 = 40;

impl FakeBill {
    /// What an estate costs every day: less on weekends, and never quite the same.
    pub fn estate(from: Date, to: Date) -> Self {
        let bill = Self::default();
        let mut day = from;
        while day < to {
            let weekend = matches!(day.weekday().to_monday_zero_offset(), 5 | 6);
            let ripple = i64::from((i32::from(day.day()) * 37 + i32::from(day.month()) * 11) % 9);
            let worked = |cents: i64| if weekend { cents * 55 / 100 } else { cents };
            bill.charge(
                day,
                "EC2 - Other",
                "EUC1-NatGateway-Bytes",
                worked(2_000) + ripple * 10,
            );
            bill.charge(
                day,
                "EC2 - Other",
                "EUC1-EBS:VolumeUsage.gp3",
                1_000 + ripple * 3,
            );
            bill.charge(day, "AWS Lambda", "EUC1-Lambda-GB-Second", 300 + ripple * 4);
            day = day.tomorrow().unwrap();
        }
        bill
    }

    pub fn charge(&self, day: Date, service: &'static str, usage_type: &'static str, cents: i64) {
        self.charges.lock().unwrap().push(Charge {
            day,
            service,
            usage_type,
            region: "eu-central-1",
            environment: "dev",
            record_type: "Usage",
            cents,
        });
    }

    pub fn more(
        &self,
        from: Date,
        to: Date,
        service: &'static str,
        usage: &'static str,
        cents: i64,
    ) {
        let mut day = from;
        while day < to {
            self.charge(day, service, usage, cents);
            day = day.tomorrow().unwrap();
        }
    }

    pub fn credit(&self, from: Date, to: Date, cents: i64) {
        let mut day = from;
        while day < to {
            self.charges.lock().unwrap().push(Charge {
                day,
                service: "EC2 - Other",
                usage_type: "",
                region: "eu-central-1",
                environment: "",
                record_type: "Credit",
                cents: -cents,
            });
            day = day.tomorrow().unwrap();
        }
    }

    fn error(&self) -> Option<CallError> {
        *self.pages.lock().unwrap() += 1;
        let code = self.script.lock().unwrap().pop_front().flatten()?;
        Some(CallError {
            operation: "ce:GetCostAndUsage",
            resource: "the bill".to_owned(),
            region: Region::new("us-east-1"),
            code: Some(code.to_owned()),
            class: CallClass::Throttled,
            message: format!("{code}: said the fake"),
        })
    }
}

impl Bills for FakeBill {
    async fn costs(&self, ask: &Ask, page: Option<&str>) -> Result<Page, CallError> {
        self.asked.lock().unwrap().push(ask.clone());
        if let Some(error) = self.error() {
            return Err(error);
        }
        let from: Date = page.map_or(ask.from, |page| page.parse().unwrap());
        let to = from.checked_add(PAGE.days()).unwrap().min(ask.to);
        let key = match ask.cut {
            Cut::ServiceAccount => json!({"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}),
            Cut::ServiceRegion => json!({"Type": "DIMENSION", "Key": "REGION"}),
            Cut::ServiceUsageType => json!({"Type": "DIMENSION", "Key": "USAGE_TYPE"}),
            Cut::ServiceEnvironment => json!({"Type": "TAG", "Key": "Environment"}),
            Cut::ServiceRecordType => json!({"Type": "DIMENSION", "Key": "RECORD_TYPE"}),
        };
        let mut results = Vec::new();
        let mut day = from;
        while day < to {
            let mut groups: BTreeMap<(String, String), i64> = BTreeMap::new();
            let charges = self.charges.lock().unwrap();
            for one in charges.iter().filter(|one| one.day == day) {
                if ask.cut.is_usage() && one.record_type != "Usage" {
                    continue;
                }
                let second = match ask.cut {
                    Cut::ServiceAccount => "123456789012".to_owned(),
                    Cut::ServiceRegion => one.region.to_owned(),
                    Cut::ServiceUsageType => one.usage_type.to_owned(),
                    Cut::ServiceEnvironment => format!("Environment${}", one.environment),
                    Cut::ServiceRecordType => one.record_type.to_owned(),
                };
                *groups.entry((one.service.to_owned(), second)).or_default() += one.cents;
            }
            let groups: Vec<Value> = groups
                .into_iter()
                .filter(|(_, cents)| *cents != 0)
                .map(|((service, second), cents)| {
                    let sign = if cents < 0 { "-" } else { "" };
                    let cents = cents.abs();
                    let amount = format!("{sign}{}.{:02}", cents / 100, cents % 100);
                    json!({"Keys": [service, second], "Metrics": {ask.metric.as_str(): {"Amount": amount, "Unit": "USD"}}})
                })
                .collect();
            let next = day.tomorrow().unwrap();
            results.push(json!({
                "TimePeriod": {"Start": day.to_string(), "End": next.to_string()},
                "Total": {}, "Groups": groups, "Estimated": true,
            }));
            day = next;
        }
        let next = (to < ask.to).then(|| to.to_string());
        Ok(Page {
            body: json!({
                "GroupDefinitions": [{"Type": "DIMENSION", "Key": "SERVICE"}, key],
                "ResultsByTime": results,
                "NextPageToken": next,
            }),
            next,
        })
    }

    async fn anomalies(
        &self,
        _: Date,
        _: Option<&str>,
        _: Timestamp,
    ) -> Result<(Vec<Sighting>, Option<String>), CallError> {
        match self.error() {
            Some(error) => Err(error),
            None => Ok((self.anomalies.lock().unwrap().clone(), None)),
        }
    }

    async fn feedback(&self, anomaly: &str, feedback: Feedback) -> Result<(), CallError> {
        let mut said = self.feedback.lock().unwrap();
        said.push((anomaly.to_owned(), feedback));
        Ok(())
    }

    async fn commitment(&self, _: Commitment, _: Date, _: Date) -> Result<Option<f64>, CallError> {
        Ok(None)
    }

    async fn topic_policy(&self, _: &str) -> Result<Option<String>, CallError> {
        Ok(Some("{}".to_owned()))
    }

    async fn advice(&self) -> Result<Option<Vec<Recommendation>>, CallError> {
        Ok(None)
    }
}

/// Nobody looks around.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blindfold;

impl Surroundings for Blindfold {
    async fn look(&self, _: &cost_anomaly::matter::Spend) -> Context {
        Context::default()
    }
}

/// One environment: its memory, its topic, its bill.
#[derive(Debug)]
pub struct World {
    pub ledger: FakeLedger,
    pub publisher: FakePublisher,
    pub bill: FakeBill,
    pub document: Document,
    pub config: Config,
}

impl Default for World {
    fn default() -> Self {
        Self::with(json!({"budgets": {"dev": 2_000, "prod": 5_000}}))
    }
}

impl World {
    pub fn with(section: Value) -> Self {
        let document = document(section);
        Self {
            ledger: FakeLedger::new(),
            publisher: FakePublisher::new(),
            bill: FakeBill::default(),
            config: Config::of(&document).unwrap(),
            document,
        }
    }

    /// One run over these words at this time.
    pub async fn settle(&self, words: Vec<(Place, Word)>, now: Timestamp) -> Finished {
        let deadline = Deadline::after(Duration::from_mins(5));
        let desk = Desk {
            ledger: &self.ledger,
            publisher: &self.publisher,
            around: &Blindfold,
            document: &self.document,
            config: &self.config,
            now,
            deadline: &deadline,
            pause: Duration::ZERO,
            dry_run: false,
        };
        desk.settle(words).await
    }

    /// What an event of the fixtures tells.
    pub async fn hear(&self, name: &str, now: Timestamp) -> Finished {
        self.settle(self.words(name), now).await
    }

    pub fn words(&self, name: &str) -> Vec<(Place, Word)> {
        news(&fixture("cost-anomaly", name).event)
            .into_iter()
            .map(|one| placed(one, &self.config, &self.document))
            .collect()
    }

    /// One daily round at this time.
    pub async fn round(&self, now: Timestamp, dry_run: bool) -> Round {
        let deadline = Deadline::after(Duration::from_mins(5));
        self.rounds(now, &deadline).round(dry_run).await.unwrap()
    }

    /// The bill from a day on, asked for where it is not remembered.
    pub async fn read(&self, cuts: &[Cut], from: Date, now: Timestamp) -> Read {
        let deadline = Deadline::after(Duration::from_mins(5));
        self.rounds(now, &deadline).reader().read(cuts, from).await
    }

    fn rounds<'a>(
        &'a self,
        now: Timestamp,
        deadline: &'a Deadline,
    ) -> Rounds<'a, FakeLedger, FakePublisher, Blindfold, FakeBill> {
        Rounds {
            ledger: &self.ledger,
            publisher: &self.publisher,
            around: &Blindfold,
            bills: &self.bill,
            document: &self.document,
            config: &self.config,
            now,
            deadline,
            pause: Duration::ZERO,
        }
    }

    /// What the ledger holds about matters.
    pub fn matters(&self) -> Vec<Matter> {
        let entries = self.ledger.entries(PARTITION);
        let matters = entries.iter().filter(|entry| is_matter(entry));
        matters.map(|entry| Matter::read(entry).unwrap()).collect()
    }

    /// What was published about one matter, in order.
    pub fn told(&self, matter: &Matter) -> Vec<Notification> {
        let key = matter.dedup_key();
        let published = self.publisher.published().into_iter();
        published
            .filter(|message| message.dedup_key.as_ref() == Some(&key))
            .collect()
    }
}

pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub fn document(section: impl Into<Value>) -> Document {
    let section: Value = section.into();
    Document::from_json(
        &json!({
            "version": 1, "project": "personal-timeline", "environment": "dev",
            "accounts": ["123456789012"], "regions": ["us-east-1"],
            "ledger_table": "t", "notifications_topic": "arn:aws:sns:us-east-1:123456789012:t",
            "guards": {"stop_parameter": "/personal-timeline/dev/nightshift/stop"},
            "functions": {"cost-anomaly": section}
        })
        .to_string(),
    )
    .unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}
