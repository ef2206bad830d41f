//! A Slack channel behind an incoming webhook. It takes messages and nothing
//! else: what was posted can be neither changed nor answered.

use serde::Deserialize;

use super::{Answer, Form, Kind, Letter, Rendered, Request, Verdict};
use crate::blocks::{Payload, message_with};
use crate::short::{canary, plain_message};
use crate::standing::Standing;

/// A Slack channel behind an incoming webhook.
pub struct SlackWebhook;

impl Kind for SlackWebhook {
    fn render(&self, letter: &Letter<'_>, form: Form) -> Rendered {
        let payload = match form {
            Form::Full => {
                message_with(letter.notification, letter.standing.map(history).as_deref())
            }
            Form::Plain => plain_message(letter.notification),
            Form::Canary => canary(letter.notification),
        };
        let Payload { body, shortened } = payload;
        Rendered::one(Request::Post { method: "", body }, shortened)
    }

    fn verdict(&self, answer: &Answer) -> Verdict {
        verdict(answer)
    }
}

/// What a channel that keeps every message says of the earlier ones.
pub fn history(standing: &Standing) -> String {
    format!(
        "message {} on this matter, the first at {}",
        standing.words.saturating_add(1),
        super::utc(standing.first_at)
    )
}

/// Reads an answer. The words are those of Slack's page "Sending messages
/// using incoming webhooks"; unknown ones are judged by the status.
pub fn verdict(answer: &Answer) -> Verdict {
    let word = word(&answer.body);
    let told = answer.told(&word);
    match (answer.status, word.as_str()) {
        (200..=299, "ok") => Verdict::Delivered,
        (429, _) | (_, "rate_limited" | "ratelimited") => Verdict::Wait(answer.wait()),
        (
            _,
            "no_service"
            | "no_service_id"
            | "no_active_hooks"
            | "no_team"
            | "team_disabled"
            | "invalid_token"
            | "channel_is_archived"
            | "channel_not_found"
            | "user_not_found"
            | "action_prohibited"
            | "posting_to_general_channel_denied",
        )
        | (401 | 403 | 404 | 410, _) => Verdict::Refused(told),
        (408 | 425 | 500..=599, _) => Verdict::Unavailable(told),
        (400 | 413 | 422, _) => Verdict::Reshape(told),
        // 200 with other words, or a redirect: something between us and Slack
        // answers, and nobody knows that the message arrived.
        (200..=399, _) => Verdict::Unavailable(format!("{told}, which is no answer of Slack's")),
        _ => Verdict::Refused(told),
    }
}

/// The word that Slack answers with, from plain text or from
/// `{"ok":false,"error":"..."}`.
fn word(body: &str) -> String {
    #[derive(Deserialize)]
    struct Told {
        ok: bool,
        error: Option<String>,
    }
    let body = body.trim();
    match serde_json::from_str(body) {
        Ok(Told { ok: true, .. }) => "ok".to_owned(),
        Ok(Told { error, .. }) => error.unwrap_or_else(|| "not ok".to_owned()),
        Err(_) => nightshift_core::printable(body, 200),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_what_slack_says() {
        for (status, header, body, expected) in [
            (200, None, "ok", "delivered"),
            (200, None, "{\"ok\":true}", "delivered"),
            (
                200,
                None,
                "{\"ok\":false,\"error\":\"no_service\"}",
                "refused",
            ),
            (200, None, "<html>Sign in", "unavailable"),
            (302, None, "", "unavailable"),
            (429, Some("7"), "rate_limited", "wait 7"),
            (429, Some("soon"), "", "wait 30"),
            (429, Some("-1"), "", "wait 30"),
            (429, None, "", "wait 30"),
            (400, None, "invalid_blocks", "reshape"),
            (400, None, "no_service", "refused"),
            (400, None, "user_not_found", "refused"),
            (403, Some("9"), "rate_limited", "wait 9"),
            (400, None, "invalid_payload", "reshape"),
            (400, None, "no_text", "reshape"),
            (403, None, "action_prohibited", "refused"),
            (404, None, "channel_not_found", "refused"),
            (403, None, "invalid_token", "refused"),
            (404, None, "no_service", "refused"),
            (410, None, "channel_is_archived", "refused"),
            (405, None, "", "refused"),
            (500, None, "rollup_error", "unavailable"),
            (503, None, "", "unavailable"),
        ] {
            let answer = Answer {
                status,
                retry_after: header.map(str::to_owned),
                body: body.to_owned(),
            };
            let meant = match verdict(&answer) {
                Verdict::Delivered => "delivered".to_owned(),
                Verdict::Wait(wait) => format!("wait {}", wait.as_secs()),
                Verdict::Unavailable(_) => "unavailable".to_owned(),
                Verdict::Reshape(_) => "reshape".to_owned(),
                Verdict::Gone(_) => "gone".to_owned(),
                Verdict::Refused(_) => "refused".to_owned(),
            };
            assert_eq!(meant, expected, "{answer:?}");
        }
    }
}
