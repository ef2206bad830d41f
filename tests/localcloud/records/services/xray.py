"""X-Ray: groups, sampling rules, how traces are encrypted; the traces themselves are moto's."""

from __future__ import annotations

from .. import Kind, Service

SERVICES = [Service("xray", kinds=[
    Kind("Group", key="GroupName", arn="arn:aws:xray:{region}:{account}:group/{GroupName}/{hex:26}",
         missing="InvalidRequestException: Group not found"),
    Kind("SamplingRule", short="Rule", key="RuleName",
         arn="arn:aws:xray:{region}:{account}:sampling-rule/{RuleName}",
         missing="InvalidRequestException: Sampling rule does not exist"),
    Kind("EncryptionConfig", key=(), always=True, fields={"Type": "NONE", "Status": "ACTIVE"}),
])]
