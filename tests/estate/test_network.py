"""The snapshot for the search sees everything that has an address."""

from __future__ import annotations

import json
from functools import partial

from localcloud import LocalCloud

from .network import take
from .reachability import BALANCER, DATABASE, HOST, Network


def test_every_kind_is_seen() -> None:
    with LocalCloud() as cloud:
        ec2 = cloud.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}",
                                     )["Subnet"]["SubnetId"] for number, zone in enumerate("ab")]
        pods = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24", TagSpecifications=[{
            "ResourceType": "subnet", "Tags": [{"Key": "kubernetes.io/role/cni", "Value": "1"}]}])["Subnet"]["SubnetId"]
        group, own = (ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
                      for name in ("group", "own"))
        template = ec2.create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData={
            "SecurityGroupIds": [own], "InstanceType": "t3.micro"})["LaunchTemplate"]["LaunchTemplateId"]

        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
        role = cloud.client("iam").create_role(RoleName="eks", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        eks = cloud.client("eks")
        eks.create_cluster(name="apps", roleArn=role, resourcesVpcConfig={"subnetIds": subnets})
        eks.create_nodegroup(clusterName="apps", nodegroupName="general", subnets=subnets, nodeRole=role,
                             launchTemplate={"id": template, "version": "1"})
        cloud.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName="workers", MinSize=0, MaxSize=1, VPCZoneIdentifier=subnets[0],
            LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"})
        cloud.client("elbv2").create_load_balancer(Name="inside", Scheme="internal", Subnets=subnets, SecurityGroups=[group])
        rds = cloud.client("rds")
        rds.create_db_subnet_group(DBSubnetGroupName="databases", DBSubnetGroupDescription="databases", SubnetIds=subnets)
        rds.create_db_instance(DBInstanceIdentifier="timeline", DBInstanceClass="db.t3.micro", Engine="postgres",
                               AllocatedStorage=20, MasterUsername="postgres", ManageMasterUserPassword=True,
                               DBSubnetGroupName="databases", VpcSecurityGroupIds=[group])
        cache = cloud.client("elasticache")
        cache.create_cache_subnet_group(CacheSubnetGroupName="caches", CacheSubnetGroupDescription="caches",
                                        SubnetIds=subnets)
        cache.create_cache_cluster(CacheClusterId="sessions", Engine="redis", EngineVersion="7.1", NumCacheNodes=1,
                                   CacheNodeType="cache.t3.micro", CacheSubnetGroupName="caches", SecurityGroupIds=[group])
        alone = ec2.create_network_interface(SubnetId=subnets[0], Groups=[group])["NetworkInterface"]["NetworkInterfaceId"]

        network = Network(take(partial(cloud.client, region="us-east-1")))

    kinds = {one.name: one.kind for one in network.endpoints}
    assert kinds | {"apps nodes": HOST, "apps pods": HOST, "workers": HOST, "inside": BALANCER, "timeline": DATABASE,
                    "sessions": DATABASE, alone: HOST} == kinds
    assert set(network.named("apps nodes").subnets) == set(subnets) and own in network.named("apps nodes").groups
    assert network.named("apps pods").subnets == (pods,) and own in network.named("apps pods").groups
    assert network.named("workers").groups == (own,)
    assert (network.named("timeline").ports, network.named("sessions").ports) == ((5432,), (6379,))
    assert network.named("timeline").groups == network.named("sessions").groups == (group,)
    assert set(network.named("sessions").subnets) == set(subnets)
    assert not any(one.public for one in network.endpoints)
