"""What a finding is about is contained by a plan that a person approves, and brought back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from .estate import Estate

ACCOUNT = "123456789012"
TOKENS: set[str] = set()
"""Every token that a message has carried."""
_TOKEN = re.compile(r"\b[0-9a-f]{64}\b")


# -- what is there, as its owner sees it ------------------------------------------


def instance(estate: Estate) -> dict[str, Any]:
    found = estate.client("ec2").describe_instances(
        Filters=[{"Name": "tag:Name", "Values": ["contain-instance"]}])["Reservations"]
    return found[0]["Instances"][0]


def group(estate: Estate, name: str) -> dict[str, Any]:
    return estate.client("ec2").describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [name]}])["SecurityGroups"][0]


def access_key(estate: Estate, user: str) -> dict[str, Any]:
    return estate.client("iam").list_access_keys(UserName=user)["AccessKeyMetadata"][0]


def block(estate: Estate) -> dict[str, bool] | None:
    client = estate.client("s3")
    try:
        return client.get_public_access_block(Bucket="contain-bucket")["PublicAccessBlockConfiguration"]
    except client.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration"
        return None


def isolation(estate: Estate) -> Any:
    """All that isolating an instance may change."""
    one = instance(estate)
    groups = {face["NetworkInterfaceId"]: sorted(group["GroupId"] for group in face["Groups"])
              for face in one["NetworkInterfaces"]}
    targets = estate.client("elbv2")
    arn = targets.describe_target_groups(Names=["contain-web"])["TargetGroups"][0]["TargetGroupArn"]
    ports = sorted(health["Target"]["Port"] for health in targets.describe_target_health(
        TargetGroupArn=arn)["TargetHealthDescriptions"])
    scaled = estate.client("autoscaling").describe_auto_scaling_instances(InstanceIds=[one["InstanceId"]])
    protected = estate.client("ec2").describe_instance_attribute(
        InstanceId=one["InstanceId"], Attribute="disableApiTermination")["DisableApiTermination"]["Value"]
    tags = {tag["Key"]: tag["Value"] for tag in one["Tags"] if not tag["Key"].startswith("aws:")}
    return {"groups": groups, "ports": ports, "protected": protected, "tags": tags,
            "scaled": [entry["AutoScalingGroupName"] for entry in scaled["AutoScalingInstances"]]}


def policies(estate: Estate) -> Any:
    return estate.client("iam").list_user_policies(UserName="contain-user")["PolicyNames"]


def role_policies(estate: Estate) -> Any:
    return estate.client("iam").list_role_policies(RoleName="contain-machine")["PolicyNames"]


def rules(estate: Estate) -> Any:
    """Without ids: a rule that was brought back has a new one."""
    found = estate.client("ec2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [group(estate, "contain-web")["GroupId"]]}])["SecurityGroupRules"]
    return sorted((rule["IsEgress"], rule["IpProtocol"], rule.get("FromPort", -1), rule.get("ToPort", -1),
                   rule.get("CidrIpv4", ""), rule.get("Description", "")) for rule in found)


def guardduty(estate: Estate, number: int, kind: str, resource: dict[str, Any]) -> dict[str, Any]:
    now = estate.now().isoformat()
    return {
        "id": f"c0ffee{number:026d}", "source": "aws.guardduty", "detail-type": "GuardDuty Finding",
        "account": ACCOUNT, "region": "us-east-1", "time": now, "resources": [],
        "detail": {
            "schemaVersion": "2.0", "accountId": ACCOUNT, "region": "us-east-1", "partition": "aws",
            "id": f"contain{number:025d}", "type": kind, "title": f"Finding {number} of the tests", "severity": 8,
            "description": "Made by the end-to-end tests", "createdAt": now, "updatedAt": now,
            "arn": f"arn:aws:guardduty:us-east-1:{ACCOUNT}:detector/d/finding/contain{number:025d}",
            "resource": resource,
            "service": {"serviceName": "guardduty", "detectorId": "d", "archived": False, "count": 1,
                        "eventFirstSeen": now, "eventLastSeen": now},
        },
    }


def config(estate: Estate, number: int, rule: str, kind: str, resource: str) -> dict[str, Any]:
    now = estate.now().isoformat()
    return {
        "id": f"c0ffee{number:026d}", "source": "aws.config", "detail-type": "Config Rules Compliance Change",
        "account": ACCOUNT, "region": "us-east-1", "time": now, "resources": [],
        "detail": {
            "awsAccountId": ACCOUNT, "awsRegion": "us-east-1", "configRuleName": rule, "resourceType": kind,
            "resourceId": resource, "messageType": "ComplianceChangeNotification", "notificationCreationTime": now,
            "newEvaluationResult": {
                "complianceType": "NON_COMPLIANT", "resultRecordedTime": now, "configRuleInvokedTime": now,
                "evaluationResultIdentifier": {"evaluationResultQualifier": {
                    "configRuleName": rule, "resourceType": kind, "resourceId": resource}, "orderingTimestamp": now}},
        },
    }


def user(estate: Estate, name: str) -> dict[str, Any]:
    return {"resourceType": "AccessKey", "accessKeyDetails": {
        "accessKeyId": access_key(estate, name)["AccessKeyId"], "userName": name, "userType": "IAMUser",
        "principalId": "AIDAEXAMPLE"}}


# What a playbook is about, what it may change, and whether that is contained.
Case = tuple[Callable[[Estate], dict[str, Any]], Callable[[Estate], Any], Callable[[Estate], bool]]
CASES: dict[str, Case] = {
    "isolate-instance": (
        lambda estate: guardduty(estate, 1, "CryptoCurrency:EC2/BitcoinTool.B!DNS", {
            "resourceType": "Instance", "instanceDetails": {"instanceId": instance(estate)["InstanceId"]}}),
        isolation,
        lambda estate: is_isolated(estate)),
    "disable-access-key": (
        lambda estate: guardduty(estate, 2, "UnauthorizedAccess:IAMUser/MaliciousIPCaller", user(estate, "contain-user")),
        lambda estate: access_key(estate, "contain-user")["Status"],
        lambda estate: access_key(estate, "contain-user")["Status"] == "Inactive"),
    "quarantine-principal": (
        lambda estate: guardduty(
            estate, 3, "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", user(estate, "contain-user")),
        policies,
        lambda estate: len(policies(estate)) == 1),
    "quarantine-principal of a role": (
        lambda estate: guardduty(
            estate, 6, "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
            {"resourceType": "AccessKey", "accessKeyDetails": {
                "accessKeyId": "ASIAIOSFODNN7EXAMPLE", "userName": "contain-machine", "userType": "AssumedRole",
                "principalId": "AROAEXAMPLE:i-0a1b2c3d4e5f60718"}}),
        role_policies,
        lambda estate: len(role_policies(estate)) == 2),
    "block-public-access": (
        lambda estate: config(estate, 4, "s3-bucket-public-read-prohibited", "AWS::S3::Bucket", "contain-bucket"),
        block,
        lambda estate: all((block(estate) or {"none": False}).values())),
    "revoke-ingress": (
        lambda estate: config(
            estate, 5, "restricted-ssh", "AWS::EC2::SecurityGroup", group(estate, "contain-web")["GroupId"]),
        rules,
        lambda estate: not any(port == 22 and cidr == "0.0.0.0/0" for _, _, port, _, cidr, _ in rules(estate))),
}


def is_isolated(estate: Estate) -> bool:
    """Every interface in a group without rules, out of its groups, its volumes kept."""
    one = instance(estate)
    ec2 = estate.client("ec2")
    volumes = {mapping["Ebs"]["VolumeId"] for mapping in one["BlockDeviceMappings"]}
    kept = {snapshot["VolumeId"] for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
    for face in one["NetworkInterfaces"]:
        if len(face["Groups"]) != 1:
            return False
        held = ec2.describe_security_groups(GroupIds=[face["Groups"][0]["GroupId"]])["SecurityGroups"][0]
        if held["IpPermissions"] or held["IpPermissionsEgress"]:
            return False
    seen = isolation(estate)
    return volumes <= kept and seen["ports"] == [] and seen["scaled"] == [] and seen["protected"]


# -- what people do ---------------------------------------------------------------


def happens(estate: Estate, event: dict[str, Any]) -> list[dict[str, Any]]:
    """An event of a security service, and what is published because of it."""
    estate.notifications()
    estate.cloud.put_event(event)
    return settled(estate)


def settled(estate: Estate) -> list[dict[str, Any]]:
    # The queue gathers events for five seconds before it wakes the function.
    estate.cloud.settle()
    estate.cloud.advance(10)
    estate.cloud.settle()
    return estate.notifications()


def typed(estate: Estate, message: dict[str, Any], label: str) -> dict[str, Any]:
    """A command of a message, as a person copies it, under their own name."""
    text = next(command["text"] for command in message["commands"] if command["label"] == label)
    assert estate.function_name("security-triage") in text
    payload = json.loads(text.split("--data-ascii ", 1)[1].strip("'"))
    return estate.cargo_lambda("security-triage", payload | {"by": "bob"}).report()


def plan_of(messages: list[dict[str, Any]]) -> dict[str, Any]:
    found = next(one for one in messages if one["kind"] == "security-triage.plan")
    TOKENS.update(_TOKEN.findall(json.dumps(found)))
    return found


def until(estate: Estate, plan: str, phase: str) -> dict[str, Any]:
    """Goes on with a plan as the schedule does, minute by minute, until it rests there."""
    for _ in range(12):
        listed = estate.invoke("security-triage", {"command": "plans"}).report()["plans"]
        stand = next(one for one in listed if one["plan"] == plan)
        if stand["phase"] == phase:
            return stand
        assert stand["phase"] in ("approved", "running", "undoing"), stand
        estate.cloud.advance(60)
        estate.invoke("security-triage", {"command": "continue"}).report()
        estate.cloud.settle()
    raise AssertionError(f"{plan} did not become {phase}: {stand}")


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_finding_is_contained_with_a_persons_yes_and_brought_back(estate: Estate, case: str) -> None:
    event, watched, is_contained = CASES[case]
    playbook = case.split()[0]
    before = watched(estate)
    messages = happens(estate, event(estate))
    incident = next(one for one in messages if one["kind"] != "security-triage.plan")
    assert any(playbook in line for section in incident["sections"] for line in section["items"]), incident
    plan = plan_of(messages)
    assert playbook in plan["title"]
    assert watched(estate) == before, "a plan changes nothing"

    approved = typed(estate, plan, "approve")
    assert "refused" not in approved, approved
    name = approved["progressed"][0]["plan"]
    until(estate, name, "done")
    assert is_contained(estate), watched(estate)
    done = plan_of(settled(estate)[::-1])
    assert done["title"].startswith("Done"), done

    again = typed(estate, plan, "approve")
    assert "cannot be approved" in again["refused"][0], "a token is used once"

    undone = typed(estate, done, "undo")
    assert "refused" not in undone, undone
    until(estate, name, "undone")
    assert watched(estate) == before


def test_what_has_not_opted_in_is_left_alone_and_people_read_why(estate: Estate) -> None:
    messages = happens(estate, guardduty(
        estate, 11, "UnauthorizedAccess:IAMUser/MaliciousIPCaller", user(estate, "contain-other")))
    refused = plan_of(messages)
    assert refused["title"] == "No plan: disable-access-key"
    assert "nightshift:contain" in refused["sections"][0]["items"][0]
    assert access_key(estate, "contain-other")["Status"] == "Active"


def test_a_strangers_token_approves_nothing(estate: Estate) -> None:
    before = rules(estate)
    plan = plan_of(happens(estate, config(
        estate, 12, "restricted-common-ports", "AWS::EC2::SecurityGroup", group(estate, "contain-web")["GroupId"])))
    name = next(fact["value"] for fact in plan["facts"] if fact["label"] == "Plan")
    answer = estate.cargo_lambda("security-triage", {"command": "approve", "plan": name, "token": "0" * 64}).report()
    assert "does not fit" in answer["refused"][0]
    assert rules(estate) == before
    withdrawn = estate.cargo_lambda("security-triage", {"command": "undo", "plan": name, "by": "bob"}).report()
    assert withdrawn["progressed"][0]["phase"] == "undone"


def test_no_log_holds_a_token_or_the_key(estate: Estate) -> None:
    assert TOKENS
    key = estate.client("ssm").get_parameter(
        Name=estate.outputs["approval_key_parameter"], WithDecryption=True)["Parameter"]["Value"]
    log = estate.cloud.state.log.read_text(errors="replace")
    assert [secret for secret in (key, *TOKENS) if secret in log] == []
