"""CloudWatch alarms over the query protocol, which Terraform's provider speaks.

MiniStack answers DescribeAlarms there with a few fields only; the whole record,
which its other two protocols return, is written here by botocore's model.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import cloudwatch


def install() -> None:
    """Put the whole answer in place of MiniStack's."""
    original = cloudwatch._describe_alarms

    def describe(params: dict[str, Any], cbor_data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if is_cbor or is_json:
            return original(params, cbor_data, is_cbor, is_json)
        status, _headers, body = original(params, _request(params), False, True)
        if status != 200:
            return original(params, cbor_data, False, False)
        answer = json.loads(body)
        for alarm in answer.get("MetricAlarms", []):
            if alarm.get("ExtendedStatistic"):
                # An alarm has one or the other; MiniStack fills the first in.
                alarm.pop("Statistic", None)
        content = _element("DescribeAlarmsResult", answer, _shape())
        return cloudwatch._xml(200, "DescribeAlarmsResponse", content)

    cloudwatch._describe_alarms = describe


def _request(params: dict[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {name: cloudwatch._p(params, name) for name in (
        "AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken") if cloudwatch._p(params, name)}
    for name in ("AlarmNames", "AlarmTypes"):
        values: list[str] = []
        while value := cloudwatch._p(params, f"{name}.member.{len(values) + 1}"):
            values.append(value)
        if values:
            request[name] = values
    return request


@lru_cache
def _shape() -> Any:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    model = ServiceModel(Loader().load_service_model("cloudwatch", "service-2"))
    return model.operation_model("DescribeAlarms").output_shape


def _element(name: str, value: Any, shape: Any) -> str:
    if value is None or (shape.type_name != "structure" and value == ""):
        return ""
    return f"<{name}>{_content(value, shape)}</{name}>"


def _content(value: Any, shape: Any) -> str:
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            return ""
        return "".join(_element(member, value[member], inner) for member, inner in shape.members.items()
                       if member in value)
    if shape.type_name == "list":
        if isinstance(value, dict):
            # Dimensions are kept as a map.
            value = [{"Name": key, "Value": item} for key, item in value.items()]
        return "".join(_element("member", item, shape.member) for item in value)
    if shape.type_name == "timestamp" and isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value))
