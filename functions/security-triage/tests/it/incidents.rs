//! Observing is a join: neither order, nor repetition, nor where a stream is
//! cut and stored changes what is known in the end.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use security_triage::finding::{Band, Finding, FindingKey, Handle, Route, Standing};
use security_triage::incident::Incident;

const ROUTES: [Route; 5] = [
    Route::GuardDuty,
    Route::SecurityHubCspm,
    Route::SecurityHub,
    Route::Inspector,
    Route::Unknown,
];

fn instant() -> impl Strategy<Value = Timestamp> {
    let start: Timestamp = "2026-11-23T19:00:00Z".parse().unwrap();
    // Few instants, so that many words are of the same one.
    (0..6_i64).prop_map(move |minute| start + SignedDuration::from_mins(minute))
}

pub fn finding() -> impl Strategy<Value = Finding> {
    let words = (
        prop::sample::select(ROUTES.to_vec()),
        prop::sample::select(vec![
            Standing::Open,
            Standing::Resolved,
            Standing::Suppressed,
        ]),
        prop::sample::select(vec![Band::Low, Band::Medium, Band::High, Band::Critical]),
        prop::sample::select(vec!["one", "two", "three"]),
    );
    let rest = (
        instant(),
        instant(),
        0..4_u64,
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        prop::option::weighted(0.2, Just("Tell the team".to_owned())),
        prop::collection::vec("[a-d]{1,2}", 0..3),
    );
    (words, rest).prop_map(|(words, rest)| {
        let (route, standing, band, title) = words;
        let (updated, emitted, count, echo, sample, asked, handles) = rest;
        Finding {
            key: FindingKey::new("123456789012", "us-east-1", "f1"),
            route,
            product: "GuardDuty".to_owned(),
            kind: "Recon:EC2/Portscan".to_owned(),
            band,
            title: title.to_owned(),
            description: String::new(),
            subjects: Vec::new(),
            part: None,
            principals: std::collections::BTreeSet::new(),
            details: Vec::new(),
            count,
            first_seen: updated,
            last_seen: emitted.max(updated),
            updated,
            emitted,
            standing,
            asked,
            remedy: None,
            sample,
            echo,
            handles: handles
                .into_iter()
                .map(|uid| Handle::SecurityHub { metadata_uid: uid })
                .collect(),
        }
    })
}

/// A stream, and the same one in another order with some events repeated.
fn streams() -> impl Strategy<Value = (Vec<Finding>, Vec<Finding>)> {
    prop::collection::vec(finding(), 1..12).prop_flat_map(|stream| {
        let indices = prop::collection::vec(0..stream.len(), 0..8);
        (Just(stream), indices).prop_flat_map(|(stream, repeated)| {
            let mut other = stream.clone();
            other.extend(repeated.iter().map(|index| stream[*index].clone()));
            (Just(stream), Just(other).prop_shuffle())
        })
    })
}

proptest! {
    #[test]
    fn order_and_repetition_change_nothing((stream, other) in streams()) {
        prop_assert_eq!(Incident::after(None, &stream), Incident::after(None, &other));
    }

    #[test]
    fn where_a_stream_is_cut_changes_nothing((stream, _) in streams(), cuts in prop::collection::vec(0..12_usize, 0..4)) {
        let whole = Incident::after(None, &stream);
        let mut known: Option<Incident> = None;
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        for part in cuts.windows(2) {
            known = Incident::after(known, &stream[part[0]..part[1]]);
            // As the ledger keeps it.
            let stored = serde_json::to_string(&known).unwrap();
            known = serde_json::from_str(&stored).unwrap();
        }
        prop_assert_eq!(known, whole);
    }

    #[test]
    fn an_event_that_is_known_changes_nothing((stream, _) in streams()) {
        if let Some(incident) = Incident::after(None, &stream) {
            for finding in &stream {
                prop_assert_eq!(incident.clone().observe(finding), incident.clone());
            }
        }
    }

    /// The standing by its definition, over all words and not only the last ones.
    #[test]
    fn the_newest_word_counts_and_a_tie_closes((stream, _) in streams()) {
        let said: Vec<&Finding> = stream.iter().filter(|one| !one.echo).collect();
        let Some(incident) = Incident::after(None, &stream) else {
            prop_assert!(said.is_empty());
            return Ok(());
        };
        let newest = |words: &dyn Fn(&Finding) -> bool| {
            said.iter().filter(|one| words(one)).map(|one| (one.updated, one.emitted)).max()
        };
        let aside = ROUTES.iter().any(|route| {
            let of_route = |standing: Option<Standing>| newest(&|one| one.route == *route && standing.is_none_or(|wanted| one.standing == wanted));
            of_route(Some(Standing::Suppressed)).is_some() && of_route(Some(Standing::Suppressed)) == of_route(None)
        });
        let open = newest(&|one| one.standing.is_open());
        let closed = newest(&|one| !one.standing.is_open());
        let expected = if aside {
            Standing::Suppressed
        } else if open > closed {
            Standing::Open
        } else {
            // Only resolved words can be the newest here, or one that put it
            // aside and was taken back by the same route.
            Standing::Resolved
        };
        prop_assert_eq!(incident.standing(), expected);
    }

    #[test]
    fn other_matters_change_nothing(mine in finding(), mut other in finding()) {
        prop_assume!(!mine.echo);
        let incident = Incident::new(&mine);
        other.key.id = "f2".to_owned();
        prop_assert_eq!(incident.clone().observe(&other), incident);
    }
}
