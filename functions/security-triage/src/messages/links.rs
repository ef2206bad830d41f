//! Where to look: the console's pages, in the partition and Region that the
//! finding is about. What a finding says goes into an address only encoded.

use nightshift_core::{Link, Region};

use crate::finding::{Finding, Handle, Route, Subject};

/// The Region, if it reads as one: it becomes part of a host's name.
pub fn region(region: &Region) -> Option<Region> {
    let text = region.as_str();
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    (text.len() <= 25 && parts.len() >= 3 && parts.iter().all(is_word)).then(|| region.clone())
}

/// The finding's own page.
pub fn of_finding(finding: &Finding, region: &Region) -> Vec<Link> {
    let host = host(region);
    let id = encoded(&finding.key.id);
    let mut links = Vec::new();
    let mut link = |label: &str, rest: String| {
        links.push(Link {
            label: label.to_owned(),
            url: format!("https://{host}/{rest}"),
        });
    };
    match finding.route {
        Route::GuardDuty => link(
            "GuardDuty",
            format!("guardduty/home?region={region}#/findings?macros=current&fId={id}"),
        ),
        Route::MalwareProtection => link(
            "GuardDuty",
            format!("guardduty/home?region={region}#/malware-scans"),
        ),
        Route::SecurityHubCspm => {
            let own = finding.handles.iter().find_map(|handle| match handle {
                Handle::SecurityHubCspm { id, .. } => Some(id),
                _ => None,
            });
            if let Some(own) = own {
                // The console reads its filter from a text that is encoded twice.
                let filter = encoded(&format!("\\operator\\:EQUALS\\:{own}"));
                link(
                    "Security Hub",
                    format!(
                        "securityhub/home?region={region}#/findings?search=Id%3D{}",
                        encoded(&filter)
                    ),
                );
            }
        }
        Route::SecurityHub => link(
            "Security Hub",
            format!("securityhub/v2/home?region={region}#/findings"),
        ),
        Route::Config => link(
            "Config",
            format!(
                "config/home?region={region}#/rules/details?configRuleName={}",
                encoded(&finding.kind)
            ),
        ),
        Route::AccessAnalyzer => link(
            "Access Analyzer",
            format!("access-analyzer/home?region={region}#/findings"),
        ),
        Route::Inspector => link(
            "Inspector",
            format!("inspector/v2/home?region={region}#/findings/all-findings"),
        ),
        Route::Health => link(
            "Health",
            format!("health/home?region={region}#/account/dashboard/open-issues"),
        ),
        Route::CloudTrail => {
            let user = finding.principals.iter().next();
            let name = user.map_or_else(String::new, |one| encoded(&one.name));
            link(
                "CloudTrail",
                format!("cloudtrailv2/home?region={region}#/events?Username={name}"),
            );
        }
        Route::Unknown => {}
    }
    links
}

/// The resource's page, for what people act on most.
pub fn of_subject(subject: &Subject, region: &Region) -> Option<Link> {
    let id = encoded(&subject.id);
    let (label, rest) = match subject.kind.as_str() {
        "AWS::EC2::Instance" => (
            "Instance",
            format!("ec2/home?region={region}#InstanceDetails:instanceId={id}"),
        ),
        "AWS::EC2::SecurityGroup" => (
            "Security group",
            format!("ec2/home?region={region}#SecurityGroup:groupId={id}"),
        ),
        "AWS::IAM::User" => (
            "User",
            format!("iam/home?region={region}#/users/details/{id}"),
        ),
        "AWS::IAM::Role" => (
            "Role",
            format!("iam/home?region={region}#/roles/details/{id}"),
        ),
        "AWS::S3::Bucket" => ("Bucket", format!("s3/buckets/{id}?region={region}")),
        "AWS::S3::Object" => {
            let (bucket, key) = subject.id.split_once('/')?;
            (
                "Object",
                format!(
                    "s3/object/{}?region={region}&prefix={}",
                    encoded(bucket),
                    encoded(key)
                ),
            )
        }
        "AWS::Lambda::Function" => (
            "Function",
            format!("lambda/home?region={region}#/functions/{id}"),
        ),
        "AWS::RDS::DBInstance" => (
            "Database",
            format!("rds/home?region={region}#database:id={id};is-cluster=false"),
        ),
        "AWS::EKS::Cluster" => (
            "Cluster",
            format!("eks/home?region={region}#/clusters/{id}"),
        ),
        _ => return None,
    };
    Some(Link {
        label: label.to_owned(),
        url: format!("https://{}/{rest}", host(region)),
    })
}

fn host(region: &Region) -> String {
    let domain = if region.as_str().starts_with("cn-") {
        "console.amazonaws.cn"
    } else if region.as_str().starts_with("us-gov-") {
        "console.amazonaws-us-gov.com"
    } else {
        "console.aws.amazon.com"
    };
    format!("{region}.{domain}")
}

/// Percent-encoded, but for what RFC 3986 calls unreserved.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regions_become_hosts() {
        for (text, fine) in [
            ("us-east-1", true),
            ("us-gov-west-1", true),
            ("ap-southeast-2", true),
            ("unknown", false),
            ("us-east-1.evil.example/", false),
            ("a-b-c@x", false),
            ("", false),
            ("--", false),
        ] {
            assert_eq!(region(&Region::new(text)).is_some(), fine, "{text}");
        }
        assert_eq!(
            host(&Region::new("cn-north-1")),
            "cn-north-1.console.amazonaws.cn"
        );
    }

    #[test]
    fn what_a_finding_says_is_encoded() {
        assert_eq!(encoded("a/b c#?&ü"), "a%2Fb%20c%23%3F%26%C3%BC");
    }
}
