"""X-Ray: groups, sampling rules, how traces are encrypted; the traces themselves are moto's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import Kind, Service
from ..engine import Call


def _encrypt(call: Call) -> Mapping[str, Any]:
    """One way of encryption takes the place of the other, its key included."""
    record = call.find("EncryptionConfig")
    record.merge({"type": call.parameters["Type"], "keyid": call.parameters.get("KeyId")})
    return {"EncryptionConfig": {name: value for name in ("KeyId", "Status", "Type") if (value := record[name])}}


SERVICES = [Service("xray", kinds=[
    Kind("Group", key="GroupName", arn="arn:aws:xray:{region}:{account}:group/{GroupName}/{hex:26}",
         missing="InvalidRequestException: Group not found"),
    Kind("SamplingRule", short="Rule", key="RuleName",
         arn="arn:aws:xray:{region}:{account}:sampling-rule/{RuleName}",
         missing="InvalidRequestException: Sampling rule does not exist"),
    Kind("EncryptionConfig", key=(), always=True, fields={"Type": "NONE", "Status": "ACTIVE"},
         operations={"PutEncryptionConfig": _encrypt}),
])]
