"""The runbook for a lost region, carried out on a local cloud: what the commands are for is what they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud import LocalCloud

from . import commands, drill, markdown, names
from .commands import Command
from .estate_facts import read
from .markdown import ROOT

RUNBOOK = ROOT / "docs/DISASTER_RECOVERY.md"
FIRST, SECOND = "us-east-1", "us-west-2"
PREFIX = names.prefix("production")
ROLE = "arn:aws:iam::123456789012:role/any"
KEY = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """An account with production's database, its replica far away, and the cluster that waits there."""
    with LocalCloud(tmp_path_factory.mktemp("cloud")) as started:
        _furnish(started)
        yield started


def _furnish(cloud: LocalCloud) -> None:
    source = cloud.client("rds", region=FIRST).create_db_instance(
        DBInstanceIdentifier=f"{PREFIX}-timeline-db", DBInstanceClass="db.r5.large", Engine="postgres", EngineVersion="15",
        MasterUsername="postgres", MasterUserPassword="not-a-secret", AllocatedStorage=100, BackupRetentionPeriod=7,
        StorageEncrypted=True)["DBInstance"]["DBInstanceArn"]
    ec2 = cloud.client("ec2", region=SECOND)
    network = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=network, CidrBlock=f"10.10.2{number}.0/24", AvailabilityZone=f"{SECOND}{zone}")[
        "Subnet"]["SubnetId"] for number, zone in enumerate("abc", 1)]
    far = cloud.client("rds", region=SECOND)
    far.create_db_subnet_group(DBSubnetGroupName=f"{PREFIX}-databases", DBSubnetGroupDescription="far", SubnetIds=subnets)
    far.create_db_instance_read_replica(
        DBInstanceIdentifier=f"{PREFIX}-timeline-recovery-db", SourceDBInstanceIdentifier=source, KmsKeyId=KEY,
        DBSubnetGroupName=f"{PREFIX}-databases", SourceRegion=FIRST)
    eks = cloud.client("eks", region=SECOND)
    cluster = f"{PREFIX}-recovery-apps-cluster"
    eks.create_cluster(name=cluster, roleArn=ROLE, resourcesVpcConfig={"subnetIds": subnets}, version="1.35")
    eks.create_nodegroup(clusterName=cluster, nodegroupName=f"{PREFIX}-recovery-apps-general-nodes", subnets=subnets,
                         nodeRole=ROLE, scalingConfig={"minSize": 0, "maxSize": 12, "desiredSize": 0})


def _steps(first: int, last: int) -> list[Command]:
    """The commands of some steps that need no variable."""
    text = markdown.section(RUNBOOK.read_text(), "The region fails")
    start, end = (text.index(f"**{number}. ") for number in (first, last + 1))
    return [one for one in commands.commands(RUNBOOK, text[start:end]) if drill.ready(one)]


def _carry_out(cloud: LocalCloud, steps: list[Command]) -> list[Any]:
    def wait() -> None:
        cloud.advance("1m")
        cloud.settle()
    return [drill.carry_out(one, lambda service, region: cloud.client(service, region=region), wait=wait) for one in steps]


def test_promotion_ends_with_a_database_that_follows_nobody(cloud: LocalCloud) -> None:
    steps = _steps(3, 3)
    assert [one.words[2] for one in steps] == ["promote-read-replica", "wait", "describe-db-instances"]

    # As the step says: available for a moment before it begins, so the last look counts.
    answers = _carry_out(cloud, steps)
    for _ in range(10):
        [seen] = answers[-1]["DBInstances"]
        if seen["DBInstanceStatus"] == "available" and not seen.get("ReadReplicaSourceDBInstanceIdentifier"):
            break
        cloud.advance("1m")
        cloud.settle()
        answers = _carry_out(cloud, steps[-1:])

    assert seen["DBInstanceStatus"] == "available"
    assert not seen.get("ReadReplicaSourceDBInstanceIdentifier")
    assert seen["BackupRetentionPeriod"] == 7
    assert seen["Endpoint"]["Address"]


def test_the_nodes_wake_to_what_the_first_region_has(cloud: LocalCloud) -> None:
    steps = _steps(4, 4)
    _carry_out(cloud, steps)

    group = cloud.client("eks", region=SECOND).describe_nodegroup(
        clusterName=f"{PREFIX}-recovery-apps-cluster", nodegroupName=f"{PREFIX}-recovery-apps-general-nodes")["nodegroup"]
    written = dict(read()["production"].of("compute.aws_eks_node_group.nodes"))["apps/general"]
    assert group["scalingConfig"] == {key: written[f"scaling_config.{name}_size"]
                                      for key, name in (("minSize", "min"), ("desiredSize", "desired"), ("maxSize", "max"))}
    assert group["status"] == "ACTIVE"


def test_words_become_what_boto_takes() -> None:
    made = Command(Path(__file__), ("aws", "eks", "update-nodegroup-config", "--region", "us-west-2", "--cluster-name", "c",
                                    "--nodegroup-name", "n", "--scaling-config", "minSize=3,maxSize=12,desiredSize=6"))
    asked: dict[str, Any] = {}

    class Client:
        def update_nodegroup_config(self, **parameters: Any) -> None:
            asked.update(parameters)

    drill.carry_out(made, lambda _service, _region: Client(), wait=lambda: None)
    assert asked == {"clusterName": "c", "nodegroupName": "n",
                     "scalingConfig": {"minSize": 3, "maxSize": 12, "desiredSize": 6}}
