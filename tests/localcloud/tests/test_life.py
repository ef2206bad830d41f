"""A cloud never outlives its supervisor, and clouds stand side by side."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from localcloud import LocalCloud, LocalCloudError
from localcloud.process import alive

from . import probe


def _gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("brutal", [False, True])
def test_everything_ends_with_the_supervisor(tmp_path: Path, brutal: bool) -> None:
    cloud = LocalCloud(tmp_path)
    status = cloud.start()
    probe.function(cloud, "watch", probe.role(cloud, "watch-role"))
    probe.invoke(cloud, "watch")
    pids = [status["pid"], *status["parts"].values(), cloud.invocations()[-1]["pid"]]
    assert all(alive(pid) for pid in pids)
    if brutal:
        os.kill(status["pid"], signal.SIGKILL)
        os.waitpid(status["pid"], 0)
    else:
        assert cloud.stop()
    assert _gone(pids)
    assert not cloud.running()


def test_two_clouds_know_nothing_of_each_other(cloud: LocalCloud, tmp_path: Path) -> None:
    with LocalCloud(tmp_path) as other:
        other.client("sns").create_topic(Name="there")
        assert cloud.client("sns").list_topics()["Topics"] == []
        assert other.endpoint != cloud.endpoint
        with pytest.raises(LocalCloudError, match="runs already"):
            LocalCloud(tmp_path).start()


def test_only_loopback_listens(cloud: LocalCloud) -> None:
    ports = {f"{port:04X}" for port in cloud.status()["ports"].values()}
    listening = {line.split()[1] for table in ("/proc/net/tcp", "/proc/net/tcp6")
                 for line in Path(table).read_text().splitlines()[1:] if line.split()[3] == "0A"}
    mine = {address for address in listening if address.rpartition(":")[2] in ports}
    assert {address.partition(":")[0] for address in mine} == {"0100007F"}


def test_the_command_line(cloud: LocalCloud) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "localcloud", *arguments], text=True, capture_output=True,
                              cwd=Path(__file__).parents[2], timeout=30, check=False)

    state = ["--state", str(cloud.state.directory)]
    assert "export AWS_ENDPOINT_URL=" + cloud.endpoint in run("env", *state).stdout
    assert json.loads(run("status", *state).stdout)["endpoint"] == cloud.endpoint
    cloud.client("sqs").list_queues()
    assert "sqs:ListQueues" in run("calls", *state).stdout
    assert "gateway" in run("logs", *state).stdout
    refused = run("status", "--state", "/nonexistent")
    assert refused.returncode == 1
    assert "scripts/local-cloud start" in refused.stderr
    assert run("start", "--time", "yesterday", *state).returncode == 1


def test_an_unknown_control_command_is_an_error(cloud: LocalCloud) -> None:
    with pytest.raises(LocalCloudError, match="no such command"):
        cloud.control("dance")
    assert urllib.request.urlopen(cloud.endpoint + "/_ministack/health", timeout=5).status == 200
