"""RDS: event subscriptions that change; moto only makes and deletes them."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds import responses


def install() -> None:
    """Patch moto."""
    answers = responses.RDSResponse
    answers.modify_event_subscription = _modify
    answers.add_source_identifier_to_subscription = _add
    answers.remove_source_identifier_from_subscription = _remove


def _modify(self: Any) -> ActionResult:
    subscription = _found(self)
    for parameter, attribute in (("SnsTopicArn", "sns_topic_arn"), ("SourceType", "source_type"),
                                 ("EventCategories", "event_categories"), ("Enabled", "enabled")):
        if parameter in self.params:
            setattr(subscription, attribute, self.params[parameter])
    return ActionResult({"EventSubscription": subscription})


def _add(self: Any) -> ActionResult:
    subscription, name = _found(self), self.params["SourceIdentifier"]
    if name not in subscription.source_ids:
        subscription.source_ids = [*subscription.source_ids, name]
    return ActionResult({"EventSubscription": subscription})


def _remove(self: Any) -> ActionResult:
    subscription, name = _found(self), self.params["SourceIdentifier"]
    subscription.source_ids = [one for one in subscription.source_ids if one != name]
    return ActionResult({"EventSubscription": subscription})


def _found(self: Any) -> Any:
    return next(iter(self.backend.describe_event_subscriptions(self.params["SubscriptionName"])))
