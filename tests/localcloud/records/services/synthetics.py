"""CloudWatch Synthetics: canaries that stand ready and never fly."""

from __future__ import annotations

from .. import Kind, Service, listing, update

SERVICES = [Service("synthetics", kinds=[
    Kind("Canary", arn="arn:aws:synthetics:{region}:{account}:canary:{name}", fields={
        "Id": "{uuid}", "Status": {"State": "READY"}, "SuccessRetentionPeriodInDays": 31,
        "FailureRetentionPeriodInDays": 31,
        "EngineArn": "arn:aws:lambda:{region}:{account}:function:cwsyn-{name}-{Id}:1",
        "Timeline": lambda canary: {"Created": canary.born, "LastModified": canary.changed}},
        operations={"StartCanary": update(Status={"State": "RUNNING"}),
                    "StopCanary": update(Status={"State": "STOPPED"}),
                    "DescribeCanaries": listing()}),
])]
