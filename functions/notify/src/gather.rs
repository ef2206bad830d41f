//! Channels that gather messages: what is heard is written down first, and told
//! when its time comes, together with what belongs to it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Attachment, Notification};
use nightshift_runtime::LedgerError;

use crate::act::{Courier, Office, Patience};
use crate::edge::Edge;
use crate::matters::{Held, Outcome as Settled, Outgoing, Rules, Shelf};
use crate::observe::Purpose;
use crate::post::{Parcel, instead, keep_whole};
use crate::report::{Delivery, Outcome, Sending};

/// So many messages are written down as under way at a time: if this
/// invocation dies, so many may be told twice.
const AT_A_TIME: usize = 10;
/// Another run may write to the same channel where there is no lease.
const TRIES: u32 = 3;

/// What became of what was heard, and what was sent.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Where each notification stands, in their order.
    pub held: Vec<Held>,
    /// What was sent.
    pub sent: Vec<Sending>,
}

impl<E: Edge> Office<'_, E> {
    /// Writes down what was heard, and sends what is due as long as there is
    /// time. Without a courier, it is only written down.
    ///
    /// # Errors
    /// When it could not be written down: then nobody may forget it.
    pub async fn gather(
        &self,
        mut courier: Option<&mut Courier<'_, E>>,
        rules: &Rules,
        heard: Vec<Notification>,
    ) -> Result<Gathered, LedgerError> {
        let state = Shelf::new(self.ledger);
        let mut done = Gathered::default();
        // A file goes along with a message that goes out in this run, alone.
        let files: BTreeMap<String, Attachment> = heard
            .iter()
            .filter_map(|heard| Some((heard.id.clone(), heard.attachment.clone()?)))
            .collect();
        let mut heard = Some(heard);
        if let Some(courier) = &mut courier
            && courier.await_turn(Patience::Waits).await.is_err()
        {
            // Another will look at the channel before long.
            let error = "another invocation is delivering to this channel";
            tracing::debug!(error);
        }
        loop {
            let open = courier.as_ref().is_some_and(|courier| !courier.is_closed());
            let most = if open && self.deadline.allows(self.pace.attempt) {
                AT_A_TIME
            } else {
                0
            };
            if most == 0 && heard.is_none() {
                return Ok(done);
            }
            let mut tries = TRIES;
            let (mut kept, outgoing) = loop {
                let now = self.now();
                let mut kept = state.open(rules.channel()).await?;
                let held = heard
                    .clone()
                    .map(|heard| kept.state.take(heard, now, rules));
                let round = if most == 0 {
                    Vec::new()
                } else {
                    kept.state.due(now, rules, most).outgoing
                };
                match state.keep(&mut kept).await {
                    Ok(()) => {
                        if let Some(held) = held {
                            done.held = held;
                        }
                        break (kept, round);
                    }
                    Err(LedgerError::Conflict { .. }) if tries > 1 => tries -= 1,
                    Err(error) => return Err(error),
                }
            };
            // From here on the ledger has it: nothing below is an error.
            heard = None;
            let Some(courier) = courier.as_mut().filter(|_| !outgoing.is_empty()) else {
                return Ok(done);
            };
            for outgoing in outgoing {
                let (sending, settled) = {
                    let file = files.get(&outgoing.notification.id);
                    self.send(courier, rules.channel(), &outgoing, file).await
                };
                kept.state.settle(&outgoing.id, &settled, self.now());
                done.sent.push(sending);
            }
            if let Err(error) = state.keep(&mut kept).await {
                tracing::warn!(%error, "what was sent is not settled; it is recognised when it is due again");
                return Ok(done);
            }
        }
    }

    /// Sends what is due in one channel, if anything is.
    ///
    /// # Errors
    /// When the ledger does not say what is due.
    pub async fn flush(&self, rules: &Rules) -> Result<Vec<Sending>, LedgerError> {
        let kept = Shelf::new(self.ledger).open(rules.channel()).await?;
        let now = self.now();
        let due = kept.state.next_look(now, rules);
        if due.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let mut courier = match Courier::new(self, rules.channel(), Purpose::News).await {
            Ok(courier) => courier,
            Err(stop) => {
                tracing::warn!(reason = stop.reason, "a channel is not known");
                return Ok(Vec::new());
            }
        };
        // Who delivers to the channel now sends what is due as well.
        if courier.await_turn(Patience::Leaves).await.is_err() {
            return Ok(Vec::new());
        }
        let gathered = self.gather(Some(&mut courier), rules, Vec::new()).await;
        courier.leave().await;
        gathered.map(|gathered| gathered.sent)
    }

    /// Delivers one message, whatever the channel gathers.
    pub async fn post_at_once(&self, parcel: &Parcel<'_>) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for channel in &parcel.channels {
            let delivery = match Courier::new(self, channel, parcel.purpose).await {
                Err(stop) => Delivery::stopped(channel, &stop),
                Ok(mut courier) => {
                    let delivery = courier.deliver(parcel.notification).await;
                    courier.leave().await;
                    delivery
                }
            };
            deliveries.push(delivery);
        }
        let mut all = [deliveries];
        self.divert(std::slice::from_ref(parcel), &mut all).await;
        let [deliveries] = all;
        deliveries
    }

    /// One message of the channel, by the same order as every other: as it is,
    /// plainly, by the fallback, as a dead letter.
    async fn send(
        &self,
        courier: &mut Courier<'_, E>,
        channel: &str,
        outgoing: &Outgoing,
        file: Option<&Attachment>,
    ) -> (Sending, Settled) {
        let told = told(outgoing);
        let mut delivery = courier.deliver_with(&told, file).await;
        // The ledger keeps the message and not the file: there is no later for it.
        delivery.forgo_its_file();
        let settled = match delivery.outcome {
            Outcome::Delivered | Outcome::Duplicate => Settled::Delivered { reference: None },
            Outcome::Returned if outgoing.attempts < self.pace.receives => self.returned(&delivery),
            _ => {
                self.lost(courier, channel, outgoing, &told, &mut delivery)
                    .await
            }
        };
        keep_whole(&told, &delivery);
        let sending = Sending {
            id: outgoing.id.clone(),
            matter: outgoing.matter.clone(),
            reason: outgoing.reason,
            covers: outgoing.covers,
            delivery,
        };
        (sending, settled)
    }

    fn returned(&self, delivery: &Delivery) -> Settled {
        match delivery.wait_seconds {
            _ if delivery.attempts == 0 => Settled::Untried,
            Some(seconds) => Settled::Refused {
                until: later(self.now(), seconds),
            },
            None => Settled::Unknown,
        }
    }

    /// What the channel does not take. The fallback gets it at once; it becomes
    /// a dead letter where nothing else can help, or when nothing has for long.
    async fn lost(
        &self,
        courier: &Courier<'_, E>,
        channel: &str,
        outgoing: &Outgoing,
        told: &Notification,
        delivery: &mut Delivery,
    ) -> Settled {
        const REST: u64 = 60;
        let fallback = self.setup.config.fallback.as_deref();
        if let Some(fallback) = fallback.filter(|fallback| *fallback != channel)
            && self.by(fallback, &instead(told, &[channel])).await
        {
            delivery.outcome = Outcome::Diverted;
            delivery.by = Some(fallback.to_owned());
            return Settled::Elsewhere;
        }
        // A channel that refuses us altogether may be mended before long.
        if courier.is_closed() && outgoing.attempts < self.pace.receives {
            let seconds = REST << outgoing.attempts;
            return Settled::Refused {
                until: later(self.now(), seconds),
            };
        }
        match self.edge.bury(self.setup, told).await {
            Ok(()) => Settled::Elsewhere,
            Err(error) => {
                tracing::warn!(%error, "it stays in the ledger");
                Settled::Unknown
            }
        }
    }

    /// Whether another channel takes it.
    async fn by(&self, channel: &str, told: &Notification) -> bool {
        match Courier::new(self, channel, Purpose::News).await {
            Err(_) => false,
            Ok(mut courier) => {
                let outcome = courier.deliver(told).await.outcome;
                courier.leave().await;
                outcome.is_settled()
            }
        }
    }
}

/// The message as channels get it: one matter has one name, and one message too.
fn told(outgoing: &Outgoing) -> Notification {
    Notification {
        id: outgoing.id.clone(),
        dedup_key: outgoing.matter.clone(),
        ..outgoing.notification.clone()
    }
}

fn later(now: Timestamp, seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    now.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}
