//! Findings, rules and contexts, by hand and at random, from a small world in which
//! they often meet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nightshift_core::{AccountId, Region, Tags};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use security_triage::finding::{Band, Finding, FindingKey, Part, Principal, Subject};
use security_triage::observe::{Context, Reach};
use security_triage::rules::{Exposure, Glob, Match, Rule, RuleFile, RuleSet, RulesError};
use serde_json::{Value, json};

pub const ACCOUNT: &str = "111122223333";

pub fn now() -> Timestamp {
    "2026-11-27T10:00:00Z".parse().unwrap()
}

/// An open finding about an instance of `dev`.
pub fn finding(kind: &str, band: Band) -> Finding {
    let at = now();
    let told = json!({
        "key": {"account": ACCOUNT, "region": "us-east-1", "id": "f1"},
        "route": "guard-duty", "product": "GuardDuty", "kind": kind, "band": band,
        "title": "An instance does what it should not", "description": "",
        "subjects": [{
            "kind": "AWS::EC2::Instance", "id": "i-0a1b2c3d4e5f60718",
            "arn": "arn:aws:ec2:us-east-1:111122223333:instance/i-0a1b2c3d4e5f60718",
        }],
        "part": "actor", "count": 1, "first_seen": at, "last_seen": at, "updated": at,
        "emitted": at, "standing": "open", "sample": false, "echo": false,
    });
    serde_json::from_value(told).unwrap()
}

pub fn principal(name: &str) -> Principal {
    Principal {
        kind: "AssumedRole".to_owned(),
        name: name.to_owned(),
        access_key: None,
    }
}

/// A context in which every look-up has succeeded.
pub fn known(environment: &str, owner: &str) -> Context {
    Context {
        tags: Some(BTreeMap::from([
            ("Environment".to_owned(), environment.to_owned()),
            ("Owner".to_owned(), owner.to_owned()),
        ])),
        owner: Some(owner.to_owned()),
        environment: Some(environment.to_owned()),
        reach: Reach::Closed,
        ..Context::default()
    }
}

/// A rule file from its JSON, without the shipped rules unless it says so.
pub fn file(mut json: Value) -> RuleFile {
    if json.get("shipped").is_none() {
        json["shipped"] = json!(false);
    }
    serde_json::from_value(json).unwrap()
}

pub fn checked(json: Value) -> Result<RuleSet, RulesError> {
    RuleSet::new(file(json), &[AccountId::new(ACCOUNT)], now())
}

pub fn rules(json: Value) -> RuleSet {
    checked(json).unwrap_or_else(|error| panic!("{error}"))
}

pub fn tell(name: &str, matches: Value) -> Value {
    json!({"name": name, "description": "it matters", "match": matches, "outcome": {"tell": {}}})
}

pub fn suppress(name: &str, matches: Value) -> Value {
    json!({
        "name": name, "description": "it is known", "match": matches,
        "outcome": {"suppress": {
            "reason": "the scanner does this", "author": "sec@example.com",
            "until": "2027-01-31T00:00:00Z"
        }}
    })
}

const LETTERS: [&str; 4] = ["a", "b", "ab", "/"];

/// A pattern over few letters, so that patterns often contain each other.
pub fn glob() -> impl Strategy<Value = Glob> {
    vec(select(&["a", "b", "/", "*", "*", "?"][..]), 1..6)
        .prop_map(|parts| parts.concat().parse().unwrap())
}

pub fn name() -> impl Strategy<Value = String> {
    vec(select(&LETTERS[..]), 0..5).prop_map(|parts| parts.concat())
}

fn globs() -> impl Strategy<Value = BTreeSet<Glob>> {
    prop_oneof![Just(BTreeSet::new()), btree_set(glob(), 1..3)]
}

fn some_of<T: Clone + Ord + std::fmt::Debug + 'static>(
    all: &'static [&'static str],
    of: impl Fn(&str) -> T + 'static,
) -> impl Strategy<Value = BTreeSet<T>> {
    prop_oneof![
        2 => Just(BTreeSet::new()),
        1 => btree_set(select(all), 1..=2),
    ]
    .prop_map(move |names| names.into_iter().map(&of).collect())
}

const BANDS: [Band; 5] = [
    Band::Informational,
    Band::Low,
    Band::Medium,
    Band::High,
    Band::Critical,
];

pub fn band() -> impl Strategy<Value = Band> {
    select(&BANDS[..])
}

fn tags() -> impl Strategy<Value = Tags> {
    btree_map(
        select(&["Team", "Keep"][..]).prop_map(str::to_owned),
        select(&["x", "y"][..]).prop_map(str::to_owned),
        0..=2,
    )
}

fn part() -> impl Strategy<Value = Option<Part>> {
    option::of(select(&[Part::Target, Part::Actor][..]))
}

prop_compose! {
    pub fn matches()(
        types in globs(),
        products in prop_oneof![3 => Just(BTreeSet::new()), 1 => globs()],
        bands in option::of((band(), band())),
        accounts in some_of(&["1", "2"], |name| AccountId::new(name)),
        regions in some_of(&["r", "s"], |name| Region::new(name)),
        environments in some_of(&["dev", "prod"], str::to_owned),
        owners in prop_oneof![3 => Just(BTreeSet::new()), 1 => globs()],
        tags in prop_oneof![2 => Just(Tags::new()), 1 => tags()],
        (resource_kinds, resources) in prop_oneof![
            2 => Just((BTreeSet::new(), BTreeSet::new())),
            1 => (globs(), globs()),
        ],
        sample in prop_oneof![3 => Just(None), 1 => option::of(any::<bool>())],
        part in prop_oneof![2 => Just(None), 1 => part()],
        exposure in prop_oneof![
            3 => Just(None),
            1 => option::of(select(&[Exposure::Open, Exposure::Closed][..])),
        ],
        ours in prop_oneof![3 => Just(None), 1 => option::of(any::<bool>())],
    ) -> Match {
        let (at_least, at_most) = bands.map_or((None, None), |(one, other)| {
            (Some(one.min(other)), Some(one.max(other)))
        });
        Match {
            types, products, at_least, at_most, accounts, regions, environments, owners,
            tags, resource_kinds, resources, sample, part, exposure, ours,
        }
    }
}

/// A match, and one made from it by leaving conditions out and widening others, as
/// people write a general rule beside a special one.
pub fn pair() -> impl Strategy<Value = (Match, Match)> {
    (matches(), matches(), any::<[bool; 14]>()).prop_map(|(narrow, other, keep)| {
        let mut wide = narrow.clone();
        let mut flip = keep.into_iter();
        let mut drops = || flip.next().unwrap_or_default();
        if drops() {
            wide.types.extend(other.types.clone());
        }
        if drops() {
            wide.types.clear();
        }
        if drops() {
            wide.products.clear();
        }
        if drops() {
            wide.at_least = None;
        }
        if drops() {
            wide.at_most = None;
        }
        if drops() {
            wide.accounts.clone_from(&other.accounts);
        }
        if drops() {
            wide.environments.clear();
        }
        if drops() {
            wide.owners.clear();
        }
        if drops() {
            wide.tags.clear();
        }
        // What may be missing altogether is asked for in the widest way there is.
        if drops() {
            wide.resources = BTreeSet::from([Glob::any()]);
        }
        if drops() {
            wide.owners = BTreeSet::from([Glob::any()]);
        }
        if drops() {
            wide.resources.clear();
        }
        if drops() {
            wide.sample = None;
        }
        if drops() {
            wide.part = other.part;
        }
        (wide, narrow)
    })
}

prop_compose! {
    fn subject()(kind in name(), id in name(), tags in tags()) -> Subject {
        Subject { kind, id, arn: None, tags }
    }
}

prop_compose! {
    pub fn any_finding()(
        kind in name(),
        product in name(),
        band in band(),
        account in select(&["1", "2"][..]),
        region in select(&["r", "s"][..]),
        subjects in vec(subject(), 0..3),
        part in part(),
        sample in any::<bool>(),
    ) -> Finding {
        Finding {
            key: FindingKey {
                account: AccountId::new(account), region: Region::new(region), id: "f".to_owned(),
            },
            product,
            subjects,
            part,
            sample,
            ..finding(&kind, band)
        }
    }
}

prop_compose! {
    pub fn context()(
        tags in option::of(tags()),
        environment in option::of(select(&["dev", "prod"][..]).prop_map(str::to_owned)),
        owner in option::of(name()),
        reach in select(&[Reach::Unasked, Reach::Unknown, Reach::Open, Reach::Closed][..]),
        ours in option::of(Just("off-hours stopped it".to_owned())),
    ) -> Context {
        Context { tags, environment, owner, reach, ours, ..Context::default() }
    }
}

pub fn rule(name: &str, matches: Match, outcome: Value) -> Rule {
    Rule {
        name: name.to_owned(),
        description: "at random".to_owned(),
        matches,
        outcome: serde_json::from_value(outcome).unwrap(),
        precedes: BTreeSet::new(),
    }
}

/// A rule, and others that each take a part of it: some bands, some types, what was
/// made up or was not, what is ours or is not. Together they often cover it.
pub fn parts() -> impl Strategy<Value = (Vec<Match>, Match)> {
    let yes_or_no = || option::of(any::<bool>());
    let part = (
        option::weighted(0.3, band()),
        option::weighted(0.3, band()),
        option::weighted(0.4, any::<bool>()),
        option::weighted(0.4, any::<bool>()),
        any::<bool>(),
    );
    let whole = (btree_set(glob(), 1..3), band(), yes_or_no(), yes_or_no());
    (vec(part, 2..7), whole).prop_map(|(parts, (types, at_least, sample, ours))| {
        let whole = Match {
            types,
            at_least: Some(at_least),
            sample,
            ours,
            ..Match::default()
        };
        let parts = parts.into_iter().map(|(least, most, sample, ours, one)| {
            let kept = if one { 1 } else { 2 };
            Match {
                types: whole.types.iter().take(kept).cloned().collect(),
                at_least: least.map(|least| most.map_or(least, |most| least.min(most))),
                at_most: most,
                sample,
                ours,
                ..Match::default()
            }
        });
        (parts.collect(), whole.clone())
    })
}
