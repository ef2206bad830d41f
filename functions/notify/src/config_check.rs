//! What the shape of the configuration cannot say.

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::{ConfigError, Severity};

use crate::config::{Channel, NotifyConfig, Route};
use crate::matters::Rules;
use crate::routes::{FALLBACK, covers, is_open_from};
use crate::webhook::Endpoint;

const SECTION: &str = "functions.notify";
const NAME: &str = "a name is 1 to 40 lower-case letters, digits and hyphens, a letter first";
const SEVERITIES: [(Severity, &str); 5] = [
    (Severity::Info, "info"),
    (Severity::Notice, "notice"),
    (Severity::Warning, "warning"),
    (Severity::Error, "error"),
    (Severity::Critical, "critical"),
];

impl NotifyConfig {
    /// Checks what the shape cannot say.
    ///
    /// # Errors
    /// The first contradiction, by its path: a channel that nobody knows or
    /// uses, a route that no message reaches, a severity that no route takes.
    pub fn check(&self) -> Result<(), ConfigError> {
        for (name, channel) in &self.channels {
            let path = format!("channels.{name}");
            ensure(is_name(name), &path, NAME)?;
            check_channel(&path, channel)?;
        }
        for (index, route) in self.routes.iter().enumerate() {
            self.check_route(index, route)?;
        }
        for (severity, name) in SEVERITIES {
            let taken = self
                .routes
                .iter()
                .any(|route| is_open_from(&route.matching, severity));
            let words = format!(
                "no route takes every message of severity {name}: end the list with a route without `match` (its `channels` may be empty to tell nobody)"
            );
            ensure(taken, "routes", &words)?;
        }
        if let Some(fallback) = &self.fallback {
            self.known("fallback", fallback)?;
        }
        for (index, name) in self.canary.skip.iter().enumerate() {
            self.known(&format!("canary.skip[{index}]"), name)?;
        }
        self.rules()?;
        let used: BTreeSet<&String> = self
            .routes
            .iter()
            .flat_map(|route| &route.channels)
            .chain(&self.fallback)
            .collect();
        match self.channels.keys().find(|name| !used.contains(name)) {
            Some(name) => refuse(
                &format!("channels.{name}"),
                "no route leads to it, and it is not the fallback: name it in one, or remove it",
            ),
            None => Ok(()),
        }
    }

    /// How each channel gathers messages, ready for use.
    ///
    /// # Errors
    /// The first rule that makes no sense, by its path.
    pub fn rules(&self) -> Result<BTreeMap<String, Rules>, ConfigError> {
        let mut rules = BTreeMap::new();
        for (name, matters) in &self.matters {
            let path = format!("matters.{name}");
            self.known(&path, name)?;
            let path = format!("{SECTION}.{path}");
            rules.insert(name.clone(), Rules::new(name, matters, &path)?);
        }
        Ok(rules)
    }

    fn check_route(&self, index: usize, route: &Route) -> Result<(), ConfigError> {
        let path = format!("routes[{index}]");
        ensure(is_name(&route.name), &format!("{path}.name"), NAME)?;
        ensure(
            route.name != FALLBACK,
            &format!("{path}.name"),
            "this is what the canary calls the way to the fallback channel",
        )?;
        let before = &self.routes[..index];
        ensure(
            before.iter().all(|other| other.name != route.name),
            &format!("{path}.name"),
            "another route has the same name",
        )?;
        for (at, channel) in route.channels.iter().enumerate() {
            self.known(&format!("{path}.channels[{at}]"), channel)?;
        }
        let matching = &route.matching;
        for (field, list) in [
            ("environments", &matching.environments),
            ("kinds", &matching.kinds),
            ("owners", &matching.owners),
            ("sources", &matching.sources),
        ] {
            ensure(
                list.iter().all(|item| !item.is_empty()),
                &format!("{path}.match.{field}"),
                "an empty text matches nothing; leave the list out to match everything",
            )?;
        }
        let hiding = before
            .iter()
            .find(|other| !other.goes_on && covers(&other.matching, matching));
        match hiding {
            Some(other) => {
                let words = format!(
                    "no message reaches this route: `{}` above takes all of them; put this one first, or let that one `continue`",
                    other.name
                );
                refuse(&path, &words)
            }
            None => Ok(()),
        }
    }

    fn known(&self, path: &str, channel: &str) -> Result<(), ConfigError> {
        let names: Vec<&str> = self.channels.keys().map(String::as_str).collect();
        let words = format!(
            "there is no channel `{channel}`; the channels are: {}",
            names.join(", ")
        );
        ensure(self.channels.contains_key(channel), path, &words)
    }
}

fn check_channel(path: &str, channel: &Channel) -> Result<(), ConfigError> {
    let parameter = |field: &str, name: &str| {
        ensure(
            !name.trim().is_empty(),
            &format!("{path}.{field}"),
            "expected the name of an SSM SecureString",
        )
    };
    let endpoint = |text: &str| {
        Endpoint::parse(text)
            .map(drop)
            .or_else(|problem| refuse(&format!("{path}.endpoint"), &problem.to_string()))
    };
    match channel {
        Channel::SlackWebhook { webhook_parameter } => {
            parameter("webhook_parameter", webhook_parameter)
        }
        Channel::SlackBot {
            token_parameter,
            channel,
            endpoint: base,
        } => {
            parameter("token_parameter", token_parameter)?;
            ensure(
                !channel.is_empty() && channel.bytes().all(|b| b.is_ascii_alphanumeric()),
                &format!("{path}.channel"),
                "expected a channel's id such as C0123456789, which Slack shows at the end of the channel's details",
            )?;
            endpoint(base)
        }
        Channel::PagerDuty {
            routing_key_parameter,
            canary_routing_key_parameter,
            endpoint: base,
        } => {
            parameter("routing_key_parameter", routing_key_parameter)?;
            if let Some(name) = canary_routing_key_parameter {
                parameter("canary_routing_key_parameter", name)?;
            }
            ensure(
                canary_routing_key_parameter.as_ref() != Some(routing_key_parameter),
                &format!("{path}.canary_routing_key_parameter"),
                "the canary would call who is on call: name the key of a service of its own",
            )?;
            endpoint(base)
        }
        Channel::AmazonQ { topic_arn } | Channel::Email { topic_arn } => {
            let is_topic = topic_arn
                .parse::<nightshift_core::Arn>()
                .is_ok_and(|arn| arn.service() == "sns");
            ensure(
                is_topic,
                &format!("{path}.topic_arn"),
                "expected the ARN of an SNS topic",
            )
        }
    }
}

fn is_name(text: &str) -> bool {
    let letter = text.starts_with(|c: char| c.is_ascii_lowercase());
    letter
        && text.len() <= 40
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn ensure(holds: bool, path: &str, problem: &str) -> Result<(), ConfigError> {
    if holds { Ok(()) } else { refuse(path, problem) }
}

fn refuse(path: &str, problem: &str) -> Result<(), ConfigError> {
    Err(ConfigError::at(format!("{SECTION}.{path}"), problem))
}
