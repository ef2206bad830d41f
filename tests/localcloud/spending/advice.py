"""What the advisers say of an estate: the same four things, as each of them writes it, and one thing to buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Kind -> its service and how its ARN goes on.
_ARNS = {"Ec2Instance": ("ec2", "instance/"), "EbsVolume": ("ec2", "volume/"), "NatGateway": ("ec2", "natgateway/"),
         "RdsDbInstance": ("rds", "db:")}
_INSTANCE, _VOLUME, _DATABASE = "i-0123456789abcdef0", "vol-0123456789abcdef0", "personal-timeline-prod-main-postgres"
_REFRESHED = "2026-01-01T06:00:00Z"


def recommendations(account: str, tag: str) -> list[dict[str, Any]]:
    """Cost Optimization Hub's, which knows all of the others'."""
    return [
        _moved("a", account, "Ec2Instance", _INSTANCE, ("m7g.large", "m7g.medium"), 29.78, "Medium", restart=True,
               tags={tag: "dev"}),
        _moved("b", account, "EbsVolume", _VOLUME, ("gp3 100 GiB 6000 IOPS", "gp3 100 GiB 3000 IOPS"), 15.0, "Low",
               restart=False, tags={tag: "prod"}),
        _moved("c", account, "RdsDbInstance", _DATABASE, ("db.r6g.large", "db.m6g.large"), 46.72, "Medium",
               restart=True, tags={tag: "prod"}),
        _moved("d", account, "NatGateway", "nat-0123456789abcdef0", ("NatGateway", ""), 32.85, "Low", restart=False,
               tags={tag: "staging"}) | {"actionType": "Delete", "rollbackPossible": False},
        _moved("e", account, "ComputeSavingsPlans", "", ("", "1 year, no upfront"), 88.4, "VeryLow", restart=False,
               tags={}) | {"actionType": "PurchaseSavingsPlans", "rollbackPossible": False, "source": "CostExplorer"},
    ]


def _moved(letter: str, account: str, kind: str, name: str, shapes: tuple[str, str], dollars: float, effort: str, *,
           restart: bool, tags: Mapping[str, str]) -> dict[str, Any]:
    service, word = _ARNS.get(kind, ("", ""))
    return {
        "recommendationId": f"{letter * 8}-0000-4000-8000-000000000000", "accountId": account, "region": "us-east-1",
        "actionType": "Rightsize", "resourceId": name,
        "resourceArn": f"arn:aws:{service}:us-east-1:{account}:{word}{name}" if name else "",
        "currentResourceType": kind, "recommendedResourceType": kind, "currentResourceSummary": shapes[0],
        "recommendedResourceSummary": shapes[1], "estimatedMonthlySavings": dollars,
        "estimatedMonthlyCost": round(dollars * 1.6, 2), "estimatedSavingsPercentage": 38.5, "currencyCode": "USD",
        "implementationEffort": effort, "restartNeeded": restart, "rollbackPossible": True, "source": "ComputeOptimizer",
        "recommendationLookbackPeriodInDays": 14, "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }


def optimizer(account: str, tag: str) -> dict[str, list[dict[str, Any]]]:
    """Compute Optimizer's, by kind."""
    common = {"accountId": account, "lastRefreshTimestamp": _REFRESHED}
    return {
        "ec2": [{
            **common, "instanceArn": f"arn:aws:ec2:us-east-1:{account}:instance/{_INSTANCE}",
            "instanceName": "personal-timeline-dev-worker", "currentInstanceType": "m7g.large",
            "finding": "Overprovisioned", "findingReasonCodes": ["CPUOverprovisioned"], "instanceState": "running",
            "lookBackPeriodInDays": 14.0, "currentPerformanceRisk": "VeryLow", "idle": "False",
            "tags": [{"key": tag, "value": "dev"}],
            "recommendationOptions": [_option(50.0, 29.78, instanceType="m7g.medium", performanceRisk=1.0)]}],
        "ebs": [{
            **common, "volumeArn": f"arn:aws:ec2:us-east-1:{account}:volume/{_VOLUME}", "finding": "NotOptimized",
            "lookBackPeriodInDays": 14.0, "currentConfiguration": _volume(6000),
            "volumeRecommendationOptions": [_option(65.2, 15.0, configuration=_volume(3000), performanceRisk=1.0)]}],
        "rds": [{
            **common, "resourceArn": f"arn:aws:rds:us-east-1:{account}:db:{_DATABASE}", "engine": "postgres",
            "currentDBInstanceClass": "db.r6g.large", "idle": "False", "instanceFinding": "Overprovisioned",
            "storageFinding": "Optimized", "lookbackPeriodInDays": 14.0, "tags": [{"key": tag, "value": "prod"}],
            "instanceRecommendationOptions": [_option(28.4, 46.72, dbInstanceClass="db.m6g.large",
                                                      performanceRisk=1.0)]}],
        "lambda": [{
            **common, "functionVersion": "1", "currentMemorySize": 256, "finding": "NotOptimized",
            "functionArn": f"arn:aws:lambda:us-east-1:{account}:function:personal-timeline-dev-notify-function:live",
            "findingReasonCodes": ["MemoryOverprovisioned"], "numberOfInvocations": 43200, "lookbackPeriodInDays": 14.0,
            "memorySizeRecommendationOptions": [_option(37.5, 0.11, memorySize=160)]}],
    }


def _volume(iops: int) -> dict[str, Any]:
    return {"volumeType": "gp3", "volumeSize": 100, "volumeBaselineIOPS": iops}


def _option(percent: float, dollars: float, **what: Any) -> dict[str, Any]:
    return {"rank": 1, **what, "savingsOpportunity": {
        "savingsOpportunityPercentage": percent, "estimatedMonthlySavings": {"currency": "USD", "value": dollars}}}
