//! How much of a finding is kept. An incident holds two findings and lives in
//! one `DynamoDB` item of at most 400 KB, whatever a source puts into its texts.

use std::collections::BTreeSet;

use nightshift_core::shortened;

use crate::finding::{Finding, Principal, Remedy, Subject};

/// A finding's JSON is at most this long, in bytes.
pub const FINDING: usize = 60_000;
const TITLE: usize = 300;
const TEXT: usize = 1_500;
const NAME: usize = 200;
const ID: usize = 600;
const VALUE: usize = 300;
const SUBJECTS: usize = 20;
const TAGS: usize = 50;
const PRINCIPALS: usize = 20;
const DETAILS: usize = 24;
const HANDLES: usize = 4;

impl Finding {
    /// The finding within bounds: long texts shortened, long lists cut.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.product = shortened(&self.product, NAME);
        self.kind = shortened(&self.kind, NAME);
        if self.kind.trim().is_empty() {
            "unknown".clone_into(&mut self.kind);
        }
        if self.title.trim().is_empty() {
            self.title.clone_from(&self.kind);
        }
        self.title = shortened(self.title.trim(), TITLE);
        self.description = shortened(self.description.trim(), TEXT);
        self.asked = self.asked.map(|asked| shortened(&asked, NAME));
        self.remedy = self.remedy.map(|remedy| Remedy {
            text: shortened(&remedy.text, VALUE),
            url: remedy.url.filter(|url| is_address(url)),
        });
        self.subjects.truncate(SUBJECTS);
        self.subjects.iter_mut().for_each(bound_subject);
        self.principals = bounded_principals(self.principals);
        self.details.truncate(DETAILS);
        for (label, value) in &mut self.details {
            *label = shortened(label, NAME);
            *value = shortened(value, VALUE);
        }
        // A handle that was cut would name something else.
        self.handles
            .retain(|handle| handle.texts().iter().all(|text| text.len() <= 2_048));
        self.handles.truncate(HANDLES);
        self.within(FINDING)
    }

    /// Texts of four bytes a character, or such as JSON has to escape, can still
    /// be too long together: then what helps least goes first.
    fn within(mut self, limit: usize) -> Self {
        let steps: [fn(&mut Self); 4] = [
            |finding| {
                for subject in finding.subjects.iter_mut().skip(1) {
                    subject.tags.clear();
                }
            },
            |finding| finding.subjects.truncate(3),
            |finding| {
                if let Some(subject) = finding.subjects.first_mut() {
                    subject.tags.clear();
                }
            },
            |finding| {
                finding.details.truncate(4);
                finding.principals = std::mem::take(&mut finding.principals)
                    .into_iter()
                    .take(3)
                    .collect();
            },
        ];
        for step in steps {
            if length(&self) <= limit {
                break;
            }
            step(&mut self);
        }
        self
    }
}

fn length(finding: &Finding) -> usize {
    serde_json::to_string(finding).map_or(0, |text| text.len())
}

fn bound_subject(subject: &mut Subject) {
    subject.kind = shortened(&subject.kind, NAME);
    subject.id = shortened(&subject.id, ID);
    if subject
        .arn
        .as_ref()
        .is_some_and(|arn| arn.as_str().len() > 2_048)
    {
        subject.arn = None;
    }
    if subject.tags.len() > TAGS
        || subject
            .tags
            .iter()
            .any(|(key, value)| key.len() > NAME * 4 || value.len() > VALUE * 4)
    {
        // AWS gives at most 50 tags, 128 and 256 characters long.
        subject.tags = std::mem::take(&mut subject.tags)
            .into_iter()
            .take(TAGS)
            .map(|(key, value)| (shortened(&key, NAME), shortened(&value, VALUE)))
            .collect();
    }
}

fn bounded_principals(principals: BTreeSet<Principal>) -> BTreeSet<Principal> {
    principals
        .into_iter()
        .take(PRINCIPALS)
        .map(|principal| Principal {
            kind: shortened(&principal.kind, NAME),
            name: shortened(&principal.name, NAME),
            access_key: principal.access_key.map(|key| shortened(&key, NAME)),
        })
        .collect()
}

/// Links are followed by people: https only, and nothing that ends a line.
fn is_address(url: &str) -> bool {
    url.starts_with("https://")
        && url.len() <= 1_000
        && !url
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '|' | '"'))
}
