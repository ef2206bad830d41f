//! What can be said of two rules without any finding: whether one matches all
//! that the other does, and whether both can match the same.

use std::collections::BTreeSet;

use super::condition::Match;
use super::glob::Glob;
use crate::finding::Band;

pub(super) const BANDS: [Band; 5] = [
    Band::Informational,
    Band::Low,
    Band::Medium,
    Band::High,
    Band::Critical,
];

impl Match {
    /// Whether this matches everything that `narrow` matches.
    ///
    /// Sound: a yes holds for every finding. Not complete: conditions are compared
    /// one by one, so that what follows only from several together is not seen.
    pub fn covers(&self, narrow: &Self) -> bool {
        self.bands().contains(narrow.bands().start())
            && self.bands().contains(narrow.bands().end())
            && globs_cover(&self.types, &narrow.types)
            && globs_cover(&self.products, &narrow.products)
            && names_cover(&self.accounts, &narrow.accounts)
            && names_cover(&self.regions, &narrow.regions)
            && names_cover(&self.environments, &narrow.environments)
            // An owner may be missing: a rule that asks for one needs one that asks too.
            && (self.owners.is_empty()
                || (!narrow.owners.is_empty() && globs_cover(&self.owners, &narrow.owners)))
            && self.tags.iter().all(|(key, value)| narrow.tags.get(key) == Some(value))
            // So may resources.
            && (!self.asks_for_resources()
                || (narrow.asks_for_resources()
                    && globs_cover(&self.resource_kinds, &narrow.resource_kinds)
                    && globs_cover(&self.resources, &narrow.resources)))
            && is_implied(self.sample, narrow.sample)
            && is_implied(self.part, narrow.part)
            && is_implied(self.exposure, narrow.exposure)
            && is_implied(self.ours, narrow.ours)
    }

    /// Whether some finding of one version can match both. A no is certain.
    pub fn meets(&self, other: &Self) -> bool {
        let bands = |band: &Band| self.bands().contains(band) && other.bands().contains(band);
        BANDS.iter().any(bands)
            && globs_meet(&self.types, &other.types)
            && globs_meet(&self.products, &other.products)
            && names_meet(&self.accounts, &other.accounts)
            && names_meet(&self.regions, &other.regions)
            && names_meet(&self.environments, &other.environments)
            && globs_meet(&self.owners, &other.owners)
            && self
                .tags
                .iter()
                .all(|(key, value)| other.tags.get(key).is_none_or(|other| other == value))
            && are_compatible(self.sample, other.sample)
            && are_compatible(self.part, other.part)
            && are_compatible(self.exposure, other.exposure)
            && are_compatible(self.ours, other.ours)
    }

    /// The same cut into pieces along the conditions that have few answers. What all
    /// pieces have in common, everything that it matches has: every finding that
    /// it matches is matched by one of them.
    fn pieces(&self) -> Vec<Self> {
        let samples = [Some(false), Some(true)];
        let ours = [Some(false), Some(true)];
        let mut pieces = Vec::new();
        for band in BANDS.into_iter().filter(|band| self.bands().contains(band)) {
            for sample in samples
                .into_iter()
                .filter(|one| are_compatible(self.sample, *one))
            {
                for ours in ours
                    .into_iter()
                    .filter(|one| are_compatible(self.ours, *one))
                {
                    pieces.push(Self {
                        at_least: Some(band),
                        at_most: Some(band),
                        sample,
                        ours,
                        ..self.clone()
                    });
                }
            }
        }
        pieces
    }
}

/// Which of `wider` together match all that `narrow` matches, if they do. Sound as
/// [`Match::covers`] is; what only several types, accounts or owners together cover
/// is seen, too.
pub(super) fn covering<T>(wider: &[(T, &Match)], narrow: &Match) -> Option<Vec<T>>
where
    T: Copy + PartialEq,
{
    if let Some((name, _)) = wider.iter().find(|(_, one)| one.covers(narrow)) {
        return Some(vec![*name]);
    }
    let mut names = Vec::new();
    for piece in narrow.pieces() {
        for part in by_type(&piece) {
            let (name, _) = wider.iter().find(|(_, one)| one.covers(&part))?;
            if !names.contains(name) {
                names.push(*name);
            }
        }
    }
    Some(names)
}

/// One for each type: whatever matches one of several types matches one of them.
fn by_type(whole: &Match) -> Vec<Match> {
    if whole.types.len() < 2 {
        return vec![whole.clone()];
    }
    whole
        .types
        .iter()
        .map(|one| Match {
            types: BTreeSet::from([one.clone()]),
            ..whole.clone()
        })
        .collect()
}

fn globs_cover(wider: &BTreeSet<Glob>, narrow: &BTreeSet<Glob>) -> bool {
    if wider.is_empty() {
        return true;
    }
    if narrow.is_empty() {
        return Glob::any().is_within(wider);
    }
    narrow.iter().all(|one| one.is_within(wider))
}

fn globs_meet(one: &BTreeSet<Glob>, other: &BTreeSet<Glob>) -> bool {
    one.is_empty()
        || other.is_empty()
        || one
            .iter()
            .any(|one| other.iter().any(|other| one.meets(other)))
}

fn names_cover<T: Ord>(wider: &BTreeSet<T>, narrow: &BTreeSet<T>) -> bool {
    wider.is_empty() || (!narrow.is_empty() && narrow.is_subset(wider))
}

fn names_meet<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> bool {
    one.is_empty() || other.is_empty() || !one.is_disjoint(other)
}

fn is_implied<T: Copy + PartialEq>(wider: Option<T>, narrow: Option<T>) -> bool {
    wider.is_none() || wider == narrow
}

fn are_compatible<T: Copy + PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}
