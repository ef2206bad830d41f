"""CloudFront: the policies of one's own, and functions with their two stages."""

from __future__ import annotations

import hashlib
from typing import Any

from .. import Kind, Service, create, listing, read
from ..engine import Call
from ..record import Record, now

_VERSION = {"ETag": "E{hex:13}"}


def _version(content: dict[str, Any]) -> str:
    return "E" + hashlib.sha256(repr(sorted(content.items(), key=str)).encode()).hexdigest()[:13].upper()


def _content(call: Call) -> dict[str, Any]:
    return {name: call.parameters[name] for name in ("FunctionConfig", "FunctionCode")}


def _created(call: Call, function: Record) -> None:
    function.fields["stages"] = {"DEVELOPMENT": (_content(call), now())}


def _found(call: Call) -> tuple[Record, dict[str, Any], Any]:
    """The function in the stage that is asked for; what was never published is not live."""
    function = call.find("Function", Name=call.parameters["Name"])
    stage = call.parameters.get("Stage") or "DEVELOPMENT"
    if stage not in function.fields["stages"]:
        raise call.refuse("NoSuchFunctionExists", "The specified function does not exist.")
    content, changed = function.fields["stages"][stage]
    return function, content, changed


def _summary(function: Record, stage: str) -> dict[str, Any]:
    content, changed = function.fields["stages"][stage]
    return {"Name": function["Name"], "Status": "UNPUBLISHED" if stage == "DEVELOPMENT" else "UNASSOCIATED",
            "FunctionConfig": content["FunctionConfig"], "FunctionMetadata": {
                "FunctionARN": function.arn, "Stage": stage, "CreatedTime": function.born, "LastModifiedTime": changed}}


def _described(call: Call) -> dict[str, Any]:
    function, content, _changed = _found(call)
    return {"ETag": _version(content), "FunctionSummary": _summary(function, call.parameters.get("Stage") or "DEVELOPMENT")}


def _code(call: Call) -> dict[str, Any]:
    _function, content, _changed = _found(call)
    return {"ETag": _version(content), "ContentType": "application/octet-stream", "FunctionCode": content["FunctionCode"]}


def _updated(call: Call) -> dict[str, Any]:
    function, _old, _changed = _found(call)
    function.fields["stages"]["DEVELOPMENT"] = (_content(call), now())
    return _described(call)


def _published(call: Call) -> dict[str, Any]:
    function, content, _changed = _found(call)
    function.fields["stages"]["LIVE"] = (content, now())
    return {"FunctionSummary": _summary(function, "LIVE")}


SERVICES = [Service("cloudfront", everywhere=True, kinds=[
    *(Kind(f"{kind}Policy", key="Id", fields=_VERSION, operations={f"List{kind}Policies": listing(),
                                                                   f"Get{kind}PolicyConfig": read()})
      for kind in ("Cache", "OriginRequest", "ResponseHeaders")),
    Kind("Function", key="Name", arn="arn:aws:cloudfront::{account}:function/{Name}", created=_created, fields={
        "ETag": lambda function: _version(function.fields["stages"]["DEVELOPMENT"][0]),
        "FunctionSummary": lambda function: _summary(function, "DEVELOPMENT")}, operations={
            "CreateFunction": create(), "DescribeFunction": _described, "GetFunction": _code, "UpdateFunction": _updated,
            "PublishFunction": _published}),
])]
