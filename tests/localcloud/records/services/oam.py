"""CloudWatch Observability Access Manager: sinks of accounts that watch, links of those that are watched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import Kind, Service, listing, output
from ..engine import Call
from ..record import Record


def _tidy(_call: Call, link: Record) -> None:
    """A configuration that filters nothing is none."""
    if not link["LinkConfiguration"]:
        link.fields.pop("linkconfiguration", None)


def _update(call: Call) -> Mapping[str, Any]:
    link = call.find("Link", Id=call.parameters["Identifier"])
    link.merge({name: value for name, value in call.parameters.items() if name in ("LinkConfiguration", "ResourceTypes")})
    _tidy(call, link)
    return output.of_one(call.operation.output_shape, link, call.parameters)


SERVICES = [Service("oam", kinds=[
    Kind("Sink", key="Id", arn="arn:aws:oam:{region}:{account}:sink/{Id}",
         names={"Identifier": "Id", "SinkIdentifier": "Id"}),
    Kind("SinkPolicy", key="SinkIdentifier", parent="Sink"),
    # A label's template is the account's name, which is nothing here but its number.
    Kind("Link", key="Id", arn="arn:aws:oam:{region}:{account}:link/{Id}", names={"Identifier": "Id"},
         unique=("SinkIdentifier",), fields={"Label": "{account}", "SinkArn": "{SinkIdentifier}"}, created=_tidy, whole=True,
         operations={"ListAttachedLinks": listing(), "UpdateLink": _update}),
])]
