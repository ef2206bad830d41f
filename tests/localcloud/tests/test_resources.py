"""Resources change state as slowly as AWS's, on the simulated clock, and say so on the bus."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe


def _database(cloud: LocalCloud, name: str = "orders", **settings: Any) -> Any:
    return cloud.client("rds").create_db_instance(**{
        "DBInstanceIdentifier": name, "DBInstanceClass": "db.t3.micro", "Engine": "postgres",
        "MasterUsername": "postgres", "MasterUserPassword": "not-a-secret", "AllocatedStorage": 20,
        **settings})["DBInstance"]


def _status(cloud: LocalCloud, name: str = "orders") -> str:
    status: str = cloud.client("rds").describe_db_instances(
        DBInstanceIdentifier=name)["DBInstances"][0]["DBInstanceStatus"]
    return status


def _heard(cloud: LocalCloud, source: str) -> str:
    """A queue that hears every event of ``source``."""
    url, arn = probe.queue(cloud, "heard", MessageRetentionPeriod="1209600")
    cloud.client("events").put_rule(Name="all", EventPattern=json.dumps({"source": [source]}))
    cloud.client("events").put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn}])
    return url


def _events(cloud: LocalCloud, url: str) -> list[dict[str, Any]]:
    return [json.loads(message["Body"]) for message in probe.messages(cloud, url)]


def _code(error: pytest.ExceptionInfo[ClientError]) -> str:
    code: str = error.value.response["Error"]["Code"]
    return code


def test_a_database_stops_and_starts_in_minutes(cloud: LocalCloud) -> None:
    url, rds = _heard(cloud, "aws.rds"), cloud.client("rds")
    _database(cloud)
    assert rds.stop_db_instance(DBInstanceIdentifier="orders")["DBInstance"]["DBInstanceStatus"] == "stopping"
    with pytest.raises(ClientError) as refused:
        rds.stop_db_instance(DBInstanceIdentifier="orders")
    assert _code(refused) == "InvalidDBInstanceState"
    cloud.advance("2m50s")
    assert _status(cloud) == "stopping"
    cloud.advance("11s")
    cloud.settle()
    assert _status(cloud) == "stopped"
    rds.start_db_instance(DBInstanceIdentifier="orders")
    assert _status(cloud) == "starting"
    cloud.advance("6m1s")
    cloud.settle()
    assert _status(cloud) == "available"
    assert [event["detail"]["EventID"] for event in _events(cloud, url)] == ["RDS-EVENT-0087", "RDS-EVENT-0088"]


def test_after_seven_days_aws_starts_a_database_by_itself(cloud: LocalCloud) -> None:
    url = _heard(cloud, "aws.rds")
    arn = _database(cloud)["DBInstanceArn"]
    cloud.client("rds").stop_db_instance(DBInstanceIdentifier="orders")
    cloud.walk_to(cloud.now() + 6.9 * 86400)
    assert _status(cloud) == "stopped"
    cloud.walk_to(cloud.now() + 0.2 * 86400)
    assert _status(cloud) == "available"
    events = _events(cloud, url)
    assert [event["detail"]["EventID"] for event in events] == ["RDS-EVENT-0087", "RDS-EVENT-0154", "RDS-EVENT-0088"]
    assert events[1]["resources"] == [arn]
    assert events[1]["detail"]["SourceIdentifier"] == "orders"


def test_a_start_in_between_begins_a_new_week(cloud: LocalCloud) -> None:
    rds = cloud.client("rds")
    _database(cloud)
    rds.stop_db_instance(DBInstanceIdentifier="orders")
    cloud.walk_to(cloud.now() + 5 * 86400)
    rds.start_db_instance(DBInstanceIdentifier="orders")
    cloud.walk_to(cloud.now() + 3600)
    rds.stop_db_instance(DBInstanceIdentifier="orders")
    cloud.walk_to(cloud.now() + 5 * 86400)
    assert _status(cloud) == "stopped"


def test_a_cluster_takes_its_members_along(cloud: LocalCloud) -> None:
    url, rds = _heard(cloud, "aws.rds"), cloud.client("rds")
    rds.create_db_cluster(DBClusterIdentifier="shop", Engine="aurora-postgresql", MasterUsername="postgres",
                          MasterUserPassword="not-a-secret")
    rds.describe_db_clusters()
    rds.create_db_instance(DBInstanceIdentifier="shop-1", DBInstanceClass="db.r6g.large",
                           Engine="aurora-postgresql", DBClusterIdentifier="shop")
    with pytest.raises(ClientError) as refused:
        rds.stop_db_instance(DBInstanceIdentifier="shop-1")
    assert _code(refused) == "InvalidParameterCombination"
    rds.stop_db_cluster(DBClusterIdentifier="shop")
    assert _status(cloud, "shop-1") == "stopping"
    cloud.advance("3m1s")
    cloud.settle()
    assert rds.describe_db_clusters()["DBClusters"][0]["Status"] == "stopped"
    with pytest.raises(ClientError) as refused:
        rds.stop_db_cluster(DBClusterIdentifier="shop")
    assert _code(refused) == "InvalidDBClusterStateFault"
    rds.start_db_cluster(DBClusterIdentifier="shop")
    cloud.advance("6m1s")
    cloud.settle()
    assert _status(cloud, "shop-1") == "available"
    assert [event["detail"]["EventID"] for event in _events(cloud, url)] == ["RDS-EVENT-0150", "RDS-EVENT-0151"]


@pytest.mark.parametrize(("cause", "status"), [
    ("capacity", "insufficient-capacity"), ("kms", "inaccessible-encryption-credentials")])
def test_a_database_may_fail_to_start(cloud: LocalCloud, cause: str, status: str) -> None:
    rds = cloud.client("rds")
    _database(cloud)
    rds.stop_db_instance(DBInstanceIdentifier="orders")
    cloud.advance("5m")
    cloud.settle()
    cloud.fail_start("orders", cause, times=1)
    rds.start_db_instance(DBInstanceIdentifier="orders")
    cloud.advance("10m")
    cloud.settle()
    assert _status(cloud) == status


def test_databases_have_identifiers_of_their_own(cloud: LocalCloud) -> None:
    _database(cloud)
    _database(cloud, "customers")
    cloud.client("rds").create_db_instance_read_replica(
        DBInstanceIdentifier="orders-replica", SourceDBInstanceIdentifier="orders")
    found = cloud.client("rds").describe_db_instances()["DBInstances"]
    assert len({instance["DbiResourceId"] for instance in found}) == 3
    with pytest.raises(ClientError) as refused:
        cloud.client("rds").stop_db_instance(DBInstanceIdentifier="orders")
    assert _code(refused) == "InvalidDBInstanceState"


def _group(cloud: LocalCloud, name: str = "web", desired: int = 2) -> None:
    autoscaling = cloud.client("autoscaling")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName=name, ImageId="ami-12c6146b", InstanceType="t3.micro")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name, LaunchConfigurationName=name, MinSize=0, MaxSize=4, DesiredCapacity=desired,
        AvailabilityZones=["us-east-1a"], Tags=[{
            "Key": "Environment", "Value": "dev", "PropagateAtLaunch": True, "ResourceId": name,
            "ResourceType": "auto-scaling-group"}])


def _members(cloud: LocalCloud, name: str = "web") -> list[str]:
    group = cloud.client("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
    return [instance["LifecycleState"] for instance in group["Instances"]]


def test_a_group_fills_after_a_while(cloud: LocalCloud) -> None:
    autoscaling = cloud.client("autoscaling")
    _group(cloud)
    assert _members(cloud) == ["InService", "InService"]
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=0, MaxSize=0)
    assert _members(cloud) == []
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=2, MaxSize=4, DesiredCapacity=3)
    assert _members(cloud) == ["Pending"] * 3
    cloud.advance("61s")
    cloud.settle()
    assert _members(cloud) == ["InService"] * 3
    with pytest.raises(ClientError) as refused:
        autoscaling.update_auto_scaling_group(AutoScalingGroupName="web", DesiredCapacity=9)
    assert _code(refused) == "ValidationError"


def test_suspended_processes_hold(cloud: LocalCloud) -> None:
    autoscaling, ec2 = cloud.client("autoscaling"), cloud.client("ec2")
    _group(cloud)
    autoscaling.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["HealthCheck", "ReplaceUnhealthy"])
    first, second = [member["InstanceId"] for member in autoscaling.describe_auto_scaling_groups(
    )["AutoScalingGroups"][0]["Instances"]]
    ec2.stop_instances(InstanceIds=[first])
    cloud.advance("5m")
    cloud.settle()
    assert {member["InstanceId"] for member in autoscaling.describe_auto_scaling_instances(
    )["AutoScalingInstances"]} == {first, second}
    autoscaling.resume_processes(AutoScalingGroupName="web")
    ec2.start_instances(InstanceIds=[first])
    cloud.advance("5m")
    ec2.stop_instances(InstanceIds=[second])
    cloud.advance("5m")
    cloud.settle()
    left = {member["InstanceId"] for member in autoscaling.describe_auto_scaling_instances()["AutoScalingInstances"]}
    assert first in left
    assert second not in left
    assert len(left) == 2


def test_a_launch_fails_and_is_tried_again(cloud: LocalCloud) -> None:
    url, autoscaling = _heard(cloud, "aws.autoscaling"), cloud.client("autoscaling")
    _group(cloud, desired=0)
    cloud.fail_start("web", "capacity", times=1)
    autoscaling.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    [activity] = autoscaling.describe_scaling_activities(AutoScalingGroupName="web")["Activities"]
    assert activity["StatusCode"] == "Failed"
    assert "InsufficientInstanceCapacity" in activity["StatusMessage"]
    cloud.walk_to(cloud.now() + 300)
    assert _members(cloud) == ["InService"]
    assert [event["detail-type"] for event in _events(cloud, url)] == [
        "EC2 Instance Launch Unsuccessful", "EC2 Instance Launch Successful"]


def test_an_instance_stops_starts_and_falls_back(cloud: LocalCloud) -> None:
    ec2 = cloud.client("ec2")
    [instance] = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"]
    names = [instance["InstanceId"]]

    def state() -> dict[str, Any]:
        found: dict[str, Any] = ec2.describe_instances(InstanceIds=names)["Reservations"][0]["Instances"][0]
        return found

    ec2.stop_instances(InstanceIds=names)
    assert state()["State"]["Name"] == "stopping"
    cloud.advance("31s")
    cloud.settle()
    assert state()["State"]["Name"] == "stopped"
    cloud.fail_start(names[0], "kms", times=1)
    ec2.start_instances(InstanceIds=names)
    assert state()["State"]["Name"] == "pending"
    cloud.advance("31s")
    cloud.settle()
    assert state()["State"]["Name"] == "stopped"
    assert state()["StateReason"]["Code"] == "Client.InternalError"
    ec2.start_instances(InstanceIds=names)
    cloud.advance("31s")
    cloud.settle()
    assert state()["State"]["Name"] == "running"


def _nodegroup(cloud: LocalCloud) -> Any:
    eks = cloud.client("eks")
    role = f"arn:aws:iam::{probe.ACCOUNT}:role/cluster"
    eks.create_cluster(name="main", roleArn=role, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
    return eks.create_nodegroup(
        clusterName="main", nodegroupName="workers", nodeRole=role, subnets=["subnet-1"],
        scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2}, labels={"team": "a"},
        tags={"Environment": "dev"})["nodegroup"]


def test_a_node_group_is_updated_in_a_minute(cloud: LocalCloud) -> None:
    eks, autoscaling = cloud.client("eks"), cloud.client("autoscaling")
    nodegroup = _nodegroup(cloud)
    name = nodegroup["resources"]["autoScalingGroups"][0]["name"]
    [group] = autoscaling.describe_auto_scaling_groups(
        Filters=[{"Name": "tag:eks:nodegroup-name", "Values": ["workers"]}])["AutoScalingGroups"]
    assert (group["AutoScalingGroupName"], len(group["Instances"])) == (name, 2)

    update = eks.update_nodegroup_config(
        clusterName="main", nodegroupName="workers",
        scalingConfig={"minSize": 0, "desiredSize": 0},
        labels={"addOrUpdateLabels": {"asleep": "yes"}, "removeLabels": ["team"]},
        taints={"addOrUpdateTaints": [{"key": "night", "effect": "NO_SCHEDULE"}]})["update"]
    found = eks.describe_nodegroup(clusterName="main", nodegroupName="workers")["nodegroup"]
    assert (update["status"], found["status"]) == ("InProgress", "UPDATING")
    with pytest.raises(ClientError) as refused:
        eks.update_nodegroup_config(clusterName="main", nodegroupName="workers", scalingConfig={"desiredSize": 0})
    assert _code(refused) == "ResourceInUseException"
    assert _members(cloud, name) == []
    cloud.advance("61s")
    cloud.settle()
    found = eks.describe_nodegroup(clusterName="main", nodegroupName="workers")["nodegroup"]
    assert found["status"] == "ACTIVE"
    assert found["scalingConfig"] == {"minSize": 0, "maxSize": 3, "desiredSize": 0}
    assert found["labels"] == {"asleep": "yes"}
    assert found["taints"] == [{"key": "night", "effect": "NO_SCHEDULE"}]
    assert eks.describe_update(name="main", nodegroupName="workers", updateId=update["id"])[
        "update"]["status"] == "Successful"
    with pytest.raises(ClientError) as refused:
        eks.update_nodegroup_config(clusterName="main", nodegroupName="workers",
                                    scalingConfig={"desiredSize": 4})
    assert _code(refused) == "InvalidParameterException"


def test_a_node_group_has_tags(cloud: LocalCloud) -> None:
    eks = cloud.client("eks")
    arn = _nodegroup(cloud)["nodegroupArn"]
    eks.tag_resource(resourceArn=arn, tags={"Schedule": "always"})
    assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"Environment": "dev", "Schedule": "always"}
    assert eks.describe_nodegroup(clusterName="main", nodegroupName="workers")["nodegroup"]["tags"] == {
        "Environment": "dev", "Schedule": "always"}


def test_a_service_follows_its_desired_count(cloud: LocalCloud) -> None:
    url, ecs, scaling = _heard(cloud, "aws.ecs"), cloud.client("ecs"), cloud.client("application-autoscaling")
    ecs.create_cluster(clusterName="main")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 64}])
    ecs.create_service(cluster="main", serviceName="web", taskDefinition="web", desiredCount=2,
                       tags=[{"key": "Environment", "value": "dev"}])
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/main/web",
              "ScalableDimension": "ecs:service:DesiredCount"}
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=5)

    def service() -> dict[str, Any]:
        found: dict[str, Any] = ecs.describe_services(
            cluster="main", services=["web"], include=["TAGS"])["services"][0]
        return found

    assert (service()["runningCount"], service()["tags"]) == (2, [{"key": "Environment", "value": "dev"}])
    ecs.update_service(cluster="main", service="web", desiredCount=0)
    assert (service()["desiredCount"], service()["runningCount"]) == (0, 2)
    cloud.advance("61s")
    cloud.settle()
    assert service()["runningCount"] == 0
    assert _events(cloud, url)[0]["detail"]["eventName"] == "SERVICE_STEADY_STATE"

    scaling.register_scalable_target(**target, MinCapacity=0, SuspendedState={"DynamicScalingOutSuspended": True})
    [read] = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (read["MinCapacity"], read["MaxCapacity"]) == (0, 5)
    assert read["SuspendedState"] == {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": True,
                                      "ScheduledScalingSuspended": False}
