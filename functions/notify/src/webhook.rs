use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use thiserror::Error;

/// The address of a Slack incoming webhook. Whoever knows it can post, so it
/// is a secret: nothing prints more of it than scheme and host.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    address: String,
    /// Where path and query begin: what follows is the secret.
    path: usize,
}

/// Why a text is no address of a webhook. The text itself is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WebhookError {
    /// Empty, or a stand-in that nobody has replaced.
    #[error("it is empty")]
    Empty,
    /// Characters that no address has.
    #[error("it has blanks or characters that no address may have")]
    Characters,
    /// Not https, and http only on this machine.
    #[error(
        "it does not begin with `https://` and a host; `http://` is taken only for this machine (`127.0.0.1`, `[::1]`, `localhost`)"
    )]
    Scheme,
    /// A user or a password in the address.
    #[error("it names a user before the host, which nothing here needs")]
    User,
}

impl Webhook {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is not one that a message may be sent to.
    pub fn parse(text: &str) -> Result<Self, WebhookError> {
        let (address, path) = checked(text)?;
        Ok(Self { address, path })
    }

    /// The whole address, for the request only.
    pub(crate) fn expose(&self) -> &str {
        &self.address
    }

    /// A text that came from outside, without the secret in it, also where
    /// somebody has taken the secret apart.
    pub(crate) fn redact(&self, text: &str) -> String {
        let secret = &self.address[self.path..];
        if secret.len() < 2 {
            return text.to_owned();
        }
        without_parts(&text.replace(secret, "/***"), secret)
    }
}

/// The base of an API, below which its methods lie. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Reads an address; a slash at its end is the same as none.
    ///
    /// # Errors
    /// When it is not one that a secret may be sent to.
    pub fn parse(text: &str) -> Result<Self, WebhookError> {
        let (address, _) = checked(text)?;
        Ok(Self(address.trim_end_matches('/').to_owned()))
    }

    /// The address of a method.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        let host = self.0.find("://").map_or(0, |at| at + "://".len());
        let end = self.0[host..].find(['/', '?', '#']);
        &self.0[..end.map_or(self.0.len(), |end| host + end)]
    }
}

/// A token or a key: nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Reads a parameter's value.
    ///
    /// # Errors
    /// When it is empty or cannot stand in a header.
    pub fn parse(text: &str) -> Result<Self, WebhookError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(WebhookError::Empty);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(WebhookError::Characters);
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret, for the request only.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// A text that came from outside, without the secret in it.
    pub(crate) fn redact(&self, text: &str) -> String {
        without_parts(&text.replace(&self.0, "***"), &self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Without the parts of a secret, which somebody may have taken apart.
fn without_parts(text: &str, secret: &str) -> String {
    /// Shorter parts are no secrets, and words that a text may need.
    const SECRET: usize = 6;
    secret
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| part.len() >= SECRET)
        .fold(text.to_owned(), |text, part| text.replace(part, "***"))
}

/// An address that a secret may be sent to, and where its path begins.
fn checked(text: &str) -> Result<(String, usize), WebhookError> {
    let address = text.trim();
    if address.is_empty() {
        return Err(WebhookError::Empty);
    }
    if !address.bytes().all(|b| b.is_ascii_graphic()) || address.contains(['<', '>', '"', '\\']) {
        return Err(WebhookError::Characters);
    }
    let (scheme, rest) = address.split_once("://").ok_or(WebhookError::Scheme)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    if authority.contains('@') {
        return Err(WebhookError::User);
    }
    let host = host(authority).ok_or(WebhookError::Scheme)?;
    let allowed = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => is_loopback(host),
        _ => false,
    };
    if !allowed {
        return Err(WebhookError::Scheme);
    }
    Ok((address.to_owned(), scheme.len() + "://".len() + end))
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/***", &self.address[..self.path])
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({self})")
    }
}

/// The host without its port; none if there is none.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = if let Some(inner) = authority.strip_prefix('[') {
        let (host, rest) = inner.split_once(']')?;
        (host, rest.strip_prefix(':').unwrap_or(rest))
    } else {
        authority.split_once(':').unwrap_or((authority, ""))
    };
    (!host.is_empty() && port.bytes().all(|b| b.is_ascii_digit())).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_only_here() {
        for good in [
            "https://hooks.slack.com/services/T0/B0/x",
            " https://hooks.slack.com/services/T0/B0/x\n",
            "http://127.0.0.1:8080/services/T0",
            "http://127.9.9.9/x",
            "http://[::1]:8080/x",
            "http://localhost/x",
        ] {
            assert!(Webhook::parse(good).is_ok(), "{good}");
        }
        for (bad, expected) in [
            ("", WebhookError::Empty),
            ("hooks.slack.com/services", WebhookError::Scheme),
            ("http://hooks.slack.com/services/T0", WebhookError::Scheme),
            ("http://127.0.0.1.example.com/x", WebhookError::Scheme),
            ("http://localhost.example.com/x", WebhookError::Scheme),
            ("http://0.0.0.0/x", WebhookError::Scheme),
            ("http://localhost@example.com/x", WebhookError::User),
            ("ftp://localhost/x", WebhookError::Scheme),
            ("https:///x", WebhookError::Scheme),
            ("https://host:80a/x", WebhookError::Scheme),
            ("https://a b/x", WebhookError::Characters),
            ("https://a/\u{e9}", WebhookError::Characters),
        ] {
            assert_eq!(Webhook::parse(bad), Err(expected), "{bad}");
        }
    }

    #[test]
    fn nothing_prints_the_secret() {
        let webhook = Webhook::parse("https://hooks.slack.com/services/T0/B0/s3cr3t").unwrap();
        for printed in [
            format!("{webhook}"),
            format!("{webhook:?}"),
            format!("{:#?}", Some(&webhook)),
            webhook.redact("error: POST /services/T0/B0/s3cr3t failed"),
            webhook.redact("the token &quot;s3cr3t&quot; is unknown"),
        ] {
            assert!(!printed.contains("s3cr3t"), "{printed}");
            assert!(!printed.contains("T0"), "{printed}");
        }
        assert_eq!(webhook.to_string(), "https://hooks.slack.com/***");
        let token = Secret::parse(" xoxb-1234567-abcdefgh\n").unwrap();
        for printed in [
            format!("{token:?}"),
            token.redact("bad token xoxb-1234567-abcdefgh"),
            token.redact("bad part abcdefgh"),
        ] {
            assert!(!printed.contains("abcdefgh"), "{printed}");
        }
        assert_eq!(Secret::parse("a\nb"), Err(WebhookError::Characters));
        let api = Endpoint::parse("https://slack.com/api/").unwrap();
        assert_eq!(api.at("chat.update"), "https://slack.com/api/chat.update");
    }
}
