//! What is said of patterns and rules without any finding holds for every finding.

use proptest::prelude::*;
use security_triage::finding::Band;
use security_triage::rules::{Answer, Glob, Match, Matter};
use serde_json::json;

use crate::world::{any_finding, context, glob, matches, name, pair};

/// Whether a pattern matches, by trying every way to cut the name: slow and plain.
fn by_hand(pattern: &[char], name: &[char]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some(('*', rest)) => (0..=name.len()).any(|cut| by_hand(rest, &name[cut..])),
        Some((wanted, rest)) => name.split_first().is_some_and(|(found, after)| {
            (*wanted == '?' || wanted == found) && by_hand(rest, after)
        }),
    }
}

/// Every name of at most seven letters that tells patterns over these letters apart.
fn names(longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last
            .iter()
            .flat_map(|name| ["a", "b", "/", "x"].map(|letter| format!("{name}{letter}")))
            .collect();
        all.extend(last.clone());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_pattern_matches_what_it_does_by_hand(pattern in glob(), name in name()) {
        let letters = |text: &str| text.chars().collect::<Vec<char>>();
        prop_assert_eq!(
            pattern.matches(&name),
            by_hand(&letters(pattern.as_str()), &letters(&name))
        );
    }

    #[test]
    fn patterns_that_meet_have_a_name_in_common(one in glob(), other in glob()) {
        // The shortest name in common has no more letters than both patterns together.
        let common = names(5).into_iter().find(|name| one.matches(name) && other.matches(name));
        if let Some(name) = common {
            prop_assert!(one.meets(&other), "{} {} {}", one, other, name);
        } else if one.as_str().len() + other.as_str().len() <= 5 {
            prop_assert!(!one.meets(&other), "{} {}", one, other);
        }
        prop_assert_eq!(one.meets(&other), other.meets(&one));
    }

    #[test]
    fn all_that_a_rule_matches_is_matched_by_one_that_covers_it(
        (wide, narrow) in pair(),
        finding in any_finding(),
        context in context(),
    ) {
        prop_assert!(narrow.covers(&narrow));
        let matter = Matter::of_finding(&finding, &context);
        if wide.covers(&narrow) && narrow.answer(&matter) == Answer::Holds {
            prop_assert_eq!(wide.answer(&matter), Answer::Holds);
        }
        if narrow.answer(&matter) == Answer::Holds && wide.answer(&matter) == Answer::Holds {
            prop_assert!(wide.meets(&narrow));
        }
    }

    #[test]
    fn so_it_is_for_two_versions_of_a_finding(
        (wide, narrow) in pair(),
        first in any_finding(),
        second in any_finding(),
        context in context(),
    ) {
        let band = first.band.max(second.band);
        let matter = Matter::of_versions([&first, &second], band, &context);
        if wide.covers(&narrow) && narrow.answer(&matter) == Answer::Holds {
            prop_assert_eq!(wide.answer(&matter), Answer::Holds);
        }
    }

    #[test]
    fn covering_is_transitive_and_a_part_of_meeting(
        one in matches(), (two, three) in pair(),
    ) {
        if one.covers(&two) && two.covers(&three) {
            prop_assert!(one.covers(&three));
        }
        if two.covers(&three) {
            prop_assert!(two.meets(&three));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn inclusion_is_what_it_is_over_all_short_names(
        narrow in glob(),
        wider in proptest::collection::vec(glob(), 1..4),
    ) {
        // One pattern of at most five letters has no memory beyond that: what tells
        // two of them apart is short. Several together may need longer names.
        let differs = names(6).into_iter().find(|name| {
            narrow.matches(name) && !wider.iter().any(|one| one.matches(name))
        });
        if let Some(name) = differs {
            prop_assert!(!narrow.is_within(&wider), "{}", name);
        } else if wider.len() == 1 {
            prop_assert!(narrow.is_within(&wider), "{} {:?}", narrow, wider);
        }
    }
}

#[test]
fn examples_of_covering() {
    let read = |json| -> Match { serde_json::from_value(json).unwrap() };
    for (wide, narrow, expected) in [
        (json!({}), json!({"types": ["Backdoor:*"]}), true),
        (json!({"types": ["*"]}), json!({}), true),
        (json!({"resources": ["*"]}), json!({}), false),
        (
            json!({"resource_kinds": ["AWS::EC2::*"]}),
            json!({"resource_kinds": ["AWS::EC2::Instance"], "resources": ["i-1"]}),
            true,
        ),
        (
            json!({"resources": ["*"]}),
            json!({"resource_kinds": ["AWS::EC2::Instance"]}),
            true,
        ),
        (json!({"owners": ["*"]}), json!({"types": ["a"]}), false),
        (
            json!({"at_most": "medium"}),
            json!({"at_most": "low"}),
            true,
        ),
        (
            json!({"at_most": "low"}),
            json!({"at_most": "medium"}),
            false,
        ),
        (
            json!({"tags": {"a": "1"}}),
            json!({"tags": {"a": "1", "b": "2"}}),
            true,
        ),
        (
            json!({"tags": {"a": "1", "b": "2"}}),
            json!({"tags": {"a": "1"}}),
            false,
        ),
        (
            json!({"accounts": ["1", "2"]}),
            json!({"accounts": ["2"]}),
            true,
        ),
        (
            json!({"types": ["*:EC2/*", "*:S3/*"]}),
            json!({"types": ["Policy:S3/*", "Trojan:EC2/*"]}),
            true,
        ),
    ] {
        assert_eq!(
            read(wide.clone()).covers(&read(narrow.clone())),
            expected,
            "{wide} {narrow}"
        );
    }
    assert_eq!(
        read(json!({})).bands(),
        Band::Informational..=Band::Critical
    );
    assert!("a".parse::<Glob>().unwrap().meets(&"?".parse().unwrap()));
}
