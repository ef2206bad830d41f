//! Schedules: windows in which a resource runs, and what they mean at any instant.
//!
//! Pure: no I/O and no clock. The tz database is the one that is compiled in.
//!
//! - [`Schedule::parse`] reads a tag value; every error has a position and a suggestion.
//! - [`Schedule::at`] says what is wanted at an instant, since when, until when and why.
//! - [`Schedule::transitions`] lists the changes ahead.
//! - [`read`] reads a value in the grammar or in another tool's syntax, and [`explain`] answers a
//!   question about it; both stand on the same code, so that they cannot disagree.
//!
//! ```
//! use nightshift_schedule::{Calendar, Context, Desired, Parsed, Schedule, Zone};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let context = Context::new(Zone::named("America/New_York")?);
//! let Parsed::Schedule(schedule) = Schedule::parse("Mon-Fri 07:00-19:00", &context) else {
//!     panic!("office hours are a schedule");
//! };
//!
//! // Monday, seven in the evening in New York: the window has just closed.
//! let standing = schedule.at("2026-11-24T00:00:00Z".parse()?, &Calendar::default());
//! assert_eq!(standing.desired, Desired::Off);
//! assert_eq!(standing.until, Some("2026-11-24T12:00:00Z".parse()?));
//! # Ok(())
//! # }
//! ```
//!
//! # Meaning
//!
//! Each window becomes an interval of UTC first, from its begin up to but not including its end;
//! only then are windows compared. The schedule is their union, and windows that touch are one.
//!
//! - The tail of an overnight window belongs to the day that opened it.
//! - A local time that is missing because clocks are set forward is shifted by the same amount;
//!   of a time that occurs twice the first is meant. If nothing is left of a window because its
//!   begin is shifted past its end, its end is shifted as well: it keeps its length.
//! - On a closed date everything is off, from local midnight to midnight: the tail of a window
//!   that opened the day before is cut, a window over several days is interrupted. A daily
//!   window that would open on a closed date does not open, and has no tail the day after.
//!   Only `always` is not stopped on closed dates.
//! - On a frozen date nothing is wanted. A change that falls on it comes when it is over.

mod calendar;
mod days;
mod explain;
mod import;
mod parse;
mod problem;
mod schedule;
mod standing;
mod suggest;
mod timeline;
mod window;
mod zone;

pub use calendar::{Calendar, CalendarError, Effect};
pub use days::Days;
pub use explain::{Explanation, MOST_DAYS, Reading, explain, read};
pub use import::{Syntax, UnknownSyntax};
pub use parse::Hours;
pub use problem::Problem;
pub use schedule::{Context, OPT_OUT_WORDS, Parsed, Schedule};
pub use standing::{Desired, Standing, Transition};
pub use window::{TimeOfDay, Window};
pub use zone::{Zone, ZoneError, tzdb_version, zone_names};
