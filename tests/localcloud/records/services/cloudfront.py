"""CloudFront: the policies of one's own."""

from __future__ import annotations

from .. import Kind, Service, listing, read

_VERSION = {"ETag": "E{hex:13}"}

SERVICES = [Service("cloudfront", everywhere=True, kinds=[
    Kind(f"{kind}Policy", key="Id", fields=_VERSION, operations={f"List{kind}Policies": listing(),
                                                                 f"Get{kind}PolicyConfig": read()})
    for kind in ("Cache", "OriginRequest", "ResponseHeaders")
])]
