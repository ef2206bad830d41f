//! Silences: what people do not want to be told for a while, and who said so.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{IsoDuration, printable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::labels::{Matcher, print};

/// What is not told until it expires. What is still open then is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Silence {
    /// Its name, by which it is ended.
    pub id: String,
    /// What it holds back.
    #[serde(rename = "match")]
    pub matcher: Matcher,
    /// Who wants it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// Since when.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// Until when, that instant not included.
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
}

/// An operator's command about silences.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SilenceCommand {
    /// Holds back what matches.
    Silence {
        /// What is held back.
        #[serde(rename = "match")]
        matcher: Box<Matcher>,
        /// Who wants it.
        author: String,
        /// Why.
        reason: String,
        /// For how long.
        #[serde(rename = "for")]
        lasts: IsoDuration,
        /// Whether it is only shown.
        #[serde(default)]
        dry_run: bool,
    },
    /// Ends a silence before its time.
    Unsilence {
        /// Its name.
        id: String,
        /// Whether it is only shown.
        #[serde(default)]
        dry_run: bool,
    },
    /// Lists the silences.
    Silences {},
}

/// Why a silence is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SilenceError {
    /// It would hold back everything.
    #[error(
        "`match` is empty and would hold back everything: name at least one of source, kind, environment, account, region, owner, matter, at_least, at_most"
    )]
    Everything,
    /// It says not who or not why.
    #[error("`{field}` is empty: who reads the list of silences has to know {wanted}")]
    Unsigned {
        /// The field.
        field: &'static str,
        /// What it tells.
        wanted: &'static str,
    },
    /// It lasts no time, or longer than anybody remembers.
    #[error(
        "`for` is {lasts}: expected more than nothing and at most {most}; what is never worth telling belongs into the configuration of who tells it"
    )]
    Lasts {
        /// What was asked for.
        lasts: IsoDuration,
        /// The most.
        most: IsoDuration,
    },
    /// There are too many.
    #[error("there are {most} silences already: end one of them first (`silences` lists them)")]
    Full {
        /// The most.
        most: usize,
    },
    /// There is no such silence.
    #[error("there is no silence `{id}`; those that hold are: {known}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
}

/// All silences, the same for every channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Silences(Vec<Silence>);

impl Silences {
    /// The most there may be at a time.
    pub const MOST: usize = 100;
    /// The longest that one may last.
    pub const LONGEST: IsoDuration = IsoDuration::from_hours(30 * 24);
    /// How long an expired one is still shown.
    const SHOWN: SignedDuration = SignedDuration::from_hours(24);

    /// Those that hold now.
    pub fn holding(&self, now: Timestamp) -> impl Iterator<Item = &Silence> {
        self.0.iter().filter(move |silence| silence.holds(now))
    }

    /// Those that hold, and those that held until lately.
    pub fn all(&self) -> &[Silence] {
        &self.0
    }

    /// Does what an operator asks for, and answers with the silences that it
    /// is about. Whether a dry run is written down is the caller's part.
    ///
    /// # Errors
    /// When it cannot be done as it is asked for.
    pub fn obey(
        &mut self,
        command: &SilenceCommand,
        now: Timestamp,
    ) -> Result<Vec<Silence>, SilenceError> {
        match command {
            SilenceCommand::Silence {
                matcher,
                author,
                reason,
                lasts,
                ..
            } => self
                .silence((**matcher).clone(), author, reason, *lasts, now)
                .map(|silence| vec![silence.clone()]),
            SilenceCommand::Unsilence { id, .. } => {
                self.unsilence(id, now).map(|silence| vec![silence.clone()])
            }
            SilenceCommand::Silences {} => Ok(self.all().to_vec()),
        }
    }

    /// Adds one.
    ///
    /// # Errors
    /// When it is for everything, unsigned, without end, or one too many.
    pub fn silence(
        &mut self,
        matcher: Matcher,
        author: &str,
        reason: &str,
        lasts: IsoDuration,
        now: Timestamp,
    ) -> Result<&Silence, SilenceError> {
        if matcher.is_empty() {
            return Err(SilenceError::Everything);
        }
        for (field, text, wanted) in [
            ("author", author, "whom to ask"),
            ("reason", reason, "what it is for"),
        ] {
            if text.trim().is_empty() {
                return Err(SilenceError::Unsigned { field, wanted });
            }
        }
        if lasts.as_duration().is_zero() || lasts > Self::LONGEST {
            return Err(SilenceError::Lasts {
                lasts,
                most: Self::LONGEST,
            });
        }
        self.0
            .retain(|silence| silence.expires_at + Self::SHOWN > now);
        if self.holding(now).count() >= Self::MOST {
            return Err(SilenceError::Full { most: Self::MOST });
        }
        if self.0.len() >= Self::MOST {
            self.0.retain(|silence| silence.holds(now));
        }
        let author = printable(author.trim(), 100);
        let reason = printable(reason.trim(), 300);
        let told = format!("{matcher} {author} {reason} {now} {lasts}");
        self.0.push(Silence {
            id: print(&told)[..8].to_owned(),
            matcher,
            author,
            reason,
            created_at: now,
            expires_at: now
                .checked_add(lasts.as_duration())
                .unwrap_or(Timestamp::MAX),
        });
        self.0.last().ok_or(SilenceError::Full { most: Self::MOST })
    }

    /// Ends one now; what it held back and is still open will be told.
    ///
    /// # Errors
    /// When none of that name holds.
    pub fn unsilence(&mut self, id: &str, now: Timestamp) -> Result<&Silence, SilenceError> {
        let known: Vec<String> = self.holding(now).map(|it| it.id.clone()).collect();
        let found = self
            .0
            .iter_mut()
            .find(|silence| silence.id == id && silence.holds(now));
        match found {
            Some(silence) => {
                silence.expires_at = now;
                Ok(silence)
            }
            None => Err(SilenceError::Unknown {
                id: printable(id, 40),
                known: if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                },
            }),
        }
    }
}

impl SilenceCommand {
    /// Whether it is to change something.
    pub const fn changes(&self) -> bool {
        match self {
            Self::Silence { dry_run, .. } | Self::Unsilence { dry_run, .. } => !*dry_run,
            Self::Silences {} => false,
        }
    }
}

impl Silence {
    /// Whether it holds.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.created_at <= now && now < self.expires_at
    }
}
