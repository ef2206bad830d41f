//! How Slack takes a file, in three steps: it names an address for the bytes,
//! gets them there, and is told where to show them (Slack's pages on
//! `files.getUploadURLExternal` and `files.completeUploadExternal`; both want
//! the scope `files:write`, and take more than a hundred calls a minute). What
//! is never completed is forgotten there, so the first two steps can be
//! repeated; the third can be done once for a file's id.

use nightshift_core::{Attachment, printable};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Request, Verdict, web_api};
use crate::standing::Place;
use crate::upload_url::UploadUrl;
use crate::webhook::Endpoint;

#[derive(Deserialize)]
struct Named {
    upload_url: Option<String>,
    file_id: Option<String>,
}

/// Asks for an address. As a form: that this method takes JSON too was not
/// always so.
pub fn ask(file: &Attachment, length: usize) -> Request {
    Request::Form {
        method: "files.getUploadURLExternal",
        fields: vec![
            ("filename", file.name().to_owned()),
            ("length", length.to_string()),
            ("alt_txt", words(file)),
        ],
    }
}

/// The file's id, and where its bytes go.
///
/// # Errors
/// Why the answer names neither, or names an address that is not Slack's.
pub fn named(answer: &Answer, endpoint: &Endpoint) -> Result<(String, UploadUrl), String> {
    let nothing = || "Slack named no address for it".to_owned();
    let named: Named = serde_json::from_str(&answer.body).map_err(|_| nothing())?;
    let (Some(address), Some(id)) = (named.upload_url, named.file_id) else {
        return Err(nothing());
    };
    let is_id = (1..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_id {
        return Err(format!("Slack's id for it is none: {}", printable(&id, 40)));
    }
    let url = UploadUrl::parse(&address, endpoint)
        .map_err(|host| format!("it is to go to `{host}`, which is not Slack's"))?;
    Ok((id, url))
}

/// Tells where to show it: in the message's thread.
pub fn complete(id: &str, file: &Attachment, place: &Place) -> Request {
    Request::Post {
        method: "files.completeUploadExternal",
        body: json!({
            "files": [{"id": id, "title": words(file)}],
            "channel_id": place.channel,
            "thread_ts": place.ts,
        }),
    }
}

/// What a method answers.
pub fn verdict(answer: &Answer) -> Verdict {
    match web_api::verdict(answer) {
        Verdict::Refused(told) if told.contains("missing_scope") => Verdict::Refused(format!(
            "{told}: the app's token lacks `files:write`; add the scope and install the app again"
        )),
        other => other,
    }
}

/// What the server of an upload's address answers, which only counts bytes.
pub fn uploaded(answer: &Answer) -> Verdict {
    answer.by_status(&answer.body)
}

/// What it shows, on one line. Slack shows a title as it is.
fn words(file: &Attachment) -> String {
    printable(file.alt_text(), Attachment::ALT_TEXT)
}
