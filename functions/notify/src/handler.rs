//! The way through the rooms: event, observe, decide, act, report.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use futures_util::future::join_all;
use jiff::Timestamp;
use nightshift_core::Notification;
use nightshift_runtime::{
    Failure, Function, Https, Invocation, Ledger, LedgerError, Response, emit,
};
use serde_json::Value;

use crate::act::Office;
use crate::canary::{self, Heard};
use crate::channels::{Form, Letter, canary_route, every_kind};
use crate::edge::{Edge, Outside};
use crate::event::{Event, Handle, Record};
use crate::matters::{Shelf, SilenceCommand};
use crate::memory::Memory;
use crate::observe::{Pace, Purpose, Setup};
use crate::post::{Parcel, Posted, first_seen, keep_whole};
use crate::report::{Delivery, MessageReport, Outcome, Report, Task};
use crate::routes::{Way, way};

/// SQS hides a message for twelve hours in all, and no longer.
const LONGEST: u64 = 11 * 3600;

/// The function.
#[derive(Debug)]
pub struct Notify<E = Outside> {
    edge: E,
    pace: Pace,
    memory: Memory,
}

impl Notify {
    /// The function as Lambda runs it.
    pub fn new(config: &SdkConfig, https: Https) -> Self {
        Self::with(Outside::new(config, https), Pace::default())
    }

    /// Reads configuration and secrets while initialisation has the whole
    /// processor.
    pub async fn prepare(&self) {
        const LIMIT: Duration = Duration::from_secs(3);
        if tokio::time::timeout(LIMIT, self.edge.prepare())
            .await
            .is_err()
        {
            tracing::debug!("the channels are not known yet");
        }
    }
}

impl<E: Edge> Notify<E> {
    /// The function with another outside.
    pub fn with(edge: E, pace: Pace) -> Self {
        Self {
            edge,
            pace,
            memory: Memory::default(),
        }
    }

    async fn setup(&self) -> Result<Arc<Setup>, Failure> {
        let setup = self.edge.setup().await;
        setup.map_err(|error| Failure::new("Configuration", &error))
    }

    fn office<'a>(
        &'a self,
        setup: &'a Setup,
        ledger: &'a E::Ledger,
        invocation: &'a Invocation,
    ) -> Office<'a, E> {
        Office {
            edge: &self.edge,
            setup,
            ledger,
            memory: &self.memory,
            pace: self.pace,
            deadline: invocation.deadline,
            holder: &invocation.request_id,
            at: None,
        }
    }

    async fn batch(&self, records: Vec<Record>, invocation: &Invocation) -> Result<Value, Failure> {
        let mut report = Report::new(Task::Deliver, self.edge.now());
        if !records.is_empty() {
            let setup = self.setup().await?;
            let ledger = self.edge.ledger(&setup);
            let office = self.office(&setup, &ledger, invocation);
            report.environment = Some(setup.environment.clone());
            let ways: Vec<(Way<'_>, Purpose)> = records
                .iter()
                .map(|record| way_of(&setup, &record.message.notification))
                .collect();
            let parcels: Vec<Parcel<'_>> = records
                .iter()
                .zip(&ways)
                .map(|(record, (way, purpose))| Parcel {
                    notification: &record.message.notification,
                    channels: way.channels.clone(),
                    purpose: *purpose,
                    receives: record.receives,
                })
                .collect();
            let Posted { deliveries, sent } = office.post(&parcels).await;
            report.sent = sent;
            let mut hidden = Vec::new();
            for ((record, (way, _)), deliveries) in records.iter().zip(&ways).zip(deliveries) {
                for delivery in &deliveries {
                    keep_whole(&record.message.notification, delivery);
                }
                let message = MessageReport::new(
                    record.item.clone(),
                    record.message.readable,
                    &record.message.notification,
                    &way.routes,
                    deliveries,
                );
                if let (Some(handle), Some(wait)) = (&record.handle, message.wait_seconds()) {
                    hidden.push((handle, wait));
                }
                if !message.outcome.is_settled() {
                    report.redrive = record.handle.as_ref().and_then(redrive);
                }
                report.messages.push(message);
            }
            self.hide(&hidden).await;
        }
        publish(&report)?;
        report.batch_response().ok_or_else(|| {
            let lost = report.unsettled().count();
            let words = format!("{lost} messages were not delivered, and the event does not name them; the whole batch has to come again");
            Failure::new("NotDelivered", &words)
        })
    }

    /// Lets the queue keep what a channel has asked for. One that it does not
    /// keep comes back when the queue's own time is over.
    async fn hide(&self, messages: &[(&Handle, u64)]) {
        let calls = messages.iter().enumerate().map(|(place, (handle, wait))| {
            // One a second is what channels take once they take anything.
            let seconds = (wait + place as u64).clamp(1, LONGEST);
            let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
            self.edge.hide(&handle.queue, &handle.receipt, seconds)
        });
        for result in join_all(calls).await {
            if let Err(error) = result {
                tracing::warn!(%error, "a message comes back after the queue's own time");
            }
        }
    }

    async fn send(
        &self,
        notification: &Notification,
        channel: Option<&str>,
        invocation: &Invocation,
    ) -> Result<Value, Failure> {
        let mut report = Report::new(Task::Send, self.edge.now());
        let setup = self.setup().await?;
        let ledger = self.edge.ledger(&setup);
        report.environment = Some(setup.environment.clone());
        let mut way = way(&setup.config, notification);
        if let Some(channel) = channel {
            setup
                .channel(channel)
                .map_err(|error| Failure::new("Input", &error))?;
            way = Way {
                routes: Vec::new(),
                channels: vec![channel],
            };
        }
        let parcel = Parcel {
            notification,
            channels: way.channels.clone(),
            purpose: Purpose::News,
            // A person waits for the answer: there is no later.
            receives: u32::MAX,
        };
        let office = self.office(&setup, &ledger, invocation);
        let deliveries = office.post_at_once(&parcel).await;
        for delivery in &deliveries {
            keep_whole(notification, delivery);
        }
        let message = MessageReport::new(None, true, notification, &way.routes, deliveries);
        let problem = (!message.outcome.is_settled()).then(|| message.problem());
        report.messages.push(message);
        let answer = publish(&report)?;
        match problem {
            None => Ok(answer),
            Some(problem) => Err(Failure::new("NotDelivered", &problem)),
        }
    }

    /// Tells what was written down and whose time has come.
    async fn flush(
        &self,
        at: Option<Timestamp>,
        invocation: &Invocation,
    ) -> Result<Value, Failure> {
        let setup = self.setup().await?;
        let ledger = self.edge.ledger(&setup);
        let office = Office {
            at,
            ..self.office(&setup, &ledger, invocation)
        };
        let mut report = Report::new(Task::Flush, office.now());
        report.environment = Some(setup.environment.clone());
        let looks = setup.rules.values().map(|rules| office.flush(rules));
        let mut problems = Vec::new();
        for look in join_all(looks).await {
            match look {
                Ok(sent) => report.sent.extend(sent),
                Err(error) => problems.push(error.to_string()),
            }
        }
        let answer = publish(&report)?;
        if problems.is_empty() {
            return Ok(answer);
        }
        Err(Failure::new("Ledger", &problems.join("; ")))
    }

    /// Makes, ends or lists silences.
    async fn silences(&self, command: &SilenceCommand) -> Result<Value, Failure> {
        let setup = self.setup().await?;
        let ledger = self.edge.ledger(&setup);
        let kept = Shelf::new(&ledger);
        let now = self.edge.now();
        let broken = |error: LedgerError| Failure::new("Ledger", &error);
        let (mut silences, version) = kept.silences().await.map_err(broken)?;
        let mut report = Report::new(Task::Silences, now);
        report.environment = Some(setup.environment.clone());
        report.silences = silences
            .obey(command, now)
            .map_err(|error| Failure::new("Command", &error))?;
        report.dry_run = match command {
            SilenceCommand::Silence { dry_run, .. } | SilenceCommand::Unsilence { dry_run, .. } => {
                *dry_run
            }
            SilenceCommand::Silences {} => false,
        };
        if !report.dry_run && !matches!(command, SilenceCommand::Silences {}) {
            kept.keep_silences(&silences, version)
                .await
                .map_err(broken)?;
        }
        publish(&report)
    }

    /// Lets out a canary on every route, by the way that every message takes.
    async fn let_out(&self, dry_run: bool) -> Result<Value, Failure> {
        let setup = self.setup().await?;
        let now = self.edge.now();
        let mut report = Report::new(Task::Canary, now);
        report.environment = Some(setup.environment.clone());
        report.dry_run = dry_run;
        for route in canary::routes(&setup.config) {
            let specimen = canary::specimen(&setup, route, now);
            if !dry_run {
                self.edge
                    .publish(&setup, &specimen)
                    .await
                    .map_err(|error| Failure::new("Publish", &error))?;
            }
            let channels = canary::way(&setup.config, route).channels;
            let shown = channels
                .iter()
                .map(|channel| Delivery::ended(channel, Outcome::Shown))
                .collect();
            report
                .messages
                .push(MessageReport::new(None, true, &specimen, &[route], shown));
        }
        publish(&report)
    }

    /// Looks which channels are silent, and tells of them by another.
    async fn check(
        &self,
        at: Option<Timestamp>,
        dry_run: bool,
        invocation: &Invocation,
    ) -> Result<Value, Failure> {
        let setup = self.setup().await?;
        let ledger = self.edge.ledger(&setup);
        let office = self.office(&setup, &ledger, invocation);
        let now = at.unwrap_or_else(|| self.edge.now());
        let mut report = Report::new(Task::CanaryCheck, now);
        report.environment = Some(setup.environment.clone());
        report.dry_run = dry_run;
        let entries = ledger
            .load(canary::PARTITION)
            .await
            .map_err(|error| Failure::new("Ledger", &error))?;
        let known: BTreeMap<String, Heard> = entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), entry.body.read::<Heard>().ok()?)))
            .collect();
        report.channels = canary::judge(&setup.config, &known, now);
        let ways = canary::ways_round(&setup.config, &report.channels);
        let mut unheard = Vec::new();
        for hearing in report.channels.clone() {
            if dry_run {
                break;
            }
            let before = known.get(&hearing.channel).copied();
            let mut heard = before.unwrap_or(first_seen(now));
            if heard.wants_telling(hearing.silent, now) {
                let news = canary::news(&setup, &hearing, now);
                let (taken, deliveries) = office.page(&news, &ways).await;
                if !taken {
                    unheard.push(hearing.channel.clone());
                }
                report
                    .messages
                    .push(MessageReport::new(None, true, &news, &[], deliveries));
                if !taken {
                    continue;
                }
                heard.told = hearing.silent.then_some(now);
            }
            if before != Some(heard) {
                let entry = entries.iter().find(|entry| entry.key == hearing.channel);
                let version = entry.map_or(0, |entry| entry.version);
                office.hear(&hearing.channel, version, heard).await;
            }
        }
        let answer = publish(&report)?;
        if unheard.is_empty() {
            return Ok(answer);
        }
        // The alarm on this function's errors does not come by notify.
        let words = format!(
            "nothing arrives in {}, and no other channel takes the news of it",
            unheard.join(", ")
        );
        Err(Failure::new("Silent", &words))
    }
}

impl<E: Edge + 'static> Function for Notify<E> {
    async fn handle(&self, input: Value, invocation: Invocation) -> Result<Response, Failure> {
        let event = Event::from_input(input).map_err(|error| Failure::new("Input", &error))?;
        let answer = match event {
            Event::Batch(records) => Box::pin(self.batch(records, &invocation)).await,
            Event::Preview(notification) => shown(Task::Preview, &notification),
            Event::Send {
                notification,
                dry_run: true,
                ..
            } => shown(Task::Send, &notification),
            Event::Send {
                notification,
                channel,
                dry_run: false,
            } => Box::pin(self.send(&notification, channel.as_deref(), &invocation)).await,
            Event::Flush { at } => Box::pin(self.flush(at, &invocation)).await,
            Event::Silences(command) => self.silences(&command).await,
            Event::Canary { dry_run } => self.let_out(dry_run).await,
            Event::CanaryCheck { at, dry_run } => {
                Box::pin(self.check(at, dry_run, &invocation)).await
            }
        }?;
        Response::new(&answer)
    }
}

/// Where a message goes, and what for.
fn way_of<'s>(setup: &'s Setup, notification: &Notification) -> (Way<'s>, Purpose) {
    match canary_route(notification) {
        Some(route) => (canary::way(&setup.config, route), Purpose::Canary),
        None => (way(&setup.config, notification), Purpose::News),
    }
}

/// How dead letters come back; their queue bears the name of the queue.
fn redrive(handle: &Handle) -> Option<String> {
    let queue = handle.queue.as_str().strip_suffix("-queue")?;
    Some(format!(
        "aws sqs start-message-move-task --source-arn {queue}-dead-letters --destination-arn {queue}-queue"
    ))
}

/// The report of a run that only shows.
fn shown(task: Task, notification: &Notification) -> Result<Value, Failure> {
    let mut report = Report::new(task, Timestamp::now());
    report.dry_run = true;
    let letter = Letter {
        notification: &notification.clone().with_attachment_told(),
        standing: None,
    };
    let mut deliveries = Vec::new();
    for (name, kind) in every_kind() {
        let rendered = kind.render(&letter, Form::Full);
        report.payloads.insert(name.to_owned(), rendered.to_json());
        deliveries.push(Delivery {
            shortened: rendered.shortened,
            ..Delivery::ended(name, Outcome::Shown)
        });
    }
    let message = MessageReport::new(None, true, notification, &[], deliveries);
    report.messages.push(message);
    json(&report)
}

/// Writes the report to the log and its numbers to the metrics.
fn publish(report: &Report) -> Result<Value, Failure> {
    let value = json(report)?;
    tracing::info!(report = %value, "run finished");
    let environment = report.environment.as_deref().unwrap_or("unknown");
    emit(environment, "notify", report.at, &report.metrics());
    Ok(value)
}

fn json(report: &Report) -> Result<Value, Failure> {
    serde_json::to_value(report).map_err(|error| Failure::new("Report", &error))
}
