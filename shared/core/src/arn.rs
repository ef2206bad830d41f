use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::names::{AccountId, Region};

/// An Amazon Resource Name, `arn:partition:service:region:account:resource`.
///
/// The parts follow the AWS General Reference, "Amazon Resource Names (ARNs)";
/// the resource part may itself contain colons.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String")]
pub struct Arn(String);

/// Why a text is no ARN.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{text}` is not an ARN: expected arn:partition:service:region:account:resource, and {problem}"
)]
pub struct ArnError {
    text: String,
    problem: &'static str,
}

impl Arn {
    /// Puts an ARN together from its parts.
    pub fn from_parts(
        partition: &str,
        service: &str,
        region: &Region,
        account: &AccountId,
        resource: &str,
    ) -> Self {
        Self(format!(
            "arn:{partition}:{service}:{region}:{account}:{resource}"
        ))
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition, such as `aws`.
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The service's namespace, such as `rds`.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The Region; empty for global resources.
    pub fn region(&self) -> Region {
        Region::new(self.part(3))
    }

    /// The account; empty where the service leaves it out.
    pub fn account(&self) -> AccountId {
        AccountId::new(self.part(4))
    }

    /// Everything after the account, such as `db:orders`.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let problem = |problem| ArnError {
            text: crate::printable(text, 120),
            problem,
        };
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, service, _, _, resource] => {
                if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
                    Err(problem("it contains white space"))
                } else if partition.is_empty() || service.is_empty() || resource.is_empty() {
                    Err(problem("its partition, service or resource is empty"))
                } else {
                    Ok(Self(text.to_owned()))
                }
            }
            ["arn", ..] => Err(problem("it has fewer than six parts")),
            _ => Err(problem("it does not begin with `arn:`")),
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Arn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Arn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_arn() {
        let arn: Arn = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0f-1:autoScalingGroupName/web"
            .parse()
            .unwrap();
        assert_eq!(arn.service(), "autoscaling");
        assert_eq!(arn.region(), Region::new("us-east-1"));
        assert_eq!(arn.account(), AccountId::new("123456789012"));
        assert_eq!(
            arn.resource(),
            "autoScalingGroup:0f-1:autoScalingGroupName/web"
        );
    }

    #[test]
    fn what_is_no_arn_says_why() {
        for (text, why) in [
            ("i-0abc", "does not begin with"),
            ("arn:aws:rds", "fewer than six parts"),
            ("arn:aws::::x", "is empty"),
            ("arn:aws:rds:us-east-1:1:db:a b", "white space"),
            ("i-0abc\nERROR", "`i-0abc\\u{a}ERROR`"),
        ] {
            let error = text.parse::<Arn>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
