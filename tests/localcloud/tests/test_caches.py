"""ElastiCache: groups with their nodes, failover, users and global datastores."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe

ARN = f"arn:aws:elasticache:us-east-1:{probe.ACCOUNT}:"


def _refusal(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    code: str = refused.value.response["Error"]["Code"]
    return code


def _group(client: Any, name: str = "sessions", **settings: Any) -> Any:
    return client.create_replication_group(**{
        "ReplicationGroupId": name, "ReplicationGroupDescription": "for tests", "CacheNodeType": "cache.r5.large",
        "Engine": "redis", "EngineVersion": "7.1", "TransitEncryptionEnabled": True, "AtRestEncryptionEnabled": True,
        **settings})["ReplicationGroup"]


def _clustered(client: Any, name: str = "sessions", **settings: Any) -> Any:
    client.create_cache_parameter_group(CacheParameterGroupName=f"{name}-7", CacheParameterGroupFamily="redis7",
                                        Description="for tests")
    client.modify_cache_parameter_group(CacheParameterGroupName=f"{name}-7", ParameterNameValues=[
        {"ParameterName": "cluster-enabled", "ParameterValue": "yes"}])
    return _group(client, name, **{
        "NumNodeGroups": 2, "ReplicasPerNodeGroup": 1, "AutomaticFailoverEnabled": True, "MultiAZEnabled": True,
        "CacheParameterGroupName": f"{name}-7", **settings})


def _seen(client: Any, name: str = "sessions") -> Any:
    return client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]


def _nodes(client: Any) -> list[str]:
    return sorted(node["CacheClusterId"] for node in client.describe_cache_clusters()["CacheClusters"])


def _primaries(group: Any) -> list[str]:
    return [node["CacheClusterId"] for shard in group["NodeGroups"] for node in shard["NodeGroupMembers"]
            if node["CurrentRole"] == "primary"]


def test_a_group_has_nodes_with_its_settings(cloud: LocalCloud) -> None:
    client = cloud.client("elasticache")
    made = _group(client, NumCacheClusters=2, AutomaticFailoverEnabled=True, MultiAZEnabled=True,
                  SecurityGroupIds=["sg-1"], Tags=[{"Key": "Owner", "Value": "platform"}], LogDeliveryConfigurations=[{
                      "LogType": "slow-log", "DestinationType": "cloudwatch-logs", "LogFormat": "json",
                      "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "slow"}}}])
    assert made["MemberClusters"] == ["sessions-001", "sessions-002"] == _nodes(client)
    assert (made["AutomaticFailover"], made["MultiAZ"], made["ClusterEnabled"]) == ("enabled", "enabled", False)
    assert made["LogDeliveryConfigurations"][0]["Status"] == "active"
    assert "ConfigurationEndpoint" not in made
    [shard] = made["NodeGroups"]
    assert shard["PrimaryEndpoint"]["Address"].startswith("master.sessions.")
    assert shard["PrimaryEndpoint"]["Address"].endswith(".use1.cache.amazonaws.com")
    assert len({node["PreferredAvailabilityZone"] for node in shard["NodeGroupMembers"]}) == 2
    [node] = client.describe_cache_clusters(CacheClusterId="sessions-002", ShowCacheNodeInfo=True)["CacheClusters"]
    assert (node["EngineVersion"], node["ReplicationGroupId"]) == ("7.1.0", "sessions")
    assert node["SecurityGroups"] == [{"SecurityGroupId": "sg-1", "Status": "active"}]
    assert node["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"
    assert client.list_tags_for_resource(ResourceName=ARN + "replicationgroup:sessions")["TagList"] == [
        {"Key": "Owner", "Value": "platform"}]


def test_cluster_mode_has_shards_that_share_the_slots(cloud: LocalCloud) -> None:
    client = cloud.client("elasticache")
    made = _clustered(client)
    assert made["ClusterEnabled"]
    assert made["ConfigurationEndpoint"]["Address"].startswith("clustercfg.sessions.")
    assert [shard["Slots"] for shard in made["NodeGroups"]] == ["0-8191", "8192-16383"]
    assert made["MemberClusters"] == ["sessions-0001-001", "sessions-0001-002", "sessions-0002-001",
                                      "sessions-0002-002"]
    client.modify_replication_group_shard_configuration(ReplicationGroupId="sessions", NodeGroupCount=3,
                                                        ApplyImmediately=True)
    client.increase_replica_count(ReplicationGroupId="sessions", NewReplicaCount=2, ApplyImmediately=True)
    assert len(_nodes(client)) == 9
    client.modify_replication_group_shard_configuration(ReplicationGroupId="sessions", NodeGroupCount=1,
                                                        ApplyImmediately=True, NodeGroupsToRemove=["0002", "0003"])
    client.decrease_replica_count(ReplicationGroupId="sessions", NewReplicaCount=1, ApplyImmediately=True)
    assert _nodes(client) == ["sessions-0001-001", "sessions-0001-002"]
    client.delete_replication_group(ReplicationGroupId="sessions", FinalSnapshotIdentifier="last")
    assert _nodes(client) == []
    assert client.describe_snapshots()["Snapshots"][0]["SnapshotName"] == "last"
    assert _refusal(client.describe_replication_groups, ReplicationGroupId="sessions") == (
        "ReplicationGroupNotFoundFault")


@pytest.mark.parametrize("settings", [
    {"NumCacheClusters": 1, "AutomaticFailoverEnabled": True},
    {"NumCacheClusters": 2, "MultiAZEnabled": True},
    {"NumNodeGroups": 2, "ReplicasPerNodeGroup": 1},
    {"NumNodeGroups": 2, "ReplicasPerNodeGroup": 1, "AutomaticFailoverEnabled": True,
     "CacheParameterGroupName": "default.redis7"},
    {"UserGroupIds": ["people"], "TransitEncryptionEnabled": False},
])
def test_contradictions_are_refused(cloud: LocalCloud, settings: dict[str, Any]) -> None:
    assert _refusal(lambda **given: _group(cloud.client("elasticache"), **given), **settings) == (
        "InvalidParameterCombination")


def test_a_replica_takes_over_in_its_time(cloud: LocalCloud) -> None:
    client = cloud.client("elasticache")
    _group(client, "alone")
    assert _refusal(client.test_failover, ReplicationGroupId="alone", NodeGroupId="0001") == (
        "InvalidParameterCombination")
    _group(client, NumCacheClusters=2, AutomaticFailoverEnabled=True)
    assert _refusal(client.test_failover, ReplicationGroupId="sessions", NodeGroupId="0002") == "NodeGroupNotFoundFault"
    told = client.test_failover(ReplicationGroupId="sessions", NodeGroupId="0001")["ReplicationGroup"]
    assert (told["Status"], _primaries(told)) == ("modifying", ["sessions-001"])
    assert _refusal(client.test_failover, ReplicationGroupId="sessions", NodeGroupId="0001") == (
        "InvalidReplicationGroupState")
    cloud.advance("31s")
    cloud.settle()
    assert (_seen(client)["Status"], _primaries(_seen(client))) == ("available", ["sessions-002"])


def test_a_group_is_changed(cloud: LocalCloud) -> None:
    client = cloud.client("elasticache")
    _group(client, NumCacheClusters=2)
    client.modify_replication_group(
        ReplicationGroupId="sessions", ReplicationGroupDescription="changed", AutomaticFailoverEnabled=True,
        MultiAZEnabled=True, CacheNodeType="cache.r6g.large", SnapshotRetentionLimit=3, SecurityGroupIds=["sg-2"],
        EngineVersion="7.1", ApplyImmediately=True)
    seen = _seen(client)
    assert (seen["Description"], seen["AutomaticFailover"], seen["SnapshotRetentionLimit"]) == ("changed", "enabled", 3)
    for node in client.describe_cache_clusters()["CacheClusters"]:
        assert (node["CacheNodeType"], node["SecurityGroups"][0]["SecurityGroupId"]) == ("cache.r6g.large", "sg-2")
    assert _refusal(client.modify_replication_group, ReplicationGroupId="sessions",
                    PrimaryClusterId="sessions-002") == "InvalidParameterCombination"
    client.modify_replication_group(ReplicationGroupId="sessions", AutomaticFailoverEnabled=False, MultiAZEnabled=False)
    client.modify_replication_group(ReplicationGroupId="sessions", PrimaryClusterId="sessions-002")
    assert _primaries(_seen(client)) == ["sessions-002"]


def test_users_prove_themselves(cloud: LocalCloud) -> None:
    client = cloud.client("elasticache")
    assert _refusal(client.create_user, UserId="app", UserName="application", Engine="redis",
                    AccessString="on ~* +@all", AuthenticationMode={"Type": "iam"}) == "InvalidParameterValue"
    app = client.create_user(UserId="app", UserName="app", Engine="redis", AccessString="on ~* +@all",
                             AuthenticationMode={"Type": "iam"})
    assert (app["Authentication"], app["Status"], app["ARN"]) == ({"Type": "iam"}, "active", ARN + "user:app")
    assert _refusal(client.create_user_group, UserGroupId="people", Engine="redis", UserIds=["app"]) == (
        "DefaultUserRequired")
    client.create_user(UserId="nobody", UserName="default", Engine="redis", AccessString="off ~* -@all",
                       NoPasswordRequired=True)
    client.create_user_group(UserGroupId="people", Engine="redis", UserIds=["nobody", "app"])
    assert _refusal(client.create_user_group, UserGroupId="more", Engine="redis",
                    UserIds=["stranger"]) == "UserNotFound"
    assert _refusal(lambda **given: _group(client, **given), UserGroupIds=["more"]) == "UserGroupNotFound"
    _group(client, UserGroupIds=["people"])
    [people] = client.describe_user_groups(UserGroupId="people")["UserGroups"]
    assert (people["UserIds"], people["ReplicationGroups"]) == (["nobody", "app"], ["sessions"])
    assert client.describe_users(UserId="app")["Users"][0]["UserGroupIds"] == ["people"]
    client.modify_user_group(UserGroupId="people", UserIdsToRemove=["app"])
    client.delete_user(UserId="app")
    assert _refusal(client.describe_users, UserId="app") == "UserNotFound"
    client.modify_replication_group(ReplicationGroupId="sessions", RemoveUserGroups=True)
    assert _seen(client).get("UserGroupIds", []) == []


def test_a_subnet_group_knows_its_network(cloud: LocalCloud) -> None:
    ec2, client = cloud.client("ec2"), cloud.client("elasticache")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")[
        "Subnet"]["SubnetId"] for number, zone in enumerate("bc")]
    made = client.create_cache_subnet_group(CacheSubnetGroupName="caches", CacheSubnetGroupDescription="for tests",
                                            SubnetIds=subnets)["CacheSubnetGroup"]
    assert made["VpcId"] == vpc
    assert [one["SubnetAvailabilityZone"]["Name"] for one in made["Subnets"]] == ["us-east-1b", "us-east-1c"]
    group = _group(client, NumCacheClusters=2, CacheSubnetGroupName="caches")
    zones = [node["PreferredAvailabilityZone"] for node in group["NodeGroups"][0]["NodeGroupMembers"]]
    assert zones == ["us-east-1b", "us-east-1c"]
    client.delete_cache_subnet_group(CacheSubnetGroupName="caches")
    assert _refusal(client.describe_cache_subnet_groups,
                    CacheSubnetGroupName="caches") == "CacheSubnetGroupNotFoundFault"


def test_a_group_is_followed_in_another_region(cloud: LocalCloud) -> None:
    client, far = cloud.client("elasticache"), cloud.client("elasticache", region="us-west-2")
    _clustered(client)
    name = client.create_global_replication_group(
        GlobalReplicationGroupIdSuffix="sessions", PrimaryReplicationGroupId="sessions")["GlobalReplicationGroup"][
            "GlobalReplicationGroupId"]
    follower = {"ReplicationGroupId": "sessions", "ReplicationGroupDescription": "secondary",
                "GlobalReplicationGroupId": name, "ReplicasPerNodeGroup": 1}
    assert _refusal(far.create_replication_group, **follower, Engine="redis") == "InvalidParameterCombination"
    made = far.create_replication_group(**follower)["ReplicationGroup"]
    assert (made["CacheNodeType"], made["ClusterEnabled"], len(made["MemberClusters"])) == ("cache.r5.large", True, 4)
    assert (made["AutomaticFailover"], made["MultiAZ"]) == ("enabled", "enabled")
    assert made["GlobalReplicationGroupInfo"]["GlobalReplicationGroupMemberRole"] == "SECONDARY"
    [store] = far.describe_global_replication_groups(GlobalReplicationGroupId=name)["GlobalReplicationGroups"]
    assert (store["Status"], store["EngineVersion"], len(store["GlobalNodeGroups"])) == ("available", "7.1.0", 2)
    assert [(one["ReplicationGroupRegion"], one["Role"]) for one in store["Members"]] == [
        ("us-east-1", "PRIMARY"), ("us-west-2", "SECONDARY")]
    assert _refusal(client.modify_replication_group, ReplicationGroupId="sessions",
                    CacheNodeType="cache.r6g.large") == "InvalidParameterValue"
    assert _refusal(far.delete_replication_group, ReplicationGroupId="sessions") == "InvalidReplicationGroupState"

    client.failover_global_replication_group(GlobalReplicationGroupId=name, PrimaryRegion="us-west-2",
                                             PrimaryReplicationGroupId="sessions")
    assert _seen(far)["GlobalReplicationGroupInfo"]["GlobalReplicationGroupMemberRole"] == "SECONDARY"
    cloud.advance("61s")
    cloud.settle()
    assert _seen(far)["GlobalReplicationGroupInfo"]["GlobalReplicationGroupMemberRole"] == "PRIMARY"

    assert _refusal(client.delete_global_replication_group, GlobalReplicationGroupId=name,
                    RetainPrimaryReplicationGroup=True) == "InvalidGlobalReplicationGroupState"
    client.disassociate_global_replication_group(GlobalReplicationGroupId=name, ReplicationGroupId="sessions",
                                                 ReplicationGroupRegion="us-east-1")
    assert "GlobalReplicationGroupInfo" not in _seen(client)
    client.delete_global_replication_group(GlobalReplicationGroupId=name, RetainPrimaryReplicationGroup=True)
    assert client.describe_global_replication_groups()["GlobalReplicationGroups"] == []
    far.delete_replication_group(ReplicationGroupId="sessions")
