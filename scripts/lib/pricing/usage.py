"""Assumptions about usage: typed, visible, in terraform/pricing/usage/<environment>.json."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from .prices import TABLES
from .ranges import Range

# section => key => unit, all per month and for the whole environment unless
# they say otherwise. The sections of `buckets` are named after the buckets.
BUCKET = {
    "standard_gb": "GB-month in S3 Standard",
    "infrequent_gb": "GB-month in Standard-Infrequent Access",
    "glacier_gb": "GB-month in Glacier Flexible Retrieval",
    "deep_archive_gb": "GB-month in Glacier Deep Archive",
    "put_thousands": "thousand PUT, COPY, POST and LIST requests",
    "get_thousands": "thousand GET requests",
    "transition_thousands": "thousand objects that move to a colder class",
    "replicated_gb": "GB copied to the other Region",
    "replica_gb": "GB-month in the copy, S3 Standard",
}
SECTIONS: dict[str, dict[str, str]] = {
    "awake": {"hours_per_week": "hours of a week in which what carries a Schedule tag runs, of 168"},
    "backup": {
        "dynamodb_gb": "GB-month of DynamoDB backups",
        "ebs_gb": "GB-month of EBS snapshots",
        "efs_gb": "GB-month of EFS backups",
        "evaluations": "evaluations of audit controls",
        "rds_gb": "GB-month of RDS snapshots",
        "restore_points": "recovery points that are test-restored",
        "s3_gb": "GB-month of S3 backups",
    },
    "backup_copies": {
        "dr_ebs_gb": "GB-month of EBS snapshots in eu-west-1",
        "dr_rds_gb": "GB-month of RDS snapshots in eu-west-1",
        "moved_gb": "GB of snapshots copied to another Region",
        "secondary_ebs_gb": "GB-month of EBS snapshots in us-west-2",
        "secondary_rds_gb": "GB-month of RDS snapshots in us-west-2",
    },
    "bill": {"pages": "pages of Cost Explorer that cost-anomaly asks for"},
    "caches": {"backup_gb": "GB-month of ElastiCache snapshots"},
    "cdn": {
        "europe_gb": "GB to visitors in Europe",
        "europe_requests_ten_thousands": "10,000 HTTPS requests from Europe",
        "function_millions": "million runs of CloudFront functions",
        "origin_gb": "GB from visitors to the origin",
        "states_gb": "GB to visitors in the United States",
        "states_requests_ten_thousands": "10,000 HTTPS requests from the United States",
    },
    "databases": {
        "backup_gb": "GB-month of automated backups beyond the size of the database",
        "replicated_backup_gb": "GB-month of automated backups in the other Region",
    },
    "dns": {"query_millions": "million queries that are not aliases of AWS resources"},
    "events": {"custom_millions": "million custom events on the bus", "schedule_millions": "million runs of schedules"},
    "files": {
        "access_gb": "GB read from or written to infrequent access",
        "infrequent_gb": "GB-month in EFS Infrequent Access",
        "standard_gb": "GB-month in EFS Standard",
    },
    "firewall": {"request_millions": "million requests that a web ACL inspects"},
    "functions": {
        "milliseconds": "milliseconds of one run",
        "runs_thousands": "thousand runs of each function",
    },
    "grafana": {"editors": "people who edit", "viewers": "people who only look"},
    "keys": {"request_ten_thousands": "10,000 KMS requests"},
    "load_balancers": {"lcu": "capacity units of each balancer, average of the month"},
    "logs": {
        "flow_rejects_gb": "GB of rejected flows delivered to CloudWatch Logs",
        "flow_s3_gb": "GB of flow logs delivered to S3",
        "ingested_gb": "GB of logs taken in",
        "queried_gb": "GB scanned by Logs Insights",
        "stored_gb": "GB-month of logs kept",
    },
    "messages": {
        "email_hundred_thousands": "100,000 mails sent by SNS",
        "queue_millions": "million requests to SQS queues",
        "topic_millions": "million requests to SNS topics",
    },
    "network": {
        "endpoint_gb": "GB through interface endpoints",
        "nat_gb": "GB through NAT gateways",
        "out_gb": "GB to the internet, CloudFront's not counted",
        "regions_gb": "GB to other Regions, copies of backups not counted",
        "zones_gb": "GB between availability zones, counted on both sides",
    },
    "nodes": {"surplus_vcpu_hours": "vCPU-hours of burstable nodes above their baseline"},
    "observability": {
        "custom_metrics": "custom metrics, those of log filters not counted",
        "prometheus_query_billions": "billion samples that queries read",
        "prometheus_sample_millions": "million samples taken in",
        "prometheus_stored_gb": "GB-month of samples kept",
        "trace_millions": "million traces recorded",
        "trace_retrieved_millions": "million traces scanned or retrieved",
    },
    "registry": {"replica_gb": "GB-month of images in another Region", "stored_gb": "GB-month of images"},
    "secrets": {"request_ten_thousands": "10,000 requests for secrets"},
    "security": {
        "cloudtrail_copies_hundred_thousands": "100,000 management events of trails beyond the first",
        "cloudtrail_data_hundred_thousands": "100,000 data events",
        "cloudtrail_insight_hundred_thousands": "100,000 events analysed for insights",
        "config_evaluations": "evaluations of Config rules",
        "config_items": "configuration items recorded",
        "guardduty_event_millions": "million CloudTrail events that GuardDuty reads",
        "guardduty_log_gb": "GB of flow and DNS logs that GuardDuty reads",
        "guardduty_s3_millions": "million S3 data events that GuardDuty reads",
        "inspector_instances": "instances that Inspector scans, average of the month",
        "macie_gb": "GB that Macie reads",
        "securityhub_checks": "security checks",
    },
    "snapshots": {"ebs_gb": "GB-month of EBS snapshots of lifecycle policies"},
    "steps": {"transition_thousands": "thousand state transitions"},
    "tables": {
        "read_millions": "million read request units",
        "stored_gb": "GB-month of tables, and of their point-in-time recovery",
        "write_millions": "million write request units",
    },
}
NAMES = {"dev": "development", "prod": "production"}
_BOUNDS = ("low", "expected", "high")


class UsageError(ValueError):
    """The document is not what it should be; says where and what would be right."""


class Usage:
    """The assumptions of one environment."""

    def __init__(self, entries: Mapping[str, Range], name: str = "none", why: Mapping[str, str] | None = None) -> None:
        self._entries = dict(entries)
        self.name = name
        self.why = dict(why or {})
        self.asked: dict[str, str] = {}

    @classmethod
    def load(cls, path: Path) -> Usage:
        """Read a file; everything that is wrong with it is said at once."""
        try:
            document = json.loads(path.read_text(), parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise UsageError(f"{path}: no JSON: {error}") from None
        return cls.read(document, path.name)

    @classmethod
    def read(cls, document: object, name: str) -> Usage:
        """From a document of sections."""
        entries, why, wrong = {}, {}, []
        for path, entry in _entries(document, wrong):
            try:
                entries[path], reason = _range(entry)
                if reason:
                    why[path] = reason
            except (ArithmeticError, TypeError, ValueError) as error:
                wrong.append(f"{path}: {error}")
        if wrong:
            raise UsageError("\n".join(f"{name}: {line}" for line in sorted(wrong)))
        return cls(entries, name, why)

    @classmethod
    def of_environment(cls, environment: str) -> Usage:
        """The file of an environment, by its name or code."""
        path = TABLES / "usage" / f"{NAMES.get(environment, environment)}.json"
        if not path.exists():
            there = ", ".join(sorted(file.stem for file in path.parent.glob("*.json")))
            raise UsageError(f"no usage assumptions for {environment} (there are: {there}); give a file with --usage")
        return cls.load(path)

    def find(self, path: str) -> Range | None:
        """An assumption, remembered as asked for; None if there is none."""
        found = self._entries.get(path)
        self.asked[path] = unit_of(path)
        return found

    def with_awake(self, hours: Decimal) -> Usage:
        """The same with other hours of a week in which sleepers run."""
        entries = {**self._entries, "awake.hours_per_week": Range.of(hours)}
        return Usage(entries, self.name, {**self.why, "awake.hours_per_week": "given on the command line"})

    def used(self) -> list[tuple[str, Range, str]]:
        """What was asked for and is there: path, range, unit."""
        return [(path, self._entries[path], unit) for path, unit in sorted(self.asked.items()) if path in self._entries]

    def idle(self) -> list[str]:
        """What is there and nobody asked for."""
        return sorted(set(self._entries) - set(self.asked))


def unit_of(path: str) -> str:
    """The unit of an assumption."""
    parts = path.split(".")
    if parts[0] == "buckets":
        return BUCKET[parts[2]]
    return SECTIONS[parts[0]][parts[1]]


def _entries(document: object, wrong: list[str]) -> Iterator[tuple[str, object]]:
    if not isinstance(document, dict):
        raise UsageError("the document is no object")
    for section, body in document.items():
        if section == "buckets":
            for bucket, keys in body.items():
                yield from _section(f"buckets.{bucket}", keys, BUCKET, wrong)
        elif section in SECTIONS:
            yield from _section(section, body, SECTIONS[section], wrong)
        else:
            wrong.append(f"{section}: unknown{_near(section, [*SECTIONS, 'buckets'])}")


def _section(prefix: str, body: object, keys: Mapping[str, str], wrong: list[str]) -> Iterator[tuple[str, object]]:
    if not isinstance(body, dict):
        wrong.append(f"{prefix}: must be an object")
        return
    for key, entry in body.items():
        if key in keys:
            yield f"{prefix}.{key}", entry
        else:
            wrong.append(f"{prefix}.{key}: unknown{_near(key, keys)}")


def _near(word: str, words: Any) -> str:
    found = difflib.get_close_matches(word, list(words), 1)
    return f", did you mean {found[0]}?" if found else f", known are {', '.join(sorted(words))}"


def _range(entry: object) -> tuple[Range, str]:
    if isinstance(entry, int | Decimal) and not isinstance(entry, bool):
        found, why = Range.of(entry), ""
    elif isinstance(entry, dict):
        unknown = set(entry) - {*_BOUNDS, "why"}
        missing = set(_BOUNDS) - set(entry)
        if unknown or missing:
            raise ValueError(f"a range has low, expected, high and may have why, not {', '.join(sorted(entry))}")
        if not all(isinstance(entry[bound], int | Decimal) for bound in _BOUNDS):
            raise ValueError("low, expected and high must be numbers")
        found, why = Range.of(*(entry[bound] for bound in _BOUNDS)), str(entry.get("why", ""))
    else:
        raise TypeError("must be a number, or an object with low, expected and high")
    if not 0 <= found.low <= found.expected <= found.high:
        raise ValueError("must be 0 <= low <= expected <= high")
    return found, why
