//! What the AWS stub has counted.

use std::collections::BTreeMap;

/// Calls by `service:Operation`.
pub(crate) type Calls = BTreeMap<String, u64>;

/// How many of the calls read, and how many change something or tell somebody.
pub(crate) fn reads_and_writes(calls: &Calls) -> (u64, u64) {
    let is_read = |call: &str| {
        let operation = call
            .split_once(':')
            .map_or(call, |(_, operation)| operation);
        ["Describe", "List", "Get", "Query", "Lookup"]
            .iter()
            .any(|verb| operation.starts_with(verb))
    };
    let sum = |read: bool| {
        let calls = calls.iter().filter(|(call, _)| is_read(call) == read);
        calls.map(|(_, count)| count).sum()
    };
    (sum(true), sum(false))
}

/// Ends the benchmark where a call was made that the stub does not have: what
/// then was measured is how a function copes with errors.
pub(crate) fn assert_known(calls: &Calls) {
    let unknown: Vec<&String> = calls
        .keys()
        .filter(|call| call.contains("unknown"))
        .collect();
    assert!(unknown.is_empty(), "the stub lacks {unknown:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_is_a_read() {
        let calls = Calls::from([
            ("cloudtrail:LookupEvents".to_owned(), 1),
            ("dynamodb:GetItem".to_owned(), 20),
            ("dynamodb:PutItem".to_owned(), 300),
            ("sns:Publish".to_owned(), 4_000),
        ]);
        assert_eq!(reads_and_writes(&calls), (21, 4_300));
    }
}
