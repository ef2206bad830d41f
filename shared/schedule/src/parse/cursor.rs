//! Walks over the tokens of one window.

use super::lexer::{Kind, Token};
use crate::problem::Problem;

/// A place among the tokens of one window, and where its problems go.
pub(super) struct Cursor<'t, 'v, 'p> {
    tokens: &'t [Token<'v>],
    next: usize,
    end: usize,
    problems: &'p mut Vec<Problem>,
}

impl<'t, 'v, 'p> Cursor<'t, 'v, 'p> {
    pub fn new(tokens: &'t [Token<'v>], end: usize, problems: &'p mut Vec<Problem>) -> Self {
        Self {
            tokens,
            next: 0,
            end,
            problems,
        }
    }

    /// The offset of the next token, or of the window's end.
    pub fn position(&self) -> usize {
        self.peek().map_or(self.end, |token| token.position)
    }

    pub fn peek(&self) -> Option<Token<'v>> {
        self.tokens.get(self.next).copied()
    }

    /// The token some places after the next one.
    pub fn peek_at(&self, places: usize) -> Option<Token<'v>> {
        self.tokens.get(self.next + places).copied()
    }

    pub fn advance(&mut self) {
        self.next += 1;
    }

    /// The next token's text, if it is an atom; it is taken.
    pub fn atom(&mut self) -> Option<Token<'v>> {
        let token = self.peek().filter(|token| token.kind == Kind::Atom)?;
        self.advance();
        Some(token)
    }

    /// Whether the next token is of this kind; it is taken if so.
    pub fn take(&mut self, kind: Kind) -> bool {
        let there = self.peek().is_some_and(|token| token.kind == kind);
        if there {
            self.advance();
        }
        there
    }

    /// The next token in words.
    pub fn found(&self) -> String {
        self.peek()
            .map_or_else(|| "the end".to_owned(), |token| format!("`{}`", token.text))
    }

    pub fn problem(
        &mut self,
        position: usize,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems.push(Problem::new(position, message, hint));
    }

    /// Reports that something else was expected at the next token.
    pub fn expected(&mut self, what: &str, hint: impl Into<String>) {
        let message = format!("expected {what}, found {}", self.found());
        let position = self.position();
        self.problem(position, message, hint);
    }

    /// The number of problems so far, to see whether a part had any.
    pub fn problem_count(&self) -> usize {
        self.problems.len()
    }
}
