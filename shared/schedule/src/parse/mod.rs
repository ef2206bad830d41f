//! The grammar, read by hand so that every error has a place and a suggestion.
//!
//! ```text
//! hours    = "always" | window { "+" window }
//! window   = days time "-" time
//!          | weekday time "-" weekday time
//!          | date "T" time "-" date "T" time
//! days     = item { "/" item }
//! item     = "daily" | weekday [ "-" weekday ] | ordinal "-" weekday
//!          | "day-" number | "last-day"
//! weekday  = "Mon" | "Tue" | ... (or in full, any case)
//! ordinal  = "1st" | "2nd" | "3rd" | "4th" | "5th" | "last"
//! ```

mod cursor;
mod days;
mod lexer;
mod times;
mod windows;

pub(crate) use days::weekday;
pub(crate) use lexer::is_legal;
pub(crate) use times::minutes;

use crate::problem::Problem;
use crate::suggest::nearest;
use crate::window::Window;
use crate::zone::Zone;

use cursor::Cursor;
use lexer::{Kind, Token};

/// The hours of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hours {
    /// Runs at every instant and is never stopped, not on closed dates either.
    Always,
    /// Runs while any of the windows is open.
    Windows(Vec<Window>),
}

/// What a text says: hours, and the zone if it names one.
pub(crate) struct Text {
    pub hours: Hours,
    pub zone: Option<Zone>,
}

/// Words that have their own place in the grammar, for suggestions.
const WORDS: &[&str] = &[
    "always", "daily", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "last", "day", "1st",
    "2nd", "3rd", "4th", "5th",
];

/// Reads a trimmed text whose first character is the `offset`th of the value. `names` are the
/// other words that could stand in its place, for suggestions.
pub(crate) fn parse(text: &str, offset: usize, names: &[&str]) -> Result<Text, Vec<Problem>> {
    let mut problems = Vec::new();
    let pieces = lexer::split(text, offset, &mut problems);
    let zone = pieces
        .zone
        .and_then(|(text, position)| read_zone(text, position, &mut problems));
    let until = pieces
        .zone
        .map_or(pieces.end, |(_, position)| position.saturating_sub(1));
    let hours = read_hours(&pieces.tokens, until, names, &mut problems);
    match hours {
        Some(hours) if problems.is_empty() => Ok(Text { hours, zone }),
        _ => {
            problems.sort_by_key(|problem| problem.position);
            problems.dedup();
            Err(problems)
        }
    }
}

fn read_hours(
    tokens: &[Token<'_>],
    end: usize,
    names: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Hours> {
    if let [only] = tokens
        && only.text.eq_ignore_ascii_case("always")
    {
        return Some(Hours::Always);
    }
    if let Some(problem) = lone_word(tokens, names) {
        problems.push(problem);
        return None;
    }
    let mut windows: Vec<Window> = Vec::new();
    let mut begin = 0;
    for stop in (0..=tokens.len()).filter(|at| tokens.get(*at).is_none_or(|t| t.kind == Kind::Plus))
    {
        let limit = tokens.get(stop).map_or(end, |plus| plus.position);
        let mut cursor = Cursor::new(&tokens[begin..stop], limit, problems);
        let position = cursor.position();
        if let Some(window) = windows::read(&mut cursor) {
            if windows.contains(&window) {
                problems.push(Problem::new(
                    position,
                    format!("the window `{window}` is there twice"),
                    "leave one of them out",
                ));
            }
            windows.push(window);
        }
        begin = stop + 1;
    }
    problems.is_empty().then_some(Hours::Windows(windows))
}

/// A text without any time of day or number is a word that is not known.
fn lone_word(tokens: &[Token<'_>], names: &[&str]) -> Option<Problem> {
    let first = tokens.first()?;
    let is_word = |token: &Token<'_>| match token.kind {
        Kind::Atom => !token.text.contains(':'),
        Kind::Dash => true,
        Kind::Slash | Kind::Plus => false,
    };
    if !tokens.iter().all(is_word) || days::opens_with_day(tokens) {
        return None;
    }
    let word: String = tokens.iter().map(|token| token.text).collect();
    if word.starts_with(|c: char| c.is_ascii_digit()) && word.len() > 1 {
        return None;
    }
    let hint = match word.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" | "24x7" | "247" | "running" => {
            "write `always` for a resource that is never stopped".to_owned()
        }
        "business-hours" | "default" | "office-hours" | "officehours" if names.is_empty() => {
            "no named schedule is configured: write the hours out, such as `Mon-Fri 07:00-19:00`"
                .to_owned()
        }
        _ => {
            let words = names
                .iter()
                .chain(WORDS)
                .chain(crate::schedule::OPT_OUT_WORDS);
            nearest(&word, words.copied()).map_or_else(
                || {
                    if names.is_empty() {
                        "write hours such as `Mon-Fri 07:00-19:00`, or `always`".to_owned()
                    } else {
                        let known: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
                        format!(
                            "write hours such as `Mon-Fri 07:00-19:00`, `always`, or one of the named schedules {}",
                            known.join(", ")
                        )
                    }
                },
                |meant| format!("did you mean `{meant}`?"),
            )
        }
    };
    Some(Problem::new(
        first.position,
        format!("`{word}` is neither hours nor the name of a schedule"),
        hint,
    ))
}

fn read_zone(text: &str, offset: usize, problems: &mut Vec<Problem>) -> Option<Zone> {
    let lead = text.len() - text.trim_start_matches(' ').len();
    let position = offset + lead;
    let text = text.trim_matches(' ');
    let (name, rest) = text
        .find([' ', '@'])
        .map_or((text, ""), |at| text.split_at(at));
    if rest.is_empty() {
        return Zone::named(name)
            .map_err(|error| problems.push(Problem::new(position, error.message, error.hint)))
            .ok();
    }
    let joined = text.replace(' ', "_");
    let (message, hint) = if let Ok(zone) = Zone::named(&joined) {
        (
            format!("`{text}` is not a time zone of the IANA database"),
            format!("did you mean `{zone}`?"),
        )
    } else {
        if let Err(error) = Zone::named(name) {
            problems.push(Problem::new(position, error.message, error.hint));
        }
        (
            "expected the end after the time zone".to_owned(),
            "write one zone, at the end: it holds for every window".to_owned(),
        )
    };
    let skipped = rest.len() - rest.trim_start_matches(' ').len();
    problems.push(Problem::new(
        position + name.chars().count() + skipped,
        message,
        hint,
    ));
    None
}
