"""The parent of one cloud: starts the parts, keeps their log, ends them all."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import IO, Any

from . import clock as simulated
from .process import sweep
from .state import ACCOUNT, MARKER, REGION, State, write_atomically

PACKAGE_PARENT = Path(__file__).resolve().parent.parent


def client_environment(endpoint: str) -> dict[str, str]:
    """What a shell, Terraform or an SDK needs to talk to the cloud and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local-cloud",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "3",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


class Supervisor:
    """Runs gateway, fabric (MiniStack) and resources (moto) until told to stop."""

    def __init__(self, state: State, settings: dict[str, Any]) -> None:
        self._state = state
        self._settings = settings
        self._identity = secrets.token_hex(8)
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._reaper: subprocess.Popen[bytes] | None = None
        self._log_lock = threading.Lock()
        self._log: IO[str] = open(state.log, "a", buffering=1)  # noqa: SIM115 - lives as long as we do
        self._ending = threading.Event()

    def run(self) -> int:
        """Start everything, report readiness in the status file, wait for the end."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            self._start()
            return self._watch()
        finally:
            self._stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._ending.set()

    def _start(self) -> None:
        listeners = {name: _listen(port) for name, port in (
            ("gateway", int(self._settings.get("port") or 0)), ("fabric", 0), ("resources", 0))}
        ports = {name: listener.getsockname()[1] for name, listener in listeners.items()}
        endpoint = f"http://127.0.0.1:{ports['gateway']}"
        self._state.scratch.mkdir(exist_ok=True)
        start = self._settings.get("time")
        simulated.Clock(self._state.clock).set(
            simulated.parse_instant(start) if start else time.time())

        base = self._environment(endpoint, ports)
        self._reaper = subprocess.Popen(
            [sys.executable, "-m", "localcloud.process"],
            env={MARKER: self._identity, "PYTHONPATH": str(PACKAGE_PARENT)},
            stdin=subprocess.PIPE, start_new_session=True)
        preload = simulated.preload(simulated.library(), self._state.clock)
        self._spawn("gateway", "localcloud.gateway", base, listeners)
        self._spawn("fabric", "localcloud.fabric", base | preload, listeners)
        self._spawn("resources", "localcloud.addon", base | preload, listeners)
        for listener in listeners.values():
            listener.close()
        write_atomically(self._state.status, json.dumps({
            "endpoint": endpoint,
            "ports": ports,
            "pid": os.getpid(),
            "parts": {name: part.pid for name, part in self._parts.items()},
            "state": str(self._state.directory),
            "log": str(self._state.log),
            "calls": str(self._state.calls),
            "invocations": str(self._state.invocations),
            "inbox": f"{endpoint}/inbox",
            "slack_webhook": endpoint + _webhook(),
            "iam": self._settings.get("iam", "off"),
            "account": ACCOUNT,
            "region": REGION,
            "env": client_environment(endpoint),
        }, indent=2) + "\n")

    def _environment(self, endpoint: str, ports: dict[str, int]) -> dict[str, str]:
        """A clean environment: a developer's real AWS variables must not reach a Lambda."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(self._state.scratch),
            "TMPDIR": str(self._state.scratch),
            "PYTHONPATH": str(PACKAGE_PARENT),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            MARKER: self._identity,
            "NIGHTSHIFT_LOCALCLOUD_PARENT": str(os.getpid()),
            "LOCALCLOUD_STATE": str(self._state.directory),
            "LOCALCLOUD_PORTS": json.dumps(ports),
            "LOCALCLOUD_IAM": str(self._settings.get("iam", "off")),
            "LOCALCLOUD_TIMINGS": json.dumps(self._settings.get("timings") or {}),
            "LOCALCLOUD_OPTIONS": json.dumps(self._settings.get("options") or {}),
            **client_environment(endpoint),
        }

    def _spawn(self, name: str, module: str, environment: dict[str, str],
               listeners: dict[str, socket.socket]) -> None:
        descriptor = listeners[name].fileno()
        part = subprocess.Popen(
            [sys.executable, "-m", module],
            env=environment | {"LOCALCLOUD_FD": str(descriptor)},
            pass_fds=(descriptor,), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._parts[name] = part
        assert part.stdout is not None
        threading.Thread(target=self._pump, args=(name, part.stdout), daemon=True).start()

    def _pump(self, name: str, stream: IO[bytes]) -> None:
        for raw in stream:
            self._write(name, raw.decode("utf-8", "replace").rstrip("\r\n"))

    def _write(self, name: str, text: str) -> None:
        stamp = datetime.now().strftime("%H:%M:%S.%f")[:-3]
        with self._log_lock:
            self._log.write(f"{stamp} {name:<9} | {text}\n")

    def _watch(self) -> int:
        while not self._ending.wait(0.2):
            for name, part in self._parts.items():
                if part.poll() is not None:
                    self._write("cloud", f"{name} ended with {part.returncode}; ending the rest")
                    return 1
        return 0

    def _stop(self) -> None:
        self._state.status.unlink(missing_ok=True)
        # Lambda processes first: their parent may still be writing to them.
        me = frozenset({os.getpid(), *( [self._reaper.pid] if self._reaper else [] )})
        for part in self._parts.values():
            part.terminate()
        deadline = time.monotonic() + 1.0
        for part in self._parts.values():
            try:
                part.wait(max(0.05, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()
        sweep(self._identity, me)
        if self._reaper and self._reaper.stdin:
            self._reaper.stdin.close()
            self._reaper.wait()
        import shutil

        shutil.rmtree(self._state.scratch, ignore_errors=True)
        self._write("cloud", "stopped")


def _webhook() -> str:
    from .inbox import Webhook

    return Webhook().path


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(256)
    listener.set_inheritable(True)
    return listener


def main() -> int:
    """Entry point of the detached supervisor process."""
    state = State.at(sys.argv[1])
    settings = json.loads(state.settings.read_text())
    return Supervisor(state, settings).run()


if __name__ == "__main__":
    sys.exit(main())
