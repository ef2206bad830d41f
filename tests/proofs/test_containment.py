"""The roles of playbooks, as Terraform plans them, against every call of every playbook and its undo.

Each call is made under the role that the function takes for it, in a local cloud that enforces IAM: what the role needs
it has, what it has it needs, and who has not opted in or is protected is out of its reach.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from e2e.estate import SEEDS
from localcloud import LocalCloud
from localcloud.tests import probe

from .manifests import ROOT, Function
from .planned import planned
from .privilege import compare, table

FUNCTION = Function("security-triage")
ACCOUNT, PREFIX = "123456789012", "personal-timeline-dev"
KEY = f"/personal-timeline/dev/nightshift/{FUNCTION.name}-approval-key"
PLAN = {"Key": "nightshift:contained-by", "Value": "plan"}
DENIAL = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Sid": "NightshiftQuarantine", "Effect": "Deny", "Action": "*", "Resource": "*"}]})
EVERYBODY = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
CLOSED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}

TEXT = """
module "automation" {
  source = "../modules/automation"

  environment   = "dev"
  functions     = ["security-triage"]
  functions_dir = "%s"
  packages_dir  = "%s"
  project       = "personal-timeline"
  configuration = {
    functions = {
      security-triage = {
        playbooks = {
          accounts = ["123456789012"]
          enabled = [
            "block-public-access", "disable-access-key", "isolate-instance",
            "quarantine-principal", "revoke-ingress",
          ]
          never            = ["break-glass"]
          isolate_instance = { remove_profile = true }
        }
      }
    }
  }
}
"""


class Contained:
    """A cloud with the seed, the function's role and those that it takes."""

    def __init__(self, cloud: LocalCloud, resources: dict[str, dict[str, Any]]) -> None:
        self.cloud = cloud
        cloud.seed(SEEDS / "containment.json")
        self.key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
        self._resources = resources
        iam = cloud.client("iam")
        boundary = iam.create_policy(PolicyName="containment", PolicyDocument=self._planned(
            "aws_iam_policy.containment_boundary[0]"))["Policy"]["Arn"]
        own = f"{PREFIX}-{FUNCTION.name}-role"
        trust = self._planned(f'aws_iam_role.function["{FUNCTION.name}"]', "assume_role_policy")
        arn = iam.create_role(RoleName=own, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=own, PolicyName="manifest", PolicyDocument=self._planned(
            f'aws_iam_role_policy.manifest["{FUNCTION.name}"]'))
        for role in FUNCTION.roles:
            trust = self._planned(f'aws_iam_role.assumed["{role.id}"]', "assume_role_policy")
            # The mocked provider has one ARN for all roles.
            trust = trust.replace(f"arn:aws:iam::{ACCOUNT}:role/mock", arn)
            iam.create_role(RoleName=PREFIX + role.ending, AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
            for name, resource in (("manifest", "assumed"), ("protected", "protected")):
                iam.put_role_policy(RoleName=PREFIX + role.ending, PolicyName=name, PolicyDocument=self._planned(
                    f'aws_iam_role_policy.{resource}["{role.id}"]'))
        probe.function(cloud, "triage", arn)
        environment = probe.invoke(cloud, "triage")["environment"]
        self._function = {"aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
                          "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
                          "aws_session_token": environment["AWS_SESSION_TOKEN"]}

    def _planned(self, address: str, attribute: str = "policy") -> str:
        text: str = self._resources[f"module.automation.{address}"][attribute]
        return text.replace(f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555", self.key)

    def own(self, service: str) -> Any:
        """A client of the function itself."""
        return self._client(service, self._function)

    def taken(self, playbook: str, session: str = f"nightshift-{FUNCTION.name}") -> Callable[[str], Any]:
        """Clients of a playbook's role, by service."""
        given = self.own("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}-{FUNCTION.name}-{playbook}", RoleSessionName=session)["Credentials"]
        keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"]}
        return lambda service: self._client(service, keys)

    def _client(self, service: str, keys: dict[str, str]) -> Any:
        # The function is known by what the SDKs tell of it; names that begin with an account's number resolve nowhere.
        settings = Config(user_agent_appid=f"nightshift-{FUNCTION.name}", s3={"addressing_style": "path"},
                          **({"proxies": {"http": self.cloud.endpoint}} if service == "s3control" else {}))
        return self.cloud.client(service, config=settings, **keys)

    def group(self, name: str) -> dict[str, Any]:
        """A security group of the seed."""
        groups: list[dict[str, Any]] = self.cloud.client("ec2").describe_security_groups(
            Filters=[{"Name": "group-name", "Values": [name]}])["SecurityGroups"]
        return groups[0]

    def instance(self) -> dict[str, Any]:
        """The instance of the seed."""
        found = self.cloud.client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": ["contain-instance"]}])
        instance: dict[str, Any] = found["Reservations"][0]["Instances"][0]
        return instance


@pytest.fixture(scope="module")
def contained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contained]:
    packages = tmp_path_factory.mktemp("packages")
    (packages / FUNCTION.name).mkdir()
    (packages / FUNCTION.name / "bootstrap.zip").write_bytes(probe.package())
    resources = planned(tmp_path_factory.mktemp("planned"), TEXT % (ROOT / "functions", packages))
    with LocalCloud(iam="enforce", time="2026-11-23T12:00:00Z") as cloud:
        yield Contained(cloud, resources)


def refused(call: Callable[[], Any], because: str = "not authorized") -> None:
    """The call is not allowed."""
    with pytest.raises(ClientError, match=because):
        call()


def test_an_instance_is_isolated_and_brought_back(contained: Contained) -> None:
    taken = contained.taken("isolate-instance")
    ec2, scaling, balancing = taken("ec2"), taken("autoscaling"), taken("elbv2")
    instance, vpc = contained.instance()["InstanceId"], contained.instance()["VpcId"]
    interfaces = {one["NetworkInterfaceId"]: [group["GroupId"] for group in one["Groups"]] for one in
                  ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])[
                      "NetworkInterfaces"]}
    assert len(interfaces) == 2
    volumes = {one["Ebs"]["VolumeId"] for one in contained.instance()["BlockDeviceMappings"]}
    ec2.describe_instances(InstanceIds=[instance])
    ec2.describe_vpcs(VpcIds=[vpc])
    ec2.create_snapshots(
        InstanceSpecification={"InstanceId": instance, "ExcludeBootVolume": False}, CopyTagsFromSource="volume",
        Description="evidence", TagSpecifications=[{"ResourceType": "snapshot", "Tags": [PLAN]}])
    kept = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "tag:nightshift:contained-by", "Values": ["plan"]}])
    assert {one["VolumeId"] for one in kept["Snapshots"]} == volumes and len(volumes) == 2

    ec2.create_tags(Resources=[instance], Tags=[PLAN])
    assert ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [instance]},
                                      {"Name": "key", "Values": [PLAN["Key"]]}])["Tags"]
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
    assert ec2.describe_instance_attribute(
        InstanceId=instance, Attribute="disableApiTermination")["DisableApiTermination"]["Value"]

    [member] = scaling.describe_auto_scaling_instances(InstanceIds=[instance])["AutoScalingInstances"]
    scaling.detach_instances(AutoScalingGroupName=member["AutoScalingGroupName"], InstanceIds=[instance],
                             ShouldDecrementDesiredCapacity=False)
    assert not scaling.describe_auto_scaling_instances(InstanceIds=[instance])["AutoScalingInstances"]
    [targets] = [one["TargetGroupArn"] for one in balancing.describe_target_groups()["TargetGroups"] if one["VpcId"] == vpc]
    registered = [one["Target"] for one in balancing.describe_target_health(TargetGroupArn=targets)[
        "TargetHealthDescriptions"]]
    assert [one["Port"] for one in registered] == [80, 8080]
    for target in registered:
        balancing.deregister_targets(TargetGroupArn=targets, Targets=[target])

    made = {name: ec2.create_security_group(
        VpcId=vpc, GroupName=name, Description=name, TagSpecifications=[{"ResourceType": "security-group", "Tags": [PLAN]}],
    )["GroupId"] for name in ("quarantine", "open")}
    ec2.revoke_security_group_egress(GroupId=made["quarantine"], IpPermissions=[EVERYBODY])
    ec2.authorize_security_group_ingress(GroupId=made["open"], IpPermissions=[EVERYBODY])
    for group in ("open", "quarantine"):
        for interface in interfaces:
            ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[made[group]])
    ec2.delete_security_group(GroupId=made["open"])
    assert not ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [made["quarantine"]]}])[
        "SecurityGroupRules"]
    ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    [profile] = ec2.describe_iam_instance_profile_associations(
        Filters=[{"Name": "instance-id", "Values": [instance]}])["IamInstanceProfileAssociations"]
    ec2.disassociate_iam_instance_profile(AssociationId=profile["AssociationId"])

    ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={
        "Arn": profile["IamInstanceProfile"]["Arn"]})
    for interface, groups in interfaces.items():
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=groups)
    for target in registered:
        balancing.register_targets(TargetGroupArn=targets, Targets=[target])
    scaling.attach_instances(AutoScalingGroupName=member["AutoScalingGroupName"], InstanceIds=[instance])
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    ec2.delete_tags(Resources=[instance], Tags=[PLAN])
    assert {one["NetworkInterfaceId"]: [group["GroupId"] for group in one["Groups"]]
            for one in contained.instance()["NetworkInterfaces"]} == interfaces


def test_what_an_isolation_may_not(contained: Contained) -> None:
    ec2 = contained.taken("isolate-instance")("ec2")
    stranger = contained.cloud.client("ec2").run_instances(ImageId="ami-0", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    instance, foreign = contained.instance()["InstanceId"], contained.group("contain-web")
    optin = {"Key": "nightshift:contain", "Value": "all"}
    for call in (
        lambda: ec2.create_snapshots(InstanceSpecification={"InstanceId": stranger}, TagSpecifications=[
            {"ResourceType": "snapshot", "Tags": [PLAN]}]),
        lambda: ec2.create_snapshots(InstanceSpecification={"InstanceId": instance}),
        lambda: ec2.modify_instance_attribute(InstanceId=stranger, DisableApiTermination={"Value": True}),
        lambda: ec2.modify_instance_attribute(InstanceId=instance, UserData={"Value": b"#!/bin/sh"}),
        lambda: ec2.create_tags(Resources=[stranger], Tags=[PLAN]),
        # Neither opts anything in, nor makes a group look like its own.
        lambda: ec2.create_tags(Resources=[stranger], Tags=[optin]),
        lambda: ec2.create_tags(Resources=[instance], Tags=[PLAN, optin]),
        lambda: ec2.delete_tags(Resources=[instance], Tags=[optin]),
        lambda: ec2.create_tags(Resources=[foreign["GroupId"]], Tags=[PLAN]),
        lambda: ec2.create_security_group(VpcId=foreign["VpcId"], GroupName="bare", Description="bare"),
        lambda: ec2.delete_security_group(GroupId=foreign["GroupId"]),
        lambda: ec2.authorize_security_group_ingress(GroupId=foreign["GroupId"], IpPermissions=[EVERYBODY]),
        lambda: ec2.revoke_security_group_egress(GroupId=foreign["GroupId"], IpPermissions=[EVERYBODY]),
        lambda: ec2.associate_iam_instance_profile(InstanceId=stranger, IamInstanceProfile={"Name": "contain-machine"}),
        lambda: ec2.terminate_instances(InstanceIds=[instance]),
        lambda: ec2.stop_instances(InstanceIds=[instance]),
    ):
        refused(call)


def test_a_key_is_disabled_and_enabled(contained: Contained) -> None:
    iam, people = contained.taken("disable-access-key")("iam"), contained.cloud.client("iam")
    key, other = (people.list_access_keys(UserName=user)["AccessKeyMetadata"][0]["AccessKeyId"]
                  for user in ("contain-user", "contain-other"))
    assert iam.get_access_key_last_used(AccessKeyId=key)["UserName"] == "contain-user"
    iam.get_user(UserName="contain-user")
    for status in ("Inactive", "Active"):
        iam.update_access_key(UserName="contain-user", AccessKeyId=key, Status=status)
        assert iam.list_access_keys(UserName="contain-user")["AccessKeyMetadata"][0]["Status"] == status
    refused(lambda: iam.update_access_key(UserName="contain-other", AccessKeyId=other, Status="Inactive"))
    refused(lambda: iam.delete_access_key(UserName="contain-user", AccessKeyId=key))
    refused(lambda: iam.create_access_key(UserName="contain-user"))
    refused(lambda: iam.put_user_policy(UserName="contain-user", PolicyName="p", PolicyDocument=DENIAL))


def test_a_principal_is_quarantined_and_released(contained: Contained) -> None:
    iam = contained.taken("quarantine-principal")("iam")
    name = "nightshift-quarantine"
    iam.get_user(UserName="contain-user")
    iam.list_attached_user_policies(UserName="contain-user")
    iam.put_user_policy(UserName="contain-user", PolicyName=name, PolicyDocument=DENIAL)
    assert iam.list_user_policies(UserName="contain-user")["PolicyNames"] == [name]
    assert iam.get_user_policy(UserName="contain-user", PolicyName=name)["PolicyDocument"] == json.loads(DENIAL)
    iam.delete_user_policy(UserName="contain-user", PolicyName=name)
    iam.get_role(RoleName="contain-machine")
    iam.list_attached_role_policies(RoleName="contain-machine")
    iam.put_role_policy(RoleName="contain-machine", PolicyName=name, PolicyDocument=DENIAL)
    assert iam.list_role_policies(RoleName="contain-machine")["PolicyNames"] == ["work", name]
    assert iam.get_role_policy(RoleName="contain-machine", PolicyName=name)["PolicyDocument"] == json.loads(DENIAL)
    iam.delete_role_policy(RoleName="contain-machine", PolicyName=name)
    refused(lambda: iam.put_user_policy(UserName="contain-other", PolicyName=name, PolicyDocument=DENIAL))
    refused(lambda: iam.attach_user_policy(UserName="contain-user", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"))


@pytest.mark.parametrize(("name", "path"), [
    ("break-glass", "/"), ("break-glass", "/people/"), (f"{PREFIX}-security-triage-quarantine-principal-x", None),
    ("personal-timeline-prod-security-triage-role", "/"), ("personal-timeline-prod-security-triage-scheduler-role", "/"),
    ("personal-timeline-staging-security-triage-isolate-instance", "/"),
    ("AWSServiceRoleForSomething", "/aws-service-role/something.amazonaws.com/"),
    ("AWSReservedSSO_Administrator_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/"),
])
def test_some_roles_are_out_of_reach_whatever_their_tags(contained: Contained, name: str, path: str | None) -> None:
    people, iam = contained.cloud.client("iam"), contained.taken("quarantine-principal")("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    people.create_role(RoleName=name, Path=path or "/", AssumeRolePolicyDocument=trust,
                       Tags=[{"Key": "nightshift:contain", "Value": "all"}])
    attempt = lambda: iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=DENIAL)  # noqa: E731
    # One that is only named like one of ours shows that the tag alone would do.
    if path is None:
        attempt()
        iam.delete_role_policy(RoleName=name, PolicyName="p")
    else:
        refused(attempt, "ProtectedPrincipals denies")
    people.delete_role(RoleName=name)


def test_break_glass_is_out_of_reach_as_a_user_too(contained: Contained) -> None:
    people = contained.cloud.client("iam")
    people.create_user(UserName="break-glass", Tags=[{"Key": "nightshift:contain", "Value": "all"}])
    key = people.create_access_key(UserName="break-glass")["AccessKey"]["AccessKeyId"]
    quarantine, disable = (contained.taken(playbook)("iam") for playbook in ("quarantine-principal", "disable-access-key"))
    refused(lambda: quarantine.put_user_policy(UserName="break-glass", PolicyName="p", PolicyDocument=DENIAL),
            "ProtectedPrincipals denies")
    refused(lambda: disable.update_access_key(UserName="break-glass", AccessKeyId=key, Status="Inactive"),
            "ProtectedPrincipals denies")


def test_a_bucket_is_closed_and_opened(contained: Contained) -> None:
    s3 = contained.taken("block-public-access")("s3")
    bucket = {"Bucket": "contain-bucket", "ExpectedBucketOwner": ACCOUNT}
    s3.get_bucket_tagging(**bucket)
    assert s3.get_bucket_policy_status(**bucket)["PolicyStatus"]["IsPublic"]
    with pytest.raises(ClientError, match="NoSuchWebsiteConfiguration"):
        s3.get_bucket_website(**bucket)
    s3.put_public_access_block(**bucket, PublicAccessBlockConfiguration=CLOSED)
    assert s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"] == CLOSED
    s3.delete_public_access_block(**bucket)
    refused(lambda: s3.delete_bucket_policy(**bucket))
    refused(lambda: s3.list_objects_v2(**bucket))
    control = contained.taken("block-public-access")("s3control")
    refused(lambda: control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=CLOSED))


def test_a_rule_is_revoked_and_put_back(contained: Contained) -> None:
    ec2 = contained.taken("revoke-ingress")("ec2")
    group, other = contained.group("contain-web")["GroupId"], contained.group("contain-other")["GroupId"]

    def open_rules() -> list[dict[str, Any]]:
        rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
        return [one for one in rules if not one["IsEgress"] and one["FromPort"] == 22 and one["CidrIpv4"] == "0.0.0.0/0"]

    ec2.describe_security_groups(GroupIds=[group])
    [rule] = open_rules()
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    assert open_rules() == []
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [
        {"CidrIp": "0.0.0.0/0", "Description": rule["Description"]}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ssh])
    [again] = open_rules()
    assert again["SecurityGroupRuleId"] != rule["SecurityGroupRuleId"] and again["Description"] == rule["Description"]
    refused(lambda: ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=[ssh]))
    refused(lambda: ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[EVERYBODY]))
    refused(lambda: ec2.delete_security_group(GroupId=group))


def test_the_function_itself_may_do_none_of_it(contained: Contained) -> None:
    ssm = contained.cloud.client("ssm")
    for name in (KEY, "/personal-timeline/dev/nightshift/slack-webhook"):
        ssm.put_parameter(Name=name, Type="SecureString", KeyId=contained.key, Value="0123456789abcdef" * 2)
    assert contained.own("ssm").get_parameter(Name=KEY, WithDecryption=True)["Parameter"]["Value"]
    refused(lambda: contained.own("ssm").get_parameter(Name="/personal-timeline/dev/nightshift/slack-webhook", WithDecryption=True))
    refused(lambda: contained.own("ec2").create_tags(Resources=[contained.instance()["InstanceId"]], Tags=[PLAN]))
    refused(lambda: contained.own("iam").put_user_policy(UserName="contain-user", PolicyName="p", PolicyDocument=DENIAL))
    refused(lambda: contained.taken("isolate-instance", session="somebody-else"))
    refused(lambda: contained.taken("role"))


def test_roles_have_what_they_need_and_need_what_they_have(contained: Contained, request: pytest.FixtureRequest,
                                                           capsys: pytest.CaptureFixture[str]) -> None:
    """The last one: what the tests before did not use is a right too many."""
    ran = {item.function.__name__ for item in request.session.items if item.path == request.path}
    if not {"test_an_instance_is_isolated_and_brought_back", "test_the_function_itself_may_do_none_of_it"} <= ran:
        pytest.skip("only a run of the whole file says that a right is not used")
    calls = [call for call in contained.cloud.calls() if call["function"] == FUNCTION.name
             and (call.get("iam") or {}).get("verdict") != "denied"]
    findings = [finding for finding in compare(FUNCTION, calls)
                if "/" in finding.function or finding.statement in {"take-roles", "approval-key", "approval-key-use"}]
    with capsys.disabled():
        print(f"\n{table(findings)}")
    assert not [finding for finding in findings if finding.fault], "see the table above"
    assert {finding.function for finding in findings} == {FUNCTION.name, *(role.id for role in FUNCTION.roles)}
