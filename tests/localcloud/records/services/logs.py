"""CloudWatch Logs: what is said about log groups; the groups themselves are the fabric's."""

from __future__ import annotations

from .. import Kind, Service, put
from ..record import Record


def _changed(record: Record) -> int:
    return int(record.changed.timestamp() * 1000)


def _born(record: Record) -> int:
    return int(record.born.timestamp() * 1000)


def _watching(record: Record) -> str:
    return "PAUSED" if record["enabled"] is False else "ANALYZING"


SERVICES = [Service("logs", kinds=[
    Kind("QueryDefinition", key="queryDefinitionId", fields={"lastModified": _changed, "queryLanguage": "CWLI"},
         operations={"PutQueryDefinition": put()}),
    Kind("DataProtectionPolicy", key="logGroupIdentifier", fields={"lastUpdatedTime": _changed}),
    Kind("IndexPolicy", key="logGroupIdentifier", fields={
        "lastUpdateTime": _changed, "source": "LOG_GROUP"}),
    Kind("LogAnomalyDetector", short="anomalyDetector", key="arn", fields={
        "creationTimeStamp": _born, "lastModifiedTimeStamp": _changed, "anomalyDetectorStatus": _watching},
        arn="arn:aws:logs:{region}:{account}:anomaly-detector:{uuid}"),
    Kind("AccountPolicy", key=("policyType", "policyName"), fields={
        "lastUpdatedTime": _changed, "scope": "ALL", "accountId": "{account}"}),
])]
