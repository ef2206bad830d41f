"""Parameter groups."""

from __future__ import annotations

from ...engine import Call
from .nodes import Document


def change(call: Call) -> Document:
    """ModifyCacheParameterGroup."""
    group = call.find("CacheParameterGroup", **call.parameters)
    for pair in call.parameters["ParameterNameValues"]:
        group.fields["parameters"][pair["ParameterName"]] = pair["ParameterValue"]
    return {"CacheParameterGroupName": group.name}


def reset(call: Call) -> Document:
    """ResetCacheParameterGroup: the parameters named, or all."""
    group = call.find("CacheParameterGroup", **call.parameters)
    for name in ([pair["ParameterName"] for pair in call.parameters.get("ParameterNameValues") or []]
                 or list(group.fields["parameters"])):
        group.fields["parameters"].pop(name, None)
    return {"CacheParameterGroupName": group.name}


def describe(call: Call) -> Document:
    """Those that somebody set; Terraform asks for no others."""
    group = call.find("CacheParameterGroup", **call.parameters)
    return {"Parameters": [{"ParameterName": name, "ParameterValue": value, "Source": "user", "IsModifiable": True}
                           for name, value in group.fields["parameters"].items()]}
