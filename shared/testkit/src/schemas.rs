use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::Value;

use crate::fixtures::workspace_root;

/// Set to anything, it lets [`hold_schema`] write instead of compare.
const UPDATE: &str = "UPDATE_SCHEMAS";

/// Compiling a schema takes much longer than asking it, and a simulation asks
/// thousands of times.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

fn validator(name: &str) -> Arc<Validator> {
    // A poisoned map is whole: a schema that is none panics before it is entered.
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = known.get(name) {
        return Arc::clone(validator);
    }
    let validator = jsonschema::validator_for(&published(name))
        .unwrap_or_else(|error| panic!("docs/schemas/{name}.json is no schema: {error}"));
    let validator = Arc::new(validator);
    known.insert(name.to_owned(), Arc::clone(&validator));
    validator
}

fn path(name: &str) -> PathBuf {
    workspace_root()
        .join("docs/schemas")
        .join(format!("{name}.json"))
}

fn published(name: &str) -> Value {
    let path = path(name);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{} is not JSON: {error}", path.display()))
}

/// Holds a schema that the code makes against `docs/schemas/<name>.json`.
/// With `UPDATE_SCHEMAS=1` in the environment it writes the file anew.
pub fn hold_schema(name: &str, made: &Value) {
    let path = path(name);
    if std::env::var_os(UPDATE).is_some() {
        let text = serde_json::to_string_pretty(made).expect("a schema is JSON");
        let folder = path.parent().expect("docs/schemas");
        fs::create_dir_all(folder).expect("a writable folder");
        fs::write(&path, text + "\n").unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    assert!(
        published(name) == *made,
        "docs/schemas/{name}.json is not what the code says any more; \
         run the test with {UPDATE}=1 and review the difference"
    );
}

/// What a document breaks of `docs/schemas/<name>.json`, in words.
pub fn violations(name: &str, document: &Value) -> Vec<String> {
    validator(name)
        .iter_errors(document)
        .map(|error| format!("at `{}`: {error}", error.instance_path()))
        .collect()
}

/// Fails unless the document keeps `docs/schemas/<name>.json`.
pub fn assert_valid(name: &str, document: &Value) {
    let violations = violations(name, document);
    assert!(
        violations.is_empty(),
        "docs/schemas/{name}.json is broken:\n{}\nby {document:#}",
        violations.join("\n")
    );
}
