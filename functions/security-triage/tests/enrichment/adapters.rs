//! Each look-up, and what AWS answers.

use std::time::{Duration, Instant};

use nightshift_core::{AccountId, Arn, Region, Tags};
use nightshift_runtime::CallClass;
use security_triage::observe::{BucketAccess, LookUps};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::stub::{Asked, Stub, failed_ec2, failed_json, json, xml};

fn region() -> Region {
    Region::new("us-east-1")
}

fn account(digits: &str) -> AccountId {
    AccountId::new(digits)
}

fn environment(value: &str) -> Tags {
    Tags::from([("Environment".to_owned(), value.to_owned())])
}

#[tokio::test]
async fn names_of_accounts_are_asked_once_and_refusals_remembered() {
    let stub = Stub::start(|asked| {
        if asked.body.contains("111122223333") {
            json(&json!({"Account": {"Id": "111122223333", "Name": "Retail"}}))
        } else {
            failed_json("AccessDeniedException")
        }
    })
    .await;
    let look_ups = stub.look_ups().await;
    for _ in 0..3 {
        let name = look_ups.account_name(&account("111122223333")).await;
        assert_eq!(name.unwrap(), "Retail");
        let refused = look_ups
            .account_name(&account("444455556666"))
            .await
            .unwrap_err();
        assert_eq!(refused.class, CallClass::Denied);
        assert_eq!(refused.operation, "organizations:DescribeAccount");
    }
    assert_eq!(stub.count("DescribeAccount"), 2);
}

#[tokio::test]
async fn tags_are_those_of_the_resource_itself_whatever_the_server_filters() {
    let arn = |name: &str| format!("arn:aws:rds:us-east-1:111122223333:db:{name}");
    let stub = Stub::start(move |asked| {
        assert_eq!(asked.action, "GetResources");
        let tagged = |name: &str, value: &str| {
            json!({"ResourceARN": arn(name), "Tags": [{"Key": "Environment", "Value": value}]})
        };
        json(&json!({"ResourceTagMappingList": [tagged("other", "prod"), tagged("orders", "dev")]}))
    })
    .await;
    let look_ups = stub.look_ups().await;
    for (name, expected) in [("orders", environment("dev")), ("untagged", Tags::new())] {
        let arn: Arn = format!("arn:aws:rds:us-east-1:111122223333:db:{name}")
            .parse()
            .unwrap();
        assert_eq!(look_ups.tags(&region(), &arn).await.unwrap(), expected);
        let body = stub.asked().last().unwrap().body.clone();
        assert!(body.contains(arn.as_str()), "{body}");
    }
}

fn network(asked: &Asked) -> wiremock::ResponseTemplate {
    match asked.action.as_str() {
        "DescribeInstances" if asked.body.contains("i-gone") => {
            failed_ec2("InvalidInstanceID.NotFound")
        }
        "DescribeInstances" => xml(
            "<DescribeInstancesResponse><reservationSet><item><instancesSet><item>\
             <instanceId>i-1</instanceId><ipAddress>203.0.113.7</ipAddress>\
             <groupSet><item><groupId>sg-web</groupId></item></groupSet>\
             <networkInterfaceSet><item>\
               <association><publicIp>203.0.113.7</publicIp></association>\
               <groupSet><item><groupId>sg-admin</groupId></item></groupSet>\
               <ipv6AddressesSet><item><ipv6Address>2001:db8::7</ipv6Address></item></ipv6AddressesSet>\
             </item></networkInterfaceSet>\
             </item></instancesSet></item></reservationSet></DescribeInstancesResponse>",
        ),
        "DescribeSecurityGroups" => {
            let group = |id: &str, rules: &str| {
                format!(
                    "<item><groupId>{id}</groupId><ipPermissions>{rules}</ipPermissions></item>"
                )
            };
            let rule = |protocol: &str, port: &str, range: &str| {
                format!(
                    "<item><ipProtocol>{protocol}</ipProtocol><fromPort>{port}</fromPort><toPort>{port}</toPort>{range}</item>"
                )
            };
            let fourth =
                |range: &str| format!("<ipRanges><item><cidrIp>{range}</cidrIp></item></ipRanges>");
            let web = group("sg-web", &rule("tcp", "443", &fourth("10.0.0.0/8")));
            let admin = group(
                "sg-admin",
                &(rule("tcp", "22", &fourth("0.0.0.0/0"))
                    + &rule(
                        "icmp",
                        "-1",
                        "<ipv6Ranges><item><cidrIpv6>::/0</cidrIpv6></item></ipv6Ranges>",
                    )),
            );
            // A group of the instance cannot be seen.
            let groups = if asked.body.contains("sg-web") {
                web + &admin
            } else {
                String::new()
            };
            xml(&format!(
                "<DescribeSecurityGroupsResponse><securityGroupInfo>{groups}</securityGroupInfo></DescribeSecurityGroupsResponse>"
            ))
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn tags_of_users_and_roles_are_asked_of_iam() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "ListRoleTags" => xml(
            "<ListRoleTagsResponse><ListRoleTagsResult><IsTruncated>false</IsTruncated>\
             <Tags><member><Key>Environment</Key><Value>dev</Value></member></Tags>\
             </ListRoleTagsResult></ListRoleTagsResponse>",
        ),
        "ListUserTags" => xml(
            "<ListUserTagsResponse><ListUserTagsResult><IsTruncated>false</IsTruncated><Tags/>\
             </ListUserTagsResult></ListUserTagsResponse>",
        ),
        other => panic!("{other}"),
    })
    .await;
    let look_ups = stub.look_ups().await;
    let role = look_ups.role_tags(&region(), "deployer").await.unwrap();
    assert_eq!(role, environment("dev"));
    let user = look_ups.user_tags(&region(), "jane").await.unwrap();
    assert_eq!(user, Tags::new());
    let asked = stub.asked();
    assert_eq!(asked[0].parameter("RoleName").as_deref(), Some("deployer"));
    assert_eq!(asked[1].parameter("UserName").as_deref(), Some("jane"));
}

#[tokio::test]
async fn a_bucket_is_judged_by_its_policy_and_its_blocks() {
    let failed = |code: &str| {
        let body = format!("<Error><Code>{code}</Code><Message>said AWS</Message></Error>");
        let status = if code == "AccessDenied" { 403 } else { 404 };
        ResponseTemplate::new(status).set_body_raw(body, "application/xml")
    };
    let stub = Stub::start(move |asked| {
        let is_policy = asked.query.contains("policyStatus");
        match (asked.action.as_str(), is_policy) {
            ("GET /open/", true) => xml("<PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>"),
            ("GET /open/", false) => failed("NoSuchPublicAccessBlockConfiguration"),
            ("GET /closed/", true) => failed("NoSuchBucketPolicy"),
            ("GET /closed/", false) => xml(
                "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls>\
                 <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
            ),
            ("GET /denied/", _) => failed("AccessDenied"),
            other => panic!("{other:?}"),
        }
    })
    .await;
    let look_ups = stub.look_ups().await;
    let access = |policy_is_public, restricts_policies, ignores_acls| BucketAccess {
        policy_is_public,
        restricts_policies,
        ignores_acls,
    };
    let open = look_ups.bucket_access(&region(), "open").await.unwrap();
    assert_eq!(open, access(true, false, false));
    let closed = look_ups.bucket_access(&region(), "closed").await.unwrap();
    assert_eq!(closed, access(false, true, true));
    let denied = look_ups
        .bucket_access(&region(), "denied")
        .await
        .unwrap_err();
    assert_eq!(denied.class, CallClass::Denied);
    assert_eq!(denied.operation, "s3:GetBucketPolicyStatus");
}

#[tokio::test]
async fn doors_are_counted_over_every_interface_and_group() {
    let stub = Stub::start(network).await;
    let look_ups = stub.look_ups().await;
    let doors = look_ups.instance_doors(&region(), "i-1").await.unwrap();
    assert_eq!(doors.addresses, ["2001:db8::7", "203.0.113.7"]);
    let open: Vec<_> = doors
        .open
        .iter()
        .map(|one| {
            (
                one.group.as_str(),
                one.protocol.as_str(),
                one.ports,
                one.range,
            )
        })
        .collect();
    assert_eq!(
        open,
        [
            ("sg-admin", "tcp", Some((22, 22)), "0.0.0.0/0"),
            ("sg-admin", "icmp", None, "::/0"),
        ]
    );
    let gone = look_ups
        .instance_doors(&region(), "i-gone")
        .await
        .unwrap_err();
    assert_eq!(gone.class, CallClass::NotFound);
    let unseen = look_ups.group_doors(&region(), "sg-1").await.unwrap_err();
    assert_eq!(
        (unseen.operation, unseen.class),
        ("ec2:DescribeSecurityGroups", CallClass::NotFound)
    );
}

#[tokio::test]
async fn the_trail_is_asked_twice_a_second_and_for_one_page() {
    let stub = Stub::start(|asked| {
        let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body["LookupAttributes"][0]["AttributeKey"], "ResourceName");
        assert_eq!(body["LookupAttributes"][0]["AttributeValue"], "i-1");
        assert_eq!(body["MaxResults"], 50);
        json(&json!({
            "Events": [{"EventId": "e1", "CloudTrailEvent": "{\"eventName\":\"StopInstances\"}"}, {"EventId": "e2"}],
            "NextToken": "more",
        }))
    })
    .await;
    let look_ups = stub.look_ups().await;
    let since = "2026-11-26T10:00:00Z".parse().unwrap();
    let begun = Instant::now();
    for _ in 0..3 {
        let records = look_ups.records(&region(), "i-1", since).await.unwrap();
        assert_eq!(records, ["{\"eventName\":\"StopInstances\"}"]);
    }
    assert!(
        begun.elapsed() >= Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(stub.count("LookupEvents"), 3);
}
