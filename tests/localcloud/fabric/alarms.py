"""CloudWatch alarms as they were put, over the query protocol too, which Terraform's provider speaks.

There MiniStack takes and gives a few fields only, and it knows neither metric
math nor suppressors.  botocore's model says what a request and an answer hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import cloudwatch

# What an alarm on an expression does not have, and MiniStack fills in.
_SINGLE = ("Namespace", "MetricName", "Statistic", "ExtendedStatistic", "Period", "Unit")


def install() -> None:
    """Patch MiniStack."""
    cloudwatch._put_metric_alarm = _whole("PutMetricAlarm", cloudwatch._put_metric_alarm)
    cloudwatch._put_composite_alarm = _whole("PutCompositeAlarm", cloudwatch._put_composite_alarm)
    original = cloudwatch._describe_alarms

    def describe(params: dict[str, Any], cbor_data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if is_cbor or is_json:
            return original(params, cbor_data, is_cbor, is_json)
        status, _headers, body = original(params, _parsed("DescribeAlarms", params), False, True)
        if status != 200:
            return original(params, cbor_data, False, False)
        content = _element("DescribeAlarmsResult", json.loads(body), _operation("DescribeAlarms").output_shape)
        return cloudwatch._xml(200, "DescribeAlarmsResponse", content)

    cloudwatch._describe_alarms = describe


def _whole(name: str, put: Callable[..., Any]) -> Callable[..., Any]:
    def whole(params: dict[str, Any], cbor_data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        answer = put(params, cbor_data, is_cbor, is_json)
        if answer[0] != 200:
            return answer
        request = dict(cbor_data) if is_cbor or is_json else _parsed(name, params)
        request.pop("Tags", None)
        alarms = cloudwatch._alarms if name == "PutMetricAlarm" else cloudwatch._composite_alarms
        alarm = alarms[request["AlarmName"]]
        alarm.update(request)
        # An alarm has a statistic, a percentile or an expression.
        absent = _SINGLE if request.get("Metrics") else ("Statistic",) if request.get("ExtendedStatistic") else ()
        for field in (*absent, *(("Threshold",) if request.get("ThresholdMetricId") else ())):
            alarm.pop(field, None)
        return answer
    return whole


def _parsed(name: str, params: dict[str, Any]) -> dict[str, Any]:
    """A query request as the other protocols have it."""
    from moto.core.parse import QueryParser

    parsed: dict[str, Any] = QueryParser(_operation(name)).parse(
        {"values": {key: cloudwatch._p(params, key) for key in params}})
    return parsed


@lru_cache
def _operation(name: str) -> Any:
    from moto.core.utils import get_service_model

    return get_service_model("cloudwatch").operation_model(name)


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
