"""CloudWatch Observability Access Manager: sinks of accounts that watch, links of those that are watched."""

from __future__ import annotations

from .. import Kind, Service, listing

SERVICES = [Service("oam", kinds=[
    Kind("Sink", key="Id", arn="arn:aws:oam:{region}:{account}:sink/{Id}",
         names={"Identifier": "Id", "SinkIdentifier": "Id"}),
    Kind("SinkPolicy", key="SinkIdentifier", parent="Sink"),
    # A label's template is the account's name, which is nothing here but its number.
    Kind("Link", key="Id", arn="arn:aws:oam:{region}:{account}:link/{Id}", names={"Identifier": "Id"},
         unique=("SinkIdentifier",), fields={"Label": "{account}", "SinkArn": "{SinkIdentifier}"},
         operations={"ListAttachedLinks": listing()}),
])]
