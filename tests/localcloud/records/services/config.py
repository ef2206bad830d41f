"""AWS Config: conformance packs, as what was asked for; the rules in their templates are not made."""

from __future__ import annotations

from .. import Kind, Service, listing

SERVICES = [Service("config", kinds=[
    Kind("ConformancePack", operations={"DescribeConformancePackStatus": listing()},
         arn="arn:aws:config:{region}:{account}:conformance-pack/{name}/{ConformancePackId}", fields={
             "ConformancePackId": "conformance-pack-{hex:9}", "ConformancePackInputParameters": [],
             "ConformancePackState": "CREATE_COMPLETE", "LastUpdateRequestedTime": "{now}",
             "StackArn": "arn:aws:cloudformation:{region}:{account}:stack/awsconfigconforms-{name}/{uuid}"}),
])]
