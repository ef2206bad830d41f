//! The Query protocols: a form in, XML out.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::estate::Tags;

/// A form's fields in the order of their names.
#[derive(Debug)]
pub(super) struct Form {
    fields: BTreeMap<String, String>,
}

impl Form {
    pub fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let fields = text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (decode(key), decode(value)))
            .collect();
        Self { fields }
    }

    pub fn one(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.one(name)?.parse().ok()
    }

    /// The values of `prefix1`, `prefix2` ...
    pub fn list(&self, prefix: &str) -> Vec<&str> {
        (1..)
            .map_while(|index| self.one(&format!("{prefix}{index}")))
            .collect()
    }

    /// Filters as pairs of name and values: `prefix1.Name`, and under it
    /// `values1`, `values2` ...
    pub fn filters(&self, prefix: &str, values: &str) -> Vec<(&str, Vec<&str>)> {
        (1..)
            .map_while(|index| {
                let name = self.one(&format!("{prefix}{index}.Name"))?;
                Some((name, self.list(&format!("{prefix}{index}.{values}"))))
            })
            .collect()
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let hex = std::str::from_utf8(&digits).unwrap_or_default();
                bytes.push(u8::from_str_radix(hex, 16).unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A whole answer of the Query protocol.
pub(super) fn result(operation: &str, content: &str) -> Vec<u8> {
    format!(
        "<{operation}Response><{operation}Result>{content}</{operation}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{operation}Response>"
    )
    .into_bytes()
}

/// Tags as XML elements, each a `name`.
pub(super) fn tags(text: &mut String, name: &str, keys: (&str, &str), tags: &Tags) {
    let (key_name, value_name) = keys;
    for (key, value) in tags {
        let _ = write!(
            text,
            "<{name}><{key_name}>{}</{key_name}><{value_name}>{}</{value_name}></{name}>",
            escape(key),
            escape(value)
        );
    }
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Whether tags pass a filter such as `tag:Environment`.
pub(super) fn tag_matches(tags: &Tags, filter: &str, values: &[&str]) -> bool {
    filter
        .strip_prefix("tag:")
        .and_then(|key| tags.get(key))
        .is_some_and(|value| values.contains(&value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_with_its_lists() {
        let form = Form::read(b"Action=X&F.1.Name=tag%3AA+b&F.1.V.1=1&F.1.V.2=2&F.2.Name=c");
        assert_eq!(form.one("Action"), Some("X"));
        let filters = form.filters("F.", "V.");
        assert_eq!(filters, [("tag:A b", vec!["1", "2"]), ("c", vec![])]);
    }
}
