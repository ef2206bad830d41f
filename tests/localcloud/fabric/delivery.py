"""Delivers to targets, and to the dead-letter queue what could not be delivered.

MiniStack drops an event whose target is missing.  AWS retries and then puts it
into the dead-letter queue of the rule's target or of the schedule; the local
cloud does so at once, since nothing here mends itself between two attempts.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from typing import Any

from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import new_uuid
from ministack.services import eventbridge, lambda_svc, sqs

from . import invocations, permissions

logger = logging.getLogger("localcloud.delivery")


class NotDelivered(Exception):
    """A target refused or is missing; carries AWS's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# Set around MiniStack's dispatch of one target, which swallows exceptions.
_failure = threading.local()


def install() -> None:
    """Put dead-letter queues and Lambda's asynchronous semantics under rules."""
    original_invoke = eventbridge._invoke_target

    def invoke_target(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
        _failure.value = None
        _failure.rule = rule
        original_invoke(target, event, rule, view)
        failure: NotDelivered | None = _failure.value
        _failure.rule = None
        if failure is None:
            logger.info("rule %s -> %s", rule.get("Name"), target.get("Arn"))
            return
        logger.warning("rule %s: target %s: %s: %s", rule.get("Name"), target.get("Arn"), failure.code, failure)
        body = json.dumps((view or eventbridge._pattern_event_view(event)).event_with_detail())
        _dead_letter((target.get("DeadLetterConfig") or {}).get("Arn"), body, {
            "RULE_ARN": rule.get("Arn", ""), "TARGET_ARN": target.get("Arn", ""),
            "ERROR_CODE": failure.code, "ERROR_MESSAGE": str(failure)},
            lambda queue: permissions.queue_admits(queue, "events.amazonaws.com", rule.get("Arn", "")))

    def to_lambda(arn: str, payload: str) -> None:
        rule = getattr(_failure, "rule", None) or {}
        try:
            if rule and not permissions.function_admits(arn, "events.amazonaws.com", rule.get("Arn", "")):
                raise NotDelivered("NO_PERMISSIONS", f"the policy of {arn} does not let {rule.get('Arn')} invoke it")
            _invoke(arn, payload)
        except NotDelivered as failure:
            _failure.value = failure

    original_queue = eventbridge._dispatch_to_sqs

    def to_queue(spec: Any, payload: str, parameters: dict[str, Any] | None = None) -> None:
        if sqs._queue_by_arn(str(spec)) is None:
            _failure.value = NotDelivered("RESOURCE_NOT_FOUND", f"there is no queue {spec}")
            return
        original_queue(spec, payload, parameters)

    # Topics and buckets ask this before they put a message into a queue.
    sqs.queue_policy_allows = lambda queue, service, source, _account: permissions.queue_admits(queue, service, source)
    eventbridge._invoke_target = invoke_target
    eventbridge._dispatch_to_lambda = to_lambda
    eventbridge._dispatch_to_sqs = to_queue


def from_schedule(schedule: dict[str, Any], payload: str) -> None:
    """Deliver one firing of a schedule under the schedule's role."""
    target = schedule["Target"]
    arn, role = target["Arn"], target["RoleArn"]
    try:
        _deliver(arn, role, payload, schedule)
        logger.info("schedule %s -> %s", schedule["Name"], arn)
    except NotDelivered as failure:
        logger.warning("schedule %s: target %s: %s: %s", schedule["Name"], arn, failure.code, failure)
        _dead_letter((target.get("DeadLetterConfig") or {}).get("Arn"), payload, {
            "SCHEDULE_ARN": schedule["Arn"], "TARGET_ARN": arn,
            "ERROR_CODE": failure.code, "ERROR_MESSAGE": str(failure)},
            lambda queue: permissions.role_allows(role, "sqs:SendMessage", queue))


def _deliver(arn: str, role: str, payload: str, schedule: dict[str, Any]) -> None:
    action = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "sns": "sns:Publish",
              "states": "states:StartExecution"}.get(_service(arn))
    if action is None:
        raise NotDelivered("UNSUPPORTED_TARGET", f"the local cloud cannot deliver to {arn}")
    if not permissions.role_allows(role, action, arn):
        raise NotDelivered("AccessDeniedException", f"{role} may not {action} on {arn}")
    if action == "lambda:InvokeFunction":
        _invoke(arn, payload)
        return
    if action == "sqs:SendMessage":
        if not send_to_queue(arn, payload):
            raise NotDelivered("AWS.SimpleQueueService.NonExistentQueue", f"there is no queue {arn}")
        return
    # Topics and state machines: MiniStack's own way, for which the schedule looks like a rule.
    eventbridge._invoke_target({"Arn": arn, "Input": payload}, {"Detail": "{}", "Time": int(time.time())}, schedule)


def _service(arn: str) -> str:
    try:
        return str(parse_arn(arn).service)
    except ArnParseError:
        return ""


def _invoke(arn: str, payload: str) -> None:
    function, config, _name = lambda_svc._get_func_record_for_ref(arn)
    if not function or not config:
        raise NotDelivered("ResourceNotFoundException", f"there is no function {arn}")
    try:
        event = json.loads(payload)
    except ValueError:
        event = payload
    invocations.submit(lambda_svc._execution_record_for_config(function, config), event)


def _dead_letter(queue: str | None, body: str, attributes: dict[str, str], admitted: Any) -> None:
    if not queue:
        logger.error("LOST: no dead-letter queue for %s", attributes.get("TARGET_ARN"))
    elif not admitted(queue):
        logger.error("LOST: %s does not admit the message", queue)
    elif not send_to_queue(queue, body, attributes):
        logger.error("LOST: there is no queue %s", queue)


def send_to_queue(arn: str, body: str, attributes: dict[str, str] | None = None) -> bool:
    """Put one message into a queue as a service would; False when there is none."""
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        return False
    now = time.time()
    message = {
        "id": new_uuid(), "body": body, "md5_body": hashlib.md5(body.encode()).hexdigest(), "md5_attrs": "",
        "receipt_handle": None, "sent_at": now, "visible_at": now + sqs.queue_delay(queue), "receive_count": 0,
        "first_receive_at": None, "group_id": None, "dedup_id": None, "dedup_cache_key": None, "seq": None,
        "message_attributes": {name: {"DataType": "String", "StringValue": value}
                               for name, value in (attributes or {}).items() if value},
        "sys": {"SenderId": "AIDAEXAMPLESERVICE", "SentTimestamp": str(int(now * 1000))},
    }
    queue["messages"].append(message)
    eventbridge.esm_wake.set()
    return True
