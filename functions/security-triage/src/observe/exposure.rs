//! Whether anybody can reach a resource, and how, in words.

use std::collections::BTreeSet;

use super::Reach;
use super::look_ups::{BucketAccess, Doors, Opening};

/// The most openings that are named; the others are counted.
const NAMED: usize = 4;

/// An instance can be reached if it has a public address and a security group lets
/// the world in. Load balancers, routes and network ACLs are not looked at.
pub fn of_instance(doors: &Doors) -> (Reach, String) {
    let addresses = doors.addresses.join(", ");
    match (doors.addresses.is_empty(), doors.open.is_empty()) {
        (false, false) => (
            Reach::Open,
            format!("{addresses}, open to the world on {}", named(&doors.open)),
        ),
        (false, true) => (
            Reach::Closed,
            format!("{addresses}, no security group lets the world in"),
        ),
        (true, false) => (
            Reach::Closed,
            format!(
                "no public address; its security groups would let the world in on {}",
                named(&doors.open)
            ),
        ),
        (true, true) => (Reach::Closed, "no public address".to_owned()),
    }
}

/// A security group is open if it lets the world in, whatever is behind it.
pub fn of_group(doors: &Doors) -> (Reach, String) {
    if doors.open.is_empty() {
        (Reach::Closed, "it does not let the world in".to_owned())
    } else {
        (
            Reach::Open,
            format!("it lets the world in on {}", named(&doors.open)),
        )
    }
}

/// A bucket is open if its policy is public and it does not restrict that; the
/// account's own block is not looked at. ACLs are not read, so that it is closed for
/// certain only where it ignores them.
pub fn of_bucket(access: BucketAccess) -> (Reach, String) {
    let words = match (access.policy_is_public, access.restricts_policies) {
        (true, false) => {
            let words = "its policy is public, and the bucket itself does not block that";
            return (Reach::Open, words.to_owned());
        }
        (true, true) => "its policy is public, and it restricts that to the account",
        (false, _) => "its policy is not public",
    };
    if access.ignores_acls {
        (Reach::Closed, words.to_owned())
    } else {
        let words = format!("{words}; its ACLs count, and were not read");
        (Reach::Unknown, words)
    }
}

fn named(open: &[Opening]) -> String {
    let words: BTreeSet<String> = open
        .iter()
        .map(|one| {
            let ports = match (one.protocol.as_str(), one.ports) {
                ("-1", _) => "every port".to_owned(),
                (protocol, Some((first, last))) if first == last => format!("{protocol} {first}"),
                (protocol, Some((first, last))) => format!("{protocol} {first} to {last}"),
                (protocol, None) => protocol.to_owned(),
            };
            format!("{ports} ({})", one.group)
        })
        .collect();
    let more = words.len().saturating_sub(NAMED);
    let mut words: Vec<String> = words.into_iter().take(NAMED).collect();
    if more > 0 {
        words.push(format!("{more} more"));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(protocol: &str, ports: Option<(i32, i32)>) -> Opening {
        Opening {
            group: "sg-1".to_owned(),
            protocol: protocol.to_owned(),
            ports,
            range: "0.0.0.0/0",
        }
    }

    #[test]
    fn a_bucket_is_closed_where_nothing_is_left_open() {
        for (policy_is_public, restricts_policies, ignores_acls, reach) in [
            (true, false, false, Reach::Open),
            (true, false, true, Reach::Open),
            (true, true, true, Reach::Closed),
            (true, true, false, Reach::Unknown),
            (false, false, true, Reach::Closed),
            (false, true, false, Reach::Unknown),
        ] {
            let access = BucketAccess {
                policy_is_public,
                restricts_policies,
                ignores_acls,
            };
            assert_eq!(of_bucket(access).0, reach, "{access:?}");
        }
    }

    #[test]
    fn an_instance_needs_an_address_and_an_open_door() {
        let doors = |addresses: &[&str], open: &[Opening]| Doors {
            addresses: addresses.iter().map(ToString::to_string).collect(),
            open: open.to_vec(),
        };
        let ssh = opening("tcp", Some((22, 22)));
        for (doors, reach, words) in [
            (
                doors(&["203.0.113.7"], std::slice::from_ref(&ssh)),
                Reach::Open,
                "203.0.113.7, open to the world on tcp 22 (sg-1)",
            ),
            (
                doors(&["203.0.113.7"], &[opening("-1", None)]),
                Reach::Open,
                "every port",
            ),
            (
                doors(&["203.0.113.7"], &[]),
                Reach::Closed,
                "no security group",
            ),
            (
                doors(&[], std::slice::from_ref(&ssh)),
                Reach::Closed,
                "no public address; its",
            ),
            (doors(&[], &[]), Reach::Closed, "no public address"),
        ] {
            let (found, told) = of_instance(&doors);
            assert_eq!(found, reach, "{told}");
            assert!(told.contains(words), "{told}");
        }
        let many: Vec<Opening> = (0..7)
            .map(|port| opening("tcp", Some((port, port + 1))))
            .collect();
        assert!(of_group(&doors(&[], &many)).1.contains("3 more"));
    }
}
