//! What Slack answers, and the secret address.

use std::time::Duration;

use notify::{Answer, Verdict, Webhook, verdict};

use crate::told_well;

/// Any answer: status, `Retry-After` and body, a line each.
pub fn answer(text: &str) {
    let mut lines = text.splitn(3, '\n');
    let status = lines
        .next()
        .and_then(|line| line.parse().ok())
        .unwrap_or(200);
    let retry_after = lines
        .next()
        .filter(|line| !line.is_empty())
        .map(str::to_owned);
    let answer = Answer {
        status,
        retry_after,
        // As the client hands it over.
        body: nightshift_core::printable(lines.next().unwrap_or_default().trim(), 200),
    };
    let meant = verdict(&answer);
    assert_eq!(verdict(&answer), meant);
    match meant {
        Verdict::Delivered => assert!((200..300).contains(&status), "{answer:?}"),
        Verdict::Wait(wait) => {
            let said = status == 429 || answer.body.contains("limited");
            assert!(
                said && wait <= Duration::from_secs(u32::MAX.into()),
                "{answer:?}"
            );
        }
        Verdict::Unavailable(words) | Verdict::Reshape(words) | Verdict::Refused(words) => {
            told_well(&words);
        }
    }
}

/// Any address: only one that may carry a secret is taken, and it is not told.
pub fn webhook(text: &str) {
    match Webhook::parse(text) {
        Ok(webhook) => {
            let address = text.trim();
            let scheme = address.split("://").next().expect("a scheme");
            assert!(["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()));
            let rest = &address[scheme.len() + 3..];
            let host = rest.split(['/', '?', '#']).next().expect("a host");
            for shown in [webhook.to_string(), format!("{webhook:?}")] {
                assert!(shown.contains(&format!("{scheme}://{host}/***")), "{shown}");
                assert_eq!(shown.len() - shown.find(scheme).expect("there"), {
                    let end = usize::from(shown.ends_with(')'));
                    scheme.len() + 3 + host.len() + "/***".len() + end
                });
            }
        }
        Err(error) => told_well(&error.to_string()),
    }
}
