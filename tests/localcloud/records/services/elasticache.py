"""ElastiCache: parameter groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import Kind, Service

if TYPE_CHECKING:
    from ..engine import Call


def _set(call: Call) -> dict[str, Any]:
    group = call.find("CacheParameterGroup", **call.parameters)
    for pair in call.parameters["ParameterNameValues"]:
        group.fields["parameters"][pair["ParameterName"]] = pair["ParameterValue"]
    return {"CacheParameterGroupName": group.name}


def _reset(call: Call) -> dict[str, Any]:
    group = call.find("CacheParameterGroup", **call.parameters)
    for name in ([pair["ParameterName"] for pair in call.parameters.get("ParameterNameValues") or []]
                 or list(group.fields["parameters"])):
        group.fields["parameters"].pop(name, None)
    return {"CacheParameterGroupName": group.name}


def _parameters(call: Call) -> dict[str, Any]:
    """Those that somebody set; Terraform asks for no others."""
    group = call.find("CacheParameterGroup", **call.parameters)
    return {"Parameters": [{"ParameterName": name, "ParameterValue": value, "Source": "user", "IsModifiable": True}
                           for name, value in group.fields["parameters"].items()]}


SERVICES = [Service("elasticache", kinds=[
    Kind("CacheParameterGroup", arn="arn:aws:elasticache:{region}:{account}:parametergroup:{name}",
         fields={"IsGlobal": False, "parameters": {}}, operations={
             "ModifyCacheParameterGroup": _set, "ResetCacheParameterGroup": _reset,
             "DescribeCacheParameters": _parameters}),
])]
