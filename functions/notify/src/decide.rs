//! What Slack's answer means. Pure: the same answer always means the same.

use std::time::Duration;

use serde::Deserialize;

/// What came back for one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The beginning of the body: `ok`, or the word for what is wrong.
    pub body: String,
}

/// What an answer means for the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the channel.
    Delivered,
    /// The channel takes nothing more for so long.
    Wait(Duration),
    /// Slack did not do it now; later it may.
    Unavailable(String),
    /// Slack refuses the message in this form.
    Reshape(String),
    /// Slack refuses whatever comes over this webhook.
    Refused(String),
}

/// Slack always says how long; a proxy in between may not.
const UNSAID: Duration = Duration::from_secs(30);

/// Reads an answer. The words are those of Slack's page "Sending messages
/// using incoming webhooks"; unknown ones are judged by the status.
pub fn verdict(answer: &Answer) -> Verdict {
    let word = word(&answer.body);
    let told = if word.is_empty() {
        format!("HTTP {}", answer.status)
    } else {
        format!("HTTP {}: {word}", answer.status)
    };
    match (answer.status, word.as_str()) {
        (200..=299, "ok") => Verdict::Delivered,
        (429, _) | (_, "rate_limited" | "ratelimited") => {
            Verdict::Wait(retry_after(answer.retry_after.as_deref()))
        }
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
        Err(_) => body.to_owned(),
    }
}

/// Whole seconds; Slack sends no date.
fn retry_after(header: Option<&str>) -> Duration {
    header
        .and_then(|text| text.trim().parse().ok())
        .map_or(UNSAID, |seconds: u32| Duration::from_secs(seconds.into()))
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
                Verdict::Refused(_) => "refused".to_owned(),
            };
            assert_eq!(meant, expected, "{answer:?}");
        }
    }
}
