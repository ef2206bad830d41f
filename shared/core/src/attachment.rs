//! A small file that goes with a notification.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::notification::{Fact, Notification};

/// A small file that goes with a notification, such as a chart. Channels that
/// take files show it below the message; every channel shows its alternative
/// text. There is none that breaks a rule: it is checked where it is made and
/// where it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Unchecked")]
pub struct Attachment {
    name: String,
    media_type: String,
    alt_text: String,
    content: String,
}

/// A file as it is written in JSON.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Attachment")]
struct Unchecked {
    /// The file's name: letters, digits, `.`, `_` and `-`, beginning with a
    /// letter or a digit.
    #[schemars(
        length(min = 1, max = 100),
        regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    )]
    name: String,
    /// What it is, such as `image/png`.
    #[schemars(length(max = 100), regex(pattern = r"^[a-z0-9.+-]+/[a-z0-9.+-]+$"))]
    media_type: String,
    /// What it shows, in words: its title, and what stands for it where it is
    /// not shown.
    #[schemars(length(min = 1, max = 300))]
    alt_text: String,
    /// The bytes in base64 (RFC 4648, section 4, with padding).
    #[schemars(length(min = 1, max = 131_072))]
    content: String,
}

/// Why something is no attachment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AttachmentError {
    /// The name could mislead, or be a path.
    #[error(
        "the attachment's name {name:?} is none: take 1 to {limit} letters, digits, `.`, `_` and `-`, the first a letter or a digit",
        limit = Attachment::NAME
    )]
    Name {
        /// The beginning of what was given.
        name: String,
    },
    /// No media type.
    #[error("{media_type:?} is no media type such as `image/png`")]
    MediaType {
        /// The beginning of what was given.
        media_type: String,
    },
    /// Nothing says what it shows, or too much does.
    #[error(
        "the attachment {name} has an alternative text of {characters} characters; say in 1 to {limit} what it shows",
        limit = Attachment::ALT_TEXT
    )]
    AltText {
        /// The file.
        name: String,
        /// How long the text is.
        characters: usize,
    },
    /// It does not fit into a message of SNS with the rest.
    #[error(
        "the attachment {name} has {bytes} bytes; at most {limit} go with a notification, and at least 1",
        limit = Attachment::BYTES
    )]
    Size {
        /// The file.
        name: String,
        /// How large it is; of what is no base64, its text.
        bytes: usize,
    },
    /// Its content cannot be read.
    #[error("the content of the attachment {name} is no base64 with padding")]
    Base64 {
        /// The file.
        name: String,
    },
}

impl Attachment {
    /// The longest name, in characters.
    pub const NAME: usize = 100;
    /// The longest alternative text, in characters. Slack takes 1,000.
    pub const ALT_TEXT: usize = 300;
    /// The longest content as base64: half of the 256 KiB that SNS takes for a
    /// message (Amazon SNS API Reference, Publish), for the rest has to fit too.
    pub const BASE64: usize = 128 * 1024;
    /// The largest content in bytes.
    pub const BYTES: usize = Self::BASE64 / 4 * 3;

    /// A file with this content.
    ///
    /// # Errors
    /// When it breaks a rule of its fields, or is too large or empty.
    pub fn new(
        name: impl Into<String>,
        media_type: impl Into<String>,
        alt_text: impl Into<String>,
        content: &[u8],
    ) -> Result<Self, AttachmentError> {
        let name = name.into();
        if content.len() > Self::BYTES {
            let (name, bytes) = (shown(&name), content.len());
            return Err(AttachmentError::Size { name, bytes });
        }
        Self::try_from(Unchecked {
            name,
            media_type: media_type.into(),
            alt_text: alt_text.into(),
            content: STANDARD.encode(content),
        })
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, such as `image/png`.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// What it shows, in words.
    pub fn alt_text(&self) -> &str {
        &self.alt_text
    }

    /// The content, as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        // It was read once already.
        STANDARD.decode(&self.content).unwrap_or_default()
    }
}

impl TryFrom<Unchecked> for Attachment {
    type Error = AttachmentError;

    fn try_from(file: Unchecked) -> Result<Self, AttachmentError> {
        let Unchecked {
            name,
            media_type,
            alt_text,
            content,
        } = file;
        if !is_name(&name) {
            let name = shown(&name);
            return Err(AttachmentError::Name { name });
        }
        if !is_media_type(&media_type) {
            let media_type = shown(&media_type);
            return Err(AttachmentError::MediaType { media_type });
        }
        let characters = alt_text.chars().count();
        if alt_text.trim().is_empty() || characters > Self::ALT_TEXT {
            return Err(AttachmentError::AltText { name, characters });
        }
        if content.is_empty() || content.len() > Self::BASE64 {
            let bytes = content.len() / 4 * 3;
            return Err(AttachmentError::Size { name, bytes });
        }
        if STANDARD.decode(&content).is_err() {
            return Err(AttachmentError::Base64 { name });
        }
        Ok(Self {
            name,
            media_type,
            alt_text,
            content,
        })
    }
}

impl Notification {
    /// The same without its file: a fact says what that shows.
    #[must_use]
    pub fn with_attachment_told(mut self) -> Self {
        if let Some(file) = self.attachment.take() {
            let words = format!("{} ({})", file.alt_text, file.name);
            self.facts.push(Fact::new("Attached", words));
        }
        self
    }
}

fn is_name(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphanumeric())
        && name.len() <= Attachment::NAME
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".+-".contains(&byte)
            })
    };
    text.len() <= 100
        && text
            .split_once('/')
            .is_some_and(|(kind, rest)| token(kind) && token(rest))
}

fn shown(text: &str) -> String {
    crate::text::printable(text, 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn chart(content: &[u8]) -> Result<Attachment, AttachmentError> {
        Attachment::new("cost.png", "image/png", "What each day cost", content)
    }

    #[test]
    fn the_largest_fits_and_one_byte_more_does_not() {
        let largest = chart(&vec![7; Attachment::BYTES]).unwrap();
        let json = serde_json::to_value(&largest).unwrap();
        assert_eq!(json["content"].as_str().unwrap().len(), Attachment::BASE64);
        assert_eq!(Attachment::BYTES, 98_304);
        for wrong in [Attachment::BYTES + 1, 0] {
            let error = chart(&vec![7; wrong]).unwrap_err();
            let name = "cost.png".to_owned();
            assert_eq!(error, AttachmentError::Size { name, bytes: wrong });
        }
        let mut larger = json;
        larger["content"] = json!("A".repeat(Attachment::BASE64 + 4));
        let error = serde_json::from_value::<Attachment>(larger).unwrap_err();
        assert!(error.to_string().contains("98307 bytes"), "{error}");
    }

    #[test]
    fn what_is_no_attachment_is_refused_by_its_field() {
        let good = serde_json::to_value(chart(b"x").unwrap()).unwrap();
        let long = "x".repeat(301);
        for (field, value, words) in [
            ("name", "", "name"),
            ("name", "../etc/passwd", "name"),
            ("name", ".png", "name"),
            ("name", "a\u{202e}gnp.exe", "name"),
            ("name", "a b.png", "name"),
            ("name", long.as_str(), "name"),
            ("media_type", "png", "media type"),
            ("media_type", "image/", "media type"),
            ("media_type", "image/png\r\nx: y", "media type"),
            ("alt_text", " ", "alternative text"),
            ("alt_text", long.as_str(), "alternative text"),
            ("content", "", "0 bytes"),
            ("content", "e", "base64"),
            ("content", "eA", "base64"),
            ("content", "e A=", "base64"),
        ] {
            let mut wrong = good.clone();
            wrong[field] = json!(value);
            let error = serde_json::from_value::<Attachment>(wrong).unwrap_err();
            assert!(
                error.to_string().contains(words),
                "{field} {value:?}: {error}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(content in prop::collection::vec(any::<u8>(), 1..400)) {
            let file = chart(&content).unwrap();
            let text = serde_json::to_string(&file).unwrap();
            let read: Attachment = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.bytes(), content);
            prop_assert_eq!(read, file);
        }
    }
}
