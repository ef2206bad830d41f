//! Splits a value into atoms and signs, each with its character offset.

use crate::problem::Problem;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word, number, time of day or part of a date.
    Atom,
    Dash,
    Slash,
    Plus,
}

/// A piece of the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'v> {
    pub kind: Kind,
    pub text: &'v str,
    /// Character offset from the beginning of the whole value.
    pub position: usize,
}

/// The value in pieces: what stands before the zone, and the zone's text with its offset.
pub(super) struct Pieces<'v> {
    pub tokens: Vec<Token<'v>>,
    pub zone: Option<(&'v str, usize)>,
    /// The offset one past the last character.
    pub end: usize,
}

/// Characters that a value may have: those that every AWS service takes in a tag value,
/// letters and digits of ASCII only.
pub(crate) fn is_legal(character: char) -> bool {
    character.is_ascii_alphanumeric() || " _.:/=+-@".contains(character)
}

/// Splits `text`, whose first character is the `offset`th of the value.
///
/// An illegal character becomes a problem, and stands for the sign that was probably meant, so
/// that the rest can be read.
pub(super) fn split<'v>(text: &'v str, offset: usize, problems: &mut Vec<Problem>) -> Pieces<'v> {
    let end = offset + text.chars().count();
    let mut pieces = Pieces {
        tokens: Vec::new(),
        zone: None,
        end,
    };
    let mut characters = text.char_indices().enumerate().peekable();
    while let Some((index, (start, character))) = characters.next() {
        let position = offset + index;
        let kind = match character {
            ' ' => continue,
            '@' => {
                let zone = &text[start + 1..];
                report_illegal(zone, position + 1, problems);
                pieces.zone = Some((zone, position + 1));
                break;
            }
            '-' => Kind::Dash,
            '/' => Kind::Slash,
            '+' => Kind::Plus,
            _ if is_atom(character) => {
                let mut stop = start + character.len_utf8();
                while let Some((_, (at, _))) = characters.next_if(|(_, (_, next))| is_atom(*next)) {
                    stop = at + 1;
                }
                pieces.tokens.push(Token {
                    kind: Kind::Atom,
                    text: &text[start..stop],
                    position,
                });
                continue;
            }
            _ => {
                let after_time = pieces
                    .tokens
                    .last()
                    .is_some_and(|token| token.text.contains(':'));
                problems.push(illegal(character, position, after_time));
                match stand_in(character, after_time) {
                    Some(kind) => kind,
                    None => continue,
                }
            }
        };
        pieces.tokens.push(Token {
            kind,
            text: &text[start..start + character.len_utf8()],
            position,
        });
    }
    pieces
}

fn is_atom(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_.:=".contains(character)
}

fn is_dash(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2015}' | '\u{2212}' | '~')
}

fn stand_in(character: char, after_time: bool) -> Option<Kind> {
    match character {
        ',' | ';' | '&' | '|' if after_time => Some(Kind::Plus),
        ',' | ';' | '&' | '|' | '\\' => Some(Kind::Slash),
        _ if is_dash(character) => Some(Kind::Dash),
        _ => None,
    }
}

fn illegal(character: char, position: usize, after_time: bool) -> Problem {
    let shown = if character.is_control() || character.is_whitespace() {
        format!("U+{:04X}", u32::from(character))
    } else {
        format!("`{character}`")
    };
    let hint = match character {
        ',' | ';' | '&' | '|' if after_time => "write `+` between two windows".to_owned(),
        ',' | ';' | '&' | '|' | '\\' => {
            "write `/` between days (`Mon/Wed/Fri`) and `+` between windows".to_owned()
        }
        '*' | '?' => "write `daily` for every day".to_owned(),
        _ if is_dash(character) => "write a plain `-`".to_owned(),
        _ if character.is_whitespace() => "write a plain space".to_owned(),
        _ => "leave it out".to_owned(),
    };
    Problem::new(
        position,
        format!(
            "{shown} is not allowed: a tag value has letters (A to Z), digits, space and `_ . : / = + - @`"
        ),
        hint,
    )
}

/// Reports the illegal characters of a text that is not split further.
fn report_illegal(text: &str, offset: usize, problems: &mut Vec<Problem>) {
    for (index, character) in text.chars().enumerate() {
        if !is_legal(character) {
            problems.push(illegal(character, offset + index, true));
        }
    }
}
