"""A Lambda function for tests: a custom runtime of a few lines, zipped."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from typing import Any

from localcloud import LocalCloud

ACCOUNT = "123456789012"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"

# Speaks the Lambda Runtime API.  An event may say what to do: {"fail": true},
# {"sleep": seconds}; records with "bad" in the body fail one by one.
_BOOTSTRAP = f"""#!{sys.executable} -ES
import http.client, json, os, sys, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
root = "/2018-06-01/runtime/invocation/"
while True:
    api.request("GET", root + "next")
    answer = api.getresponse()
    request, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(answer.read())
    if isinstance(event, dict) and event.get("fail"):
        print("failing as told", flush=True)
        path, result = "/error", {{"errorType": "Told", "errorMessage": "to fail"}}
    else:
        time.sleep(event.get("sleep", 0) if isinstance(event, dict) else 0)
        failures = [{{"itemIdentifier": record["messageId"]}} for record in
                    (event.get("Records") or [] if isinstance(event, dict) else []) if "bad" in record["body"]]
        path, result = "/response", {{"time": time.time(), "event": event, "environment": dict(os.environ),
                                     "batchItemFailures": failures}}
    api.request("POST", root + request + path, json.dumps(result))
    api.getresponse().read()
"""


def package() -> bytes:
    """The zip of the function."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, _BOOTSTRAP)
    return content.getvalue()


def role(cloud: LocalCloud, name: str, *statements: dict[str, Any], boundary: str | None = None,
         tags: dict[str, str] | None = None) -> str:
    """A role with one inline policy; returns its ARN."""
    iam = cloud.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [
            "lambda.amazonaws.com", "scheduler.amazonaws.com"]}}]}
    extra: dict[str, Any] = {"PermissionsBoundary": boundary} if boundary else {}
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), Tags=[
        {"Key": key, "Value": value} for key, value in (tags or {}).items()], **extra)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": list(statements)}))
    return arn


def allow(actions: str | list[str], resources: str | list[str] = "*", **condition: Any) -> dict[str, Any]:
    """One Allow statement."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return statement | ({"Condition": condition} if condition else {})


def function(cloud: LocalCloud, name: str, role_arn: str, **settings: Any) -> str:
    """Create the function; returns its ARN."""
    arn: str = cloud.client("lambda").create_function(
        FunctionName=name, Runtime="provided.al2023", Role=role_arn, Handler="bootstrap",
        Code={"ZipFile": package()}, Timeout=10, **settings)["FunctionArn"]
    return arn


def invoke(cloud: LocalCloud, name: str, event: Any = None) -> Any:
    """Invoke synchronously and decode the answer."""
    answer = cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event if event is not None else {}))
    return json.loads(answer["Payload"].read())


def queue(cloud: LocalCloud, name: str, **attributes: str) -> tuple[str, str]:
    """Create a queue; returns its address and ARN."""
    url: str = cloud.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, QUEUE + name


def messages(cloud: LocalCloud, url: str) -> list[dict[str, Any]]:
    """Take every message of a queue."""
    sqs, found = cloud.client("sqs"), []
    while True:
        batch = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages")
        if not batch:
            return found
        for message in batch:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += batch
