"""Lambda invocations: AWS's asynchronous semantics, role credentials, measurements."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.responses import new_uuid, request_scope
from ministack.services import lambda_svc

from .. import part
from ..clock import rfc3339
from ..state import MARKER
from . import door

logger = logging.getLogger("localcloud.lambda")

# Real seconds between attempts; AWS waits one and then two minutes.
_RETRY_SECONDS = 1.0
_THROTTLE_SECONDS = 0.2
# What a Lambda process inherits: never MiniStack's own settings.
_INHERITED = ("PATH", "LANG", "LD_PRELOAD", "NIGHTSHIFT_CLOCK", "AWS_ENDPOINT_URL", "AWS_EC2_METADATA_DISABLED", MARKER)

_pending = 0
_pending_lock = threading.Lock()
_records_lock = threading.Lock()
_last_peak: dict[str, int] = {}


def install() -> None:
    """Put this module's functions in the places of MiniStack's."""
    lambda_svc.invoke_async_with_retry = submit
    lambda_svc.execution_credentials = lambda_runtime.execution_credentials = _role_credentials
    lambda_svc._probe_peak_memory_mb = lambda function: _last_peak.get(
        (function.get("config") or function).get("FunctionName", ""), 0) // 1024
    lambda_svc._create_esm = _checked_mapping(lambda_svc._create_esm)
    _clean_environment()
    _measure()


# -- asynchronous invocation --------------------------------------------


def submit(function: dict[str, Any], event: Any) -> None:
    """Invoke as Lambda does for ``InvocationType: Event``.

    A throttled attempt is repeated until the event is too old and does not
    count; a failed one is repeated ``MaximumRetryAttempts`` times (2 by
    default).  In the end the event goes to the on-failure destination, or raw
    to the function's dead-letter queue.
    """
    global _pending
    with _pending_lock:
        _pending += 1
    threading.Thread(target=_run, args=(function, event), daemon=True).start()


def _run(function: dict[str, Any], event: Any) -> None:
    global _pending
    try:
        config = function.get("config") or function
        account, region = lambda_svc._account_region_from_function_config(config)
        with request_scope(account, region):
            _attempts(function, config, event)
    except Exception:
        logger.exception("an asynchronous invocation broke")
    finally:
        with _pending_lock:
            _pending -= 1


def _attempts(function: dict[str, Any], config: dict[str, Any], event: Any) -> None:
    settings = (function.get("event_invoke_config")
                or (function.get("event_invoke_configs") or {}).get(config.get("Version", "$LATEST"))
                or (function.get("event_invoke_configs") or {}).get("$LATEST") or {})
    retries = settings.get("MaximumRetryAttempts")
    retries = 2 if retries is None else int(retries)
    oldest = time.monotonic() + float(settings.get("MaximumEventAgeInSeconds") or 21600)
    tries = 0
    condition = "RetriesExhausted"
    while True:
        result = lambda_svc._execute_function(function, event)
        if result.get("throttle"):
            if lambda_svc._reserved_concurrency(function, config) == 0 or time.monotonic() > oldest:
                condition = "EventAgeExceeded"
                break
            time.sleep(_THROTTLE_SECONDS)
            continue
        tries += 1
        if not result.get("error"):
            return
        logger.warning("%s failed (attempt %d of %d): %s", config.get("FunctionName"), tries, retries + 1,
                       json.dumps(result.get("body"))[:500])
        if tries > retries:
            break
        time.sleep(float(part.option("lambda_retry_seconds", _RETRY_SECONDS)) * 2 ** (tries - 1))
    _failed(settings, config, event, result, tries, condition)


def _failed(settings: dict[str, Any], config: dict[str, Any], event: Any, result: dict[str, Any],
            tries: int, condition: str) -> None:
    from . import delivery, permissions

    body = result.get("body") if isinstance(result.get("body"), dict) else {}
    destination = ((settings.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    queue = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    name, arn, role = config.get("FunctionName"), config["FunctionArn"], config["Role"]
    for target, text in ((destination, json.dumps({
            "version": "1.0", "timestamp": rfc3339(time.time()),
            "requestContext": {"requestId": new_uuid(), "functionArn": f"{arn}:{config.get('Version', '$LATEST')}",
                               "condition": condition, "approximateInvokeCount": tries},
            "requestPayload": event,
            "responseContext": {"statusCode": 200, "executedVersion": config.get("Version", "$LATEST"),
                                "functionError": result.get("function_error") or "Unhandled"},
            "responsePayload": body})), (queue, json.dumps(event))):
        if not target:
            continue
        action = "sns:Publish" if ":sns:" in target else "sqs:SendMessage"
        if not permissions.role_allows(role, action, target):
            logger.error("LOST: %s may not %s on %s", role, action, target)
        elif action == "sqs:SendMessage" and delivery.send_to_queue(
                target, text, {} if target is destination else {
                    "RequestID": new_uuid(), "ErrorCode": "200", "ErrorMessage": str(body.get("errorMessage", ""))}):
            logger.info("%s gave up: the event is in %s", name, target)
        elif action == "sns:Publish":
            from ministack.services import sns

            sns.publish_internal(target, text, "Lambda asynchronous failure")
        else:
            logger.error("LOST: there is no %s", target)


def _checked_mapping(create: Any) -> Any:
    """Lambda refuses a queue that the function's role could not read."""
    def checked(data: dict[str, Any]) -> Any:
        from ministack.core.responses import error_response_json

        from . import permissions

        queue = data.get("EventSourceArn", "")
        _function, config, _name = lambda_svc._get_func_record_for_ref(data.get("FunctionName", ""))
        if config and ":sqs:" in queue:
            for name in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
                if not permissions.role_allows(config["Role"], f"sqs:{name}", queue):
                    return error_response_json("InvalidParameterValueException", "The provided execution role does "
                                               f"not have permissions to call {name} on SQS", 400)
        return create(data)
    return checked


# -- the process ----------------------------------------------------------


def _role_credentials(config: dict[str, Any]) -> dict[str, str]:
    """Credentials of a session of the execution role, known to MiniStack's STS."""
    from ministack import app

    switch, app.AUTH = app.AUTH, True
    try:
        return _original_credentials(config)
    finally:
        app.AUTH = switch


_original_credentials = lambda_runtime.execution_credentials


def _clean_environment() -> None:
    original = lambda_svc._provided_worker_env

    def environment(config: dict[str, Any], code: str, port: int) -> dict[str, str]:
        keep = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        made = original(config, code, port)
        own = lambda_svc._runtime_env_vars(config)
        names = set(keep) | set(own) | {name for name in made if os.environ.get(name) != made[name]} | {
            "AWS_REGION", "AWS_DEFAULT_REGION"}
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
        return {name: made[name] for name in names if name in made} | {
            "AWS_LAMBDA_LOG_GROUP_NAME": group, "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": "AWS_Lambda_provided.al2023", "TZ": ":UTC", "HOME": "/tmp"} | own

    lambda_svc._provided_worker_env = environment


# -- measurements ------------------------------------------------------------


def _measure() -> None:
    worker = lambda_runtime.ProvidedWorker
    spawn, invoke, result_of = worker._spawn, worker.invoke, worker._record_result

    def measured_spawn(self: Any, *arguments: Any, **named: Any) -> None:
        started = time.perf_counter()
        spawn(self, *arguments, **named)
        self.localcloud_ready = time.perf_counter()
        self.localcloud_init = self.localcloud_ready - started

    def measured_result(self: Any, *arguments: Any, **named: Any) -> Any:
        self.localcloud_done = time.perf_counter()
        return result_of(self, *arguments, **named)

    def measured_invoke(self: Any, event: Any, request_id: str, **named: Any) -> Any:
        self.localcloud_init = self.localcloud_done = None
        self.localcloud_ready, simulated = time.perf_counter(), time.time()
        result: dict[str, Any] = {}
        try:
            result = invoke(self, event, request_id, **named)
            return result
        finally:
            # To the answer and no further: MiniStack waits for late log lines after it.
            done = self.localcloud_done or time.perf_counter()
            _record(self, request_id, done - self.localcloud_ready, simulated, result)

    worker._spawn, worker.invoke, worker._record_result = measured_spawn, measured_invoke, measured_result


def _record(worker: Any, request_id: str, seconds: float, simulated: float, result: dict[str, Any]) -> None:
    process = worker._proc
    peak = _peak(process.pid) if process is not None else None
    name = worker.config.get("FunctionName", "")
    if peak:
        _last_peak[name] = peak
    init = worker.localcloud_init
    line = {
        "function": name, "request": request_id, "simulated": rfc3339(simulated), "cold": init is not None,
        "init_milliseconds": round(init * 1000, 1) if init is not None else None,
        "milliseconds": round(seconds * 1000, 1), "peak_kib": peak,
        "pid": process.pid if process is not None else None, "memory_mb": worker.config.get("MemorySize"),
        "ok": result.get("status") == "ok",
    }
    with _records_lock, part.state().invocations.open("a") as stream:
        stream.write(json.dumps(line) + "\n")
    for text in str(result.get("log") or "").splitlines():
        print(f"{name}: {text}", flush=True)
    logger.info("%s %s in %s ms%s, peak %s KiB", name, "ended" if line["ok"] else "FAILED", line["milliseconds"],
                f" after {line['init_milliseconds']} ms of init" if line["cold"] else "", peak)


def _peak(pid: int) -> int | None:
    """Peak resident memory of the process so far, KiB."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    except OSError:
        return None
    return None


@door.route("busy")
def _busy(_request: dict[str, Any]) -> dict[str, Any]:
    """What is still going on: invocations, queued events, messages that a function will take."""
    running, _by_function = lambda_svc.executions_in_flight()
    with _pending_lock:
        pending = _pending
    batches = sum(lambda_svc._esm_inflight.values())
    return {"running": running, "pending": pending, "batches": batches, "messages": _visible_messages()}


def wake_pollers() -> None:
    """Let queues be polled at once when the clock has made a message visible again."""
    if _visible_messages():
        lambda_svc._esm_wake.set()


def next_visible() -> float | None:
    """When the next message that a function has not finished comes back into its queue."""
    now = time.time()
    return min((moment for moment in _visible_at() if moment > now), default=None)


def _visible_messages() -> int:
    now = time.time()
    return sum(moment <= now for moment in _visible_at())


def _visible_at() -> list[float]:
    """The instants from which the messages of all polled queues are visible."""
    from ministack.services import sqs

    queues = [sqs._queue_by_arn(mapping.get("EventSourceArn", ""))
              for _account, _region, mapping in lambda_svc._iter_all_esms() if mapping.get("Enabled", True)]
    return [float(message.get("visible_at", 0)) for queue in queues if queue for message in list(queue["messages"])]
