"""Cost Explorer: what was spent and will be, anomalies with their monitors and subscriptions, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import Kind, Service, put
from . import anomalies, commitments, costs

if TYPE_CHECKING:
    from ...engine import Call
    from ...record import Record


def _subscribed(_call: Call, subscription: Record) -> None:
    """Topics accept at once; AWS shows no difference where their policy does not admit it."""
    for subscriber in subscription["Subscribers"]:
        subscriber.setdefault("Status", "CONFIRMED")


SERVICES = [Service("ce", everywhere=True, kinds=[
    Kind("AnomalyMonitor", short="Monitor", key="arn", arn="arn:aws:ce::{account}:anomalymonitor/{uuid}", fields={
        "CreationDate": "{now}", "LastUpdatedDate": "{now}", "DimensionalValueCount": 1}),
    Kind("AnomalySubscription", short="Subscription", key="arn",
         arn="arn:aws:ce::{account}:anomalysubscription/{uuid}", created=_subscribed,
         fields={"AccountId": "{account}"}),
    # A tag that AWS has seen on a resource is there; here every tag has been seen.
    Kind("CostAllocationTag", key="TagKey", fields={"Type": "UserDefined", "LastUpdatedDate": "{now}"}, operations={
        "UpdateCostAllocationTagsStatus": put(each="CostAllocationTagsStatus")}),
    anomalies.kind(),
    Kind("Bill", operations=costs.OPERATIONS | commitments.OPERATIONS),
])]
