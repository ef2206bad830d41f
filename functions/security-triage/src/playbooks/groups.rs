//! Security groups and their rules, as far as plans speak of them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A security group, known by its id, or by the step that makes it.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum GroupId {
    /// `sg-...`.
    Known(String),
    /// Whatever id the group has that this step of the plan makes.
    MadeBy(String),
}

impl GroupId {
    /// The id, where it is known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(id) => Some(id),
            Self::MadeBy(_) => None,
        }
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(id) => f.write_str(id),
            Self::MadeBy(step) => write!(f, "<the group that {step} makes>"),
        }
    }
}

/// Whom a rule lets in or out.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// An IPv4 range in CIDR notation.
    Ipv4(String),
    /// An IPv6 range in CIDR notation.
    Ipv6(String),
    /// A managed prefix list.
    PrefixList(String),
    /// Another security group.
    Group {
        /// Its id.
        id: String,
        /// The account it lives in, where that is another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<String>,
    },
}

impl Peer {
    /// Everybody, over IPv4.
    pub fn everybody_v4() -> Self {
        Self::Ipv4("0.0.0.0/0".to_owned())
    }

    /// Everybody, over IPv6.
    pub fn everybody_v6() -> Self {
        Self::Ipv6("::/0".to_owned())
    }

    /// Whether that is the whole internet.
    pub fn is_everybody(&self) -> bool {
        match self {
            Self::Ipv4(cidr) | Self::Ipv6(cidr) => cidr.ends_with("/0"),
            Self::PrefixList(_) | Self::Group { .. } => false,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ipv4(peer) | Self::Ipv6(peer) | Self::PrefixList(peer) => f.write_str(peer),
            Self::Group { id, .. } => f.write_str(id),
        }
    }
}

/// One rule of a security group, whole: an undo makes it again from this.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type; -1 or none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i32>,
    /// The last port, or the ICMP code; -1 or none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i32>,
    /// Whom it lets through.
    pub peer: Peer,
    /// What people wrote beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Rule {
    /// All traffic from or to a peer.
    pub fn all(peer: Peer) -> Self {
        Self {
            protocol: "-1".to_owned(),
            from: None,
            to: None,
            peer,
            description: None,
        }
    }

    /// Whether AWS takes the two for the same rule: descriptions do not count,
    /// and a rule for all protocols has no ports.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.protocol == other.protocol
            && self.peer == other.peer
            && (self.protocol == "-1"
                || (end(self.from), end(self.to)) == (end(other.from), end(other.to)))
    }

    /// The ports that a rule of TCP, UDP or all protocols lets through.
    pub fn ports(&self) -> Option<(i32, i32)> {
        match self.protocol.as_str() {
            "-1" => Some((0, 65535)),
            "tcp" | "udp" | "6" | "17" => match (end(self.from), end(self.to)) {
                (-1, _) | (_, -1) => Some((0, 65535)),
                ports => Some(ports),
            },
            _ => None,
        }
    }
}

/// AWS writes "all" as -1 or leaves it out.
fn end(port: Option<i32>) -> i32 {
    port.unwrap_or(-1)
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, peer, .. } = self;
        match (protocol.as_str(), end(self.from), end(self.to)) {
            ("-1", _, _) => write!(f, "all traffic"),
            (_, -1, -1) => write!(f, "all of {protocol}"),
            (_, from, to) if from == to => write!(f, "{protocol} {from}"),
            (_, from, to) => write!(f, "{protocol} {from}-{to}"),
        }?;
        write!(f, " from {peer}")
    }
}

/// The four settings of a bucket's public access block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "S3's own four settings, each on or off"
)]
pub struct Block {
    /// `BlockPublicAcls`.
    pub acls: bool,
    /// `IgnorePublicAcls`.
    pub ignore_acls: bool,
    /// `BlockPublicPolicy`.
    pub policy: bool,
    /// `RestrictPublicBuckets`.
    pub restrict: bool,
}

impl Block {
    /// All four on.
    pub const ALL: Self = Self {
        acls: true,
        ignore_acls: true,
        policy: true,
        restrict: true,
    };
}
