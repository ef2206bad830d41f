"""Cost Explorer: what was spent and will be, anomalies with their monitors and subscriptions, tags."""

from __future__ import annotations

from ... import Kind, Service, put
from . import anomalies, commitments, costs

SERVICES = [Service("ce", everywhere=True, kinds=[
    Kind("AnomalyMonitor", short="Monitor", key="arn", arn="arn:aws:ce::{account}:anomalymonitor/{uuid}", fields={
        "CreationDate": "{now}", "LastUpdatedDate": "{now}", "DimensionalValueCount": 1}),
    Kind("AnomalySubscription", short="Subscription", key="arn",
         arn="arn:aws:ce::{account}:anomalysubscription/{uuid}", fields={"AccountId": "{account}"}),
    # A tag that AWS has seen on a resource is there; here every tag has been seen.
    Kind("CostAllocationTag", key="TagKey", fields={"Type": "UserDefined", "LastUpdatedDate": "{now}"}, operations={
        "UpdateCostAllocationTagsStatus": put(each="CostAllocationTagsStatus")}),
    anomalies.kind(),
    Kind("Bill", operations=costs.OPERATIONS | commitments.OPERATIONS),
])]
