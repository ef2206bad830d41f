//! What is done about matters: read what is known, take in what has come, judge,
//! tell, write down.
//!
//! The order is what makes a crash harmless. What people are about to be told
//! is written down first, so that whoever comes next, in whatever order, knows
//! that they may have heard it; that they were told is written down after the
//! message was taken. A run that ends in between leaves the next one to say the
//! same under the same id.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use nightshift_core::{Document, Notification};
use nightshift_runtime::{CallError, Deadline, Ledger, LedgerError, Publisher};
use thiserror::Error;

use crate::budget::BudgetAlert;
use crate::config::Config;
use crate::decide::{Verdict, decide, month_of};
use crate::matter::{
    Belonging, BudgetStanding, BudgetState, CreditState, Given, Matter, PARTITION, Place, Spend,
    State, Telling, WatchState, is_matter, sort_key,
};
use crate::messages::{self, Setting};
use crate::model::Sighting;
use crate::observe::{Context, Surroundings};
use crate::report::Line;
use crate::sources::{News, Note};

/// How many matters are worked on at once.
const AT_ONCE: usize = 4;
/// How often a matter is read anew because somebody else wrote meanwhile.
const ATTEMPTS: u32 = 5;
/// A matter is not begun when less than this is left.
const NEEDED: Duration = Duration::from_secs(5);

/// What there is to take in about a matter.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// Unusual spending.
    Sighting(Box<Sighting>),
    /// What AWS Budgets says.
    Alert(BudgetAlert),
    /// Where an environment stands.
    Standing(BudgetStanding),
    /// What is known of credits.
    Credits(CreditState),
    /// Whether spending is seen at all.
    Watch(WatchState),
    /// A message that nothing here knows.
    Note(Note),
    /// What a person says of it.
    Given(Given),
    /// Nothing but the time that has passed.
    Time,
}

/// Everything that one run works with.
#[derive(Debug)]
pub struct Desk<'a, L, P, A> {
    /// The memory.
    pub ledger: &'a L,
    /// Where messages go.
    pub publisher: &'a P,
    /// Who looks around.
    pub around: &'a A,
    /// The environment's configuration.
    pub document: &'a Document,
    /// The function's own.
    pub config: &'a Config,
    /// What counts as now.
    pub now: Timestamp,
    /// How long there is.
    pub deadline: &'a Deadline,
    /// How long a contested entry rests before it is tried again.
    pub pause: Duration,
    /// Whether nobody is told and nothing is written down.
    pub dry_run: bool,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Finished {
    /// Each matter, in the order of places.
    pub lines: Vec<Line>,
    /// Matters whose words have to come again.
    pub again: BTreeSet<Place>,
    /// What people were told, or would have been.
    pub messages: Vec<Notification>,
}

/// Why a matter was not settled.
#[derive(Debug, Error)]
enum Trouble {
    #[error("no time was left in this run; the next one goes on")]
    Time,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("people were not told: {0}")]
    Publish(#[from] CallError),
    #[error("it cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

type Settled = Result<(Line, Option<Notification>), Trouble>;

/// What a message tells, and what it is about.
pub fn placed(news: News, config: &Config, document: &Document) -> (Place, Word) {
    match news {
        News::Sighting(sighting) => (
            Place::Spend(sighting.cause.clone()),
            Word::Sighting(sighting),
        ),
        News::Alert(alert) => {
            let environment = config.environment_of(document, &alert.budget);
            let name = environment.unwrap_or(&alert.budget).to_owned();
            let month = month_of(alert.said_at);
            (Place::Budget { name, month }, Word::Alert(alert))
        }
        News::Note(note) => (Place::Note(note.id.clone()), Word::Note(note)),
    }
}

impl<L, P, A> Desk<'_, L, P, A>
where
    L: Ledger,
    P: Publisher,
    A: Surroundings,
{
    /// Settles every matter that there are words about, however many about each:
    /// one read and one write, and where people are told, one message and one
    /// more write before it.
    pub async fn settle(&self, words: Vec<(Place, Word)>) -> Finished {
        let mut matters: BTreeMap<Place, Vec<Word>> = BTreeMap::new();
        for (place, word) in words {
            matters.entry(place).or_default().push(word);
        }
        let mut settled: Vec<(Place, Settled)> = stream::iter(matters)
            .map(|(place, words)| async move {
                let result = self.one(&place, &words).await;
                (place, result)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        settled.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut finished = Finished::default();
        for (place, result) in settled {
            match result {
                Ok((line, message)) => {
                    finished.lines.push(line);
                    finished.messages.extend(message);
                }
                Err(trouble) => {
                    tracing::warn!(matter = %place, %trouble, "a matter was not settled");
                    finished
                        .lines
                        .push(Line::troubled(&place, &trouble.to_string()));
                    finished.again.insert(place);
                }
            }
        }
        finished
    }

    async fn one(&self, place: &Place, words: &[Word]) -> Settled {
        let mut attempt = 1;
        loop {
            if !self.deadline.allows(NEEDED) {
                return Err(Trouble::Time);
            }
            // A look around is large, and there is one for each matter at once.
            match Box::pin(self.attempt(place, words)).await {
                Err(Trouble::Ledger(LedgerError::Conflict { .. })) if attempt < ATTEMPTS => {
                    tokio::time::sleep(self.pause * attempt).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    async fn attempt(&self, place: &Place, words: &[Word]) -> Settled {
        let entry = self.ledger.read(PARTITION, &sort_key(place)).await?;
        let version = entry.as_ref().map_or(0, |entry| entry.version);
        let stored = entry.as_ref().map(Matter::read).transpose()?;
        let Some(matter) = taken(stored.clone(), place, words) else {
            return Ok((Line::nothing(place), None));
        };
        let news = stored.as_ref().map(|stored| &stored.state) != Some(&matter.state);
        let verdict = decide(&matter, self.config, self.now);
        let mut line = Line::new(&matter, &verdict, words.len());
        if !news && verdict.tell == Telling::None {
            return Ok((line, None));
        }
        if verdict.tell == Telling::None {
            if !self.dry_run {
                self.write(&matter, version).await?;
            }
            return Ok((line, None));
        }
        // Who looks around for what is over only costs.
        let context = match &matter.state {
            State::Spend(spend) if verdict.tell != Telling::Resolved => {
                self.around.look(spend).await
            }
            _ => Context::default(),
        };
        line.gaps.clone_from(&context.gaps);
        let message = self.message(&matter, &verdict, &context);
        if self.dry_run {
            return Ok((line, Some(message)));
        }
        let mut saying = matter.clone();
        saying.saying = Some(verdict.tell);
        let version = self.write(&saying, version).await?;
        self.publisher.publish(&message).await?;
        let told = saying.told(verdict.tell, verdict.severity, verdict.size, self.now);
        self.write(&told, version).await?;
        Ok((line, Some(message)))
    }

    fn message(&self, matter: &Matter, verdict: &Verdict, context: &Context) -> Notification {
        let setting = Setting {
            document: self.document,
            config: self.config,
            now: self.now,
        };
        messages::message(matter, verdict, context, &setting)
    }

    async fn write(&self, matter: &Matter, version: u64) -> Result<u64, Trouble> {
        let entry = matter.entry(version, self.now)?;
        Ok(self.ledger.write(PARTITION, &entry).await?)
    }

    /// Every matter that is remembered; those that cannot be read are named.
    pub async fn matters(&self) -> Result<(Vec<Matter>, Vec<String>), LedgerError> {
        remembered(self.ledger).await
    }
}

/// Every matter that is remembered; those that cannot be read are named.
pub async fn remembered(ledger: &impl Ledger) -> Result<(Vec<Matter>, Vec<String>), LedgerError> {
    let entries = ledger.load(PARTITION).await?;
    let (mut matters, mut unreadable) = (Vec::new(), Vec::new());
    for entry in entries.iter().filter(|entry| is_matter(entry)) {
        match Matter::read(entry) {
            Ok(matter) => matters.push(matter),
            Err(error) => unreadable.push(error.to_string()),
        }
    }
    Ok((matters, unreadable))
}

/// The matter after some words; None where none of them says anything about it.
pub fn taken(stored: Option<Matter>, place: &Place, words: &[Word]) -> Option<Matter> {
    words
        .iter()
        .fold(stored, |matter, word| take(matter, place, word))
}

fn take(matter: Option<Matter>, place: &Place, word: &Word) -> Option<Matter> {
    let Some(mut matter) = matter else {
        return first(word).map(|state| Matter::new(place.clone(), state));
    };
    match (&mut matter.state, word) {
        (State::Spend(spend), Word::Sighting(sighting)) => {
            let over = matter.said.is_some_and(|said| !said.open);
            match spend.belonging(sighting, over) {
                Belonging::Before => {}
                Belonging::Now => spend.hear((**sighting).clone()),
                Belonging::Next => {
                    let spend = std::mem::take(spend);
                    matter.state = State::Spend(spend.next((**sighting).clone()));
                    matter.episode = matter.episode.saturating_add(1);
                    matter.said = None;
                    matter.saying = None;
                }
            }
        }
        (State::Spend(spend), Word::Given(given))
            if spend.given.is_none_or(|known| known.at <= given.at) =>
        {
            spend.given = Some(*given);
        }
        (State::Budget(budget), Word::Alert(alert)) => budget.hear(alert.clone()),
        (State::Budget(budget), Word::Standing(own)) => budget.read(own.clone()),
        (State::Watch(known), Word::Watch(watch)) if known.at <= watch.at => {
            *known = watch.clone();
        }
        (State::Credits(known), Word::Credits(credits)) if known.at <= credits.at => {
            *known = credits.clone();
        }
        _ => {}
    }
    Some(matter)
}

/// What is known after the first word.
fn first(word: &Word) -> Option<State> {
    match word {
        Word::Sighting(sighting) => Some(State::Spend(Spend::new((**sighting).clone()))),
        Word::Alert(alert) => {
            let mut budget = BudgetState::default();
            budget.hear(alert.clone());
            Some(State::Budget(budget))
        }
        Word::Standing(own) => {
            let mut budget = BudgetState::default();
            budget.read(own.clone());
            Some(State::Budget(budget))
        }
        Word::Credits(credits) => Some(State::Credits(credits.clone())),
        Word::Watch(watch) => Some(State::Watch(watch.clone())),
        Word::Note(note) => Some(State::Note(note.clone())),
        Word::Given(_) | Word::Time => None,
    }
}
