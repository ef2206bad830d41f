//! What is asked of AWS, and what it refuses.

use nightshift_runtime::CallClass;
use security_triage::playbooks::Playbook;
use security_triage::playbooks::call::{Call, Denial, KeyStatus, PrincipalId};
use security_triage::playbooks::cloud::Cloud;
use security_triage::playbooks::groups::{Block, GroupId, Peer, Rule};

use crate::stub::{Stub, ec2, place, refused, refused_ec2, result, xml};

fn group() -> GroupId {
    GroupId::Known("sg-1".to_owned())
}

fn icmp() -> Rule {
    Rule {
        protocol: "icmp".to_owned(),
        from: Some(8),
        to: Some(-1),
        peer: Peer::PrefixList("pl-1".to_owned()),
        description: Some("ping".to_owned()),
    }
}

#[tokio::test]
async fn every_playbook_takes_its_own_role_once() {
    let stub = Stub::start(|asked| result(&asked.action, "")).await;
    let aws = stub.aws().await;
    let call = Call::UpdateAccessKey {
        user: "alice".to_owned(),
        key: "AKIA2".to_owned(),
        status: KeyStatus::Inactive,
    };
    let playbook = Playbook::DisableAccessKey;
    for _ in 0..2 {
        aws.call(&place(playbook), &call).await.unwrap();
    }
    let asked = stub.asked();
    let roles: Vec<_> = asked
        .iter()
        .filter(|one| one.action == "AssumeRole")
        .collect();
    assert_eq!(roles.len(), 1);
    let role = "RoleArn=arn:aws:iam::210987654321:role/personal-timeline-dev-security-triage-disable-access-key";
    assert!(roles[0].body.contains(role), "{}", roles[0].body);
    let update = asked
        .iter()
        .find(|one| one.action == "UpdateAccessKey")
        .unwrap();
    for part in ["UserName=alice", "AccessKeyId=AKIA2", "Status=Inactive"] {
        assert!(update.body.contains(part), "{}", update.body);
    }
}

#[tokio::test]
async fn calls_say_all_that_the_plan_says() {
    let cases: [(Call, &[&str]); 6] = [
        (
            Call::CreateSnapshots {
                instance: "i-1".to_owned(),
                plan: "p-1".to_owned(),
            },
            &[
                "InstanceSpecification.InstanceId=i-1",
                "ExcludeBootVolume=false",
                "ResourceType=snapshot",
                "Tag.1.Key=nightshift:contained-by",
                "Tag.1.Value=p-1",
            ],
        ),
        (
            Call::ModifyNetworkInterfaceGroups {
                interface: "eni-1".to_owned(),
                groups: [group()].into(),
            },
            &["NetworkInterfaceId=eni-1", "SecurityGroupId.1=sg-1"],
        ),
        (
            Call::AuthorizeSecurityGroupIngress {
                group: group(),
                rule: icmp(),
            },
            &[
                "GroupId=sg-1",
                "IpProtocol=icmp",
                "FromPort=8",
                "ToPort=-1",
                "PrefixListId=pl-1",
                "Description=ping",
            ],
        ),
        (
            Call::RevokeSecurityGroupIngress {
                group: group(),
                rule: icmp(),
                id: Some("sgr-1".to_owned()),
            },
            &["SecurityGroupRuleId.1=sgr-1"],
        ),
        (
            Call::DetachInstances {
                group: "web".to_owned(),
                instance: "i-1".to_owned(),
            },
            &[
                "InstanceIds.member.1=i-1",
                "ShouldDecrementDesiredCapacity=false",
            ],
        ),
        (
            Call::PutPolicy {
                principal: PrincipalId::Role("deploy".to_owned()),
                name: "q".to_owned(),
                denial: Denial::Everything,
            },
            &["RoleName=deploy", "PolicyName=q", "NightshiftQuarantine"],
        ),
    ];
    for (call, parts) in cases {
        let stub = Stub::start(|asked| {
            if asked.action.ends_with("RolePolicy") || asked.action == "DetachInstances" {
                result(&asked.action, "")
            } else {
                ec2(&asked.action, "<return>true</return>")
            }
        })
        .await;
        let aws = stub.aws().await;
        aws.call(&place(Playbook::IsolateInstance), &call)
            .await
            .unwrap();
        let asked = stub.asked().pop().unwrap();
        assert_eq!(asked.action, call.action().split_once(':').unwrap().1);
        for part in parts {
            assert!(asked.body.contains(part), "{part}: {}", asked.body);
        }
    }
}

#[tokio::test]
async fn buckets_are_changed_only_for_their_owner() {
    let stub = Stub::start(|_| xml("")).await;
    let aws = stub.aws().await;
    let (bucket, account) = ("a.bucket".to_owned(), "210987654321".to_owned());
    let put = Call::PutPublicAccessBlock {
        bucket,
        account,
        block: Block::ALL,
    };
    aws.call(&place(Playbook::BlockPublicAccess), &put)
        .await
        .unwrap();
    let asked = stub.asked().pop().unwrap();
    assert!(
        asked.action.starts_with("PUT /a.bucket/?publicAccessBlock"),
        "{}",
        asked.action
    );
    assert_eq!(asked.owner.as_deref(), Some("210987654321"));
    assert_eq!(asked.body.matches("true").count(), 4, "{}", asked.body);
}

#[tokio::test]
async fn refusals_tell_whether_to_try_again() {
    let delete = Call::DeleteSecurityGroup { group: group() };
    let put = Call::DeletePolicy {
        principal: PrincipalId::User("alice".to_owned()),
        name: "q".to_owned(),
    };
    for (call, code, class) in [
        (&delete, "DependencyViolation", CallClass::Conflict),
        (&delete, "UnauthorizedOperation", CallClass::Denied),
        (&delete, "InvalidGroup.NotFound", CallClass::NotFound),
        (&put, "ConcurrentModification", CallClass::Conflict),
        (&put, "AccessDenied", CallClass::Denied),
    ] {
        let is_ec2 = call.action().starts_with("ec2");
        let stub = Stub::start(move |_| {
            if is_ec2 {
                refused_ec2(code)
            } else {
                refused(400, code)
            }
        })
        .await;
        let aws = stub.aws().await;
        let error = aws
            .call(&place(Playbook::IsolateInstance), call)
            .await
            .unwrap_err();
        assert_eq!(
            (error.operation, error.class),
            (call.action(), class),
            "{error}"
        );
        assert!(error.message.contains("said AWS"), "{error}");
    }
}
