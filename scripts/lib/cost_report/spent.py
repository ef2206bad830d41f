"""Asks an environment's cost-anomaly for its report of a month."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from deployment.options import ENVIRONMENTS
from deployment.terminal import Refused

_CODES = dict(zip(ENVIRONMENTS, ("dev", "staging", "prod"), strict=True))
# Longer than the function may run; it is asked once, for every page that it reads is paid for.
_PATIENCE = Config(read_timeout=900, retries={"total_max_attempts": 1})
Client = Callable[[str | None], Any]


@dataclass(frozen=True)
class Asked:
    """What a person wants to see."""

    project: str
    environment: str
    period: str
    """The month, like 2026-10."""
    form: str
    """json, markdown or html."""
    target: str = "aws"
    region: str | None = None

    @property
    def function(self) -> str:
        """The Lambda function that knows."""
        return f"{self.project}-{_CODES[self.environment]}-cost-anomaly-function"

    @property
    def command(self) -> dict[str, str]:
        """What it is asked."""
        return {"command": "report", "period": self.period, "format": self.form}


def _lambda(region: str | None) -> Any:
    return boto3.session.Session(region_name=region).client("lambda", config=_PATIENCE)


def report(asked: Asked, client: Client = _lambda) -> str:
    """The report as text, in the form that was asked for. Raises ``Refused`` with what is in the way."""
    local = os.environ.get("AWS_ENDPOINT_URL", "").startswith(("http://127.0.0.1:", "http://localhost:"))
    if asked.target == "local" and not local:
        raise Refused('--target local needs a local cloud: scripts/local-cloud start, then '
                      'eval "$(scripts/local-cloud env)"')
    if asked.target == "aws" and os.environ.get("AWS_ENDPOINT_URL"):
        raise Refused("AWS_ENDPOINT_URL is set, so this would not reach AWS: unset it, or say --target local")
    try:
        answer = client(asked.region).invoke(FunctionName=asked.function, Qualifier="live",
                                             Payload=json.dumps(asked.command))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            raise Refused(f"there is no function {asked.function}: cost-anomaly is not deployed in "
                          f"{asked.environment}; --estimate prices its plan") from None
        raise Refused(f"{asked.function} cannot be asked: {code}: {error.response['Error']['Message']}") from None
    except BotoCoreError as error:
        raise Refused(f"{asked.function} cannot be asked: {' '.join(str(error).split())}") from None
    return _content(asked, answer["Payload"].read().decode(errors="replace"), failed=bool(answer.get("FunctionError")))


def _content(asked: Asked, payload: str, *, failed: bool) -> str:
    """What to show of the answer: the report itself, or its ``content`` where it is a document."""
    try:
        told = json.loads(payload)
    except ValueError:
        raise Refused(f"{asked.function} answered what is no JSON: {payload[:200]}") from None
    if failed:
        why = told.get("errorMessage") if isinstance(told, dict) else None
        raise Refused(f"{asked.function} failed: {' '.join(str(why or payload[:200]).split())}")
    if asked.form == "json":
        return json.dumps(told, indent=2, ensure_ascii=False)
    content = told.get("content") if isinstance(told, dict) else told
    if not isinstance(content, str):
        raise Refused(f"{asked.function} answered without a {asked.form} document: is it of this version?")
    return content
