"""IAM Access Analyzer."""

from __future__ import annotations

from .. import Kind, Service

SERVICES = [Service("accessanalyzer", kinds=[
    Kind("Analyzer", arn="arn:aws:access-analyzer:{region}:{account}:analyzer/{name}", fields={"status": "ACTIVE"}),
    Kind("ArchiveRule", key=("analyzerName", "ruleName"), parent="Analyzer"),
])]
