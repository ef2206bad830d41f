"""Security Hub: the account, its standards, the aggregator of findings."""

from __future__ import annotations

from .. import Kind, Service, create, delete, listing, update
from ..record import Record


def _subscription(record: Record) -> str:
    # arn:aws:securityhub:us-east-1::standards/NAME/v/1.0.0, or :::ruleset/NAME/v/1.2.0
    standard = str(record["StandardsArn"]).split("/", 1)[1]
    return f"arn:aws:securityhub:{record.region}:{record.account}:subscription/{standard}"


SERVICES = [Service("securityhub", kinds=[
    Kind("Hub", key=(), arn="arn:aws:securityhub:{region}:{account}:hub/default", missing="InvalidAccessException",
         fields={"SubscribedAt": "{now}", "AutoEnableControls": True, "ControlFindingGenerator": "SECURITY_CONTROL"},
         operations={"EnableSecurityHub": create(), "UpdateSecurityHubConfiguration": update(),
                     "DisableSecurityHub": delete()}),
    Kind("StandardsSubscription", key="StandardsArn", arn=_subscription, fields={
        "StandardsInput": {}, "StandardsStatus": "READY"},
        operations={"BatchEnableStandards": create(each="StandardsSubscriptionRequests"),
                    "GetEnabledStandards": listing(),
                    "BatchDisableStandards": delete(each="StandardsSubscriptionArns")}),
    Kind("AutomationRule", short="Rule", key="arn", names={"AutomationRulesArn": "arn"},
         fields={"RuleStatus": "ENABLED", "IsTerminal": False},
         arn="arn:aws:securityhub:{region}:{account}:automation-rule/{uuid}", operations={
             "BatchGetAutomationRules": listing(),
             "BatchUpdateAutomationRules": update(each="UpdateAutomationRulesRequestItems"),
             "BatchDeleteAutomationRules": delete(each="AutomationRulesArns")}),
    Kind("FindingAggregator", key="arn", arn="arn:aws:securityhub:{region}:{account}:finding-aggregator/{uuid}",
         fields={"FindingAggregationRegion": "{region}"}),
])]
