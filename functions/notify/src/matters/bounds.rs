//! What is kept of a notification: enough for the message that a channel
//! takes, whatever was sent.

use nightshift_core::{Notification, shortened};

/// The most that is kept of one text, as JSON. Slack takes less than half.
pub(crate) const TEXT: usize = 24_000;

/// The notification, cut where it is larger than any channel would show, and
/// whether it was.
pub(crate) fn bounded(notification: &Notification) -> (Notification, bool) {
    let mut cut = notification.clone();
    if size(&cut) <= TEXT {
        return (cut, false);
    }
    for (items, text) in [(40, 3000), (15, 1000), (5, 300), (1, 100)] {
        shorten(&mut cut, items, text);
        if size(&cut) <= TEXT {
            break;
        }
    }
    (cut, true)
}

fn size(notification: &Notification) -> usize {
    serde_json::to_string(notification).map_or(usize::MAX, |json| json.len())
}

/// Cuts lists and texts. A command or an address that is not whole is worse
/// than none.
fn shorten(cut: &mut Notification, items: usize, text: usize) {
    for field in [
        &mut cut.id,
        &mut cut.source,
        &mut cut.environment,
        &mut cut.kind,
        &mut cut.title,
        &mut cut.summary,
    ] {
        *field = shortened(field, text);
    }
    cut.dedup_key = cut.dedup_key.as_deref().map(|key| shortened(key, text));
    cut.owner = cut.owner.as_deref().map(|owner| shortened(owner, text));
    cut.account = nightshift_core::AccountId::new(shortened(cut.account.as_str(), 60));
    cut.region = cut
        .region
        .as_ref()
        .map(|region| nightshift_core::Region::new(shortened(region.as_str(), 60)));
    cut.facts.truncate(items);
    for fact in &mut cut.facts {
        fact.label = shortened(&fact.label, text);
        fact.value = shortened(&fact.value, text);
    }
    cut.sections.truncate(items.min(10));
    for section in &mut cut.sections {
        section.title = shortened(&section.title, text);
        let more = section.items.len().saturating_sub(items);
        section.items.truncate(items);
        for item in &mut section.items {
            *item = shortened(item, text);
        }
        if more > 0 {
            section
                .items
                .push(format!("and {more} more, in the log of notify"));
        }
    }
    cut.next_steps.truncate(items);
    for step in &mut cut.next_steps {
        *step = shortened(step, text);
    }
    cut.commands.retain(|command| command.text.len() <= text);
    cut.commands.truncate(items);
    for command in &mut cut.commands {
        command.label = shortened(&command.label, text);
    }
    cut.links.retain(|link| link.url.len() <= text);
    cut.links.truncate(items);
    for link in &mut cut.links {
        link.label = shortened(&link.label, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightshift_core::{AccountId, Command, Fact, Link, Section, Severity, Status};
    use proptest::prelude::*;

    fn huge(text: &str, many: usize) -> Notification {
        Notification {
            version: 1,
            id: text.to_owned(),
            source: text.to_owned(),
            environment: text.to_owned(),
            account: AccountId::new(text),
            region: Some(nightshift_core::Region::new(text)),
            severity: Severity::Error,
            kind: text.to_owned(),
            dedup_key: Some(text.to_owned()),
            status: Status::Open,
            owner: Some(text.to_owned()),
            title: text.to_owned(),
            summary: text.to_owned(),
            facts: vec![Fact::new(text, text); many],
            sections: vec![
                Section {
                    title: text.to_owned(),
                    items: vec![text.to_owned(); many],
                };
                many.min(30)
            ],
            next_steps: vec![text.to_owned(); many],
            commands: vec![
                Command {
                    label: text.to_owned(),
                    text: text.to_owned(),
                };
                many
            ],
            links: vec![
                Link {
                    label: text.to_owned(),
                    url: text.to_owned(),
                };
                many
            ],
            attachment: None,
            occurred_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn whatever_is_sent_what_is_kept_is_small(
            text in prop_oneof![Just("\u{0}"), Just("日"), Just("\"\\"), Just("a")],
            length in 0usize..800,
            many in 0usize..30,
        ) {
            let sent = huge(&text.repeat(length), many);
            let (kept, cut) = bounded(&sent);
            prop_assert!(size(&kept) <= TEXT, "{}", size(&kept));
            prop_assert_eq!(cut, kept != sent);
        }
    }
}
