"""What the network of an estate needs and moto lacks."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud


def _subnet(cloud: LocalCloud) -> tuple[str, str]:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return vpc, ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]


def test_a_flow_log_remembers_how_its_files_are_written(cloud: LocalCloud) -> None:
    vpc, _ = _subnet(cloud)
    for bucket in ("logs", "others"):
        cloud.client("s3").create_bucket(Bucket=bucket)
    options = {"FileFormat": "parquet", "HiveCompatiblePartitions": False, "PerHourPartition": True}
    common = {"ResourceIds": [vpc], "ResourceType": "VPC", "LogDestinationType": "s3", "TrafficType": "ALL"}
    ec2 = cloud.client("ec2")
    [written] = ec2.create_flow_logs(**common, LogDestination="arn:aws:s3:::logs", DestinationOptions=options)["FlowLogIds"]
    [plain] = ec2.create_flow_logs(**common, LogDestination="arn:aws:s3:::others")["FlowLogIds"]
    found = {log["FlowLogId"]: log for log in ec2.describe_flow_logs()["FlowLogs"]}
    assert found[written]["DestinationOptions"] == options
    assert "DestinationOptions" not in found[plain]


def test_an_instance_connect_endpoint(cloud: LocalCloud) -> None:
    vpc, subnet = _subnet(cloud)
    ec2 = cloud.client("ec2")
    made = ec2.create_instance_connect_endpoint(
        SubnetId=subnet, SecurityGroupIds=["sg-0"], PreserveClientIp=False, TagSpecifications=[
            {"ResourceType": "instance-connect-endpoint", "Tags": [{"Key": "Name", "Value": "people"}]}],
    )["InstanceConnectEndpoint"]
    assert (made["State"], made["VpcId"], made["PreserveClientIp"]) == ("create-complete", vpc, False)
    name = made["InstanceConnectEndpointId"]
    [found] = ec2.describe_instance_connect_endpoints(InstanceConnectEndpointIds=[name])["InstanceConnectEndpoints"]
    assert found["Tags"] == [{"Key": "Name", "Value": "people"}] and found["SecurityGroupIds"] == ["sg-0"]
    ec2.delete_instance_connect_endpoint(InstanceConnectEndpointId=name)
    assert ec2.describe_instance_connect_endpoints()["InstanceConnectEndpoints"] == []
    with pytest.raises(ClientError, match="InvalidInstanceConnectEndpointId.NotFound"):
        ec2.delete_instance_connect_endpoint(InstanceConnectEndpointId=name)
    with pytest.raises(ClientError, match="InvalidSubnetID.NotFound"):
        ec2.create_instance_connect_endpoint(SubnetId="subnet-0")


def test_a_rule_for_a_prefix_list_keeps_its_description(cloud: LocalCloud) -> None:
    ec2 = cloud.client("ec2")
    group = ec2.create_security_group(GroupName="edge", Description="edge", VpcId=ec2.describe_vpcs()["Vpcs"][0]["VpcId"])["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{
        "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
        "PrefixListIds": [{"PrefixListId": "pl-3b927c52", "Description": "Callers"}]}])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert [(one["PrefixListId"], one["Description"]) for one in rules if not one["IsEgress"]] == [("pl-3b927c52", "Callers")]
