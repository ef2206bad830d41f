//! What AWS shows, and what is made of it.

use nightshift_runtime::CallClass;
use security_triage::playbooks::Playbook;
use security_triage::playbooks::call::{Denial, KeyStatus, PrincipalId, TargetId};
use security_triage::playbooks::cloud::Cloud;
use security_triage::playbooks::groups::{Block, GroupId, Peer, Rule};
use security_triage::playbooks::look::{Look, Seen};
use security_triage::playbooks::observed::Observed;
use security_triage::playbooks::plan::Target;
use wiremock::ResponseTemplate;

use crate::stub::{Stub, ec2, place, refused, refused_ec2, refused_s3, result, xml};

async fn seen(look: Look, answer: ResponseTemplate) -> Seen {
    let stub = Stub::start(move |_| answer.clone()).await;
    let aws = stub.aws().await;
    aws.look(&place(Playbook::IsolateInstance), &look)
        .await
        .unwrap()
}

fn rules(group: &str) -> Look {
    Look::Rules {
        group: GroupId::Known(group.to_owned()),
    }
}

#[tokio::test]
async fn rules_are_read_whole() {
    let item = |id: &str, rest: &str| {
        format!(
            "<item><securityGroupRuleId>{id}</securityGroupRuleId><groupId>sg-1</groupId>{rest}</item>"
        )
    };
    let items = [
        item(
            "sgr-1",
            "<isEgress>false</isEgress><ipProtocol>icmp</ipProtocol><fromPort>8</fromPort><toPort>-1</toPort><prefixListId>pl-1</prefixListId><description>ping</description>",
        ),
        item(
            "sgr-2",
            "<isEgress>true</isEgress><ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><cidrIpv6>::/0</cidrIpv6>",
        ),
    ];
    let body = format!(
        "<securityGroupRuleSet>{}</securityGroupRuleSet>",
        items.concat()
    );
    let found = seen(rules("sg-1"), ec2("DescribeSecurityGroupRules", &body)).await;
    let icmp = Rule {
        protocol: "icmp".to_owned(),
        from: Some(8),
        to: Some(-1),
        peer: Peer::PrefixList("pl-1".to_owned()),
        description: Some("ping".to_owned()),
    };
    let expected = Seen::Rules {
        ingress: [icmp].into(),
        egress: [Rule::all(Peer::everybody_v6())].into(),
    };
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_group_that_is_gone_is_not_an_empty_one() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeSecurityGroupRules" => ec2(&asked.action, "<securityGroupRuleSet/>"),
        _ => refused_ec2("InvalidGroup.NotFound"),
    })
    .await;
    let aws = stub.aws().await;
    let error = aws
        .look(&place(Playbook::IsolateInstance), &rules("sg-1"))
        .await
        .unwrap_err();
    assert_eq!(error.class, CallClass::NotFound, "{error}");
}

#[tokio::test]
async fn what_drains_is_out_and_what_no_listener_uses_is_in() {
    let target = TargetId {
        target_group: "arn:aws:elasticloadbalancing:us-east-1:210987654321:targetgroup/web/1"
            .to_owned(),
        id: "i-1".to_owned(),
        port: Some(80),
    };
    for (state, reason, expected) in [
        ("healthy", "", true),
        ("unused", "Target.NotInUse", true),
        ("unused", "Target.NotRegistered", false),
        ("draining", "Target.DeregistrationInProgress", false),
    ] {
        let body = format!(
            "<TargetHealthDescriptions><member><Target><Id>i-1</Id><Port>80</Port></Target><TargetHealth><State>{state}</State><Reason>{reason}</Reason></TargetHealth></member></TargetHealthDescriptions>"
        );
        let answer = result("DescribeTargetHealth", &body);
        let found = seen(Look::Target(target.clone()), answer).await;
        assert_eq!(found, Seen::Flag(expected), "{state} {reason}");
    }
}

#[tokio::test]
async fn a_member_that_is_being_detached_is_out() {
    for (state, expected) in [
        ("InService", Seen::Text(Some("web".to_owned()))),
        ("Detaching", Seen::Text(None)),
        ("Pending", Seen::Moving("it is Pending in web".to_owned())),
    ] {
        let body = format!(
            "<AutoScalingInstances><member><InstanceId>i-1</InstanceId><AutoScalingGroupName>web</AutoScalingGroupName><LifecycleState>{state}</LifecycleState></member></AutoScalingInstances>"
        );
        let look = Look::AutoScalingGroup {
            instance: "i-1".to_owned(),
        };
        let found = seen(look, result("DescribeAutoScalingInstances", &body)).await;
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn failed_snapshots_are_no_evidence() {
    let body = "<snapshotSet><item><volumeId>vol-1</volumeId><status>pending</status></item><item><volumeId>vol-2</volumeId><status>error</status></item></snapshotSet>";
    let look = Look::Snapshots {
        plan: "p-1".to_owned(),
    };
    let found = seen(look, ec2("DescribeSnapshots", body)).await;
    assert_eq!(found, Seen::Names(["vol-1".to_owned()].into()));
}

#[tokio::test]
async fn our_policy_is_known_however_iam_writes_it() {
    let look = || Look::Policy {
        principal: PrincipalId::Role("deploy".to_owned()),
        name: "nightshift-quarantine".to_owned(),
    };
    let at = "2026-11-27T12:00:00Z".parse().unwrap();
    for denial in [Denial::Everything, Denial::SessionsBefore(at)] {
        let text = denial.document().to_string();
        let encoded = text
            .replace('"', "%22")
            .replace(':', "%3A")
            .replace('{', "%7B");
        let body = format!(
            "<RoleName>deploy</RoleName><PolicyName>q</PolicyName><PolicyDocument>{encoded}</PolicyDocument>"
        );
        assert_eq!(
            seen(look(), result("GetRolePolicy", &body)).await,
            Seen::Denial(denial)
        );
    }
    assert_eq!(
        seen(look(), refused(404, "NoSuchEntity")).await,
        Seen::Text(None)
    );
}

#[tokio::test]
async fn keys_and_buckets() {
    let key = Look::AccessKey {
        user: "alice".to_owned(),
        key: "AKIA2".to_owned(),
    };
    let body = "<AccessKeyMetadata><member><UserName>alice</UserName><AccessKeyId>AKIA2</AccessKeyId><Status>Active</Status></member></AccessKeyMetadata><IsTruncated>false</IsTruncated>";
    assert_eq!(
        seen(key.clone(), result("ListAccessKeys", body)).await,
        Seen::Key(KeyStatus::Active)
    );
    assert_eq!(seen(key, refused(404, "NoSuchEntity")).await, Seen::Gone);

    let block = || Look::PublicAccessBlock {
        bucket: "photos".to_owned(),
        account: "210987654321".to_owned(),
    };
    let none = refused_s3(404, "NoSuchPublicAccessBlockConfiguration");
    assert_eq!(seen(block(), none).await, Seen::Block(None));
    assert_eq!(
        seen(block(), refused_s3(404, "NoSuchBucket")).await,
        Seen::Gone
    );
    let all = xml(
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
    );
    assert_eq!(seen(block(), all).await, Seen::Block(Some(Block::ALL)));
}

#[tokio::test]
async fn a_bucket_whose_tags_cannot_be_read_says_so() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        one if one.contains("?tagging") => refused_s3(403, "AccessDenied"),
        one if one.contains("publicAccessBlock") => {
            refused_s3(404, "NoSuchPublicAccessBlockConfiguration")
        }
        one if one.contains("website") => refused_s3(404, "NoSuchWebsiteConfiguration"),
        _ => refused_s3(404, "NoSuchBucketPolicy"),
    })
    .await;
    let aws = stub.aws().await;
    let target = Target::Bucket {
        name: "photos".to_owned(),
    };
    let observed = aws
        .observe(&place(Playbook::BlockPublicAccess), &target)
        .await;
    let Observed::Bucket(bucket) = observed else {
        panic!("{observed:?}");
    };
    assert!(bucket.tags.unwrap_err().contains("s3:GetBucketTagging"));
    assert_eq!(
        (bucket.block, bucket.is_website, bucket.is_public),
        (Ok(None), Ok(false), Ok(false))
    );
}
