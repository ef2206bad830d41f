"""Data Exports: what of the bill goes where."""

from __future__ import annotations

from .. import Kind, Service

SERVICES = [Service("bcm-data-exports", everywhere=True, kinds=[
    Kind("Export", key="arn", arn="arn:aws:bcm-data-exports:us-east-1:{account}:export/{name}-{uuid}", fields={
        "ExportStatus": {"StatusCode": "HEALTHY"}}),
])]
