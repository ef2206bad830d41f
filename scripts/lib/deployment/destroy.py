"""scripts/destroy.sh: takes an environment away, and says what stays."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from . import changes, options, root
from .terminal import Refused, Terminal

_STEPS = 5
Clients = Callable[[str, str], Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """0: destroyed, or shown. 1: refused or failed, said why. 2: a wrong command."""
    chosen = _parser().parse_args(arguments)
    terminal = Terminal("destroy.sh", _STEPS)
    try:
        _destroy(chosen, terminal)
    except Refused as refused:
        print(f"\ndestroy.sh: {refused}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="destroy.sh", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Destroys an environment. Shows first what goes and what stays; refuses while anything is protected\n"
                    "(locked backup vaults, deletion protection, buckets with objects), and always wants the\n"
                    "environment's name typed.",
        epilog="Production is destroyed from a terminal only: --confirm is not taken for it.")
    options.common(parser)
    options.terraform(parser)
    return parser


def _destroy(chosen: argparse.Namespace, terminal: Terminal) -> None:
    if chosen.environment == "production" and chosen.confirm is not None and chosen.target == "aws":
        raise Refused("production is not destroyed by a script: run this in a terminal and type its name")
    chosen.work.mkdir(parents=True, exist_ok=True)
    terminal.step("account")
    session = boto3.session.Session()
    identity = session.client("sts").get_caller_identity()
    terminal.say(f"{chosen.environment} in account {identity['Account']}, as {identity['Arn']}")

    terminal.step("plan")
    stage = _root(chosen, terminal)
    stage.init(options.backend(chosen))
    plan_file = (chosen.work / f"{chosen.environment}-destroy.tfplan").absolute()
    plan = stage.plan(plan_file, destroy=True)
    found = changes.changes(plan)
    terminal.say(changes.in_words(found, at_most=6))

    terminal.step("protection")
    before = resources(stage.state())
    locked = protected(before, lambda service, region: session.client(service, region_name=region))
    if locked:
        raise Refused("protected:\n  " + "\n  ".join(locked))
    terminal.say("nothing that goes is protected")
    terminal.say("stays:\n  " + "\n  ".join(stays(before)))

    if chosen.dry_run:
        plan_file.unlink(missing_ok=True)
        terminal.say("dry run: nothing was changed")
        return
    terminal.step("consent")
    terminal.confirm(chosen.environment, chosen.confirm,
                     f"This destroys {len(found)} resources of {chosen.environment} in account {identity['Account']}, for good.")
    terminal.step("destroy")
    try:
        stage.apply(plan_file)
    finally:
        plan_file.unlink(missing_ok=True)
    print(f"\n{chosen.environment} is gone ({terminal.elapsed()})", file=sys.stderr)


def _root(chosen: argparse.Namespace, terminal: Terminal) -> root.Root:
    packages = (chosen.packages or root.REPOSITORY / "target/lambda").absolute()
    if chosen.target == "local":
        return root.of_local_cloud(chosen.environment, work=chosen.work.absolute(), packages=packages,
                                   arguments=options.arguments(chosen), say=terminal.say)
    return root.of_aws(chosen.environment, arguments=[f"-var=packages_dir={packages}", *options.arguments(chosen)],
                       say=terminal.say)


def resources(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every managed resource of a state, those of modules included."""
    def below(module: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        yield from (one for one in module.get("resources", []) if one.get("mode") == "managed")
        for child in module.get("child_modules", []):
            yield from below(child)
    return list(below((state.get("values") or {}).get("root_module") or {}))


def protected(found: Iterable[Mapping[str, Any]], client: Clients) -> list[str]:
    """What stands in the way of a destroy, each with what would clear it. A vault is asked for its lock now."""
    said = []
    for one in found:
        values, address = one["values"], one["address"]
        if one["type"] == "aws_backup_vault":
            said += _locked_vault(client, address, values)
        elif one["type"] in ("aws_db_instance", "aws_rds_cluster") and values.get("deletion_protection"):
            said.append(f"{address} has deletion protection: mark it disposable in the settings, or take it out of them, "
                        "deploy, then destroy")
        elif one["type"] == "aws_dynamodb_table" and values.get("deletion_protection_enabled"):
            said.append(f"{address} has deletion protection: set ledger.deletion_protection = false, deploy, then destroy")
        elif one["type"] == "aws_lb" and values.get("enable_deletion_protection"):
            said.append(f"{address} has deletion protection: set deletion_protection = false, deploy, then destroy")
        elif one["type"] == "aws_s3_bucket" and not values.get("force_destroy"):
            said += _full_bucket(client, address, values)
        elif one["type"] == "aws_vpc":
            said += _contained(client, address, values)
    return said


def stays(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """What a destroy does not take away, and how long it stays."""
    said = ["the state in its bucket, with all its versions (terraform/bootstrap owns it)",
            "the account's singletons and the shared stacks (terraform/shared)",
            "values that people put into Parameter Store under their own names, like the Slack webhook"]
    for one in found:
        values = one["values"]
        if one["type"] in ("aws_kms_key", "aws_kms_replica_key"):
            said.append(f"key {one['address']} for {values.get('deletion_window_in_days') or 30} days, then it is deleted "
                        "and what it encrypted can never be read again")
        elif one["type"] == "aws_db_instance" and not values.get("skip_final_snapshot"):
            said.append(f"last snapshot {values.get('final_snapshot_identifier')} of {values.get('identifier')}")
        elif one["type"] == "aws_secretsmanager_secret":
            said.append(f"secret {values.get('name')} for {values.get('recovery_window_in_days') or 30} days")
    return said


def _locked_vault(client: Clients, address: str, values: Mapping[str, Any]) -> list[str]:
    region = values["arn"].split(":")[3]
    vault = client("backup", region).describe_backup_vault(BackupVaultName=values["name"])
    said = []
    if vault.get("Locked"):
        until = vault.get("LockDate")
        if until is not None and until <= datetime.now(UTC):
            said.append(f"{address} is locked in compliance mode since {until:%Y-%m-%d}: nobody, AWS included, can delete it "
                        "before its last recovery point has expired. Take it out of the state to keep it: "
                        f"terraform state rm '{address}'")
        else:
            said.append(f"{address} has a vault lock: remove it from the settings (backup.lock = null), deploy, then destroy")
    if vault.get("NumberOfRecoveryPoints"):
        said.append(f"{address} holds {vault['NumberOfRecoveryPoints']} recovery points: delete them, or wait until they expire")
    return said


def _full_bucket(client: Clients, address: str, values: Mapping[str, Any]) -> list[str]:
    region = values.get("region") or "us-east-1"
    listed = client("s3", region).list_object_versions(Bucket=values["bucket"], MaxKeys=1)
    if not (listed.get("Versions") or listed.get("DeleteMarkers")):
        return []
    return [f"{address} ({values['bucket']}) holds objects: empty it with all its versions, or set disposable = true "
            "in the settings and deploy, then destroy"]


def _contained(client: Clients, address: str, values: Mapping[str, Any]) -> list[str]:
    """The groups of security-triage's playbooks, which Terraform does not know and a network does not go without."""
    region = values["arn"].split(":")[3]
    groups = client("ec2", region).describe_security_groups(Filters=[
        {"Name": "vpc-id", "Values": [values["id"]]}, {"Name": "tag-key", "Values": ["nightshift:contained-by"]}])
    return [f"{address} holds {one['GroupName']}, which a playbook has made: undo the plan {_plan_of(one)}, if anything is "
            f"still in it, then aws ec2 delete-security-group --region {region} --group-id {one['GroupId']}"
            for one in groups["SecurityGroups"]]


def _plan_of(group: Mapping[str, Any]) -> str:
    return next(tag["Value"] for tag in group["Tags"] if tag["Key"] == "nightshift:contained-by")


if __name__ == "__main__":
    sys.exit(main())
