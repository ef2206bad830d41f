//! What is wrong with rules only beside each other.

use jiff::Timestamp;

use super::Problems;
use crate::rules::condition::{Match, of_band};
use crate::rules::cover::{BANDS, covering};
use crate::rules::file::{Loudness, Otherwise, Outcome, Rule};
use crate::rules::{Level, Placed, RuleSet};

/// Rules that never come to anything.
pub(super) fn reach(set: &RuleSet, now: Timestamp, problems: &mut Problems) {
    for (at, Placed { rule, shipped }) in set.rules.iter().enumerate() {
        if *shipped {
            // To go before a shipped rule is what own rules are for.
            break;
        }
        let former: Vec<(&str, &Rule)> = set.rules[..at]
            .iter()
            .filter(|one| !one.rule.is_over(now))
            .map(|one| (one.rule.name.as_str(), &one.rule))
            .collect();
        let by = |keep: &dyn Fn(&Outcome) -> bool| -> Option<String> {
            let wider: Vec<(&str, &Match)> = former
                .iter()
                .filter(|(_, one)| keep(&one.outcome))
                .map(|(name, one)| (*name, &one.matches))
                .collect();
            let names = covering(&wider, &rule.matches)?;
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            Some(names.join(" and "))
        };
        if let Outcome::Playbook(playbook) = &rule.outcome {
            let same = |outcome: &Outcome| {
                matches!(outcome, Outcome::Playbook(former)
                    if former.name == playbook.name && former.automatic >= playbook.automatic)
            };
            if let Some(names) = by(&same) {
                problems.error(
                    rule,
                    format!("adds nothing: {names} uses the same playbook for all it matches"),
                    "take one of them out, or narrow the former",
                );
            }
            continue;
        }
        let stays = |outcome: &Outcome| matches!(outcome, Outcome::Tell(_) | Outcome::Escalate(_));
        if let Some(names) = by(&stays) {
            problems.error(
                rule,
                format!("is never reached: {names} before it matches all that it does"),
                "move it up, narrow the former, or take it out",
            );
        } else if let Some(names) = by(&Outcome::decides) {
            problems.warning(
                rule,
                format!("is not reached as long as {names} suppresses: together with what stands before it, that matches all that it does"),
                "move it up if it is to decide now",
            );
        }
    }
}

/// Rules that decide otherwise about what both match, and none of which is the
/// exception of the other.
pub(super) fn overlaps(set: &RuleSet, now: Timestamp, problems: &mut Problems) {
    let deciding: Vec<&Placed> = set
        .rules
        .iter()
        .filter(|one| one.rule.outcome.decides() && !one.rule.is_over(now))
        .collect();
    for (at, first) in deciding.iter().enumerate() {
        if first.shipped {
            break;
        }
        for second in &deciding[at + 1..] {
            let Some(difference) = contradiction(&first.rule, &second.rule) else {
                continue;
            };
            let is_meant = |name| first.rule.precedes.iter().any(|glob| glob.matches(name));
            let keeps_quiet = matches!(
                (&first.rule.outcome, &second.rule.outcome),
                (Outcome::Suppress(_), Outcome::Escalate(_))
            );
            if (second.shipped && !keeps_quiet)
                || is_meant(&second.rule.name)
                || !first.rule.matches.meets(&second.rule.matches)
                || first.rule.matches.covers(&second.rule.matches)
                || second.rule.matches.covers(&first.rule.matches)
            {
                continue;
            }
            let second = &second.rule.name;
            problems.warning(
                &first.rule,
                format!("and `{second}` match some of the same findings, and {difference}"),
                format!(
                    "narrow one of them, or say `\"precedes\": [\"{second}\"]` if the former is meant to decide"
                ),
            );
        }
    }
}

/// In what the outcomes of two rules contradict each other, in words.
fn contradiction(first: &Rule, second: &Rule) -> Option<&'static str> {
    let is_quiet = |rule: &Rule| matches!(rule.outcome, Outcome::Suppress(_));
    match (is_quiet(first), is_quiet(second)) {
        (true, false) => return Some("the former suppresses what the latter tells"),
        (false, true) => return Some("the former tells what the latter suppresses"),
        (true, true) => return None,
        (false, false) => {}
    }
    let raises = |rule: &Rule| match &rule.outcome {
        Outcome::Tell(tell) => match tell.severity {
            Loudness::Kept => None,
            Loudness::RaisedTo(_) => Some(true),
            Loudness::LoweredTo(_) => Some(false),
        },
        Outcome::Escalate(_) => Some(true),
        Outcome::Suppress(_) | Outcome::Playbook(_) => None,
    };
    match (raises(first), raises(second)) {
        (Some(true), Some(false)) => return Some("the former raises what the latter lowers"),
        (Some(false), Some(true)) => return Some("the former lowers what the latter raises"),
        _ => {}
    }
    let owners = first.outcome.owner().zip(second.outcome.owner());
    owners
        .filter(|(first, second)| first != second)
        .map(|_| "they name different owners")
}

/// Bands that the rules leave undecided, where that is not allowed.
pub(super) fn routes(set: &RuleSet, problems: &mut Problems) {
    if set.otherwise == Otherwise::Tell {
        return;
    }
    // What ends leaves a hole once it has ended.
    let wider: Vec<((), &Match)> = set
        .rules
        .iter()
        .filter(|one| matches!(one.rule.outcome, Outcome::Tell(_) | Outcome::Escalate(_)))
        .map(|one| ((), &one.rule.matches))
        .collect();
    for band in BANDS {
        let all = Match {
            at_least: Some(band),
            at_most: Some(band),
            ..Match::default()
        };
        if covering(&wider, &all).is_none() {
            problems.add(
                Level::Error,
                None,
                format!("no rule that stays decides every {} finding", of_band(band)),
                "end the file with a `tell` that matches it, or set `otherwise` to `tell`",
            );
        }
    }
}
