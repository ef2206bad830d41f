//! A Slack channel behind an app's token: one message a matter, changed in
//! place, with every later word in its thread.

use nightshift_core::{Notification, Severity};
use serde_json::{Value, json};

use super::slack_webhook::history;
use super::web_api;
use super::{Answer, Form, Kind, Letter, Rendered, Request, Verdict};
use crate::blocks::{Payload, message_with};
use crate::short::{canary, plain_message, word};
use crate::standing::{Place, Standing};

const POST: &str = "chat.postMessage";
const UPDATE: &str = "chat.update";

/// A Slack channel behind an app's token.
pub struct SlackBot {
    /// The channel's id.
    pub channel: String,
}

impl Kind for SlackBot {
    fn render(&self, letter: &Letter<'_>, form: Form) -> Rendered {
        let notification = letter.notification;
        let dress = |note: Option<&str>| match form {
            Form::Full => message_with(notification, note),
            Form::Plain => plain_message(notification),
            Form::Canary => canary(notification),
        };
        let Some((standing, place)) = joined(letter) else {
            let Payload { body, shortened } = dress(None);
            return Rendered {
                begins: form != Form::Canary,
                ..Rendered::one(self.post(body), shortened)
            };
        };
        let reply = reply(standing, place, notification);
        // What happened before the newest word does not take its place.
        if notification.occurred_at < standing.last_at {
            return Rendered::one(reply, false);
        }
        let Payload {
            mut body,
            shortened,
        } = dress(Some(&history(standing)));
        body["channel"] = json!(place.channel);
        body["ts"] = json!(place.ts);
        // Changing is the same however often it is done; so it comes first.
        Rendered {
            requests: vec![request(UPDATE, body), reply],
            shortened,
            begins: false,
        }
    }

    fn verdict(&self, answer: &Answer) -> Verdict {
        web_api::verdict(answer)
    }

    fn place(&self, answer: &Answer) -> Option<Place> {
        web_api::place(answer)
    }

    fn takes_files(&self) -> bool {
        true
    }
}

impl SlackBot {
    fn post(&self, mut body: Value) -> Request {
        body["channel"] = json!(self.channel);
        request(POST, body)
    }
}

/// The message that this word belongs to: there is one, and the matter was not
/// over. One that comes back after its end is a new message, for the old one
/// may be far above.
fn joined<'a>(letter: &Letter<'a>) -> Option<(&'a Standing, &'a Place)> {
    let standing = letter.standing?;
    let place = standing.place.as_ref()?;
    letter.notification.dedup_key.as_ref()?;
    let reopens = !standing.status.is_open() && letter.notification.status.is_open();
    let late = letter.notification.occurred_at < standing.last_at;
    (!reopens || late).then_some((standing, place))
}

/// The word in the thread; also in the channel where it got worse.
fn reply(standing: &Standing, place: &Place, notification: &Notification) -> Request {
    let mut body = word(notification);
    body["channel"] = json!(place.channel);
    body["thread_ts"] = json!(place.ts);
    let worse = notification.severity > standing.severity
        && notification.severity >= Severity::Error
        && notification.status.is_open();
    if worse {
        body["reply_broadcast"] = json!(true);
    }
    request(POST, body)
}

fn request(method: &'static str, body: Value) -> Request {
    Request::Post { method, body }
}
