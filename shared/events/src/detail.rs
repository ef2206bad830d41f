use jiff::Timestamp;
use nightshift_core::Tags;
use serde_json::Value;

use crate::instant;

static NOTHING: Value = Value::Null;

/// A place in an event. Every field may be missing, have another type or carry
/// any text, and costs only itself.
#[derive(Clone, Copy, Debug)]
pub struct Detail<'a>(&'a Value);

impl<'a> Detail<'a> {
    /// The place that holds this value.
    pub const fn of(value: &'a Value) -> Self {
        Self(value)
    }

    /// The value that is there; null where nothing is.
    pub const fn value(self) -> &'a Value {
        self.0
    }

    /// One field, whatever characters its name has.
    #[must_use]
    pub fn field(self, name: &str) -> Self {
        Self(self.0.get(name).unwrap_or(&NOTHING))
    }

    /// The place at the end of a path such as `service/action/actionType`.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        path.split('/')
            .filter(|name| !name.is_empty())
            .fold(self, Self::field)
    }

    /// Whether anything is there.
    pub fn is_there(self) -> bool {
        !self.0.is_null()
    }

    /// A text that is not blank.
    pub fn text(self, path: &str) -> Option<&'a str> {
        let text = self.at(path).0.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The first of several places that has a text.
    pub fn first(self, paths: &[&str]) -> Option<&'a str> {
        paths.iter().find_map(|path| self.text(path))
    }

    /// A text, a number or a truth value, as a person would write it.
    pub fn words(self, path: &str) -> Option<String> {
        match self.at(path).0 {
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(true) => Some("yes".to_owned()),
            Value::Bool(false) => Some("no".to_owned()),
            _ => self.text(path).map(str::to_owned),
        }
    }

    /// A number, also one that is written as a text.
    pub fn number(self, path: &str) -> Option<f64> {
        let number = match self.at(path).0 {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite())
    }

    /// How often, also where it is written as a text.
    pub fn count(self, path: &str) -> Option<u64> {
        match self.at(path).0 {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A truth value, also one that is written as a text.
    pub fn flag(self, path: &str) -> Option<bool> {
        match self.at(path).0 {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// An instant, in any of the ways in which AWS writes one.
    pub fn time(self, path: &str) -> Option<Timestamp> {
        instant::read(self.at(path).0)
    }

    /// What a list holds; a lone object counts as a list of one.
    pub fn items(self, path: &str) -> impl Iterator<Item = Self> + use<'a> {
        let list: &'a [Value] = match self.at(path).0 {
            Value::Array(list) => list,
            object @ Value::Object(_) => std::slice::from_ref(object),
            _ => &[],
        };
        list.iter().map(Self)
    }

    /// The texts of a list; a lone text counts as a list of one.
    pub fn texts(self, path: &str) -> Vec<&'a str> {
        match self.at(path).0 {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            Value::String(text) => vec![text.as_str()],
            _ => Vec::new(),
        }
    }

    /// The fields of an object.
    pub fn fields(self) -> impl Iterator<Item = (&'a str, Self)> + use<'a> {
        self.0
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), Self(value)))
    }

    /// Tags: an object, or a list of `key` or `name` and `value` in either case.
    pub fn tags(self, path: &str) -> Tags {
        let place = self.at(path);
        if place.0.is_object() {
            return place
                .fields()
                .filter_map(|(key, value)| Some((key.to_owned(), value.words("")?)))
                .collect();
        }
        place
            .items("")
            .filter_map(|tag| {
                let key = tag.first(&["key", "name", "Key", "Name"])?;
                let value = tag.first(&["value", "Value"]).unwrap_or_default();
                Some((key.to_owned(), value.to_owned()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_value_is_read_leniently() {
        let event = json!({
            "a": {"b": [{"key": "x", "value": "1"}, {"name": "y"}, 7]},
            "n": "40", "m": 4.5, "t": "true", "blank": "  ", "one": {"id": 1}
        });
        let event = Detail::of(&event);
        assert_eq!(event.number("n"), Some(40.0));
        assert_eq!(event.count("n"), Some(40));
        assert_eq!(event.words("m").as_deref(), Some("4.5"));
        assert_eq!(event.flag("t"), Some(true));
        assert_eq!(event.text("blank"), None);
        assert_eq!(event.items("one").count(), 1);
        assert_eq!(event.items("n").count(), 0);
        let tags = event.tags("a/b");
        assert_eq!(tags.get("x").map(String::as_str), Some("1"));
        assert_eq!(tags.get("y").map(String::as_str), Some(""));
        assert!(!event.at("a/b/c/d").is_there());
    }
}
