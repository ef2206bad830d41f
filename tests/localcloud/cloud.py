"""The Python door to a local cloud: start it, drive it, ask it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .clock import Clock, ClockError, library, parse_duration, parse_instant, rfc3339
from .process import alive
from .state import State

_TESTS = Path(__file__).resolve().parent.parent


class LocalCloudError(RuntimeError):
    """The cloud could not do what was asked; the message says what and why."""


class LocalCloud:
    """A running (or to be started) local cloud.

    As a context manager it starts a cloud of its own in a temporary directory
    and ends it::

        with LocalCloud(iam="enforce", time="2026-11-23T18:55:00-05:00") as cloud:
            cloud.client("rds").describe_db_instances()
            cloud.advance("10m")

    Without one, ``LocalCloud(state=...)`` talks to a cloud that runs already.
    """

    def __init__(self, state: str | os.PathLike[str] | None = None, *, port: int = 0, iam: str = "off",
                 time: str | None = None, seeds: Iterable[str | os.PathLike[str]] = (),
                 timings: Mapping[str, float] | None = None,
                 options: Mapping[str, Any] | None = None) -> None:
        self._given = state
        self._temporary: str | None = None
        self._settings = {"port": port, "iam": iam, "time": time, "timings": dict(timings or {}),
                          "options": dict(options or {})}
        self._seeds = list(seeds)
        self.state = State.at(state)

    # -- life ------------------------------------------------------------

    def __enter__(self) -> Self:
        if self._given is None:
            self._temporary = tempfile.mkdtemp(prefix="nightshift-local-cloud-")
            self.state = State.at(self._temporary)
        try:
            self.start()
        except BaseException:
            self._discard()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()
        self._discard()

    def _discard(self) -> None:
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def running(self) -> bool:
        """Whether a supervisor lives behind the status file."""
        return self._supervisor() is not None

    def _supervisor(self) -> dict[str, Any] | None:
        """The status document of a living supervisor of this very directory.

        The number of a dead one may belong to a stranger by now.
        """
        status = self.state.read_status()
        if not status or not alive(status["pid"]):
            return None
        try:
            command = Path(f"/proc/{status['pid']}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return None
        mine = b"localcloud.supervisor" in command and str(self.state.directory).encode() in command
        return status if mine else None

    def start(self, timeout: float = 60.0) -> dict[str, Any]:
        """Start everything in the background; returns the status document."""
        if self.running():
            raise LocalCloudError(f"a local cloud runs already in {self.state.directory}; "
                                  "stop it, or give another --state directory")
        self.state.directory.mkdir(parents=True, exist_ok=True)
        self.state.status.unlink(missing_ok=True)
        for old in (self.state.log, self.state.calls, self.state.invocations):
            old.unlink(missing_ok=True)
        if self._settings["time"]:
            parse_instant(str(self._settings["time"]))
        try:
            library()
        except ClockError as error:
            raise LocalCloudError(str(error)) from None
        self.state.settings.write_text(json.dumps(self._settings))
        with self.state.log.open("a") as log:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "localcloud.supervisor", str(self.state.directory)],
                env={**os.environ, "PYTHONPATH": str(_TESTS), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self._await_ready(supervisor, time.monotonic() + timeout)
        for seed in self._seeds:
            self.seed(seed)
        return self.status()

    def _await_ready(self, supervisor: subprocess.Popen[bytes], deadline: float) -> None:
        while time.monotonic() < deadline:
            if supervisor.poll() is not None:
                break
            if self.state.status.exists():
                with contextlib.suppress(LocalCloudError):
                    if self.control("ready").get("ready"):
                        # The supervisor outlives this process on purpose.
                        supervisor.returncode = 0
                        return
            time.sleep(0.02)
        tail = "\n".join(self.state.log.read_text().splitlines()[-20:])
        if supervisor.poll() is None:
            supervisor.terminate()
            supervisor.wait(5)
        raise LocalCloudError(f"the local cloud did not start; the end of {self.state.log}:\n{tail}")

    def stop(self, timeout: float = 15.0) -> bool:
        """End everything; False when nothing was running."""
        status = self._supervisor()
        if status is None:
            self.state.status.unlink(missing_ok=True)
            return False
        os.kill(status["pid"], signal.SIGTERM)
        deadline = time.monotonic() + timeout
        while alive(status["pid"]) and time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(status["pid"], os.WNOHANG)
            time.sleep(0.02)
        if alive(status["pid"]):
            os.kill(status["pid"], signal.SIGKILL)
        self.state.status.unlink(missing_ok=True)
        return True

    def status(self) -> dict[str, Any]:
        """The status document; raises when nothing runs here."""
        status = self._supervisor()
        if status is None:
            raise LocalCloudError(f"no local cloud runs in {self.state.directory}; "
                                  "start one with: scripts/local-cloud start")
        return status

    # -- talking to it ----------------------------------------------------

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL must be."""
        return str(self.status()["endpoint"])

    @property
    def env(self) -> dict[str, str]:
        """The environment for Terraform, SDKs and the command line."""
        return dict(self.status()["env"])

    def client(self, service: str, region: str = "us-east-1", **arguments: Any) -> Any:
        """A boto3 client with the dummy root credentials."""
        import boto3
        from botocore.config import Config

        env = self.env
        # Names that begin with the account's number resolve nowhere: a proxy need not resolve them.
        proxied: dict[str, Any] = {"proxies": {"http": self.endpoint}} if service == "s3control" else {}
        settings = {
            "aws_access_key_id": env["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": env["AWS_SECRET_ACCESS_KEY"],
            "config": Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"}, **proxied),
        } | arguments
        return boto3.client(service, region_name=region, endpoint_url=self.endpoint, **settings)

    def control(self, command: str, request: Mapping[str, Any] | None = None,
                timeout: float = 300.0) -> dict[str, Any]:
        """Send one command to the control door."""
        address = f"{self.status()['endpoint']}/_localcloud/{command}"
        post = urllib.request.Request(address, data=json.dumps(dict(request or {})).encode(), method="POST",
                                      headers={"Content-Type": "application/json"})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(post, timeout=timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            content = error.read().decode("utf-8", "replace")
            with contextlib.suppress(ValueError):
                content = json.loads(content).get("error", content)
            raise LocalCloudError(content) from None
        except OSError as error:
            raise LocalCloudError(f"{address}: {error}") from None

    def reset(self) -> None:
        """Empty both emulators and forget calls; the clock stays."""
        self.control("reset")

    # -- time --------------------------------------------------------------

    def now(self) -> float:
        """Simulated time, seconds since the epoch."""
        return Clock(self.state.clock).now()

    def set_time(self, instant: str | float) -> dict[str, Any]:
        """Jump to ``instant``; see docs of the control command ``clock``."""
        epoch = parse_instant(instant) if isinstance(instant, str) else float(instant)
        return self.control("clock", {"set": epoch})

    def advance(self, duration: str | float) -> dict[str, Any]:
        """Jump forward by ``duration`` (seconds, or ``5m``, ``PT5M``)."""
        seconds = parse_duration(duration) if isinstance(duration, str) else float(duration)
        return self.control("clock", {"advance": seconds})

    def walk_to(self, instant: str | float) -> dict[str, Any]:
        """Go to ``instant`` by way of everything that is due until then, in order."""
        epoch = parse_instant(instant) if isinstance(instant, str) else float(instant)
        return self.control("clock", {"set": epoch, "walk": True}, timeout=3600)

    def settle(self, patience: float = 180.0) -> None:
        """Wait until nothing runs, is queued or is due."""
        self.control("settle", {"patience": patience}, timeout=patience + 10)

    def put_event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Put an event on the default bus as an AWS service would (``aws.*`` sources)."""
        return self.control("event", event)

    def fail_start(self, resource: str, cause: str, times: int | None = None) -> None:
        """Let starts of ``resource`` (ARN or name) fail: ``capacity``, ``kms`` or ``kms-recoverable``."""
        self.control("fail", {"resource": resource, "cause": cause, "times": times})

    def mend(self, resource: str | None = None) -> None:
        """Let a resource, or all, start again."""
        self.control("mend", {"resource": resource})

    def faults(self, rules: Sequence[Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
        """Replace the fault rules, or with None only tell how often each was hit."""
        request = {} if rules is None else {"rules": [dict(rule) for rule in rules]}
        return list(self.control("faults", request)["rules"])

    # -- money ---------------------------------------------------------------

    def spend(self, book: Mapping[str, Any] | str | os.PathLike[str]) -> dict[str, Any]:
        """Write the account's spending book: a document, or a file that holds one."""
        content = dict(book) if isinstance(book, Mapping) else json.loads(Path(book).read_text())
        return self.control("spending", {"book": content})

    def spending(self) -> dict[str, Any]:
        """What the book holds, and how many pages Cost Explorer was paid for, by operation."""
        return self.control("spending")

    def anomaly(self, **found: Any) -> dict[str, Any]:
        """Let Cost Anomaly Detection find something; ``from_`` stands for ``from``. Says which topic got it."""
        return self.control("anomaly", {name.rstrip("_"): value for name, value in found.items()})

    def look_at_budgets(self, budget: str | None = None, *, again: bool = False) -> list[dict[str, Any]]:
        """Let Budgets look at the spending, and tell what has passed a threshold for the first time in its period."""
        return list(self.control("budget", {"budget": budget, "again": again})["told"])

    # -- what happened ------------------------------------------------------

    def calls(self, function: str | None = None) -> list[dict[str, Any]]:
        """The recorded AWS calls, oldest first."""
        return [call for call in _lines(self.state.calls) if function in (None, call["function"])]

    def invocations(self, function: str | None = None) -> list[dict[str, Any]]:
        """The Lambda invocations with duration and peak memory, oldest first."""
        return [line for line in _lines(self.state.invocations) if function in (None, line["function"])]

    def messages(self) -> list[dict[str, Any]]:
        """What reached the Slack-like inbox, oldest first (see ``localcloud.inbox``)."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.endpoint + "/inbox/messages.json", timeout=10) as answer:
            return list(json.load(answer)["messages"])

    def seed(self, path: str | os.PathLike[str]) -> int:
        """Apply a seed file; returns how many entries it had."""
        from .seeding import apply

        return apply(self, Path(path))

    def __repr__(self) -> str:
        return f"LocalCloud({self.state.directory}, {rfc3339(self.now())})"


def _lines(path: Path) -> Sequence[dict[str, Any]]:
    if not path.exists():
        return []
    with path.open() as stream:
        return [json.loads(line) for line in stream if line.endswith("\n")]
