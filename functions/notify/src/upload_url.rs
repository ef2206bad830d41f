//! Where a channel wants a file's bytes.

use std::fmt;

use crate::webhook::Endpoint;

/// An address that Slack has named for one upload. Whoever knows it may write
/// there, so nothing prints more of it than its host.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadUrl {
    address: String,
    /// Where path and query begin.
    path: usize,
}

impl UploadUrl {
    /// Reads an address: only one of Slack's, or of the host whose API was
    /// asked. Whatever answered, bytes go nowhere else.
    ///
    /// # Errors
    /// When it is another, or none; the error is its host, as far as it has one.
    pub fn parse(text: &str, endpoint: &Endpoint) -> Result<Self, String> {
        let shown = || {
            let authority = text.split(['/', '?', '#']).nth(2).unwrap_or_default();
            // What stands before an `@` may be a password.
            let host = authority.rsplit('@').next().unwrap_or_default();
            nightshift_core::printable(host, 100)
        };
        let is_clean = text.len() <= 4_000
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && !text.contains(['\\', '<', '>', '"']);
        if !is_clean {
            return Err(shown());
        }
        let host = text.find("://").map(|at| at + "://".len());
        let Some(host) = host else {
            return Err(shown());
        };
        let end = text[host..].find(['/', '?', '#']);
        let path = end.map_or(text.len(), |end| host + end);
        let origin = text[..path].to_ascii_lowercase();
        let asked = endpoint.origin().to_ascii_lowercase();
        let is_below = |site: &str| {
            origin.strip_prefix("https://").is_some_and(|name| {
                let name = name.strip_suffix(":443").unwrap_or(name);
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
                name.bytes().all(is_plain)
                    && name
                        .strip_suffix(site)
                        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
        };
        let is_asked_or_below = origin == asked
            || asked
                .strip_prefix("https://")
                .is_some_and(|site| !site.contains(':') && is_below(site));
        if is_asked_or_below || is_below("slack.com") {
            let address = text.to_owned();
            return Ok(Self { address, path });
        }
        Err(shown())
    }

    /// The whole address, for the request only.
    pub(crate) fn expose(&self) -> &str {
        &self.address
    }

    /// Words without the address in them.
    pub(crate) fn redact(&self, words: &str) -> String {
        let secret = &self.address[self.path..];
        if secret.len() > 1 {
            words.replace(secret, "/***")
        } else {
            words.to_owned()
        }
    }
}

impl fmt::Debug for UploadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UploadUrl({}/***)", &self.address[..self.path])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, endpoint: &str) -> Result<UploadUrl, String> {
        UploadUrl::parse(text, &Endpoint::parse(endpoint).unwrap())
    }

    #[test]
    fn only_slack_and_the_host_that_was_asked_get_bytes() {
        let (slack, gov) = ("https://slack.com/api/", "https://slack-gov.com/api");
        let local = "http://127.0.0.1:4566/slack/api";
        for (good, endpoint) in [
            ("https://files.slack.com/upload/v1/ABC123", slack),
            ("https://FILES.slack.com/upload/v1/ABC", slack),
            ("https://slack.com:443/upload?x=1", slack),
            ("https://files.slack-gov.com/upload/v1/ABC", gov),
            ("http://127.0.0.1:4566/slack/upload/F1", local),
        ] {
            let url = parse(good, endpoint).unwrap();
            assert_eq!(url.expose(), good);
            assert!(!format!("{url:?}").contains("ABC"), "{url:?}");
        }
        for (bad, endpoint) in [
            ("", slack),
            ("files.slack.com/upload", slack),
            ("http://files.slack.com/upload/v1/ABC", slack),
            ("https://slack.com.example.org/upload", slack),
            ("https://evilslack.com/upload", slack),
            ("https://slack.com@example.org/upload", slack),
            ("https://example.org/.slack.com", slack),
            ("https://example.org?.slack.com", slack),
            ("https://example.org#.slack.com", slack),
            ("https://example.org\\.slack.com/", slack),
            ("https://files.slack.com:8443/upload", slack),
            ("https://files.slack.com/up load", slack),
            ("https://files.slack-gov.com/upload", slack),
            ("http://127.0.0.1:4566/x", slack),
            ("http://169.254.169.254/latest", local),
            ("http://127.0.0.1:4567/slack/upload", local),
            ("http://127.0.0.1:4566@example.org/", local),
            ("file:///etc/passwd", slack),
        ] {
            assert!(parse(bad, endpoint).is_err(), "{bad}");
        }
        let told = parse("https://u:p4ss@example.org/s3cret", slack).unwrap_err();
        assert_eq!(told, "example.org");
    }

    #[test]
    fn an_error_does_not_tell_the_address() {
        let slack = "https://slack.com/api";
        let url = parse("https://files.slack.com/upload/v1/ABC123", slack).unwrap();
        let words = format!("no route to {}", url.expose());
        let told = url.redact(&words);
        assert!(told.ends_with("https://files.slack.com/***"), "{told}");
    }
}
