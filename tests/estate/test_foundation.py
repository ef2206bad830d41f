"""The network and the security module applied whole, and looked at as the account shows them.

The root is foundation/main.tf. Databases, a load balancer and pods are put into the network here, because what is
proven is the network: it keeps the internet away from them whatever else is done wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from e2e.terraform import Estate
from localcloud import LocalCloud

from .network import take
from .reachability import DATABASE, Network, report, told, violations, way

ROOT = Path(__file__).with_name("foundation")
Outputs = dict[str, Any]


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """A local cloud."""
    with LocalCloud() as started:
        yield started


@pytest.fixture(scope="module")
def foundation(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """The root, applied."""
    estate = Estate(str(ROOT), work=tmp_path_factory.mktemp("foundation"), env=cloud.env)
    estate.apply()
    return estate


@pytest.fixture(scope="module")
def outputs(foundation: Estate) -> Outputs:
    """What it tells."""
    return foundation.outputs()


@pytest.fixture(scope="module")
def inhabited(cloud: LocalCloud, outputs: Outputs) -> Iterator[dict[str, str]]:
    """A load balancer, a pod and a database in the network, and their groups."""
    ec2, network = cloud.client("ec2"), outputs["network"]
    groups = {name: ec2.create_security_group(GroupName=name, Description=name, VpcId=network["vpc_id"])["GroupId"]
              for name in ("alb", "pods", "database")}

    def let_in(group: str, port: int, **source: Any) -> None:
        ec2.authorize_security_group_ingress(GroupId=groups[group], IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}])

    let_in("alb", 443, IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    let_in("pods", 8080, UserIdGroupPairs=[{"GroupId": groups["alb"]}])
    let_in("database", 5432, UserIdGroupPairs=[{"GroupId": groups["pods"]}])
    pod = ec2.create_network_interface(SubnetId=network["pod_subnet_ids"]["a"], Groups=[groups["pods"]])
    elbv2 = cloud.client("elbv2")
    balancer = elbv2.create_load_balancer(Name="alb", Scheme="internet-facing", SecurityGroups=[groups["alb"]],
                                          Subnets=list(network["subnet_ids"]["public"].values()))["LoadBalancers"][0]
    target = elbv2.create_target_group(Name="pods", Protocol="HTTP", Port=8080, VpcId=network["vpc_id"], TargetType="ip")
    elbv2.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=443, DefaultActions=[
        {"Type": "forward", "TargetGroupArn": target["TargetGroups"][0]["TargetGroupArn"]}])
    rds = cloud.client("rds")
    rds.create_db_subnet_group(DBSubnetGroupName="databases", DBSubnetGroupDescription="databases",
                               SubnetIds=list(network["subnet_ids"]["database"].values()))
    rds.create_db_instance(
        DBInstanceIdentifier="timeline", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="postgres", ManageMasterUserPassword=True, DBSubnetGroupName="databases",
        VpcSecurityGroupIds=[groups["database"]], PubliclyAccessible=False)
    yield groups | {"pod": pod["NetworkInterface"]["NetworkInterfaceId"]}
    rds.delete_db_instance(DBInstanceIdentifier="timeline", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName="databases")
    elbv2.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    elbv2.delete_target_group(TargetGroupArn=target["TargetGroups"][0]["TargetGroupArn"])
    ec2.delete_network_interface(NetworkInterfaceId=pod["NetworkInterface"]["NetworkInterfaceId"])
    for name in ("database", "pods", "alb"):
        ec2.delete_security_group(GroupId=groups[name])


def seen(cloud: LocalCloud) -> Network:
    """The network as the account shows it now."""
    return Network(take(partial(cloud.client, region="us-east-1")))


def test_a_second_plan_is_empty(foundation: Estate) -> None:
    assert foundation.differences() == []


def test_no_secret_is_in_the_state(cloud: LocalCloud, foundation: Estate, outputs: Outputs) -> None:
    state = (foundation.folder / "terraform.tfstate").read_text()
    secret = json.loads(cloud.client("secretsmanager").get_secret_value(
        SecretId=outputs["security"]["secrets"]["cache"])["SecretString"])
    assert secret["username"] == "app" and len(secret["password"]) == 32
    parameters = {key: cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
                  for key, name in outputs["security"]["parameters"].items()}
    assert parameters["app/webhook"]["Value"] == "unset"
    assert len(parameters["app/session-key"]["Value"]) == 32
    assert {one["Type"] for one in parameters.values()} == {"SecureString"}
    for value in (secret["password"], parameters["app/session-key"]["Value"]):
        assert value not in state


def test_what_people_put_stays(cloud: LocalCloud, foundation: Estate, outputs: Outputs) -> None:
    name = outputs["security"]["parameters"]["app/webhook"]
    cloud.client("ssm").put_parameter(Name=name, Type="SecureString", Value="https://hooks.test", Overwrite=True,
                                      KeyId=outputs["security"]["keys"]["secrets"]["id"])
    foundation.apply()
    assert cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "https://hooks.test"


def test_keys_are_where_they_are_asked_for(cloud: LocalCloud, outputs: Outputs) -> None:
    replicas = outputs["security"]["keys"]["databases"]["replicas"]
    for place, region in (("dr", "eu-west-1"), ("secondary", "us-west-2")):
        key = cloud.client("kms", region=region).describe_key(KeyId=replicas[place])["KeyMetadata"]
        assert key["MultiRegion"] and key["Arn"].split(":")[3] == region
        aliases = [alias["AliasName"] for alias in cloud.client("kms", region=region).list_aliases()["Aliases"]]
        assert "alias/personal-timeline-dev-databases" in aliases


def test_roles_are_under_the_boundary(cloud: LocalCloud, outputs: Outputs) -> None:
    iam = cloud.client("iam")
    roles = [role["RoleName"] for role in iam.list_roles()["Roles"] if role["RoleName"].startswith("personal-timeline-dev-")]
    assert len(roles) == 5
    for name in roles:
        role = iam.get_role(RoleName=name)["Role"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == outputs["security"]["permissions_boundary_arn"], name


def test_the_internet_reaches_no_database(cloud: LocalCloud, inhabited: dict[str, str]) -> None:
    network = seen(cloud)
    assert [one.name for one in network.of(DATABASE)] == ["timeline"]
    safe, proof = report([network])
    assert safe, proof
    # Each layer by itself.
    assert set(network.layers(network.named("timeline"), 5432).values()) == {""}, proof
    path = way(network, *(network.named(name) for name in ("alb", inhabited["pod"], "timeline")), port=5432)
    assert path, "the application reaches its database"
    assert "group" in told(path) and "access list" in told(path)


def test_a_wrong_group_is_not_enough(cloud: LocalCloud, outputs: Outputs, inhabited: dict[str, str]) -> None:
    """The group lets everybody in, the instance has a public address, and still nobody comes."""
    ec2, rds = cloud.client("ec2"), cloud.client("rds")
    everybody = {"GroupId": inhabited["database"], "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}
    ec2.authorize_security_group_ingress(**everybody)
    try:
        network = seen(cloud)
        layers = network.layers(network.named("timeline"), 5432)
        assert [layer for layer, why in layers.items() if why] == ["group"]
        assert list(violations(network)) == []

        # With a route and a list as wrong as the group, somebody does.
        rds.modify_db_instance(DBInstanceIdentifier="timeline", PubliclyAccessible=True, ApplyImmediately=True)
        table = outputs["network"]["route_table_ids"]["database"]
        gateway = next(one["InternetGatewayId"] for one in ec2.describe_internet_gateways()["InternetGateways"]
                       if one["Attachments"][0]["VpcId"] == outputs["network"]["vpc_id"])
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        assert list(violations(seen(cloud))) == [], "the access list still holds"
        acl = next(one["NetworkAclId"] for one in ec2.describe_network_acls()["NetworkAcls"]
                   if any(tag["Value"].endswith("-network-database") for tag in one["Tags"]))
        for egress in (False, True):
            ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=5, Protocol="-1", RuleAction="allow", Egress=egress,
                                         CidrBlock="0.0.0.0/0")
        [path] = violations(seen(cloud))
        assert path[-1].target == "timeline" and gateway in told(path)
        for egress in (False, True):
            ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=5, Egress=egress)
        ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    finally:
        ec2.revoke_security_group_ingress(**everybody)


def test_destroy_leaves_nothing(cloud: LocalCloud, foundation: Estate) -> None:
    foundation.destroy()
    for region in ("us-east-1", "us-west-2"):
        ec2 = cloud.client("ec2", region=region)
        assert [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]] == []
        assert ec2.describe_flow_logs()["FlowLogs"] == []
        assert [one for one in ec2.describe_vpc_endpoints()["VpcEndpoints"] if one["State"] != "deleted"] == []
        assert [one for one in ec2.describe_addresses()["Addresses"]] == []
    iam = cloud.client("iam")
    assert [role["RoleName"] for role in iam.list_roles()["Roles"] if role["RoleName"].startswith("personal-timeline-")] == []
    assert [group["GroupName"] for group in iam.list_groups()["Groups"]] == []
    for region in ("us-east-1", "us-west-2", "eu-west-1"):
        kms = cloud.client("kms", region=region)
        states = {kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in kms.list_keys()["Keys"]
                  if kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyManager"] == "CUSTOMER"}
        assert states <= {"PendingDeletion", "PendingReplicaDeletion"}, region
