//! Brings a message's file into its thread. The message is there already, and
//! stays there once, whatever becomes of the file.

use std::time::Duration;

use nightshift_core::{Attachment, Notification};
use nightshift_runtime::LedgerError;

use super::{Courier, Patience};
use crate::channels::{Answer, Request, Verdict, files};
use crate::decide::{NextForFile, Tries, next_for_file};
use crate::edge::Edge;
use crate::network::Address;
use crate::observe::Purpose;
use crate::report::{Delivery, FileReport, FileState, Outcome};
use crate::standing::{self, Place, SharedFile};

/// Why a file is not in the thread.
enum Trouble {
    /// It may be, later.
    Later {
        reason: String,
        after: Option<Duration>,
    },
    /// It will not be. After more than one try nobody knows whether it is.
    Never { reason: String, tries: u32 },
}

/// One file on its way.
struct Freight<'f> {
    file: &'f Attachment,
    /// The name under which the ledger keeps the message's standing.
    key: String,
    /// The message and the content, as a mark.
    mark: String,
    place: Place,
    /// The channel's id of it, where an earlier run has brought its bytes.
    begun: Option<String>,
}

impl<E: Edge> Courier<'_, E> {
    /// Delivers a message that tells of its file, and the file after it.
    pub async fn deliver_with(
        &mut self,
        told: &Notification,
        file: Option<&Attachment>,
    ) -> Delivery {
        let (mut delivery, place) = self.message(told).await;
        let has_it = matches!(delivery.outcome, Outcome::Delivered | Outcome::Duplicate);
        let takes_it = self.purpose == Purpose::News && self.kind.takes_files();
        if let Some(file) = file.filter(|_| has_it && takes_it) {
            self.follow(told, file, place, &mut delivery).await;
        }
        delivery
    }

    async fn follow(
        &mut self,
        told: &Notification,
        file: &Attachment,
        place: Option<Place>,
        delivery: &mut Delivery,
    ) {
        let name = self.destination.name.clone();
        let word = standing::mark(told);
        let content = serde_json::to_string(file).unwrap_or_default();
        let mark = standing::digest(&format!("{word}#{content}"));
        let key = standing::key(&name, told);
        let mut report = FileReport {
            name: file.name().to_owned(),
            state: FileState::Duplicate,
            attempts: 0,
            id: None,
            detail: None,
        };
        let is_remembered = self.office.memory.knows(&name, &mark);
        let stored = if is_remembered {
            None
        } else {
            self.remembered(&key).await.and_then(|entry| entry.1)
        };
        let earlier = stored.as_ref().and_then(|stored| stored.file(&mark));
        if is_remembered || earlier.is_some_and(|earlier| earlier.settled) {
            report.id = earlier.map(|earlier| earlier.id.clone());
            self.office.memory.learn(&name, &mark);
            delivery.file = Some(report);
            return;
        }
        let begun = earlier.map(|earlier| earlier.id.clone());
        let is_recognised = stored.as_ref().is_some_and(|stored| stored.knows(&word));
        let result = match place.or_else(|| stored.and_then(|stored| stored.place)) {
            None => Err(Trouble::Never {
                reason: "nobody knows where its message stands".to_owned(),
                tries: 0,
            }),
            Some(place) => {
                let freight = Freight {
                    file,
                    key,
                    mark: mark.clone(),
                    place,
                    begun,
                };
                self.share(&freight, &mut report.attempts).await
            }
        };
        match result {
            Ok(id) => {
                report.state = FileState::Shared;
                report.id = Some(id);
                self.office.memory.learn(&name, &mark);
            }
            Err(Trouble::Later { reason, after }) => {
                delivery.outcome = Outcome::Returned;
                delivery.wait_seconds = after.map(|after| after.as_secs());
                delivery.detail = Some(format!("only its file is missing: {reason}"));
                report.state = FileState::Owed;
                report.detail = Some(reason);
            }
            Err(Trouble::Never { reason, .. }) => {
                let (channel, file) = (&name, file.name());
                tracing::warn!(channel, file, reason, "a message's file is not there");
                report.state = FileState::Lost;
                report.detail = Some(reason);
            }
        }
        delivery.file = Some(report);
        // A message that would not be recognised would come twice for its file.
        if !is_recognised {
            delivery.forgo_its_file();
        }
    }

    /// All steps, or those that are left. The id is written down before the
    /// last one: whoever comes after a crash asks for that one again, and not
    /// for a second file.
    async fn share(
        &mut self,
        freight: &Freight<'_>,
        attempts: &mut u32,
    ) -> Result<String, Trouble> {
        self.ready().await?;
        let id = if let Some(id) = &freight.begun {
            id.clone()
        } else {
            let id = self.upload(freight.file, attempts).await?;
            self.note(freight, &id, false).await;
            id
        };
        let request = files::complete(&id, freight.file, &freight.place);
        match self
            .step(
                &request,
                files::verdict,
                self.office.pace.attempts,
                attempts,
            )
            .await
        {
            Ok(_) => {
                self.note(freight, &id, true).await;
                Ok(id)
            }
            Err(Trouble::Never { reason, tries }) if tries > 1 || freight.begun.is_some() => {
                self.note(freight, &id, true).await;
                let reason = format!("perhaps it is there, for an answer was lost; now: {reason}");
                Err(Trouble::Never { reason, tries })
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// Whether it is our turn, and anything gets through.
    async fn ready(&mut self) -> Result<(), Trouble> {
        let turn = self.await_turn(Patience::Waits).await;
        let stop = turn.err().or_else(|| self.closed.clone());
        stop.map_or(Ok(()), |stop| {
            Err(Trouble::Later {
                reason: stop.reason,
                after: stop.after,
            })
        })
    }

    /// Brings the bytes to Slack, where nobody sees them yet. An address that
    /// has failed is not used again: the next try gets another.
    async fn upload(&self, file: &Attachment, attempts: &mut u32) -> Result<String, Trouble> {
        let Address::Slack { endpoint, .. } = &self.destination.address else {
            return Err(Trouble::Never {
                reason: "the channel takes no files; report a defect".to_owned(),
                tries: 0,
            });
        };
        let content = file.bytes();
        let ask = files::ask(file, content.len());
        let most = self.office.pace.attempts;
        let mut round = 1;
        loop {
            let answer = self.step(&ask, files::verdict, most, attempts).await?;
            let (id, url) = files::named(&answer, endpoint)
                .map_err(|reason| Trouble::Never { reason, tries: 1 })?;
            let content = content.clone();
            let bytes = Request::Upload { url, content };
            match self.step(&bytes, files::uploaded, 1, attempts).await {
                Ok(_) => return Ok(id),
                Err(Trouble::Later { .. }) if round < self.office.pace.patience => round += 1,
                Err(trouble) => return Err(trouble),
            }
        }
    }

    /// One request, as often as that helps and at most so many times.
    async fn step(
        &self,
        request: &Request,
        read: fn(&Answer) -> Verdict,
        most: u32,
        attempts: &mut u32,
    ) -> Result<Answer, Trouble> {
        let pace = &self.office.pace;
        let spent = pace.attempts.saturating_sub(most);
        let mut tries = Tries {
            attempts: spent,
            ..Tries::default()
        };
        loop {
            let left = self.office.deadline.remaining();
            if !self.office.deadline.allows(pace.attempt) {
                return Err(Trouble::Later {
                    reason: "no time was left in this invocation".to_owned(),
                    after: Some(Duration::from_secs(1)),
                });
            }
            tries.attempts += 1;
            *attempts += 1;
            let limit = pace.answer.min(left.saturating_sub(pace.report));
            let address = &self.destination.address;
            let answer = self.office.edge.carry(address, request, limit).await;
            let verdict = match &answer {
                Ok(answer) => read(answer),
                Err(error) => Verdict::Unavailable(error.to_string()),
            };
            tries.left = self.office.deadline.remaining();
            match (next_for_file(verdict, &tries, pace), answer) {
                (NextForFile::Done, Ok(answer)) => return Ok(answer),
                (NextForFile::Again(wait), _) => tokio::time::sleep(wait).await,
                // What is done has an answer.
                (NextForFile::Done, Err(error)) => {
                    return Err(Trouble::Later {
                        reason: error.to_string(),
                        after: None,
                    });
                }
                (NextForFile::Later { reason, after }, _) => {
                    return Err(Trouble::Later { reason, after });
                }
                (NextForFile::Never(reason), _) => {
                    let tries = tries.attempts - spent;
                    return Err(Trouble::Never { reason, tries });
                }
            }
        }
    }

    /// Writes down what is known of a file. Where that fails, it may come twice.
    async fn note(&self, freight: &Freight<'_>, id: &str, settled: bool) {
        for _ in 0..2 {
            let read = self.remembered(&freight.key).await;
            let Some((version, Some(standing))) = read else {
                return;
            };
            let after = standing.with_file(SharedFile {
                mark: freight.mark.clone(),
                id: id.to_owned(),
                settled,
            });
            match self.put(&freight.key, version, &after).await {
                Err(LedgerError::Conflict { .. }) => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, "a file is not written down");
                    return;
                }
            }
        }
    }
}
