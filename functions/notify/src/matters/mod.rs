//! Matters: what of all that is heard is told, when, and together with what.
//!
//! A matter is what a channel hears under one group key; its members are what
//! sources call by one `dedup_key` (or, without one, single words). The model
//! is pure. Its state is kept by a [`Shelf`], and the way through is
//!
//! 1. [`Shelf::open`]: the state as it was last written;
//! 2. [`State::take`]: what came from the queue is put to its matters;
//! 3. [`State::due`]: what is to be sent now becomes a claim on the budget;
//! 4. [`Shelf::keep`]: all of that is written down (a conflict: from 1 again).
//!    Only now may the queue forget what it brought, and only now is sent;
//! 5. [`State::settle`] for each message sent, then [`Shelf::keep`] again.
//!
//! [`State::next_look`] says when there will be something to do.
//!
//! Whoever dies between 4 and 5 leaves claims behind: they are sent again, under
//! the same id, and count against the budget as often as they may be seen.
//!
//! **Architecture invariant:** a notification that was written down ends in
//! exactly one account of a [`Tally`], and none of them is silence without a
//! name on it.

mod bounds;
mod budget;
mod config;
mod counts;
mod labels;
mod look;
mod matter;
mod member;
mod outgoing;
mod round;
mod rules;
mod settle;
mod shelf;
mod silence;
mod state;
mod words;

pub use budget::FLIGHT;

pub use config::{
    Budget, Endings, Group, Inhibition, MattersConfig, QuietHours, Repeat, Windows, Words,
};
pub use labels::{Label, Labels, Matcher, Pattern};
pub use outgoing::{Account, Held, Outcome, Outgoing, Reason, Round, Tally, Untold};
pub use rules::Rules;
pub use shelf::{Kept, Shelf};
pub use silence::{Silence, SilenceCommand, SilenceError, Silences};
pub use state::{Accounts, State};
