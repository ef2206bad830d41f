//! What holds for every finding; the tests and the fuzz target share it.

use security_triage::LONGEST_FINDING;
use security_triage::finding::Finding;

/// What holds for every finding, whatever it was made of.
pub fn hold(finding: &Finding) {
    let text = serde_json::to_string(finding).unwrap();
    assert!(text.len() <= LONGEST_FINDING, "{} bytes", text.len());
    let read: Finding = serde_json::from_str(&text).unwrap();
    assert_eq!(&read, finding);
    assert!(!finding.title.trim().is_empty());
    assert!(!finding.kind.is_empty());
    let key = format!("incident#{}", finding.key);
    assert!(key.len() <= 1_024, "{} bytes", key.len());
    assert!(finding.first_seen <= finding.last_seen);
    if let Some(url) = finding
        .remedy
        .as_ref()
        .and_then(|remedy| remedy.url.as_ref())
    {
        assert!(url.starts_with("https://"), "{url}");
    }
}
