//! What is done about an incident.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::Severity;
use proptest::prelude::*;
use security_triage::decide::{Case, LastWord, Telling, Verdict, decide};
use security_triage::finding::{Band, Finding, Standing};
use security_triage::observe::{Context, Reach};
use security_triage::rules::{Matter, RuleSet, Workflow};
use serde_json::{Value, json};

use crate::world::{
    ACCOUNT, any_finding, band, context, finding, known, matches, now, principal, rule, rules,
    suppress, tell,
};

fn of(finding: &Finding, context: &Context, rules: &RuleSet) -> Verdict {
    decide(&Case::of_finding(finding, context), rules, now())
}

fn word(minutes: i64, severity: Severity, open: bool) -> LastWord {
    LastWord {
        at: now() - SignedDuration::from_mins(minutes),
        severity,
        open,
    }
}

fn none() -> RuleSet {
    rules(json!({}))
}

#[test]
fn the_first_rule_that_matches_decides() {
    let set = rules(json!({"order": [
        {"name": "own", "description": "the team looks itself", "match": {"types": ["Recon:*"]},
         "outcome": {"tell": {"severity": {"lowered-to": "notice"}, "owner": "net", "next_steps": ["Look at the flow logs."]}}},
        {"name": "worst", "description": "call somebody", "match": {"at_least": "high"},
         "outcome": {"escalate": {"page": true}}},
    ]}));
    let recon = of(
        &finding("Recon:EC2/Portscan", Band::High),
        &known("dev", "web"),
        &set,
    );
    assert_eq!(recon.rule.as_deref(), Some("own"));
    assert_eq!(
        (recon.tell, recon.severity, recon.page),
        (Telling::Open, Severity::Notice, false)
    );
    assert_eq!(recon.owner.as_deref(), Some("net"));
    assert_eq!(recon.next_steps, ["Look at the flow logs."]);
    assert_eq!(recon.write_back, Some(Workflow::Notified));
    let mining = of(
        &finding("CryptoCurrency:EC2/BitcoinTool.B", Band::High),
        &known("dev", "web"),
        &set,
    );
    assert_eq!((mining.severity, mining.page), (Severity::Critical, true));
    assert_eq!(mining.owner.as_deref(), Some("web"));
    assert!(
        mining.why.contains("`worst` escalates: call somebody"),
        "{}",
        mining.why
    );
    let other = of(
        &finding("Policy:S3/x", Band::Medium),
        &known("dev", "web"),
        &set,
    );
    assert_eq!((other.rule, other.severity), (None, Severity::Warning));
}

#[test]
fn a_suppression_keeps_quiet_says_why_and_ends() {
    let set = rules(
        json!({"order": [suppress("scanner", json!({"types": ["Recon:*"], "at_most": "high"}))]}),
    );
    let recon = finding("Recon:EC2/Portscan", Band::Medium);
    let verdict = of(&recon, &known("dev", "web"), &set);
    assert_eq!((verdict.tell, verdict.write_back), (Telling::None, None));
    assert_eq!(verdict.suppressed.unwrap().author, "sec@example.com");
    assert!(
        verdict.why.contains("the scanner does this"),
        "{}",
        verdict.why
    );
    let end: Timestamp = "2027-01-31T00:00:00Z".parse().unwrap();
    let context = known("dev", "web");
    let case = Case::of_finding(&recon, &context);
    assert_eq!(decide(&case, &set, end).tell, Telling::Open);
    assert_eq!(
        decide(&case, &set, end - SignedDuration::from_secs(1)).tell,
        Telling::None
    );
    assert!(set.suppressions(end)[0].is_over && !set.suppressions(now())[0].is_over);
    // It grows worse, and the rule does not match any more.
    let worse = finding("Recon:EC2/Portscan", Band::Critical);
    let case = Case {
        matter: Matter::of_versions([&recon, &worse], Band::Critical, &context),
        ..case
    };
    assert_eq!(decide(&case, &set, now()).tell, Telling::Open);
}

#[test]
fn an_open_message_is_closed_by_a_new_suppression() {
    let set = rules(
        json!({"order": [suppress("scanner", json!({"types": ["Recon:*"], "at_most": "high"}))]}),
    );
    let recon = finding("Recon:EC2/Portscan", Band::Medium);
    let context = known("dev", "web");
    let case = Case {
        last: Some(word(5, Severity::Warning, true)),
        ..Case::of_finding(&recon, &context)
    };
    let verdict = decide(&case, &set, now());
    assert_eq!(
        (verdict.tell, verdict.severity),
        (Telling::Resolved, Severity::Warning)
    );
}

#[test]
fn what_a_failed_look_up_hides_is_not_suppressed_lowered_or_contained() {
    let set = rules(json!({
        "playbooks": {"isolate-instance": {"accounts": [ACCOUNT]}},
        "order": [
            {"name": "production", "description": "production is never quiet",
             "match": {"environments": ["prod"]}, "outcome": {"escalate": {"severity": "error"}}},
            suppress("scanner", json!({"types": ["Recon:*"], "at_most": "high"})),
            {"name": "quiet", "description": "quiet", "match": {"types": ["Policy:*"]},
             "outcome": {"tell": {"severity": {"lowered-to": "info"}}}},
            {"name": "contain", "description": "contain", "match": {"exposure": "open"},
             "outcome": {"playbook": {"name": "isolate-instance"}}},
        ]
    }));
    let unknown = Context {
        reach: Reach::Unknown,
        ..Context::default()
    };
    let recon = of(&finding("Recon:EC2/Portscan", Band::Medium), &unknown, &set);
    assert_eq!((recon.tell, recon.rule.clone()), (Telling::Open, None));
    assert!(recon.playbooks.is_empty());
    let refusals = recon.refusals.join("\n");
    assert!(
        refusals.contains("`scanner`: it is not suppressed: `production` before it"),
        "{refusals}"
    );
    assert!(
        refusals.contains("`contain`: isolate-instance is not proposed (unknown"),
        "{refusals}"
    );
    let policy = of(&finding("Policy:S3/x", Band::Medium), &unknown, &set);
    assert_eq!(
        (policy.rule.as_deref(), policy.severity),
        (Some("quiet"), Severity::Warning)
    );
    // With the tags all is decided as it is written.
    let recon = of(
        &finding("Recon:EC2/Portscan", Band::Medium),
        &known("dev", "web"),
        &set,
    );
    assert_eq!(recon.tell, Telling::None);
    let policy = of(
        &finding("Policy:S3/x", Band::Medium),
        &known("dev", "web"),
        &set,
    );
    assert_eq!(policy.severity, Severity::Info);
}

#[test]
fn playbooks_add_and_are_automatic_only_where_everything_agrees() {
    let with = |terms: Value, automatic: bool| {
        rules(json!({
            "playbooks": {"isolate-instance": terms},
            "order": [
                tell("all", json!({})),
                {"name": "contain", "description": "contain", "match": {"types": ["Backdoor:*"]},
                 "outcome": {"playbook": {"name": "isolate-instance", "automatic": automatic}}},
            ]
        }))
    };
    let asking = with(json!({"accounts": [ACCOUNT], "automatic": true}), false);
    let acting = with(json!({"accounts": [ACCOUNT], "automatic": true}), true);
    let context = known("dev", "web");
    let backdoor = finding("Backdoor:EC2/x", Band::High);
    let called = |finding: &Finding, context: &Context, set: &RuleSet| -> Vec<bool> {
        of(finding, context, set)
            .playbooks
            .iter()
            .map(|one| one.automatic)
            .collect()
    };
    assert_eq!(called(&backdoor, &context, &asking), [false]);
    assert_eq!(called(&backdoor, &context, &acting), [true]);
    let sample = Finding {
        sample: true,
        ..backdoor.clone()
    };
    assert!(called(&sample, &context, &acting).is_empty());
    let two = Finding {
        principals: [principal("a"), principal("b")].into(),
        ..backdoor.clone()
    };
    assert_eq!(called(&two, &context, &acting), [false]);
    let ours = Context {
        ours: Some("off-hours stopped it".to_owned()),
        ..context.clone()
    };
    assert_eq!(called(&backdoor, &ours, &acting), [false]);
    assert_eq!(
        of(&backdoor, &ours, &acting).notes,
        ["off-hours stopped it"]
    );
    let mut elsewhere = backdoor.clone();
    elsewhere.key.account = "444455556666".into();
    let verdict = of(&elsewhere, &context, &acting);
    assert!(verdict.playbooks.is_empty());
    assert!(verdict.refusals[0].contains("account 444455556666 does not allow it"));
    assert!(
        called(
            &Finding {
                standing: Standing::Resolved,
                ..backdoor
            },
            &context,
            &acting
        )
        .is_empty()
    );
}

#[test]
fn what_people_are_told_depends_on_the_last_word() {
    use Severity::{Critical, Error, Warning};
    use Standing::{Open, Resolved, Suppressed};

    let set = none();
    let high = finding("Backdoor:EC2/x", Band::High);
    let context = known("dev", "web");
    let told = |standing, is_news, last| {
        let case = Case {
            standing,
            is_news,
            last,
            ..Case::of_finding(&high, &context)
        };
        decide(&case, &set, now()).tell
    };
    for (standing, is_news, last, expected) in [
        (Open, true, None, Telling::Open),
        (Open, false, None, Telling::Open),
        (Open, true, Some(word(59, Error, true)), Telling::None),
        (Open, true, Some(word(60, Error, true)), Telling::Update),
        (Open, false, Some(word(600, Error, true)), Telling::None),
        (Open, false, Some(word(1, Warning, true)), Telling::Update),
        (Open, true, Some(word(1, Critical, true)), Telling::None),
        (Open, true, Some(word(-5, Error, true)), Telling::None),
        (Open, true, Some(word(1, Error, false)), Telling::Reopened),
        (
            Resolved,
            true,
            Some(word(1, Error, true)),
            Telling::Resolved,
        ),
        (Resolved, true, Some(word(1, Error, false)), Telling::None),
        (Resolved, true, None, Telling::None),
        (
            Suppressed,
            true,
            Some(word(1, Error, true)),
            Telling::Resolved,
        ),
        (Suppressed, true, None, Telling::None),
    ] {
        assert_eq!(
            told(standing, is_news, last),
            expected,
            "{standing:?} {is_news} {last:?}"
        );
    }
    for (band, severity, minutes) in [
        (Band::Critical, Critical, 15),
        (Band::High, Error, 60),
        (Band::Medium, Warning, 480),
        (Band::Low, Severity::Notice, 1440),
    ] {
        let one = finding("a", band);
        let at = |minutes| {
            let case = Case {
                last: Some(word(minutes, severity, true)),
                ..Case::of_finding(&one, &context)
            };
            decide(&case, &set, now()).tell
        };
        assert_eq!(
            (at(minutes - 1), at(minutes)),
            (Telling::None, Telling::Update)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// A stream of events about one matter, each told as the verdict says: there is
    /// at most one open message, it is as loud as the worst that was told, repeats
    /// keep their distance, and nothing that is not delivered is written back.
    #[test]
    fn one_open_message_a_matter_and_repeats_keep_their_distance(
        events in proptest::collection::vec((band(), 0..3_u8, 1..2_000_i64), 1..30),
    ) {
        let set = none();
        let context = known("dev", "web");
        let mut last: Option<LastWord> = None;
        let mut at = now();
        let mut highest = Band::Low;
        for (band, standing, minutes) in events {
            at += SignedDuration::from_mins(minutes);
            highest = highest.max(band);
            let one = finding("a", highest);
            let standing = [Standing::Open, Standing::Resolved, Standing::Suppressed][usize::from(standing)];
            let case = Case { standing, is_news: true, last, ..Case::of_finding(&one, &context) };
            let verdict = decide(&case, &set, at);
            let is_open = last.is_some_and(|last| last.open);
            match verdict.tell {
                Telling::Open => prop_assert!(last.is_none()),
                Telling::Reopened => prop_assert!(!is_open && last.is_some()),
                Telling::Update => {
                    let last = last.unwrap();
                    let window = set.repeat().after(verdict.severity).as_duration();
                    prop_assert!(last.open);
                    prop_assert!(verdict.severity > last.severity || at.duration_since(last.at) >= window);
                }
                Telling::Resolved => prop_assert!(is_open && standing != Standing::Open),
                Telling::None => {
                    prop_assert_eq!(verdict.write_back, None);
                    // Nobody waits for a word on what is open, nor holds a stale one.
                    prop_assert_eq!(is_open, standing == Standing::Open);
                }
            }
            if verdict.tell != Telling::None {
                last = Some(LastWord {
                    at,
                    severity: verdict.severity,
                    open: verdict.tell != Telling::Resolved,
                });
            }
        }
    }

    /// Whatever the rules: what is suppressed is suppressed by a rule that holds and
    /// is in force, a Critical finding only by one that says so, and nothing is
    /// contained then. What no look-up told never makes a thing quieter.
    #[test]
    fn silence_is_always_somebodys_word(
        all in proptest::collection::vec((matches(), 0..4_u8), 0..6),
        finding in any_finding(),
        context in context(),
    ) {
        let order: Vec<_> = all
            .into_iter()
            .enumerate()
            .map(|(at, (mut matches, outcome))| {
                let outcome = match outcome {
                    0 => json!({"tell": {"severity": {"lowered-to": "info"}}}),
                    1 => json!({"escalate": {"severity": "critical"}}),
                    2 => json!({"playbook": {"name": "isolate-instance"}}),
                    _ => {
                        matches.at_most = matches.at_most.map(|band| band.min(Band::High)).or(Some(Band::High));
                        matches.at_least = matches.at_least.map(|band| band.min(Band::High));
                        suppress("s", json!({}))["outcome"].clone()
                    }
                };
                rule(&format!("r{at}"), matches, outcome)
            })
            .collect();
        let file = json!({
            "shipped": false, "order": order, "playbooks": {"isolate-instance": {"accounts": ["1", "2"]}},
        });
        let file = serde_json::from_value(file).unwrap();
        let Ok(set) = RuleSet::new(file, &["1".into(), "2".into()], now()) else {
            return Ok(());
        };
        let verdict = of(&finding, &context, &set);
        if let Some(suppressed) = &verdict.suppressed {
            prop_assert!(finding.band < Band::Critical && suppressed.until > now());
            prop_assert!(verdict.playbooks.is_empty() && verdict.tell == Telling::None);
        } else if verdict.rule.is_some() || finding.band > Band::Informational {
            prop_assert_eq!(verdict.tell, Telling::Open);
        } else {
            prop_assert_eq!(verdict.tell, Telling::None);
        }
        prop_assert!(!finding.sample || verdict.playbooks.is_empty());
        // With what is unknown told in whatever way, it is never louder than without.
        for environment in [None, Some("dev"), Some("prod")] {
            let told = Context {
                tags: Some(context.tags.clone().unwrap_or_default()),
                environment: context.environment.clone().or(environment.map(str::to_owned)),
                ..context.clone()
            };
            if context.tags.is_some() || !finding.subjects.first().is_none_or(|one| one.tags.is_empty()) {
                continue;
            }
            let with = of(&finding, &told, &set);
            if verdict.suppressed.is_some() {
                prop_assert!(with.suppressed.is_some(), "{:?} {:?}", verdict, with);
            }
        }
    }
}
