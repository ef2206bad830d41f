//! Which message goes to which channels. Pure.

use nightshift_core::{Notification, Severity};

use crate::config::{Match, NotifyConfig, Route};

/// What the canary calls the way that leads to the fallback channel and nowhere
/// else; no route may have this name.
pub const FALLBACK: &str = "fallback";

/// Where a message goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way<'c> {
    /// The routes that took it, in their order.
    pub routes: Vec<&'c str>,
    /// Their channels, each once, in their order.
    pub channels: Vec<&'c str>,
}

/// The way of a message.
pub fn way<'c>(config: &'c NotifyConfig, notification: &Notification) -> Way<'c> {
    let mut way = Way::default();
    for route in &config.routes {
        if !takes(&route.matching, notification) {
            continue;
        }
        way.follow(route);
        if !route.goes_on {
            break;
        }
    }
    way
}

/// The way by one route alone, which is how a canary goes.
pub fn way_by<'c>(config: &'c NotifyConfig, route: &str) -> Way<'c> {
    let mut way = Way::default();
    if let Some(route) = config.routes.iter().find(|other| other.name == route) {
        way.follow(route);
    }
    way
}

impl<'c> Way<'c> {
    fn follow(&mut self, route: &'c Route) {
        self.routes.push(&route.name);
        for channel in &route.channels {
            if !self.channels.contains(&channel.as_str()) {
                self.channels.push(channel);
            }
        }
    }
}

/// Whether a route takes a message.
pub fn takes(matching: &Match, notification: &Notification) -> bool {
    let among = |list: &[String], value: &str| list.is_empty() || list.iter().any(|x| x == value);
    notification.severity >= matching.severity
        && among(&matching.environments, &notification.environment)
        && among(&matching.sources, &notification.source)
        && among(
            &matching.owners,
            notification.owner.as_deref().unwrap_or_default(),
        )
        && (matching.kinds.is_empty()
            || matching
                .kinds
                .iter()
                .any(|glob| matches(glob, &notification.kind)))
}

/// Whether everything that `narrow` takes is taken by `wide` too.
pub fn covers(wide: &Match, narrow: &Match) -> bool {
    let within = |wide: &[String], narrow: &[String], same: &dyn Fn(&str, &str) -> bool| {
        wide.is_empty()
            || (!narrow.is_empty() && narrow.iter().all(|n| wide.iter().any(|w| same(w, n))))
    };
    let equal = |a: &str, b: &str| a == b;
    wide.severity <= narrow.severity
        && within(&wide.environments, &narrow.environments, &equal)
        && within(&wide.owners, &narrow.owners, &equal)
        && within(&wide.sources, &narrow.sources, &equal)
        // A star in the narrower glob is one more letter: only a star can stand
        // for it, and one that does stands for all that it may be.
        && within(&wide.kinds, &narrow.kinds, &matches)
}

/// Whether a route asks for nothing but a severity.
pub fn is_open_from(matching: &Match, severity: Severity) -> bool {
    matching.severity <= severity
        && covers(
            matching,
            &Match {
                severity,
                ..Match::default()
            },
        )
}

/// Whether a glob, in which `*` stands for any text, matches the whole of a text.
pub fn matches(glob: &str, text: &str) -> bool {
    let Some((head, tail)) = glob.split_once('*') else {
        return glob == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts: Vec<&str> = tail.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    // The earliest place for each part leaves the most room for the others.
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (glob, text, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("a.*", "a.", true),
            ("a.*", "a", false),
            ("*", "", true),
            ("*.failed", "off-hours.failed", true),
            ("a*b*c", "axxbyybc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("**", "x", true),
        ] {
            assert_eq!(matches(glob, text), expected, "{glob} {text}");
        }
    }

    fn by_definition(glob: &[u8], text: &[u8]) -> bool {
        match glob.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|at| by_definition(rest, &text[at..])),
            Some((letter, rest)) => text.first() == Some(letter) && by_definition(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn globs_match_as_defined(glob in "[ab*]{0,7}", text in "[ab]{0,9}") {
            let expected = by_definition(glob.as_bytes(), text.as_bytes());
            prop_assert_eq!(matches(&glob, &text), expected);
        }

        /// What a covered glob matches, the covering one matches too.
        #[test]
        fn covering_is_inclusion(wide in "[ab*]{0,5}", narrow in "[ab*]{0,5}", fill in prop::collection::vec("[abc]{0,3}", 6)) {
            let mut text = String::new();
            let mut fills = fill.iter();
            for letter in narrow.chars() {
                match letter {
                    '*' => text.push_str(fills.next().map_or("", String::as_str)),
                    other => text.push(other),
                }
            }
            let kinds = |glob: &str| Match { kinds: vec![glob.to_owned()], ..Match::default() };
            if covers(&kinds(&wide), &kinds(&narrow)) {
                prop_assert!(matches(&wide, &text), "{wide} {narrow} {text}");
            } else {
                // A text of the narrower that the wider does not match.
                prop_assert!(!matches(&wide, &narrow.replace('*', "c")));
            }
        }
    }
}
