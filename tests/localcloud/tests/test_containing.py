"""What containment needs: groups, targets, profiles and roles behave as on AWS, and IAM judges each call whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe
from .test_iam import _as

PLAN = {"Key": "nightshift:contained-by", "Value": "plan"}


def _machine(cloud: LocalCloud) -> tuple[Any, str, str, str]:
    """EC2, an instance with an interface of its own group, the VPC and that group."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    instance = ec2.run_instances(
        ImageId="ami-0", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group],
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8}}], TagSpecifications=[{
            "ResourceType": "instance", "Tags": [{"Key": "contain", "Value": "yes"}]}])["Instances"][0]["InstanceId"]
    return ec2, instance, vpc, group


def _interfaces(ec2: Any, instance: str) -> dict[str, list[str]]:
    found = ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])
    return {one["NetworkInterfaceId"]: [group["GroupId"] for group in one["Groups"]]
            for one in found["NetworkInterfaces"]}


def test_an_interface_has_the_groups_it_was_given_and_no_others(cloud: LocalCloud) -> None:
    ec2, instance, vpc, group = _machine(cloud)
    [(interface, groups)] = _interfaces(ec2, instance).items()
    assert groups == [group]
    empty = ec2.create_security_group(GroupName="empty", Description="empty", VpcId=vpc)["GroupId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[empty])
    assert _interfaces(ec2, instance) == {interface: [empty]}
    shown = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    assert [one["GroupId"] for one in shown["SecurityGroups"]] == [empty]
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_security_group(GroupId=empty)
    ec2.delete_security_group(GroupId=group)
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.delete_security_group(GroupId=empty)


def test_a_target_is_registered_for_each_of_its_ports(cloud: LocalCloud) -> None:
    _, instance, vpc, _ = _machine(cloud)
    balancing = cloud.client("elbv2")
    group = balancing.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    first, second = {"Id": instance, "Port": 80}, {"Id": instance, "Port": 8080}

    def registered() -> list[dict[str, Any]]:
        found = balancing.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return [one["Target"] for one in found]

    balancing.register_targets(TargetGroupArn=group, Targets=[{"Id": instance}, second])
    assert registered() == [first, second]
    balancing.deregister_targets(TargetGroupArn=group, Targets=[first])
    assert registered() == [second]
    [gone] = balancing.describe_target_health(TargetGroupArn=group, Targets=[first])["TargetHealthDescriptions"]
    assert gone["TargetHealth"]["Reason"] == "Target.NotRegistered"
    balancing.register_targets(TargetGroupArn=group, Targets=[first])
    assert registered() == [second, first]
    cloud.client("ec2").terminate_instances(InstanceIds=[instance])
    assert registered() == []


def test_snapshots_need_the_right_to_each_resource_and_to_their_tags(cloud: LocalCloud) -> None:
    ec2, instance, _, _ = _machine(cloud)
    stranger = ec2.run_instances(ImageId="ami-0", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    arn = f"arn:aws:ec2:*:{probe.ACCOUNT}"
    statements = [
        {"Sid": "Of", **probe.allow("ec2:CreateSnapshots", f"{arn}:instance/*", StringEquals={
            "aws:ResourceTag/contain": "yes"})},
        {"Sid": "Volumes", **probe.allow("ec2:CreateSnapshots", f"{arn}:volume/*")},
        {"Sid": "Made", **probe.allow("ec2:CreateSnapshots", "arn:aws:ec2:*::snapshot/*", Null={
            "aws:RequestTag/nightshift:contained-by": "false"})},
        {"Sid": "Tags", **probe.allow("ec2:CreateTags", "arn:aws:ec2:*::snapshot/*", StringEquals={
            "ec2:CreateAction": "CreateSnapshots"})},
    ]

    def attempt(client: Any, of: str = instance, tags: list[dict[str, str]] | None = None) -> None:
        client.create_snapshots(InstanceSpecification={"InstanceId": of}, TagSpecifications=[
            {"ResourceType": "snapshot", "Tags": tags or [PLAN]}])

    client = _as(cloud, "ec2", *statements)
    attempt(client)
    assert cloud.calls()[-1]["iam"]["reason"] == "allowed by Of, Volumes, Made"
    assert cloud.calls()[-1]["iam"]["implied"] == [{
        "action": "ec2:CreateTags", "resource": "arn:aws:ec2:us-east-1::snapshot/*", "via": "ec2.us-east-1.amazonaws.com",
        "reason": "allowed by Tags"}]
    made = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "tag:nightshift:contained-by", "Values": ["plan"]}])
    for refused in (lambda: attempt(client, stranger), lambda: attempt(client, tags=[{"Key": "x", "Value": "y"}]),
                    lambda: client.create_tags(Resources=[made["Snapshots"][0]["SnapshotId"]], Tags=[PLAN])):
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            refused()


@pytest.mark.parametrize("without", range(4))
def test_each_part_of_a_snapshot_is_asked_for(cloud: LocalCloud, without: int) -> None:
    _, instance, _, _ = _machine(cloud)
    parts = [("ec2:CreateSnapshots", "instance"), ("ec2:CreateSnapshots", "volume"),
             ("ec2:CreateSnapshots", "snapshot"), ("ec2:CreateTags", "snapshot")]
    client = _as(cloud, "ec2", *(probe.allow(action, f"arn:aws:ec2:*:*:{word}/*" if word != "snapshot" else
                                             "arn:aws:ec2:*::snapshot/*")
                                 for number, (action, word) in enumerate(parts) if number != without))
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        client.create_snapshots(InstanceSpecification={"InstanceId": instance}, TagSpecifications=[
            {"ResourceType": "snapshot", "Tags": [PLAN]}])


def test_the_attribute_that_is_changed_is_known(cloud: LocalCloud) -> None:
    _, instance, _, _ = _machine(cloud)
    client = _as(cloud, "ec2", probe.allow(
        "ec2:ModifyInstanceAttribute", f"arn:aws:ec2:*:{probe.ACCOUNT}:instance/*",
        StringEqualsIgnoreCaseIfExists={"ec2:Attribute": "DisableApiTermination"}))
    client.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        client.modify_instance_attribute(InstanceId=instance, UserData={"Value": b"#!/bin/sh"})


def test_users_and_roles_are_known_by_their_tags_and_keys_by_their_users(cloud: LocalCloud) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="ours", Path="/machines/", Tags=[{"Key": "contain", "Value": "yes"}])
    iam.create_user(UserName="other")
    key = iam.create_access_key(UserName="ours")["AccessKey"]["AccessKeyId"]
    foreign = iam.create_access_key(UserName="other")["AccessKey"]["AccessKeyId"]
    user = f"arn:aws:iam::{probe.ACCOUNT}:user/"
    client = _as(
        cloud, "iam", probe.allow("iam:GetAccessKeyLastUsed", f"{user}machines/ours"),
        probe.allow("iam:UpdateAccessKey", f"{user}*", StringEquals={"aws:ResourceTag/contain": "yes"}))
    assert client.get_access_key_last_used(AccessKeyId=key)["UserName"] == "ours"
    client.update_access_key(UserName="ours", AccessKeyId=key, Status="Inactive")
    for refused in (lambda: client.get_access_key_last_used(AccessKeyId=foreign),
                    lambda: client.update_access_key(UserName="other", AccessKeyId=foreign, Status="Inactive"),
                    lambda: client.delete_access_key(UserName="ours", AccessKeyId=key)):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()


@pytest.mark.parametrize("permitted", [True, False])
def test_a_profile_passes_its_role(cloud: LocalCloud, permitted: bool) -> None:
    ec2, instance, _, _ = _machine(cloud)
    iam = cloud.client("iam")
    role = probe.role(cloud, "machine")
    profile = iam.create_instance_profile(InstanceProfileName="machine")["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="machine")
    statements = [probe.allow(["ec2:AssociateIamInstanceProfile", "ec2:DisassociateIamInstanceProfile"],
                              f"arn:aws:ec2:*:{probe.ACCOUNT}:instance/*", StringEquals={"aws:ResourceTag/contain": "yes"})]
    if permitted:
        statements.append(probe.allow("iam:PassRole", role, StringEquals={"iam:PassedToService": "ec2.amazonaws.com"}))
    client = _as(cloud, "ec2", *statements)
    if not permitted:
        with pytest.raises(ClientError, match="iam:PassRole"):
            client.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Arn": profile})
        return
    client.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Arn": profile})
    [found] = ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]
    assert found["IamInstanceProfile"]["Arn"] == profile
    client.disassociate_iam_instance_profile(AssociationId=found["AssociationId"])
    assert not ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]


def test_a_bucket_and_the_account_are_closed_by_different_rights(cloud: LocalCloud) -> None:
    cloud.client("s3").create_bucket(Bucket="open")
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    client = _as(cloud, "s3", probe.allow(["s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"],
                                          "arn:aws:s3:::*"))
    client.put_public_access_block(Bucket="open", PublicAccessBlockConfiguration=block)
    assert client.get_public_access_block(Bucket="open")["PublicAccessBlockConfiguration"] == block
    client.delete_public_access_block(Bucket="open")
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        client.get_public_access_block(Bucket="open")
    credentials = client._request_signer._credentials
    control = cloud.client("s3control", aws_access_key_id=credentials.access_key, aws_secret_access_key="x")
    with pytest.raises(ClientError, match="s3:PutAccountPublicAccessBlock"):
        control.put_public_access_block(AccountId=probe.ACCOUNT, PublicAccessBlockConfiguration=block)


TRUSTED = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {
    "AWS": f"arn:aws:iam::{probe.ACCOUNT}:role/worker-role"}}


@pytest.mark.parametrize(("trust", "session", "comes_in"), [
    (TRUSTED, "any", True),
    ({**TRUSTED, "Condition": {"StringEquals": {"sts:RoleSessionName": "worker"}}}, "worker", True),
    ({**TRUSTED, "Condition": {"StringEquals": {"sts:RoleSessionName": "worker"}}}, "other", False),
    ({**TRUSTED, "Principal": {"AWS": f"arn:aws:iam::{probe.ACCOUNT}:role/other-role"}}, "any", False),
    ({**TRUSTED, "Principal": {"AWS": f"arn:aws:iam::{probe.ACCOUNT}:root"}}, "any", True),
    ({**TRUSTED, "Principal": {"Service": "lambda.amazonaws.com"}}, "any", False),
])
def test_a_role_is_taken_by_whom_it_trusts(cloud: LocalCloud, trust: dict[str, Any], session: str, comes_in: bool) -> None:
    target = f"arn:aws:iam::{probe.ACCOUNT}:role/target"
    client = _as(cloud, "sts", probe.allow("sts:AssumeRole", target))
    iam = cloud.client("iam")
    iam.create_role(RoleName="target", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    iam.put_role_policy(RoleName="target", PolicyName="p", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Sid": "See", **probe.allow("ec2:DescribeVpcs")}]}))
    if not comes_in:
        with pytest.raises(ClientError, match="AccessDenied"):
            client.assume_role(RoleArn=target, RoleSessionName=session)
        return
    given = client.assume_role(RoleArn=target, RoleSessionName=session)["Credentials"]
    taken = cloud.client("ec2", aws_access_key_id=given["AccessKeyId"], aws_secret_access_key=given["SecretAccessKey"],
                         aws_session_token=given["SessionToken"])
    taken.describe_vpcs()
    assert (cloud.calls()[-1]["role"], cloud.calls()[-1]["iam"]["reason"]) == ("target", "allowed by See")
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        taken.describe_subnets()


def test_a_role_that_trusts_does_not_give_the_right_to_ask(cloud: LocalCloud) -> None:
    client = _as(cloud, "sts", probe.allow("sts:AssumeRole", f"arn:aws:iam::{probe.ACCOUNT}:role/another"))
    cloud.client("iam").create_role(RoleName="target", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [TRUSTED]}))
    with pytest.raises(ClientError, match="AccessDenied"):
        client.assume_role(RoleArn=f"arn:aws:iam::{probe.ACCOUNT}:role/target", RoleSessionName="any")


def test_a_parameter_is_decrypted_for_itself_alone(cloud: LocalCloud) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    arn = f"arn:aws:ssm:us-east-1:{probe.ACCOUNT}:parameter/app/"
    for name in ("mine", "other"):
        cloud.client("ssm").put_parameter(Name=f"/app/{name}", Type="SecureString", KeyId=key, Value="secret")
    client = _as(cloud, "ssm", probe.allow("ssm:GetParameter", f"{arn}*"), probe.allow("kms:Decrypt", key, StringEquals={
        "kms:EncryptionContext:PARAMETER_ARN": f"{arn}mine"}))
    assert client.get_parameter(Name="/app/mine", WithDecryption=True)["Parameter"]["Value"] == "secret"
    with pytest.raises(ClientError, match="kms:Decrypt"):
        client.get_parameter(Name="/app/other", WithDecryption=True)
