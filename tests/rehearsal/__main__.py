"""``scripts/rehearse.sh`` after its set-up: cloud, environment, day, summary, inbox."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from types import FrameType
from zoneinfo import ZoneInfo

from e2e.estate import CONTAINMENT, OVERRIDES, VARIABLES
from e2e.terraform import Estate
from localcloud import LocalCloud, LocalCloudError
from localcloud.inbox import Webhook
from localcloud.timeline import Event, Printer, Style

from . import intruder, spender
from .day import EVENING, play
from .stage import RehearsalError, Stage
from .summary import summarise

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "tests" / "localcloud" / "seeds"
ZONE = ZoneInfo("America/New_York")
WEBHOOK_PARAMETER = "/personal-timeline/dev/nightshift/slack-webhook"
APPROVAL_PARAMETER = "/personal-timeline/dev/nightshift/security-triage-approval-key"


def main() -> int:
    """Plays the rehearsal; 0 when everything went as it must."""
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    printer = Printer(sys.stdout, Style.of(sys.stdout, ZONE))
    started = time.monotonic()
    try:
        with _cloud(options) as cloud:
            stage = _set(cloud, printer, options)
            spender.bill(stage)
            intruder.play(stage)
            states = play(stage)
            printer.summary(summarise(stage, states, time.monotonic() - started, options.profile))
            _show_inbox(cloud, options)
    except (RehearsalError, LocalCloudError, RuntimeError) as error:
        print(f"\nrehearsal: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rehearse.sh", description=__doc__)
    parser.add_argument("--packages", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--profile", default="dev", help=argparse.SUPPRESS)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


@contextlib.contextmanager
def _cloud(options: argparse.Namespace) -> Iterator[LocalCloud]:
    directory = Path(tempfile.mkdtemp(prefix="nightshift-rehearsal-"))
    start = datetime.fromisoformat(f"{EVENING}T18:30").replace(tzinfo=ZONE).isoformat()
    cloud = LocalCloud(directory, iam="enforce", time=start)
    try:
        cloud.start()
        yield cloud
    finally:
        cloud.stop()
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)


def _set(cloud: LocalCloud, printer: Printer, options: argparse.Namespace) -> Stage:
    def say(text: str) -> None:
        printer.event(Event(datetime.fromtimestamp(cloud.now(), ZONE), "step", text))

    say(f"The local cloud runs at {cloud.endpoint}; roles are enforced. It knows another team's estate already.")
    cloud.seed(SEEDS / "existing-estate.json")
    cloud.seed(intruder.SEED)
    secrets = {WEBHOOK_PARAMETER: f"{cloud.endpoint}{Webhook().path}", APPROVAL_PARAMETER: token_hex(32)}
    for name, value in secrets.items():
        cloud.client("ssm").put_parameter(Name=name, Type="SecureString", Value=value)
    say("terraform apply of terraform/environments/development (RDS alone takes over a minute)")
    began = time.monotonic()
    estate = Estate("development", work=cloud.state.directory / "terraform", env=cloud.env, packages=options.packages,
                    values={"containment": CONTAINMENT, "overrides": OVERRIDES}, variables=VARIABLES)
    outputs = estate.apply()
    say(f"applied in {time.monotonic() - began:.0f} s")
    return Stage(cloud=cloud, printer=printer, zone=ZONE,
                 functions={name: made["function_name"]
                            for name, made in outputs["automation"]["functions"].items()},
                 cargo_lambda=Path(sys.executable).parent / "cargo-lambda")


def _show_inbox(cloud: LocalCloud, options: argparse.Namespace) -> None:
    page = f"{cloud.endpoint}/inbox"
    if not options.no_browser:
        print(f"\nThe messages: {page}")
        webbrowser.open(page)
    if options.keep or not options.no_browser:
        print("Everything runs on until you press Ctrl-C.")
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
