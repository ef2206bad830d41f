"""Staging and production from an empty account: applied, looked at as the account shows them, planned again, destroyed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pytest

from e2e.estate import packages
from e2e.terraform import Estate
from estate.network import take
from estate.reachability import DATABASE, Network, report
from localcloud import LocalCloud

ROOT = Path(__file__).resolve().parents[2]
PREFIXES = {"staging": "personal-timeline-staging", "production": "personal-timeline-prod"}
REGIONS = {"staging": ["us-east-1"], "production": ["us-east-1", "us-west-2"]}
DOMAIN = "personal-timeline.app"


class Applied:
    """One environment in a cloud of its own."""

    def __init__(self, name: str, cloud: LocalCloud, work: Path) -> None:
        self.name, self.cloud, self.prefix = name, cloud, PREFIXES[name]
        zone = cloud.client("route53").create_hosted_zone(Name=DOMAIN, CallerReference="tests")["HostedZone"]
        domain = DOMAIN if name == "production" else f"{name}.{DOMAIN}"
        self.root = Estate(name, work=work, env=cloud.env, packages=packages(),
                           variables={"site": {"domain": domain, "zone_id": zone["Id"].rpartition("/")[2]}})
        self.outputs = self.root.apply()

    @lru_cache  # noqa: B019 - lives as long as the session
    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client of a person with all rights."""
        return self.cloud.client(service, region=region)

    def resources(self) -> list[dict[str, Any]]:
        """Every managed resource of the state."""
        def below(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
            yield from (one for one in module.get("resources", []) if one["mode"] == "managed")
            for child in module.get("child_modules", []):
                yield from below(child)
        shown = json.loads(self.root._terraform("show", "-json"))
        return list(below(shown["values"]["root_module"]))


@pytest.fixture(scope="module", params=sorted(PREFIXES))
def applied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """The environment, applied."""
    with LocalCloud(timings={"backup-job": 2.0, "copy-job": 2.0}) as cloud:
        yield Applied(request.param, cloud, tmp_path_factory.mktemp(request.param))


def test_a_second_plan_changes_nothing(applied: Applied) -> None:
    assert applied.root.differences() == []


def test_the_internet_reaches_no_database(applied: Applied) -> None:
    networks = [Network(take(partial(applied.client, region=region))) for region in REGIONS[applied.name]]
    # Nobody proves anything about a network without databases.
    assert all(list(network.of(DATABASE)) for network in networks)
    safe, proof = report(networks)
    assert safe, proof


def test_everything_that_can_carry_tags_says_whose_it_is(applied: Applied) -> None:
    code = applied.prefix.rpartition("-")[2]
    untagged = [one["address"] for one in applied.resources()
                if "tags_all" in one["values"] and (one["values"]["tags_all"] or {}).get("Environment") != code]
    assert untagged == []


def test_every_bucket_is_closed_and_encrypted(applied: Applied) -> None:
    for region in REGIONS[applied.name]:
        s3 = applied.client("s3", region)
        names = [one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].startswith(applied.prefix)]
        assert names
        for name in names:
            assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()), name
            rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
            assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("aws:kms", "AES256"), name
            assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled", name
            policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
            assert any(one["Effect"] == "Deny" and "aws:SecureTransport" in json.dumps(one) for one in policy["Statement"]), name


def test_what_stores_data_is_encrypted_with_a_key_of_ours(applied: Applied) -> None:
    for region in REGIONS[applied.name]:
        for database in applied.client("rds", region).describe_db_instances()["DBInstances"]:
            assert database["StorageEncrypted"] and ":key/" in database["KmsKeyId"], database["DBInstanceIdentifier"]
            assert not database["PubliclyAccessible"], database["DBInstanceIdentifier"]
        for group in applied.client("elasticache", region).describe_replication_groups()["ReplicationGroups"]:
            assert group["AtRestEncryptionEnabled"] and group["TransitEncryptionEnabled"], group["ReplicationGroupId"]
        for system in applied.client("efs", region).describe_file_systems()["FileSystems"]:
            assert system["Encrypted"], system["FileSystemId"]


def test_backup_sh_backs_everything_up_and_reads_each_copy_back(applied: Applied) -> None:
    done = subprocess.run([ROOT / "scripts/backup.sh", applied.name], env={**os.environ, **applied.cloud.env},
                          capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    backup = applied.client("backup")
    jobs = backup.list_backup_jobs(ByState="COMPLETED")["BackupJobs"]
    assert {one["ResourceType"] for one in jobs} >= {"RDS", "S3"}, done.stderr
    copied = {one["DestinationBackupVaultArn"].split(":")[3] for one in backup.list_copy_jobs()["CopyJobs"]}
    assert copied == {"us-west-2", "eu-west-1"}, done.stderr


def test_what_waits_in_the_second_region_has_no_nodes(applied: Applied) -> None:
    # Terraform does not tell an output that is null.
    recovery = applied.outputs.get("recovery")
    if recovery is None:
        pytest.skip("only production waits somewhere")
    eks = applied.client("eks", "us-west-2")
    groups = [eks.describe_nodegroup(clusterName=one["cluster"], nodegroupName=one["name"])["nodegroup"]
              for one in recovery["node_groups"].values()]
    assert len(groups) == len(applied.outputs["node_groups"])
    assert all(group["scalingConfig"]["desiredSize"] == group["scalingConfig"]["minSize"] == 0 for group in groups)
    replica = applied.outputs["databases"]["timeline"]["cross_region_replica_identifier"]
    (found,) = applied.client("rds", "us-west-2").describe_db_instances(DBInstanceIdentifier=replica)["DBInstances"]
    assert found["ReadReplicaSourceDBInstanceIdentifier"] and found["DBInstanceStatus"] == "available"


def test_destroy_leaves_nothing_in_the_state(applied: Applied) -> None:
    if applied.name == "production":
        pytest.skip("production is protected from deletion, as it is on AWS; destroy.sh says by what")
    # Most of it is the provider: it waits eight minutes before it first looks whether a scraper is gone.
    applied.root.destroy()
    assert not (applied.root.folder / "terraform.tfstate").exists()
