//! What Slack's Web API answers. It says almost everything with status 200:
//! the word in `error` decides.

use serde::Deserialize;

use super::{Answer, Verdict};
use crate::standing::Place;

#[derive(Deserialize)]
struct Told {
    ok: bool,
    error: Option<String>,
    channel: Option<String>,
    ts: Option<String>,
}

/// Where the message stands.
pub fn place(answer: &Answer) -> Option<Place> {
    let told: Told = serde_json::from_str(&answer.body).ok()?;
    Some(Place {
        channel: told
            .channel
            .filter(|_| told.ok && is_success(answer.status))?,
        ts: told.ts?,
    })
}

/// Reads an answer. The words are those of Slack's pages on `chat.postMessage`
/// and `chat.update`, and the common ones of its Web API; one that is not
/// known is taken for a refusal of the message, which costs a plainer second
/// attempt and not the channel.
pub fn verdict(answer: &Answer) -> Verdict {
    let Ok(Told { ok, error, .. }) = serde_json::from_str(&answer.body) else {
        let told = answer.told(&answer.body);
        return match answer.by_status("") {
            // Whatever has answered, it was not this API.
            Verdict::Delivered | Verdict::Reshape(_) => {
                Verdict::Unavailable(format!("{told}, which is no answer of Slack's"))
            }
            Verdict::Refused(_) => Verdict::Refused(told),
            other => other,
        };
    };
    let word = error.unwrap_or_default();
    let told = answer.told(&word);
    match (ok, word.as_str()) {
        (true, _) if is_success(answer.status) => Verdict::Delivered,
        (_, "ratelimited" | "rate_limited") => Verdict::Wait(answer.wait()),
        _ if answer.status == 429 => Verdict::Wait(answer.wait()),
        (
            _,
            "message_not_found"
            | "cant_update_message"
            | "edit_window_closed"
            | "cannot_reply_to_message"
            | "restricted_action_thread_locked",
        ) => Verdict::Gone(told),
        (
            _,
            "fatal_error"
            | "internal_error"
            | "service_unavailable"
            | "request_timeout"
            | "accesslimited"
            | "team_added_to_org"
            | "update_failed",
        ) => Verdict::Unavailable(told),
        _ if answer.status >= 500 => Verdict::Unavailable(told),
        (_, word) if speaks_of_the_way(word) => Verdict::Refused(told),
        _ => Verdict::Reshape(told),
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Whether a word is about the token or the channel, and not about the message.
fn speaks_of_the_way(word: &str) -> bool {
    matches!(
        word,
        "access_denied"
            | "account_inactive"
            | "as_user_not_supported"
            | "channel_not_found"
            | "ekm_access_denied"
            | "enterprise_is_restricted"
            | "invalid_auth"
            | "is_archived"
            | "is_inactive"
            | "message_limit_exceeded"
            | "messages_tab_disabled"
            | "method_deprecated"
            | "missing_scope"
            | "no_permission"
            | "not_allowed_token_type"
            | "not_authed"
            | "not_in_channel"
            | "org_login_required"
            | "restricted_action"
            | "restricted_action_non_threadable_channel"
            | "restricted_action_read_only_channel"
            | "restricted_action_thread_only_channel"
            | "team_access_not_granted"
            | "team_not_found"
            | "token_expired"
            | "token_revoked"
            | "two_factor_setup_required"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            retry_after: Some("7".to_owned()),
            body: body.to_owned(),
        }
    }

    #[test]
    fn words_mean_what_slack_says() {
        let said = |word: &str| format!("{{\"ok\":false,\"error\":\"{word}\"}}");
        let told = |word: &str| format!("HTTP 200: {word}");
        for (word, expected) in [
            ("ratelimited", Verdict::Wait(Duration::from_secs(7))),
            ("invalid_auth", Verdict::Refused(told("invalid_auth"))),
            ("not_in_channel", Verdict::Refused(told("not_in_channel"))),
            ("invalid_blocks", Verdict::Reshape(told("invalid_blocks"))),
            (
                "msg_blocks_too_long",
                Verdict::Reshape(told("msg_blocks_too_long")),
            ),
            (
                "message_not_found",
                Verdict::Gone(told("message_not_found")),
            ),
            (
                "internal_error",
                Verdict::Unavailable(told("internal_error")),
            ),
            (
                "word_of_tomorrow",
                Verdict::Reshape(told("word_of_tomorrow")),
            ),
        ] {
            assert_eq!(verdict(&answer(200, &said(word))), expected);
        }
        assert_eq!(verdict(&answer(200, "{\"ok\":true}")), Verdict::Delivered);
        for (status, body, kind) in [
            (200, "<html>Sign in", "unavailable"),
            (400, "", "unavailable"),
            (503, "", "unavailable"),
            (429, "", "wait"),
            (403, "proxy", "refused"),
        ] {
            let meant = match verdict(&answer(status, body)) {
                Verdict::Unavailable(_) => "unavailable",
                Verdict::Wait(_) => "wait",
                Verdict::Refused(_) => "refused",
                _ => "something else",
            };
            assert_eq!(meant, kind, "{status} {body}");
        }
    }

    #[test]
    fn a_place_is_only_where_something_was_posted() {
        let posted = "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"1.2\",\"message\":{\"text\":\"x\"}}";
        let place = place(&answer(200, posted)).unwrap();
        assert_eq!((place.channel.as_str(), place.ts.as_str()), ("C1", "1.2"));
        let refused = "{\"ok\":false,\"channel\":\"C1\",\"ts\":\"1.2\"}";
        assert_eq!(super::place(&answer(200, refused)), None);
        assert_eq!(super::place(&answer(404, posted)), None);
    }
}
