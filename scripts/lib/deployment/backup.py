"""scripts/backup.sh: backs up an environment or single resources now, follows the jobs, verifies the copies."""

from __future__ import annotations

import argparse
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3

from .options import ENVIRONMENTS
from .terminal import Refused, Terminal

_STEPS = 5
_CODES = dict(zip(ENVIRONMENTS, ("dev", "staging", "prod"), strict=True))
# AWS Backup's words for jobs that will not change any more.
_ENDED = frozenset({"COMPLETED", "ABORTED", "FAILED", "EXPIRED", "PARTIAL"})
# What AWS Backup takes of what carries tags here; a snapshot has its source's tags and is no source itself.
_KINDS = ("dynamodb:table", "ec2:instance", "ec2:volume", "elasticfilesystem:file-system", "rds:cluster", "rds:db", "s3")
Clients = Callable[[str, str], Any]


@dataclass(frozen=True)
class Plan:
    """The part of a backup plan that an on-demand backup follows."""

    name: str
    vault: str
    role_arn: str
    delete_after_days: int | None
    copies: tuple[tuple[str, int | None], ...] = ()
    """Destination vault ARN, days kept."""


@dataclass
class Point:
    """One resource on its way into the vaults."""

    resource: str
    plan: Plan
    job: str = ""
    recovery_point: str = ""
    copies: dict[str, str] = field(default_factory=dict)
    """Destination vault ARN => copy job."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0: backed up and verified, or shown. 1: something failed, said what. 2: a wrong command."""
    parser = argparse.ArgumentParser(
        prog="backup.sh", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Backs up an environment now, as its backup plans would: every resource with the tag Backup, or only\n"
                    "the named ones. Follows the jobs, lets the plan's copies be made in the other regions, and reads\n"
                    "each copy back: complete, encrypted, of the same resource.",
        epilog="The plans are asked for vault, role, retention and copies, so Terraform's state is not needed.")
    parser.add_argument("environment", choices=ENVIRONMENTS)
    parser.add_argument("--resource", metavar="ARN", action="append", default=[], help="only this; repeatable")
    parser.add_argument("--plan", metavar="NAME", help="the plan to follow for resources without the tag Backup")
    parser.add_argument("--project", default="personal-timeline", help="first part of all names (default: personal-timeline)")
    parser.add_argument("--region", help="default: that of your AWS configuration")
    parser.add_argument("--no-copies", action="store_true", help="only in the region itself")
    parser.add_argument("--minutes", type=float, default=240, metavar="N", help="how long to follow the jobs (default: 240)")
    parser.add_argument("--dry-run", action="store_true", help="show what would be backed up and where to")
    chosen = parser.parse_args(arguments)
    terminal = Terminal("backup.sh", _STEPS)
    session = boto3.session.Session(region_name=chosen.region)
    try:
        _backup(chosen, terminal, lambda service, region: session.client(service, region_name=region),
                session.region_name)
    except Refused as refused:
        print(f"\nbackup.sh: {refused}", file=sys.stderr)
        return 1
    return 0


def _backup(chosen: argparse.Namespace, terminal: Terminal, client: Clients, region: str) -> None:
    terminal.step("plans")
    prefix = f"{chosen.project}-{_CODES[chosen.environment]}"
    backup = client("backup", region)
    known = plans(backup, prefix)
    if not known:
        raise Refused(f"there is no backup plan {prefix}-… in {region}; settings.backup.plans makes them")
    for one in known.values():
        terminal.say(f"{one.name}: into {one.vault}, {len(one.copies)} copies")

    terminal.step("resources")
    points = [Point(arn, _plan_of(arn, tag, known, chosen.plan)) for arn, tag in
              _resources(client("resourcegroupstaggingapi", region), _CODES[chosen.environment], chosen.resource)]
    if not points:
        raise Refused(f"nothing in {region} has the tags Environment={_CODES[chosen.environment]} and Backup; "
                      "name resources with --resource and a plan with --plan")
    for point in points:
        terminal.say(f"{point.resource}  ({point.plan.name})")
    if chosen.dry_run:
        terminal.say("dry run: nothing was started")
        return

    failed: list[str] = []
    deadline = time.monotonic() + chosen.minutes * 60
    terminal.step("backup jobs")
    for point in points:
        point.job = backup.start_backup_job(
            BackupVaultName=point.plan.vault, ResourceArn=point.resource, IamRoleArn=point.plan.role_arn,
            IdempotencyToken=str(uuid.uuid4()), RecoveryPointTags={"Environment": _CODES[chosen.environment], "Reason": "on-demand"},
            **_lifecycle(point.plan.delete_after_days))["BackupJobId"]
    ended = follow({point.job: point.resource for point in points},
                   lambda job: backup.describe_backup_job(BackupJobId=job), say=terminal.say, deadline=deadline)
    for point in points:
        if ended[point.job]["State"] == "COMPLETED":
            point.recovery_point = ended[point.job]["RecoveryPointArn"]
        else:
            failed.append(f"{point.resource}: the backup is {ended[point.job]['State']}"
                          f" ({ended[point.job].get('StatusMessage') or 'AWS Backup gives no reason'})")

    terminal.step("copies")
    done = [point for point in points if point.recovery_point]
    if not chosen.no_copies:
        failed += _copy(backup, done, terminal.say, deadline)

    terminal.step("verification")
    failed += [problem for point in done for problem in verify(client, region, point)]
    if failed:
        raise Refused("not everything is safe:\n  " + "\n  ".join(failed))
    print(f"\n{len(done)} resources of {chosen.environment} are backed up, with "
          f"{sum(len(point.copies) for point in done)} copies, all read back ({terminal.elapsed()})", file=sys.stderr)


def plans(backup: Any, prefix: str) -> dict[str, Plan]:
    """The environment's plans by the value of the tag Backup that selects for them."""
    found: dict[str, Plan] = {}
    for page in backup.get_paginator("list_backup_plans").paginate():
        for listed in page["BackupPlansList"]:
            if not listed["BackupPlanName"].startswith(f"{prefix}-"):
                continue
            rule = backup.get_backup_plan(BackupPlanId=listed["BackupPlanId"])["BackupPlan"]["Rules"][0]
            copies = tuple((copy["DestinationBackupVaultArn"], copy.get("Lifecycle", {}).get("DeleteAfterDays"))
                           for copy in rule.get("CopyActions", []))
            for one in backup.list_backup_selections(BackupPlanId=listed["BackupPlanId"])["BackupSelectionsList"]:
                selection = backup.get_backup_selection(
                    BackupPlanId=listed["BackupPlanId"], SelectionId=one["SelectionId"])["BackupSelection"]
                plan = Plan(listed["BackupPlanName"], rule["TargetBackupVaultName"], selection["IamRoleArn"],
                            rule.get("Lifecycle", {}).get("DeleteAfterDays"), copies)
                found |= {value: plan for value in _selected(selection)}
    return found


def _selected(selection: Mapping[str, Any]) -> Iterable[str]:
    """The values of the tag Backup that a selection asks for, in either of its two forms."""
    for one in selection.get("ListOfTags") or []:
        if one["ConditionKey"] in ("Backup", "aws:ResourceTag/Backup"):
            yield one["ConditionValue"]
    for one in (selection.get("Conditions") or {}).get("StringEquals") or []:
        if one["ConditionKey"] == "aws:ResourceTag/Backup":
            yield one["ConditionValue"]


def _resources(tagging: Any, environment: str, named: Sequence[str]) -> list[tuple[str, str | None]]:
    filters = [{"Key": "Environment", "Values": [environment]}, *([] if named else [{"Key": "Backup"}])]
    found: dict[str, str | None] = {}
    for page in tagging.get_paginator("get_resources").paginate(TagFilters=filters, ResourceTypeFilters=list(_KINDS)):
        for one in page["ResourceTagMappingList"]:
            tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
            # An emulator, or a new service, may not filter: ask again here.
            if _kind(one["ResourceARN"]) in _KINDS and tags.get("Environment") == environment and (named or "Backup" in tags):
                found[one["ResourceARN"]] = tags.get("Backup")
    if not named:
        return sorted(found.items())
    foreign = [arn for arn in named if arn not in found]
    if foreign:
        raise Refused(f"{', '.join(foreign)}: not tagged Environment={environment}; a resource of another environment "
                      "is backed up with that environment's name")
    return [(arn, found[arn]) for arn in named]


def _kind(arn: str) -> str:
    """The resource type as the tagging API names it."""
    service, rest = arn.split(":")[2], arn.split(":", 5)[5]
    return service if service == "s3" else f"{service}:{re.split('[:/]', rest)[0]}"


def _plan_of(arn: str, tag: str | None, known: Mapping[str, Plan], chosen: str | None) -> Plan:
    if tag in known:
        return known[tag]
    for one in known.values():
        if chosen in (one.name, None) and (chosen or len(known) == 1):
            return one
    raise Refused(f"{arn} has the tag Backup={tag}, for which there is no plan; name one with --plan: "
                  f"{', '.join(sorted(one.name for one in known.values()))}")


def follow(jobs: Mapping[str, str], describe: Callable[[str], Mapping[str, Any]], *, say: Callable[[str], None],
           deadline: float, sleep: Callable[[float], None] = time.sleep,
           clock: Callable[[], float] = time.monotonic) -> dict[str, Mapping[str, Any]]:
    """Waits until every job has ended and gives back its last description; says each change of state."""
    ended: dict[str, Mapping[str, Any]] = {}
    said: dict[str, str] = {}
    while len(ended) < len(jobs):
        for job, resource in jobs.items():
            if job in ended:
                continue
            now = describe(job)
            text = f"{now['State']} {now.get('PercentDone') or ''}".rstrip()
            if said.get(job) != text:
                said[job] = text
                say(f"{resource}: {text}")
            if now["State"] in _ENDED:
                ended[job] = now
        if len(ended) == len(jobs):
            break
        if clock() >= deadline:
            raise Refused("these jobs have not ended in time and go on in AWS Backup: " + "; ".join(
                f"{resource} ({job}, {said[job]})" for job, resource in jobs.items() if job not in ended)
                + ". Wait longer with --minutes")
        sleep(15)
    return ended


def _copy(backup: Any, points: Sequence[Point], say: Callable[[str], None], deadline: float) -> list[str]:
    jobs: dict[str, str] = {}
    for point in points:
        for destination, days in point.plan.copies:
            job = backup.start_copy_job(
                RecoveryPointArn=point.recovery_point, SourceBackupVaultName=point.plan.vault,
                DestinationBackupVaultArn=destination, IamRoleArn=point.plan.role_arn,
                IdempotencyToken=str(uuid.uuid4()), **_lifecycle(days))["CopyJobId"]
            point.copies[destination] = job
            jobs[job] = f"{point.resource} to {destination.split(':')[3]}"
    ended = follow(jobs, lambda job: backup.describe_copy_job(CopyJobId=job)["CopyJob"], say=say, deadline=deadline)
    failed = []
    for point in points:
        for destination, job in list(point.copies.items()):
            if ended[job]["State"] == "COMPLETED":
                point.copies[destination] = ended[job]["DestinationRecoveryPointArn"]
            else:
                del point.copies[destination]
                failed.append(f"{jobs[job]}: the copy is {ended[job]['State']}"
                              f" ({ended[job].get('StatusMessage') or 'AWS Backup gives no reason'})")
    return failed


def verify(client: Clients, region: str, point: Point) -> list[str]:
    """What is wrong with the recovery point and its copies, each read back from its own vault."""
    wrong = []
    places = [(region, point.plan.vault, point.recovery_point)]
    places += [(vault.split(":")[3], vault.rpartition(":")[2], arn) for vault, arn in point.copies.items()]
    for where, vault, arn in places:
        found = client("backup", where).describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
        if found["Status"] not in ("COMPLETED", "AVAILABLE"):
            wrong.append(f"{point.resource}: its recovery point in {where} is {found['Status']}")
        if not found.get("IsEncrypted"):
            wrong.append(f"{point.resource}: its recovery point in {where} is not encrypted")
        if found.get("ResourceArn") != point.resource:
            wrong.append(f"{point.resource}: the recovery point in {where} is of {found.get('ResourceArn')}")
    return wrong


def _lifecycle(days: int | None) -> dict[str, Any]:
    return {} if days is None else {"Lifecycle": {"DeleteAfterDays": days}}


if __name__ == "__main__":
    sys.exit(main())
