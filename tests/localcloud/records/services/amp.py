"""Managed Prometheus: workspaces with all that hangs on them, and scrapers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import Kind, Service, update

if TYPE_CHECKING:
    from ..engine import Call
    from ..record import Record

_ACTIVE = {"status": {"statusCode": "ACTIVE"}}
_ROLE = ("arn:aws:iam::{account}:role/aws-service-role/scraper.aps.amazonaws.com/"
         "AWSServiceRoleForAmazonPrometheusScraper_{hex:17}")


def _configured(call: Call, workspace: Record) -> None:
    call.make("WorkspaceConfiguration", {"workspaceId": workspace["workspaceId"]})


SERVICES = [Service("amp", kinds=[
    Kind("Workspace", key="workspaceId", arn="arn:aws:aps:{region}:{account}:workspace/{workspaceId}",
         created=_configured, fields={
             **_ACTIVE, "workspaceId": "ws-{uuid}",
             "prometheusEndpoint": "https://aps-workspaces.{region}.amazonaws.com/workspaces/{workspaceId}/"},
         operations={"UpdateWorkspaceAlias": update()}),
    # There from the workspace's first moment, with the service's own limits.
    Kind("WorkspaceConfiguration", key="workspaceId", parent="Workspace", fields={
        **_ACTIVE, "retentionPeriodInDays": 150, "limitsPerLabelSet": []}),
    Kind("AlertManagerDefinition", key="workspaceId", parent="Workspace", fields=_ACTIVE),
    Kind("RuleGroupsNamespace", key=("workspaceId", "name"), parent="Workspace", fields=_ACTIVE,
         arn="arn:aws:aps:{region}:{account}:rulegroupsnamespace/{workspaceId}/{name}"),
    Kind("LoggingConfiguration", key="workspaceId", parent="Workspace", names={"workspace": "workspaceId"},
         fields=_ACTIVE),
    Kind("QueryLoggingConfiguration", key="workspaceId", parent="Workspace", names={"workspace": "workspaceId"},
         fields=_ACTIVE),
    Kind("Scraper", key="scraperId", arn="arn:aws:aps:{region}:{account}:scraper/{scraperId}",
         fields={**_ACTIVE, "scraperId": "s-{uuid}", "roleArn": _ROLE}),
])]
