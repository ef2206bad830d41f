"""May a service deliver?  Asked where AWS would ask: roles, policies of functions, queues, topics and keys.

Only asked while IAM is enforced; with ``--iam off`` and ``record`` everything is
delivered, and ``record`` logs what AWS would have refused.
"""

from __future__ import annotations

import json
import logging
import os
from typing import Any

from ministack.services import kms, lambda_svc, sns, sqs

from ..iam.evaluator import Request, decide
from .principals import role_policies

logger = logging.getLogger("localcloud.permissions")


def _mode() -> str:
    return os.environ.get("LOCALCLOUD_IAM", "off")


def role_allows(role: str, action: str, resource: str) -> bool:
    """Whether the identity policies of ``role`` allow ``action`` on ``resource``."""
    if _mode() == "off":
        return True
    identity, boundary = role_policies(role)
    account, region = (resource.split(":") + [""] * 5)[4], (resource.split(":") + [""] * 5)[3]
    context = {"aws:principalarn": role, "aws:securetransport": "true", "aws:principalisawsservice": "false",
               "aws:requestedregion": region, "aws:resourceaccount": account}
    decision = decide(Request(action, [resource], context), identity, boundary)
    return _verdict(decision.allowed, f"{role} may not {action} on {resource}: {decision.reason}")


def function_admits(function: str, service: str, source: str) -> bool:
    """Whether the resource policy of ``function`` lets ``service`` invoke it for ``source``."""
    if _mode() == "off":
        return True
    found = lambda_svc.function_policy_for_arn(function)
    return _verdict(_service_allowed(found[0] if found else None, service, source, "lambda:InvokeFunction", function),
                    f"the policy of {function} does not admit {service} for {source}")


def queue_admits(queue: str, service: str, source: str) -> bool:
    """Whether the policy of ``queue`` lets ``service`` send to it for ``source``."""
    if _mode() == "off":
        return True
    found = sqs._queue_by_arn(queue)
    policy = found["attributes"].get("Policy") if found else None
    return _verdict(_service_allowed(policy, service, source, "sqs:SendMessage", queue),
                    f"the policy of {queue} does not admit {service} for {source}")


def topic_admits(topic: str, service: str, source: str) -> bool:
    """Whether the policy of ``topic``, and that of its key, let ``service`` publish to it for ``source``."""
    if _mode() == "off":
        return True
    from .lookup import key_of

    record = sns._topic_by_arn_any_scope(topic) or {}
    if not _verdict(_service_allowed(record.get("attributes", {}).get("Policy"), service, source, "sns:Publish", topic),
                    f"the policy of {topic} does not admit {service} for {source}"):
        return False
    encrypted = record.get("attributes", {}).get("KmsMasterKeyId")
    key = key_of(topic)
    if not encrypted:
        return True
    if key is None:
        return _verdict(False, f"{topic} is encrypted with AWS's own key, which {service} cannot use")
    name = key.rpartition("/")[2]
    _arn, _aws, _kms, region, account, _rest = key.split(":", 5)
    policy = (kms._keys.get_scoped(account, region, name) or {}).get("Policy")
    return all(_verdict(_service_allowed(policy, service, source, action, key),
                        f"the policy of {key} does not let {service} {action} for {source}")
               for action in ("kms:GenerateDataKey", "kms:Decrypt"))


def _verdict(allowed: bool, message: str) -> bool:
    if not allowed:
        logger.warning("IAM: %s%s", message, "" if _mode() == "enforce" else " (recorded, not enforced)")
    return allowed or _mode() != "enforce"


def _service_allowed(policy: Any, service: str, source: str, action: str, resource: str) -> bool:
    document = json.loads(policy) if isinstance(policy, str) and policy else policy
    if not document:
        return False
    # Services speak TLS with each other, and a policy may deny what does not.
    context = {"aws:securetransport": "true", "aws:sourcearn": source,
               "aws:sourceaccount": source.split(":")[4] if source.count(":") > 4 else ""}
    return decide(Request(action, [resource], context, service=service), [document]).allowed
