"""scripts/grafana-dashboards against a server that is both AWS and Grafana."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/lib/grafana_dashboards.py"
KEY = "glsa_a_token_that_lives_for_minutes"


class Server(ThreadingHTTPServer):
    """AWS's control plane of one workspace, and the workspace."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.endpoint = self.address
        self.tokens: dict[str, int] = {}
        self.taken_back: list[str] = []
        self.kept: dict[str, Any] = {}
        self.unauthorized = 0
        # Path -> the answers that come first.
        self.trouble: dict[str, list[int]] = {}


class Handler(BaseHTTPRequestHandler):
    """Answers as AWS and Grafana do."""

    server: Server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content = json.loads(self.rfile.read(length) or b"{}")
        if self.path.startswith("/workspaces/"):
            self._aws(content)
        elif self.headers.get("Authorization") != f"Bearer {KEY}" or not self.server.tokens:
            self.server.unauthorized += 1
            self._answer(401, {"message": "Unauthorized"})
        elif self.server.trouble.get(self.path):
            self._answer(self.server.trouble[self.path].pop(0), {"message": "trouble"})
        else:
            self._grafana(content)

    def _aws(self, content: Any) -> None:
        server = self.server
        if self.command == "GET":
            self._answer(200, {"workspace": {"endpoint": server.endpoint, "id": "g-1"}})
        elif self.command == "POST":
            server.tokens["7"] = content["secondsToLive"]
            self._answer(200, {"serviceAccountId": "2", "workspaceId": "g-1",
                               "serviceAccountToken": {"id": "7", "key": KEY, "name": content["name"]}})
        else:
            server.taken_back.append(self.path.rsplit("/", 1)[1])
            server.tokens.clear()
            self._answer(200, {"serviceAccountId": "2", "tokenId": "7", "workspaceId": "g-1"})

    def _grafana(self, content: Any) -> None:
        kept = self.server.kept
        if self.command == "GET":
            self._answer(200 if self.path in kept else 404, kept.get(self.path, {"message": "not found"}))
            return
        if self.path == "/api/dashboards/db":
            kept[f"/api/dashboards/uid/{content['dashboard']['uid']}"] = content
        elif self.path.startswith("/api/datasources"):
            kept[f"/api/datasources/uid/{content['uid']}"] = content
        else:
            kept[f"/api/folders/{content['uid']}"] = content
        self._answer(200, {"status": "success"})

    do_GET = do_POST = do_PUT = do_DELETE = _handle


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of the test's own."""
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def call(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "AWS_ENDPOINT_URL": server.address, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
           "AWS_MAX_ATTEMPTS": "1"}
    line = [sys.executable, str(SCRIPT), "--workspace", "g-1", "--service-account", "2", "--region", "us-east-1", *arguments]
    return subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_everything_is_put_there_and_the_token_taken_back(server: Server) -> None:
    done = call(server, "--prometheus", "https://aps.example/workspaces/ws-1/")
    assert done.returncode == 0, done.stderr
    assert set(server.kept) == {
        "/api/datasources/uid/nightshift-cloudwatch", "/api/datasources/uid/nightshift-prometheus",
        "/api/datasources/uid/nightshift-x-ray", "/api/folders/nightshift", "/api/dashboards/uid/nightshift-application",
        "/api/dashboards/uid/nightshift-cluster", "/api/dashboards/uid/nightshift-database"}
    assert server.kept["/api/datasources/uid/nightshift-prometheus"]["url"] == "https://aps.example/workspaces/ws-1"
    assert server.kept["/api/dashboards/uid/nightshift-cluster"]["folderUid"] == "nightshift"
    assert server.taken_back == ["7"] and not server.tokens and not server.unauthorized
    assert KEY not in done.stdout + done.stderr
    assert "7/7 made: dashboard Database" in done.stdout


def test_the_token_lives_for_minutes(server: Server) -> None:
    lives: list[int] = []
    original = server.tokens.__class__.clear
    server.tokens = type("Kept", (dict,), {"clear": lambda self: (lives.extend(self.values()), original(self))})()
    assert call(server).returncode == 0
    assert lives == [600]


def test_a_second_run_changes_what_is_there(server: Server) -> None:
    assert call(server).returncode == 0
    again = call(server)
    assert again.returncode == 0
    assert "made" not in again.stdout and again.stdout.count("changed:") == 6
    assert server.taken_back == ["7", "7"]


def test_a_dry_run_calls_nobody(server: Server) -> None:
    done = call(server, "--dry-run")
    assert done.returncode == 0
    assert done.stdout.count("would make or change") == 6
    assert not server.kept and not server.taken_back and not server.tokens


def test_a_dashboard_that_is_refused_is_told_and_the_others_are_put_there(server: Server) -> None:
    server.trouble["/api/datasources"] = [400]
    done = call(server)
    assert done.returncode == 1
    assert "FAILED: data source cloudwatch: POST /api/datasources: 400" in done.stderr
    assert "/api/dashboards/uid/nightshift-database" in server.kept
    assert server.taken_back == ["7"]


def test_what_fails_for_a_moment_is_tried_again(server: Server) -> None:
    server.trouble["/api/folders"] = [503, 429]
    done = call(server)
    assert done.returncode == 0, done.stderr
    assert "/api/folders/nightshift" in server.kept


def test_a_token_does_not_leave_the_machine_without_tls(server: Server) -> None:
    server.endpoint = "http://grafana.example"
    done = call(server)
    assert done.returncode == 1
    assert "is not https" in done.stderr
    assert not server.taken_back


def test_a_file_that_is_no_dashboard_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{}")
    done = call(server, "--dashboards", str(tmp_path))
    assert done.returncode == 1
    assert "broken.json is no dashboard" in done.stderr
    assert not server.tokens
