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
            && is_implied(self.sample, narrow.sample)
            && is_implied(self.ours, narrow.ours)
            && self.covers_the_rest(narrow)
            && globs_cover(&self.types, &narrow.types)
    }

    /// The same without what [`covering`] takes apart. What costs least comes first.
    fn covers_the_rest(&self, narrow: &Self) -> bool {
        let has = |(key, value): (&String, &String)| narrow.tags.get(key) == Some(value);
        is_implied(self.part, narrow.part)
            && is_implied(self.exposure, narrow.exposure)
            && names_cover(&self.accounts, &narrow.accounts)
            && names_cover(&self.regions, &narrow.regions)
            && names_cover(&self.environments, &narrow.environments)
            && self.tags.iter().all(has)
            && globs_cover(&self.products, &narrow.products)
            // An owner may be missing: a rule that asks for one needs one that asks too.
            && (self.owners.is_empty()
                || (!narrow.owners.is_empty() && globs_cover(&self.owners, &narrow.owners)))
            // So may resources.
            && (!self.asks_for_resources()
                || (narrow.asks_for_resources()
                    && globs_cover(&self.resource_kinds, &narrow.resource_kinds)
                    && globs_cover(&self.resources, &narrow.resources)))
    }

    /// Whether some finding of one version can match both. A no is certain.
    pub fn meets(&self, other: &Self) -> bool {
        let bands = |band: &Band| self.bands().contains(band) && other.bands().contains(band);
        let has = |(key, value): (&String, &String)| {
            other.tags.get(key).is_none_or(|other| other == value)
        };
        are_compatible(self.sample, other.sample)
            && are_compatible(self.part, other.part)
            && are_compatible(self.exposure, other.exposure)
            && are_compatible(self.ours, other.ours)
            && BANDS.iter().any(bands)
            && names_meet(&self.accounts, &other.accounts)
            && names_meet(&self.regions, &other.regions)
            && names_meet(&self.environments, &other.environments)
            && self.tags.iter().all(has)
            && globs_meet(&self.products, &other.products)
            && globs_meet(&self.owners, &other.owners)
            && globs_meet(&self.types, &other.types)
    }
}

/// Which of `wider` together match all that `narrow` matches, if they do. Sound as
/// [`Match::covers`] is.
///
/// `narrow` is taken apart by what has few answers, its bands, whether it is made up
/// and whether it is ours, and by its types: whatever it matches, one of these parts
/// matches, so that each part may be covered by another rule. It is done in this order
/// because a file is checked whenever a function starts.
pub(super) fn covering<T>(wider: &[(T, &Match)], narrow: &Match) -> Option<Vec<T>>
where
    T: Copy + PartialEq,
{
    let mut able: Vec<&(T, &Match)> = wider
        .iter()
        .filter(|(_, one)| one.covers_the_rest(narrow))
        .collect();
    // One rule alone is the better answer than several.
    if let Some((name, _)) = able.iter().find(|(_, one)| one.covers(narrow)) {
        return Some(vec![*name]);
    }
    able.retain(|(_, one)| {
        BANDS
            .iter()
            .any(|band| one.bands().contains(band) && narrow.bands().contains(band))
    });
    let mut names = Vec::new();
    for types in by_type(&narrow.types) {
        let able: Vec<_> = able
            .iter()
            .filter(|(_, one)| globs_cover(&one.types, &types))
            .collect();
        for band in BANDS.iter().filter(|band| narrow.bands().contains(band)) {
            for sample in answers(narrow.sample) {
                for ours in answers(narrow.ours) {
                    let (name, _) = able.iter().find(|(_, one)| {
                        one.bands().contains(band)
                            && is_implied(one.sample, Some(sample))
                            && is_implied(one.ours, Some(ours))
                    })?;
                    if !names.contains(name) {
                        names.push(*name);
                    }
                }
            }
        }
    }
    Some(names)
}

/// One for each type: whatever matches one of several types matches one of them.
fn by_type(types: &BTreeSet<Glob>) -> Vec<BTreeSet<Glob>> {
    if types.is_empty() {
        return vec![BTreeSet::new()];
    }
    let alone = |one: &Glob| BTreeSet::from([one.clone()]);
    types.iter().map(alone).collect()
}

/// What a yes or no can be where a rule asks for it, or does not.
fn answers(asked: Option<bool>) -> Vec<bool> {
    asked.map_or_else(|| vec![false, true], |asked| vec![asked])
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
