"""A believable estate's spending: three environments in one account, with working weeks, growth and monthly fees.

The same seed gives a day the same cost whatever period is asked for, so a book that is written
again later has the same past.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .book import Line, SpendingError, day, refuse_unknown, rounded

EC2, EC2_OTHER = "Amazon Elastic Compute Cloud - Compute", "EC2 - Other"
RDS, EKS = "Amazon Relational Database Service", "Amazon Elastic Container Service for Kubernetes"
CACHE, S3, WATCH = "Amazon ElastiCache", "Amazon Simple Storage Service", "AmazonCloudWatch"
_ENVIRONMENTS = ("prod", "staging", "dev")


@dataclass(frozen=True)
class _Series:
    """What one kind of use costs on a working day, in dollars, in production, staging and development."""

    service: str
    usage_type: str
    operation: str
    dollars: tuple[float, float, float]
    weekend: tuple[float, float, float] = (1, 1, 1)
    noise: float = 0.01
    growth: float = 0
    """Per month, as a part of one."""
    region: str = "us-east-1"
    monthly: bool = False
    """On the first of a month only."""
    record_type: str = "Usage"
    tagged: bool = True


# People work in development and staging on weekdays and off-hours stops development at night and at weekends;
# production's own traffic is lower at weekends, what exists by the hour costs the same every day.
_BUSY, _SLEEPS = (0.78, 0.9, 0.9), (1, 1, 0.04)
_SERIES = (
    _Series(EC2, "BoxUsage:m7g.large", "RunInstances", (11.75, 3.92, 0), _BUSY, 0.03, 0.006),
    _Series(EC2, "BoxUsage:t4g.medium", "RunInstances", (1.61, 0.81, 0.49), _SLEEPS, 0.02),
    _Series(EC2, "BoxUsage:t4g.small", "RunInstances", (0, 0, 0.84), _SLEEPS, 0.03),
    _Series(EC2_OTHER, "NatGateway-Hours", "NatGateway", (3.24, 2.16, 1.08), noise=0),
    _Series(EC2_OTHER, "NatGateway-Bytes", "NatGateway", (2.6, 0.5, 0.1), _BUSY, 0.08, 0.008),
    _Series(EC2_OTHER, "EBS:VolumeUsage.gp3", "CreateVolume-Gp3", (1.9, 0.6, 0.2), noise=0.005),
    _Series(EC2_OTHER, "EBS:SnapshotUsage", "CreateSnapshot", (0.9, 0.2, 0.05), noise=0.01, growth=0.01),
    _Series(EC2_OTHER, "DataTransfer-Regional-Bytes", "InterZone-In", (1.4, 0.3, 0.05), _BUSY, 0.06),
    _Series("Amazon Elastic Load Balancing", "LoadBalancerUsage", "LoadBalancing:Application", (1.08, 0.54, 0.54), noise=0),
    _Series("Amazon Elastic Load Balancing", "LCUUsage", "LoadBalancing:Application", (1.1, 0.2, 0.04), _BUSY, 0.07),
    _Series("Amazon Virtual Private Cloud", "PublicIPv4:InUseAddress", "AssociateAddressVPC", (0.72, 0.36, 0.12), noise=0),
    _Series(EKS, "USE1-AmazonEKS-Hours:perCluster", "CreateOperation", (2.4, 2.4, 2.4), noise=0),
    _Series(RDS, "Multi-AZUsage:db.r6g.large", "CreateDBInstance:0014", (21.6, 0, 0), noise=0.002),
    _Series(RDS, "InstanceUsage:db.r6g.large", "CreateDBInstance:0014", (10.8, 0, 0), noise=0.002),
    _Series(RDS, "InstanceUsage:db.t4g.small", "CreateDBInstance:0014", (0, 0.77, 0.28), _SLEEPS, 0.01),
    _Series(RDS, "RDS:Multi-AZ-GP3-Storage", "CreateDBInstance:0014", (3.1, 0.4, 0.1), noise=0.002, growth=0.004),
    _Series(RDS, "InstanceUsage:db.r6g.large", "CreateDBInstance:0014", (10.8, 0, 0), noise=0.002, region="us-west-2"),
    _Series(CACHE, "NodeUsage:cache.r6g.large", "CreateCacheCluster:0002", (9.9, 1.0, 0.41), noise=0),
    _Series(S3, "TimedStorage-ByteHrs", "StandardStorage", (1.7, 0.2, 0.03), noise=0.004, growth=0.015),
    _Series(S3, "Requests-Tier1", "PutObject", (0.4, 0.06, 0.01), _BUSY, 0.1),
    _Series(WATCH, "DataProcessing-Bytes", "PutLogEvents", (6.2, 1.9, 0.15), _BUSY, 0.06, 0.006),
    _Series(WATCH, "CW:AlarmMonitorUsage", "Unknown", (1.6, 0.9, 0.25), noise=0),
    _Series(WATCH, "CW:MetricMonitorUsage", "MetricStorage", (2.1, 1.1, 0.14), noise=0.01),
    _Series("AWS Key Management Service", "us-east-1-KMS-Keys", "Unknown", (0.5, 0.25, 0.2), noise=0),
    _Series("AWS Lambda", "Lambda-GB-Second-ARM", "Invoke", (0.06, 0.02, 0.01), noise=0.05),
    _Series("Amazon CloudFront", "US-DataTransfer-Out-Bytes", "GET", (2.7, 0.05, 0), _BUSY, 0.07, 0.01, "global"),
    _Series("AWS WAF", "USE1-WebACLV2", "CreateWebACL", (0.17, 0.17, 0), noise=0),
    _Series("AWS Backup", "WarmStorage-ByteHrs-EBS", "Storage", (1.9, 0.1, 0.04), noise=0.004, growth=0.01),
    _Series("AWS Backup", "USW2-CrossRegion-WarmBytes-EBS", "CrossRegionCopy", (0.7, 0, 0), (0.9, 1, 1), 0.05,
            region="us-west-2"),
    _Series("Amazon Route 53", "HostedZone", "HostedZone", (1.0, 0.5, 0.5), noise=0, region="global", monthly=True),
    _Series("AWS Support (Business)", "Dollar", "SupportFee", (148.0, 0, 0), noise=0.02, region="NoRegion", monthly=True,
            record_type="Support", tagged=False),
    _Series("Tax", "", "", (211.0, 0, 0), noise=0.02, region="NoRegion", monthly=True, record_type="Tax", tagged=False),
    # What no environment's tag explains.
    _Series("AWS CloudTrail", "USE1-PaidEventsRecorded", "None", (0.6, 0, 0), _BUSY, 0.05, tagged=False),
    _Series("AWS Config", "USE1-ConfigurationItemRecorded", "None", (0.35, 0, 0), (0.7, 1, 1), 0.1, tagged=False),
    _Series("Amazon GuardDuty", "USE1-PaidEventsAnalyzed", "None", (1.3, 0, 0), (0.85, 1, 1), 0.05, tagged=False),
    _Series("AWS Cost Explorer", "USE1-APIRequest", "GetCostAndUsage", (0.02, 0, 0), noise=0, tagged=False),
)
# A compute savings plan over a part of production's instances: dollars an hour, and what it saves.
_PLAN = {"hourly_usd": "0.20", "used": 0.94, "saves": 0.27}


@dataclass(frozen=True)
class Estate:
    """What the generator was asked for."""

    seed: int
    start: date
    end: date
    scale: float
    tag: str
    accounts_of: Mapping[str, str]
    accounts: Mapping[str, str] = field(default_factory=dict)
    savings_plan: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, given: Any, today: date, account: str) -> Estate:
        """``{"seed"?, "months"?, "from"?, "until"?, "scale"?, "tag"?, "accounts"?, "savings_plan"?}``."""
        given = {} if given is True else given
        if not isinstance(given, Mapping):
            raise SpendingError("estate is an object, or true for all of its defaults")
        refuse_unknown("estate", given, {"seed", "months", "from", "until", "scale", "tag", "accounts", "savings_plan"})
        months = int(given.get("months", 13))
        first = (today.replace(day=1) - timedelta(days=round(30.44 * months))).replace(day=1)
        accounts = dict(given.get("accounts") or {})
        refuse_unknown("estate.accounts", accounts, {*_ENVIRONMENTS, "shared"})
        plan = _PLAN if given.get("savings_plan", True) else None
        return cls(
            seed=int(given.get("seed", 1)), start=day(given.get("from", first), "estate.from"),
            # Ahead of today too: a clock that is moved finds a world that goes on.
            end=day(given.get("until", today + timedelta(days=120)), "estate.until"),
            scale=float(given.get("scale", 1)), tag=str(given.get("tag", "Environment")),
            accounts_of={name: accounts.get(name, account) for name in (*_ENVIRONMENTS, "shared")},
            accounts={number: f"personal-timeline-{name}" for name, number in accounts.items()},
            savings_plan=plan)

    def lines(self) -> Iterator[Line]:
        """All lines of the period."""
        for number in range((self.end - self.start).days):
            today = self.start + timedelta(days=number)
            for series in _SERIES:
                if not series.monthly or today.day == 1:
                    yield from self._of(series, today)
            if self.savings_plan:
                yield from self._plan(today)

    def _of(self, series: _Series, today: date) -> Iterator[Line]:
        grown = (1 + series.growth) ** ((today - date(2026, 1, 1)).days / 30.44)
        for environment, dollars, weekend in zip(_ENVIRONMENTS, series.dollars, series.weekend, strict=True):
            if not dollars:
                continue
            name = f"{self.seed}:{series.service}:{series.usage_type}:{series.region}:{environment}:{today}"
            shaken = 1 + random.Random(name).gauss(0, series.noise) if series.noise else 1.0
            rest = weekend if today.weekday() >= 5 else 1
            amount = rounded(Decimal(dollars * self.scale * grown * max(shaken, 0.1) * rest))
            usage_type = f"USW2-{series.usage_type}" if series.region == "us-west-2" and not series.usage_type.startswith(
                "USW2-") else series.usage_type
            yield Line(today, series.service, usage_type, amount, series.region,
                       self.accounts_of[environment if series.tagged else "shared"], series.record_type,
                       series.operation, {self.tag: environment} if series.tagged else {},
                       quantity=rounded(amount * 24))

    def _plan(self, today: date) -> Iterator[Line]:
        plan = self.savings_plan or {}
        fee = rounded(Decimal(plan["hourly_usd"]) * 24 * Decimal(str(self.scale)))
        used = rounded(fee * Decimal(str(plan["used"])))
        covered = rounded(used / (1 - Decimal(str(plan["saves"]))))
        common: dict[str, Any] = {"region": "us-east-1", "account": self.accounts_of["prod"],
                                  "operation": "RunInstances", "tags": {self.tag: "prod"}}
        yield Line(today, EC2, "BoxUsage:m7g.xlarge", covered, record_type="SavingsPlanCoveredUsage",
                   amortized=used, **common)
        yield Line(today, EC2, "BoxUsage:m7g.xlarge", -covered, record_type="SavingsPlanNegation",
                   amortized=Decimal(0), **common)
        yield Line(today, "Savings Plans for AWS Compute usage", "ComputeSP:1yrNoUpfront", fee, "NoRegion",
                   self.accounts_of["prod"], "SavingsPlanRecurringFee", amortized=fee - used)
