//! The lines of iCalendar: unfolded, and split into names, parameters and values.

use super::ics::CalendarError;

/// A logical line: a name, parameters and a value.
#[derive(Clone, Debug)]
pub(super) struct Property {
    pub line: usize,
    pub name: String,
    parameters: Vec<(String, String)>,
    pub value: String,
}

impl Property {
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the line begins or ends a component.
    pub fn is(&self, name: &str, component: &str) -> bool {
        self.name == name && self.value.trim().eq_ignore_ascii_case(component)
    }
}

/// Joins folded lines and splits each into name, parameters and value.
pub(super) fn unfold(text: &str, errors: &mut Vec<CalendarError>) -> Vec<Property> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    let mut properties = Vec::new();
    for (line, text) in lines {
        match property(line, &text) {
            Some(property) => properties.push(property),
            None => errors.push(CalendarError::new(
                line,
                format!("expected a name, `:` and a value, found `{text}`"),
                "the file is damaged",
            )),
        }
    }
    properties
}

fn property(line: usize, text: &str) -> Option<Property> {
    let mut quoted = false;
    let mut colon = None;
    let mut semicolons = Vec::new();
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ';' if !quoted => semicolons.push(at),
            ':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon?;
    let ends = semicolons.iter().copied().chain([colon]);
    let starts = semicolons.iter().map(|at| at + 1);
    let name = &text[..semicolons.first().copied().unwrap_or(colon)];
    let parameters = starts
        .zip(ends.skip(1))
        .filter_map(|(from, to)| text[from..to].split_once('='))
        .map(|(key, value)| (key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        .collect();
    Some(Property {
        line,
        name: name.trim().to_ascii_uppercase(),
        parameters,
        value: text[colon + 1..].to_owned(),
    })
}

/// Undoes the escapes of a text, which becomes one line.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.trim().chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => plain.push(' '),
                Some(escaped) => plain.push(escaped),
                None => {}
            },
            _ => plain.push(character),
        }
    }
    plain
}
