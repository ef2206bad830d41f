//! Several tags of one resource in one value: `key=value; key=value`.

use super::Part;
use crate::problem::Problem;

/// One tag of the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'v> {
    /// The key as it was written.
    pub key: Part<'v>,
    pub value: Part<'v>,
}

/// Splits a value at semicolons and line ends into tags, each a key, `=` and a value.
pub(super) fn split<'v>(value: &'v str, example: &str) -> Result<Vec<Tag<'v>>, Vec<Problem>> {
    let mut tags = Vec::new();
    let mut problems = Vec::new();
    for piece in Part::whole(value).split(|c| c == ';' || c == '\n') {
        let piece = piece.trim();
        if piece.text.is_empty() {
            continue;
        }
        match piece.cut(|c| c == '=') {
            Some((key, value)) => tags.push(Tag {
                key: key.trim(),
                value: value.trim(),
            }),
            None => problems.push(piece.problem(
                format!("expected a tag and its value, found `{}`", piece.text),
                format!("write `{example}`"),
            )),
        }
    }
    if tags.is_empty() && problems.is_empty() {
        problems.push(Problem::new(
            0,
            "the value is empty",
            format!("write `{example}`"),
        ));
    }
    if problems.is_empty() {
        Ok(tags)
    } else {
        Err(problems)
    }
}
