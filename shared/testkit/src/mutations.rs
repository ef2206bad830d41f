//! Makes many broken events of a good one. What arrives from outside may lack
//! any field, have any type and carry any text; a function may refuse it with a
//! clear error, but it must not panic.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value, json};

use crate::hostile::texts;

/// A list longer than a screen, a message or a page of an API.
const MANY: usize = 300;
/// Deep, yet within what `serde_json` reads.
const DEEP: usize = 60;

/// One broken event.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// Where it was changed, as a JSON pointer; `!` stands for JSON inside a text.
    pub place: String,
    /// What was done there.
    pub change: String,
    /// The event as it would arrive.
    pub event: Value,
}

/// A mutation that something could not take.
#[derive(Clone, Debug)]
pub struct Panicked {
    /// Where it was changed.
    pub place: String,
    /// What was done there.
    pub change: String,
    /// The panic's words.
    pub message: String,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`: {}", self.change, self.place, self.message)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
    /// A text that holds JSON, as the body of a queue's message does.
    Inside,
}

#[derive(Clone, Debug)]
enum Change {
    Drop,
    Replace(&'static str, Value),
}

/// Every mutation of `event`, one change each. They are made one by one as the
/// iterator runs: some are large.
pub fn mutations(event: &Value) -> impl Iterator<Item = Mutation> + '_ {
    sampled(event, 1, 0)
}

/// Every `step`th mutation, beginning with number `first`.
fn sampled(event: &Value, step: usize, first: usize) -> impl Iterator<Item = Mutation> + '_ {
    let mut places = Vec::new();
    collect(event, &mut Vec::new(), &mut places);
    let changes = places.into_iter().flat_map(move |place| {
        let found = at(event, &place).unwrap_or(Value::Null);
        let whole = place.is_empty();
        let dropped = (!whole).then_some(Change::Drop);
        let changes: Vec<Change> = dropped.into_iter().chain(changes(&found)).collect();
        changes
            .into_iter()
            .map(move |change| (place.clone(), change))
    });
    changes
        .skip(first)
        .step_by(step)
        .map(move |(place, change)| Mutation {
            event: changed(event, &place, &change).unwrap_or(Value::Null),
            place: pointer(&place),
            change: match change {
                Change::Drop => "dropped".to_owned(),
                Change::Replace(what, _) => what.to_owned(),
            },
        })
}

/// The mutations among `mutations` at which `run` panics.
pub fn panics<T>(
    mutations: impl Iterator<Item = Mutation>,
    mut run: impl FnMut(&Mutation) -> T,
) -> Vec<Panicked> {
    mutations
        .filter_map(|mutation| {
            let outcome = catch_unwind(AssertUnwindSafe(|| run(&mutation)));
            outcome.err().map(|panic| Panicked {
                place: mutation.place.clone(),
                change: mutation.change.clone(),
                message: panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
                    .unwrap_or_default(),
            })
        })
        .collect()
}

/// Fails with the list of the mutations at which `run` panics. `run` may
/// assert what must hold for every answer.
///
/// An unoptimised build takes milliseconds for each, so one in five is tried,
/// other ones for every `name`; `NIGHTSHIFT_MUTATIONS=all` tries all.
pub fn assert_survives<T>(name: &str, event: &Value, run: impl FnMut(&Mutation) -> T) {
    const STEP: usize = 5;
    let all = std::env::var("NIGHTSHIFT_MUTATIONS").is_ok_and(|which| which == "all");
    let step = if all { 1 } else { STEP };
    let first = name.bytes().map(usize::from).sum::<usize>() % step;
    let panics = panics(sampled(event, step, first), run);
    let list: Vec<String> = panics.iter().map(ToString::to_string).collect();
    assert!(
        panics.is_empty(),
        "{name}: {} mutations end in a panic\n{}",
        panics.len(),
        list.join("\n")
    );
}

fn collect(value: &Value, here: &mut Vec<Step>, places: &mut Vec<Vec<Step>>) {
    places.push(here.clone());
    let mut descend = |step: Step, inner: &Value, here: &mut Vec<Step>| {
        here.push(step);
        collect(inner, here, places);
        here.pop();
    };
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                descend(Step::Key(key.clone()), inner, here);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                // Long lists hold the same kind of thing; their ends are enough.
                if index < 2 || index + 1 == items.len() {
                    descend(Step::Index(index), inner, here);
                }
            }
        }
        Value::String(text) => {
            if let Some(inner) = inside(text) {
                descend(Step::Inside, &inner, here);
            }
        }
        _ => {}
    }
}

fn inside(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .ok()
        .filter(|inner: &Value| inner.is_object() || inner.is_array())
}

fn pointer(place: &[Step]) -> String {
    place
        .iter()
        .map(|step| match step {
            Step::Key(key) => format!("/{key}"),
            Step::Index(index) => format!("/{index}"),
            Step::Inside => "/!".to_owned(),
        })
        .collect()
}

fn at(value: &Value, place: &[Step]) -> Option<Value> {
    let Some((step, rest)) = place.split_first() else {
        return Some(value.clone());
    };
    match (step, value) {
        (Step::Key(key), Value::Object(fields)) => at(fields.get(key)?, rest),
        (Step::Index(index), Value::Array(items)) => at(items.get(*index)?, rest),
        (Step::Inside, Value::String(text)) => at(&inside(text)?, rest),
        _ => None,
    }
}

/// The value with the change made at `place`; nothing if it is dropped itself.
fn changed(value: &Value, place: &[Step], change: &Change) -> Option<Value> {
    let Some((step, rest)) = place.split_first() else {
        return match change {
            Change::Drop => None,
            Change::Replace(_, replacement) => Some(replacement.clone()),
        };
    };
    let mut whole = value.clone();
    match (step, &mut whole) {
        (Step::Key(key), Value::Object(fields)) => match changed(&fields[key], rest, change) {
            Some(inner) => drop(fields.insert(key.clone(), inner)),
            None => drop(fields.remove(key)),
        },
        (Step::Index(index), Value::Array(items)) => match changed(&items[*index], rest, change) {
            Some(inner) => items[*index] = inner,
            None => drop(items.remove(*index)),
        },
        (Step::Inside, Value::String(text)) => {
            if let Some(inner) = inside(text).and_then(|inner| changed(&inner, rest, change)) {
                *text = inner.to_string();
            }
        }
        _ => {}
    }
    Some(whole)
}

fn changes(value: &Value) -> Vec<Change> {
    let mut all: Vec<(&'static str, Value)> = vec![
        ("made null", Value::Null),
        ("made a boolean", json!(true)),
        ("made a number", json!(-1)),
        ("made a text", json!("text")),
        ("made a list", json!([{}])),
        ("made an object", json!({"unexpected": [null]})),
    ];
    match value {
        Value::String(text) => all.extend(texts(text)),
        Value::Number(_) => all.extend(numbers()),
        Value::Array(items) => all.extend(lists(items)),
        Value::Object(fields) => all.extend(objects(fields)),
        Value::Bool(flag) => all.push(("turned", json!(!flag))),
        Value::Null => {}
    }
    all.into_iter()
        .filter(|(_, replacement)| replacement != value)
        .map(|(what, replacement)| Change::Replace(what, replacement))
        .collect()
}

fn numbers() -> Vec<(&'static str, Value)> {
    vec![
        ("made zero", json!(0)),
        ("made a fraction", json!(0.5)),
        ("made the largest integer", json!(i64::MAX)),
        ("made the smallest integer", json!(i64::MIN)),
        ("made the largest unsigned", json!(u64::MAX)),
        ("made the largest float", json!(f64::MAX)),
        ("made a tiny float", json!(f64::MIN_POSITIVE)),
    ]
}

fn lists(items: &[Value]) -> Vec<(&'static str, Value)> {
    let first = items.first().cloned().unwrap_or(Value::Null);
    let mut all = vec![
        ("emptied", json!([])),
        ("made a list of nulls", json!(vec![Value::Null; 3])),
        ("made a list of texts", json!(["<!channel>", "", "\u{0}"])),
        ("nested", nested(first.clone(), |inner| json!([inner]))),
    ];
    // Many copies of something large test the memory of the machine, nothing else.
    if first.to_string().len() < 10_000 {
        all.push(("made long", json!(vec![first; MANY])));
    }
    all
}

fn objects(fields: &Map<String, Value>) -> Vec<(&'static str, Value)> {
    let mut hostile = fields.clone();
    hostile.insert("<!channel>\u{0}".to_owned(), json!("unexpected"));
    hostile.insert(String::new(), json!([[[]]]));
    vec![
        ("emptied", json!({})),
        ("with unknown fields", Value::Object(hostile)),
        (
            "nested",
            nested(
                Value::Object(fields.clone()),
                |inner| json!({"nested": inner}),
            ),
        ),
    ]
}

fn nested(innermost: Value, wrap: impl Fn(Value) -> Value) -> Value {
    (0..DEEP).fold(innermost, |inner, _| wrap(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(event: &Value, place: &str, change: &str) -> Value {
        mutations(event)
            .find(|mutation| mutation.place == place && mutation.change == change)
            .unwrap_or_else(|| panic!("no {change} at {place}"))
            .event
    }

    #[test]
    fn every_place_is_changed_in_every_way() {
        let event = json!({"a": [1, "x"], "body": "{\"b\":{\"c\":2}}"});
        assert_eq!(found(&event, "/a/0", "dropped")["a"], json!(["x"]));
        assert_eq!(found(&event, "/a", "emptied")["a"], json!([]));
        assert_eq!(
            found(&event, "/a", "made long")["a"]
                .as_array()
                .unwrap()
                .len(),
            MANY
        );
        assert_eq!(found(&event, "", "made a text"), json!("text"));
        let inside = found(&event, "/body/!/b/c", "made the largest integer");
        assert_eq!(
            inside["body"],
            json!(format!("{{\"b\":{{\"c\":{}}}}}", i64::MAX))
        );
    }

    #[test]
    fn no_mutation_is_the_event_itself_and_all_can_be_sent() {
        let event = json!({"text": "text", "list": [], "flag": true, "none": null});
        for mutation in mutations(&event) {
            assert_ne!(mutation.event, event, "{mutation:?}");
            let sent = mutation.event.to_string();
            assert!(
                serde_json::from_str::<Value>(&sent).is_ok(),
                "{}",
                mutation.change
            );
        }
    }

    #[test]
    fn panics_are_told_with_their_place() {
        let event = json!({"a": {"b": 1}});
        let panics = panics(mutations(&event), |mutation| {
            assert!(mutation.event["a"]["b"] != json!(i64::MAX), "too large");
        });
        let list: Vec<String> = panics.iter().map(ToString::to_string).collect();
        assert_eq!(list, ["made the largest integer at `/a/b`: too large"]);
    }
}
