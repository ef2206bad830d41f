//! Brings a batch to its channels: every channel by itself and at the same
//! time, so that a slow one keeps nobody else waiting.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jiff::Timestamp;
use nightshift_core::{Fact, Notification};
use nightshift_runtime::{Body, Entry, Ledger};

use crate::act::{Courier, Office};
use crate::canary::{self, Heard};
use crate::edge::Edge;
use crate::observe::Purpose;
use crate::report::{Delivery, Outcome, Sending};

/// One message and where it goes.
#[derive(Clone, Debug)]
pub struct Parcel<'n> {
    /// The message.
    pub notification: &'n Notification,
    /// Its channels.
    pub channels: Vec<&'n str>,
    /// What for.
    pub purpose: Purpose,
    /// How often the queue has handed it over.
    pub receives: u32,
}

/// How a batch went.
#[derive(Debug, Default)]
pub struct Posted {
    /// For every parcel, channel by channel.
    pub deliveries: Vec<Vec<Delivery>>,
    /// What channels that gather messages were sent.
    pub sent: Vec<Sending>,
}

/// How it went in one channel.
#[derive(Default)]
struct Round {
    deliveries: Vec<(usize, Delivery)>,
    sent: Vec<Sending>,
}

impl<E: Edge> Office<'_, E> {
    /// Delivers everything, and answers how it went.
    pub async fn post(&self, parcels: &[Parcel<'_>]) -> Posted {
        let mut rounds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, parcel) in parcels.iter().enumerate() {
            for channel in &parcel.channels {
                rounds.entry(channel).or_default().push(index);
            }
        }
        let rounds = rounds
            .iter()
            .map(|(channel, indices)| self.round(channel, indices, parcels));
        let mut deliveries: Vec<Vec<Delivery>> = vec![Vec::new(); parcels.len()];
        let mut sent = Vec::new();
        for round in join_all(rounds).await {
            sent.extend(round.sent);
            for (index, delivery) in round.deliveries {
                deliveries[index].push(delivery);
            }
        }
        for (parcel, deliveries) in parcels.iter().zip(&mut deliveries) {
            let place = |delivery: &Delivery| {
                let channels = &parcel.channels;
                channels.iter().position(|name| *name == delivery.channel)
            };
            deliveries.sort_by_key(place);
        }
        self.divert(parcels, &mut deliveries).await;
        Posted { deliveries, sent }
    }

    /// All parcels of one channel, news first.
    async fn round(&self, channel: &str, indices: &[usize], parcels: &[Parcel<'_>]) -> Round {
        let mut done = Round::default();
        for purpose in [Purpose::News, Purpose::Canary] {
            let wanted: Vec<usize> = indices
                .iter()
                .copied()
                .filter(|index| parcels[*index].purpose == purpose)
                .collect();
            if wanted.is_empty() {
                continue;
            }
            let mut courier = Courier::new(self, channel, purpose).await;
            if let (Purpose::News, Some(rules)) = (purpose, self.setup.rules.get(channel)) {
                let news = wanted
                    .iter()
                    .map(|index| parcels[*index].notification.clone());
                let held = self
                    .gather(courier.as_mut().ok(), rules, news.collect())
                    .await;
                // A ledger that does not answer holds nothing up.
                if let Ok(gathered) = held {
                    let taken = gathered
                        .held
                        .iter()
                        .map(|held| Delivery::taken(channel, held));
                    done.deliveries.extend(wanted.into_iter().zip(taken));
                    done.sent.extend(gathered.sent);
                    if let Ok(courier) = courier {
                        courier.leave().await;
                    }
                    continue;
                }
            }
            for index in wanted {
                let notification = parcels[index].notification;
                let delivery = match &mut courier {
                    Err(stop) => Delivery::stopped(channel, stop),
                    Ok(courier) if purpose == Purpose::Canary => {
                        self.try_out(courier, channel, notification).await
                    }
                    Ok(courier) => courier.deliver(notification).await,
                };
                done.deliveries.push((index, delivery));
            }
            if let Ok(courier) = courier {
                courier.leave().await;
            }
        }
        done
    }

    /// Shows a canary, unless one has just been seen there, and writes down
    /// that the channel is heard.
    async fn try_out(
        &self,
        courier: &mut Courier<'_, E>,
        channel: &str,
        notification: &Notification,
    ) -> Delivery {
        let now = self.edge.now();
        let stored = self.heard(channel).await;
        let before = stored.as_ref().and_then(|(_, heard)| *heard);
        if before.is_some_and(|heard| heard.of_late(now)) {
            return Delivery::ended(channel, Outcome::Duplicate);
        }
        let delivery = courier.deliver(notification).await;
        if delivery.outcome == Outcome::Delivered
            && let Some((version, _)) = stored
        {
            self.hear(channel, version, Heard::again(before, now)).await;
        }
        delivery
    }

    /// What a channel refuses, or cannot take before the message becomes a
    /// dead letter, goes by the fallback channel.
    pub async fn divert(&self, parcels: &[Parcel<'_>], deliveries: &mut [Vec<Delivery>]) {
        // A message that the channel has is no dead letter for want of its file.
        for (parcel, deliveries) in parcels.iter().zip(deliveries.iter_mut()) {
            if parcel.receives >= self.pace.receives {
                deliveries.iter_mut().for_each(Delivery::forgo_its_file);
            }
        }
        let Some(fallback) = self.setup.config.fallback.as_deref() else {
            return;
        };
        let lost = |parcel: &Parcel<'_>, delivery: &Delivery| {
            parcel.purpose == Purpose::News
                && delivery.channel != fallback
                && match delivery.outcome {
                    Outcome::Failed => true,
                    Outcome::Returned => parcel.receives >= self.pace.receives,
                    _ => false,
                }
        };
        let mut courier = None;
        for (parcel, deliveries) in parcels.iter().zip(deliveries) {
            let lost: Vec<&mut Delivery> = deliveries
                .iter_mut()
                .filter(|delivery| lost(parcel, delivery))
                .collect();
            if lost.is_empty() {
                continue;
            }
            if courier.is_none() {
                courier = Some(Courier::new(self, fallback, Purpose::News).await);
            }
            let Some(Ok(courier)) = &mut courier else {
                continue;
            };
            let names: Vec<&str> = lost.iter().map(|lost| lost.channel.as_str()).collect();
            let told = instead(parcel.notification, &names);
            let mut by = courier.deliver(&told).await;
            by.forgo_its_file();
            if by.outcome.is_settled() {
                for lost in lost {
                    lost.outcome = Outcome::Diverted;
                    lost.by = Some(fallback.to_owned());
                    lost.wait_seconds = None;
                }
            }
        }
        if let Some(Ok(courier)) = courier {
            courier.leave().await;
        }
    }

    /// What is known of a channel, with the version of the entry; none where
    /// the ledger does not answer.
    pub async fn heard(&self, channel: &str) -> Option<(u64, Option<Heard>)> {
        match self.ledger.read(canary::PARTITION, channel).await {
            Ok(None) => Some((0, None)),
            Ok(Some(entry)) => Some((entry.version, entry.body.read().ok())),
            Err(error) => {
                tracing::warn!(%error, "nobody knows what was heard");
                None
            }
        }
    }

    /// Writes down what is known of a channel. Where that fails, the channel
    /// is called silent too early, which is told, rather than too late.
    pub async fn hear(&self, channel: &str, version: u64, heard: Heard) {
        let Ok(body) = Body::new(&heard) else {
            return;
        };
        let entry = Entry {
            key: channel.to_owned(),
            version,
            body,
            expires_at: None,
        };
        if let Err(error) = self.ledger.write(canary::PARTITION, &entry).await {
            tracing::warn!(%error, "what was heard is not written down");
        }
    }

    /// Tells of silent channels by one that is heard; false where none took it.
    pub async fn page(&self, news: &Notification, ways: &[&str]) -> (bool, Vec<Delivery>) {
        let mut deliveries = Vec::new();
        for channel in ways {
            let delivery = match Courier::new(self, channel, Purpose::News).await {
                Err(stop) => Delivery::stopped(channel, &stop),
                Ok(mut courier) => {
                    let delivery = courier.deliver(news).await;
                    courier.leave().await;
                    delivery
                }
            };
            let settled = delivery.outcome.is_settled();
            deliveries.push(delivery);
            if settled {
                return (true, deliveries);
            }
        }
        (false, deliveries)
    }
}

/// The message, with a word on why it comes this way.
pub fn instead(notification: &Notification, channels: &[&str]) -> Notification {
    let mut told = notification.clone();
    let fact = Fact::new("Not taken by", channels.join(", "));
    told.facts.insert(0, fact);
    told
}

/// What did not fit into a channel, or into the ledger, must be somewhere.
pub fn keep_whole(notification: &Notification, delivery: &Delivery) {
    let told = matches!(delivery.outcome, Outcome::Delivered | Outcome::Taken);
    if told && (delivery.shortened || delivery.plain) {
        tracing::info!(
            notification = for_the_log(notification),
            "delivered shortened; this is all of it but its commands"
        );
    }
}

/// A notification as JSON, without its commands: one may carry a token, and a
/// channel shows a command whole or says that it does not. A file's bytes are
/// nothing to read.
fn for_the_log(notification: &Notification) -> String {
    let kept = Notification {
        commands: Vec::new(),
        ..notification.clone().with_attachment_told()
    };
    serde_json::to_string(&kept).unwrap_or_default()
}

/// A channel that is looked after from now on.
pub const fn first_seen(now: Timestamp) -> Heard {
    Heard {
        since: now,
        at: None,
        told: None,
    }
}
