//! What a month saved.

use jiff::Timestamp;
use nightshift_core::{Document, Fact, Notification, Severity, Status};

use super::section;
use crate::model::Saved;
use crate::savings::{Digest, DigestLine};

/// The message of a month.
pub fn monthly(document: &Document, digest: &Digest, now: Timestamp) -> Notification {
    let environment = &document.environment;
    let lines = |lines: &[DigestLine]| lines.iter().map(line).collect();
    let mut sections = Vec::new();
    sections.extend(section("By kind", lines(&digest.kinds)));
    sections.extend(section("By resource", lines(&digest.resources)));
    sections.extend(section(
        "Not priced: name their prices under functions.off-hours.prices",
        digest.not_priced.iter().cloned().collect(),
    ));
    Notification {
        version: Notification::VERSION,
        id: format!("off-hours/{environment}/digest/{}", digest.month),
        source: "off-hours".to_owned(),
        environment: environment.clone(),
        account: document.accounts.first().cloned().unwrap_or_else(|| "".into()),
        region: None,
        severity: Severity::Info,
        kind: "off-hours.digest".to_owned(),
        title: format!(
            "{environment} saved {} in {}",
            digest.total.money, digest.month
        ),
        summary: "Hours asleep times list price, cluster members and Multi-AZ standbys counted. Storage, load balancers, NAT gateways and control planes cost on and are not in it.".to_owned(),
        facts: vec![
            Fact::new("Saved", digest.total.money.to_string()),
            Fact::new("Hours asleep, added up", hours(digest.total)),
        ],
        sections,
        next_steps: Vec::new(),
        commands: Vec::new(),
        links: Vec::new(),
        dedup_key: None,
        status: Status::Open,
        owner: None,
        attachment: None,
        occurred_at: now,
    }
}

fn line(line: &DigestLine) -> String {
    format!(
        "{}: {} in {} h",
        line.name,
        line.saved.money,
        hours(line.saved)
    )
}

fn hours(saved: Saved) -> String {
    (saved.seconds / 3600).to_string()
}
