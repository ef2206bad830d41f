//! What channels answer, and the secret address.

use std::time::Duration;

use notify::channels::every_kind;
use notify::{Answer, Verdict, Webhook};

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
        body: lines.next().unwrap_or_default().trim().to_owned(),
    };
    for (_, kind) in every_kind() {
        let meant = kind.verdict(&answer);
        assert_eq!(kind.verdict(&answer), meant);
        let place = kind.place(&answer);
        assert!(place.is_none() || meant == Verdict::Delivered, "{answer:?}");
        holds(meant, &answer);
    }
}

/// What an answer means is told in a line, and nothing counts as delivered that
/// no channel has confirmed.
fn holds(meant: Verdict, answer: &Answer) {
    let status = answer.status;
    match meant {
        Verdict::Delivered => assert!((200..300).contains(&status), "{answer:?}"),
        Verdict::Wait(wait) => {
            let body = answer.body.to_lowercase();
            let said = status == 429 || body.contains("limit");
            assert!(
                said && wait <= Duration::from_secs(u32::MAX.into()),
                "{answer:?}"
            );
        }
        Verdict::Unavailable(words)
        | Verdict::Reshape(words)
        | Verdict::Gone(words)
        | Verdict::Refused(words) => told_well(&words),
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
