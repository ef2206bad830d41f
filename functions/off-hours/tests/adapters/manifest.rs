//! The manifest allows exactly what the code calls.

use std::collections::BTreeSet;
use std::fs;

use nightshift_testkit::package_root;
use serde_json::Value;

/// What the function needs beside its own calls: the shared edge's, and what
/// services do in its name.
const BESIDE: [&str; 8] = [
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "sns:Publish",
    "ssm:GetParameter",
];

/// Every text in the sources that has the form of an IAM action.
fn called() -> BTreeSet<String> {
    let sources = package_root().join("src");
    let mut texts = vec![fs::read_to_string(sources.join("model/call.rs")).unwrap()];
    for entry in fs::read_dir(sources.join("aws")).unwrap() {
        texts.push(fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    texts
        .iter()
        .flat_map(|text| text.split('"'))
        .filter(|text| is_action(text))
        .map(str::to_owned)
        .collect()
}

fn is_action(text: &str) -> bool {
    text.split_once(':').is_some_and(|(service, operation)| {
        let mut letters = operation.chars();
        !service.is_empty()
            && service
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && letters
                .next()
                .is_some_and(|first| first.is_ascii_uppercase())
            && letters.all(|c| c.is_ascii_alphanumeric())
    })
}

#[test]
fn the_manifest_allows_what_is_called_and_nothing_else() {
    let path = package_root().join("function.json");
    let manifest: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let statements = manifest["statements"].as_object().unwrap().values();
    let allowed: BTreeSet<String> = statements
        .flat_map(|statement| statement["actions"].as_array().unwrap())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();
    let mut needed = called();
    needed.extend(BESIDE.map(str::to_owned));
    assert!(needed.len() > 30);
    let missing: Vec<_> = needed.difference(&allowed).collect();
    let idle: Vec<_> = allowed.difference(&needed).collect();
    assert!(
        missing.is_empty() && idle.is_empty(),
        "missing {missing:?}, idle {idle:?}"
    );
}
