//! What rules see of an incident.

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::{AccountId, Region, printable};

use crate::finding::{Band, Finding, Part, Principal, Subject};
use crate::incident::Incident;
use crate::observe::{Context, Reach};

/// What rules see of an incident: what any version of its finding has said, and
/// what is known around it. Routes name the same thing differently and arrive in any
/// order, so both the first and the latest version count, and a verdict does not
/// depend on which came by which way.
#[derive(Clone, Debug)]
pub struct Matter<'a> {
    /// Its types.
    pub kinds: BTreeSet<&'a str>,
    /// The services that found it.
    pub products: BTreeSet<&'a str>,
    /// The highest band.
    pub band: Band,
    /// The account that it is about.
    pub account: &'a AccountId,
    /// The Region that it is about.
    pub region: &'a Region,
    /// What it is about.
    pub subjects: Vec<&'a Subject>,
    /// Victim or offender, as any version says.
    pub parts: Vec<Part>,
    /// Who acts in it.
    pub principals: BTreeSet<&'a Principal>,
    /// Whether any version says that it was made up.
    pub sample: bool,
    /// Tags of the main resource; None where they could not be read.
    pub tags: Option<BTreeMap<&'a str, &'a str>>,
    /// What is known around it.
    pub context: &'a Context,
}

/// A value that a look-up was to bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known<T> {
    /// It is this.
    Is(T),
    /// There is none.
    Absent,
    /// It could not be had.
    Unknown,
}

impl<'a> Matter<'a> {
    /// One finding alone.
    pub fn of_finding(finding: &'a Finding, context: &'a Context) -> Self {
        Self::of_versions([finding], finding.band, context)
    }

    /// An incident.
    pub fn of_incident(incident: &'a Incident, context: &'a Context) -> Self {
        Self::of_versions([&incident.first, &incident.latest], incident.band, context)
    }

    /// Versions of one finding, the earliest first.
    pub fn of_versions<const N: usize>(
        versions: [&'a Finding; N],
        band: Band,
        context: &'a Context,
    ) -> Self {
        let latest = versions[N - 1];
        let subjects = versions.iter().flat_map(|one| &one.subjects).collect();
        let told = versions.iter().filter_map(|one| one.subjects.first());
        let mut tags: BTreeMap<&str, &str> = told
            .flat_map(|subject| &subject.tags)
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let looked_up = context.tags.as_ref();
        tags.extend(
            looked_up
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.as_str(), value.as_str())),
        );
        let are_known = looked_up.is_some() || !tags.is_empty();
        Self {
            kinds: versions.iter().map(|one| one.kind.as_str()).collect(),
            products: versions.iter().map(|one| one.product.as_str()).collect(),
            band,
            account: &latest.key.account,
            region: &latest.key.region,
            subjects,
            parts: versions.iter().filter_map(|one| one.part).collect(),
            principals: versions.iter().flat_map(|one| &one.principals).collect(),
            sample: versions.iter().any(|one| one.sample),
            tags: are_known.then_some(tags),
            context,
        }
    }

    pub(super) fn environment(&self) -> Known<&'a str> {
        self.told_by_tags(self.context.environment.as_deref())
    }

    pub(super) fn owner(&self) -> Known<&'a str> {
        self.told_by_tags(self.context.owner.as_deref())
    }

    pub(super) fn exposure(&self) -> Known<bool> {
        match self.context.reach {
            Reach::Open => Known::Is(true),
            Reach::Closed => Known::Is(false),
            Reach::Unasked => Known::Absent,
            Reach::Unknown => Known::Unknown,
        }
    }

    /// What tags would say: without it, it is absent only if tags could be read.
    const fn told_by_tags(&self, value: Option<&'a str>) -> Known<&'a str> {
        match value {
            Some(value) => Known::Is(value),
            None if self.tags.is_some() => Known::Absent,
            None => Known::Unknown,
        }
    }

    /// The resources in one line.
    pub(super) fn resources(&self) -> String {
        let names: BTreeSet<String> = self
            .subjects
            .iter()
            .map(|subject| format!("{} {}", subject.kind, subject.id))
            .collect();
        if names.is_empty() {
            return "none".to_owned();
        }
        printable(&names.into_iter().collect::<Vec<_>>().join(", "), 300)
    }
}
