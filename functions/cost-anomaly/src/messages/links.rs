//! Where to look: the console's pages, in the partition of the account. What an
//! event says goes into an address only encoded.

use nightshift_core::{Arn, Document, Link, Region};

use crate::matter::days_between;
use crate::model::Sighting;

/// Days that Cost Explorer's page shows before the first unusual one.
const BEFORE: i64 = 21;

/// The pages about unusual spending: the source's own, the days in Cost Explorer,
/// and the service where it runs.
pub(super) fn of_spending(
    best: &Sighting,
    region: Option<&Region>,
    document: &Document,
) -> Vec<Link> {
    let mut links = Vec::new();
    let mut link = |label: &str, url: String| {
        links.push(Link {
            label: label.to_owned(),
            url,
        });
    };
    if let Some(own) = &best.link {
        link("The anomaly", own.clone());
    }
    let host = billing_host(document);
    let start = jiff::ToSpan::days(BEFORE);
    let start = best.since.checked_sub(start).unwrap_or(best.since);
    let last = best.until.tomorrow().unwrap_or(best.until);
    if days_between(start, last) > 0 {
        let filter = format!(
            r#"[{{"dimension":{{"id":"Service","displayValue":"Service"}},"operator":"INCLUDES","values":[{{"value":{},"displayValue":{}}}]}}]"#,
            serde_json::Value::from(best.cause.service.as_str()),
            serde_json::Value::from(best.cause.service.as_str())
        );
        link(
            "Cost Explorer",
            format!(
                "https://{host}/cost-management/home#/cost-explorer?granularity=Daily&groupBy=%5B%22UsageType%22%5D&startDate={start}&endDate={last}&filter={}",
                encoded(&filter)
            ),
        );
    }
    if let (Some(region), Some(path)) = (region, page(&best.cause.service)) {
        link(
            "Where it runs",
            format!("https://{}/{path}?region={region}", regional_host(region)),
        );
    }
    links
}

/// The budgets' own page.
pub(super) fn of_budgets(document: &Document) -> Vec<Link> {
    vec![Link {
        label: "Budgets".to_owned(),
        url: format!(
            "https://{}/costmanagement/home#/budgets",
            billing_host(document)
        ),
    }]
}

/// The credits' own page.
pub(super) fn of_credits() -> Link {
    Link {
        label: "Credits".to_owned(),
        url: "https://console.aws.amazon.com/billing/home#/credits".to_owned(),
    }
}

/// The page of a service, by what the bill calls it.
fn page(service: &str) -> Option<&'static str> {
    const PAGES: [(&str, &str); 13] = [
        ("Elastic Compute Cloud", "ec2/home"),
        ("EC2 - Other", "ec2/home"),
        ("Virtual Private Cloud", "vpcconsole/home"),
        ("Relational Database", "rds/home"),
        ("Elastic Kubernetes", "eks/home"),
        ("Elastic Container Service", "ecs/v2"),
        ("Lambda", "lambda/home"),
        ("Simple Storage", "s3/buckets"),
        ("DynamoDB", "dynamodbv2/home"),
        ("ElastiCache", "elasticache/home"),
        ("CloudTrail", "cloudtrailv2/home"),
        ("CloudWatch", "cloudwatch/home"),
        ("Backup", "backup/home"),
    ];
    let found = PAGES.iter().find(|(name, _)| service.contains(name));
    found.map(|(_, page)| *page)
}

/// Money has one console in a partition.
fn billing_host(document: &Document) -> &'static str {
    let topic = document.notifications_topic.parse::<Arn>();
    match topic.as_ref().map(Arn::partition) {
        Ok("aws-cn") => "console.amazonaws.cn",
        Ok("aws-us-gov") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    }
}

fn regional_host(region: &Region) -> String {
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
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
