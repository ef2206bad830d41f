"""Puts data sources and dashboards into a Managed Grafana workspace.

Terraform makes the workspace and a service account; what is inside belongs to
Grafana's own API. The token for it lives for a few minutes, is in no file and
no state, and is taken back at the end, whatever happens.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DASHBOARDS = Path(__file__).resolve().parents[2] / "terraform/modules/monitoring/grafana"
FOLDER = "nightshift"
TOKEN_SECONDS = 600
TIMEOUT_SECONDS = 30
_EPILOGUE = """\
What the options want is in the environment's outputs:
  terraform -chdir=terraform/environments/production output -json monitoring

  scripts/grafana-dashboards --workspace g-0123456789 --service-account 2 --region us-east-1 \\
    --prometheus https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-.../

Needs permission for grafana:DescribeWorkspace, CreateWorkspaceServiceAccountToken
and DeleteWorkspaceServiceAccountToken. Run it again after a change: what is
there is replaced, what people made in other folders is left alone.
"""


class GrafanaError(RuntimeError):
    """Grafana refused, or is not to be reached; the message says what was asked."""


@dataclass(frozen=True)
class Step:
    """One thing that is put into Grafana."""

    words: str
    # Where it is looked for, and how it is made and changed.
    find: str
    create: tuple[str, str]
    change: tuple[str, str]
    content: Mapping[str, Any]


def steps(*, region: str, prometheus: str | None, dashboards: Path, title: str) -> list[Step]:
    """What is put there, in order: sources, the folder, dashboards."""
    sources = [_source("cloudwatch", "cloudwatch", {"authType": "ec2_iam_role", "defaultRegion": region}),
               _source("x-ray", "grafana-x-ray-datasource", {"authType": "ec2_iam_role", "defaultRegion": region})]
    if prometheus:
        sources.insert(1, _source("prometheus", "prometheus", {
            "httpMethod": "POST", "sigV4Auth": True, "sigV4AuthType": "ec2_iam_role", "sigV4Region": region,
        }, url=prometheus.rstrip("/")))
    folder = Step(f"folder {title}", f"/api/folders/{FOLDER}", ("POST", "/api/folders"), ("PUT", f"/api/folders/{FOLDER}"),
                  {"uid": FOLDER, "title": title, "overwrite": True})
    return [*sources, folder, *(_dashboard(file) for file in sorted(dashboards.glob("*.json")))]


def _source(name: str, kind: str, settings: Mapping[str, Any], url: str = "") -> Step:
    uid = f"{FOLDER}-{name}"
    where = f"/api/datasources/uid/{uid}"
    return Step(f"data source {name}", where, ("POST", "/api/datasources"), ("PUT", where), {
        "uid": uid, "name": uid, "type": kind, "access": "proxy", "url": url, "jsonData": settings,
        "isDefault": name == "prometheus"})


def _dashboard(file: Path) -> Step:
    try:
        board = json.loads(file.read_text())
        uid, title = board["uid"], board["title"]
    except (ValueError, KeyError, TypeError) as error:
        raise GrafanaError(f"{file} is no dashboard: {error!r}") from error
    put = ("POST", "/api/dashboards/db")
    return Step(f"dashboard {title}", f"/api/dashboards/uid/{uid}", put, put, {
        "dashboard": {**board, "id": None}, "folderUid": FOLDER, "overwrite": True, "message": "put there by script"})


class Grafana:
    """Grafana's API of one workspace."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address.rstrip("/")
        self._token = token

    def put(self, step: Step) -> str:
        """Make it or change it; says which."""
        there = self._call("GET", step.find, missing=True) is not None
        method, path = step.change if there else step.create
        self._call(method, path, step.content)
        return "changed" if there else "made"

    def _call(self, method: str, path: str, content: Mapping[str, Any] | None = None, *, missing: bool = False) -> Any:
        request = urllib.request.Request(self._address + path, method=method,
                                         data=None if content is None else json.dumps(content).encode())
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Content-Type", "application/json")
        for attempt in (1, 2, 3):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                    return json.loads(answer.read() or b"{}")
            except urllib.error.HTTPError as error:
                said = error.read().decode(errors="replace")[:500]
                if error.code == 404 and missing:
                    return None
                if error.code < 500 and error.code != 429:
                    raise GrafanaError(f"{method} {path}: {error.code} {said}") from error
                problem = f"{error.code} {said}"
            except (urllib.error.URLError, TimeoutError) as error:
                problem = str(getattr(error, "reason", error))
            if attempt < 3:
                time.sleep(attempt)
        raise GrafanaError(f"{method} {path}: {problem}; three attempts were made. Is the workspace reachable from here?")


def address_of(endpoint: str) -> str:
    """The address to a workspace's endpoint. A token goes over TLS, or stays on this machine."""
    address = endpoint if "://" in endpoint else f"https://{endpoint}"
    if not address.startswith("https://") and not re.match(r"^http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/|$)", address):
        raise GrafanaError(f"{address} is not https: the token would be read by others")
    return address


def run(options: argparse.Namespace) -> int:
    """Put everything there."""
    wanted = steps(region=options.region, prometheus=options.prometheus, dashboards=options.dashboards, title=options.title)
    if options.dry_run:
        for step in wanted:
            print(f"would make or change: {step.words}")
        return 0

    import boto3  # Not needed for --help and --dry-run.

    client = boto3.client("grafana", region_name=options.region)
    address = address_of(client.describe_workspace(workspaceId=options.workspace)["workspace"]["endpoint"])
    account = {"workspaceId": options.workspace, "serviceAccountId": options.service_account}
    token = client.create_workspace_service_account_token(
        **account, name=f"dashboards-{time.time_ns()}", secondsToLive=TOKEN_SECONDS)["serviceAccountToken"]
    failed = 0
    try:
        grafana = Grafana(address, token["key"])
        for number, step in enumerate(wanted, start=1):
            try:
                print(f"{number}/{len(wanted)} {grafana.put(step)}: {step.words}", flush=True)
            except GrafanaError as error:
                failed += 1
                print(f"{number}/{len(wanted)} FAILED: {step.words}: {error}", file=sys.stderr, flush=True)
    finally:
        client.delete_workspace_service_account_token(**account, tokenId=token["id"])
    if not failed:
        print(f"done: {address}/dashboards/f/{FOLDER}")
    return 1 if failed else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: ``scripts/grafana-dashboards``."""
    parser = argparse.ArgumentParser(
        prog="grafana-dashboards", epilog=_EPILOGUE, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Put the data sources and dashboards of terraform/modules/monitoring/grafana into Managed Grafana.")
    parser.add_argument("--workspace", required=True, metavar="ID", help="the workspace, g-...")
    parser.add_argument("--service-account", required=True, metavar="ID", help="the service account that Terraform made")
    parser.add_argument("--region", required=True, help="Region of workspace, metrics and traces")
    parser.add_argument("--prometheus", metavar="URL", help="address of the Managed Prometheus workspace; without it no such source")
    parser.add_argument("--dashboards", type=Path, default=DASHBOARDS, metavar="DIR", help="folder with *.json (default: the module's)")
    parser.add_argument("--title", default="Nightshift", help="name of the folder in Grafana (default: %(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be put there; no call is made")
    options = parser.parse_args(arguments)
    try:
        return run(options)
    except Exception as error:  # noqa: BLE001 - one line for the person who called; AWS's errors have many classes
        print(f"grafana-dashboards: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
