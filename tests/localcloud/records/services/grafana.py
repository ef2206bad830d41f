"""Managed Grafana: the workspace; nothing answers at its address."""

from __future__ import annotations

from typing import Any

from .. import Kind, Service, read, update
from ..record import Record


def _authentication(record: Record) -> dict[str, Any]:
    providers = record["authenticationProviders"] or []
    return {"providers": providers, "samlConfigurationStatus": "NOT_CONFIGURED" if "SAML" in providers else None,
            "saml": {"status": "CONFIGURED", "configuration": record["samlConfiguration"]}
            if record["samlConfiguration"] else None}


SERVICES = [Service("grafana", kinds=[
    Kind("Workspace", key="id", arn="arn:aws:grafana:{region}:{account}:/workspaces/{id}", fields={
        "id": "g-{hex:10}", "status": "ACTIVE", "endpoint": "{id}.grafana-workspace.{region}.amazonaws.com",
        "grafanaVersion": "10.4", "dataSources": [], "configuration": "{}", "authentication": _authentication},
        operations={
            "DescribeWorkspaceAuthentication": read(), "UpdateWorkspaceAuthentication": update(),
            "DescribeWorkspaceConfiguration": read(), "UpdateWorkspaceConfiguration": update()}),
])]
