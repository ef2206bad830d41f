"""Pictures of what people read in Slack: notify's golden files, shown by the local inbox in a browser.

`scripts/message-pictures --update` takes those that are stale, with Chromium (Debian: `apt-get install chromium
fonts-lato fonts-noto-color-emoji`). Each carries the digest of the page that it was taken of, which the golden file and
the inbox's rendering make together; so whether it is stale is known without a browser.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.inbox.page import MOON, View, page_asset, render_log
from localcloud.inbox.screenshot import BrowserError, screenshot

from .markdown import ROOT
from .png import Picture, said

PICTURES = ROOT / "docs/messages"
#: All of them together: what a checkout can bear.
MOST_BYTES = 1_500_000
_GOLDEN = ROOT / "functions/notify/tests"
_CHUNK = "page"
_WIDTH, _HEIGHT, _SCALE, _COLOURS = 680, 1600, 1.5, 64
_DATE = re.compile(r"<!date\^(\d+)\^")
_VIEW = View("Nightshift", "Personal Timeline", ("operations",), ZoneInfo("America/New_York"), "")

#: The picture's name, and the golden file it shows.
SHOWN: Mapping[str, str] = {
    "about-to-sleep": "it/snapshots/it__anatomy__warning-before-sleep-1",
    "asleep": "it/snapshots/it__anatomy__asleep-1",
    "morning": "it/snapshots/it__anatomy__morning-wrapped-by-sns-1",
    "start-failed": "it/snapshots/it__anatomy__start-failed-1",
    "blast-radius": "it/snapshots/it__anatomy__blast-radius-1",
    "incident": "it/snapshots/it__anatomy__finding-and-its-end-1",
    "incident-resolved": "it/snapshots/it__anatomy__finding-and-its-end-2",
    "plan": "it/snapshots/it__anatomy__plan-1",
    "gathered": "matters/snapshots/matters__golden__gathered",
    "worse": "matters/snapshots/matters__golden__worse",
    "one-is-over": "matters/snapshots/matters__golden__one-is-over",
    "all-are-over": "matters/snapshots/matters__golden__all-are-over",
    "digest": "matters/snapshots/matters__golden__digest",
    "summary": "matters/snapshots/matters__golden__summary",
    "canary": "it/snapshots/it__anatomy__canary",
    "broken-fields": "it/snapshots/it__anatomy__broken-fields-1",
    "unreadable": "it/snapshots/it__anatomy__unreadable-1",
}


def golden(name: str) -> dict[str, Any]:
    """The message that a picture shows, as Slack would get it."""
    _, _, body = (_GOLDEN / f"{SHOWN[name]}.snap").read_text().split("---\n", 2)
    return json.loads(body)


def page(payload: Mapping[str, Any]) -> str:
    """The message alone, as the inbox shows it, at the time that it tells itself."""
    told = _DATE.search(json.dumps(payload))
    at = datetime.fromtimestamp(int(told[1]), UTC) if told else datetime(2026, 11, 23, tzinfo=UTC)
    record = {"id": "m0", "outcome": "delivered", "channel": "operations", "simulated_at": at.isoformat(),
              "received_at": at.isoformat(), "payload": dict(payload)}
    kind, style = page_asset("inbox.css") or ("", b"")
    assert kind.startswith("text/css")
    # The day's divider and the JSON are the page's, not the message's.
    shown = re.sub(r'<li class="day".*?</li>|<details class="raw">.*?</details>', "", render_log(_VIEW, [record]),
                   flags=re.DOTALL)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A message</title>
<style>{style.decode()}
html, body {{ height: auto; }} body {{ display: block; }} #log {{ padding: 4px 0; overflow: visible; }}</style></head>
<body><svg class="defs" aria-hidden="true">{MOON}</svg><ol id="log">{shown}</ol></body></html>
"""


def digest(name: str) -> str:
    """What a picture has to say that it was taken of."""
    return hashlib.sha256(page(golden(name)).encode()).hexdigest()


def taken_of(file: Path) -> str | None:
    """What a picture says that it was taken of."""
    return said(file.read_bytes(), _CHUNK) if file.is_file() else None


def stale() -> list[str]:
    """The pictures that show something else than their message, or are not there."""
    return [name for name in SHOWN if taken_of(PICTURES / f"{name}.png") != digest(name)]


def superfluous() -> list[str]:
    """Pictures that show no message."""
    return sorted(file.stem for file in PICTURES.glob("*.png") if file.stem not in SHOWN)


def take(name: str) -> None:
    """Takes one picture: as little of the page as the message needs, in as few colours as it bears."""
    with tempfile.TemporaryDirectory(prefix="message-") as folder:
        source, raw = Path(folder, "page.html"), Path(folder, "page.png")
        source.write_text(page(golden(name)), encoding="utf-8")
        screenshot(source.as_uri(), raw, width=_WIDTH, height=_HEIGHT, scale=_SCALE)
        whole = Picture.read(raw.read_bytes())
        picture = whole.without_empty_rows()
    if len(picture.rows) == len(whole.rows):
        raise BrowserError(f"{name} is taller than {_HEIGHT} pixels, and would be cut")
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"{name}.png").write_bytes(picture.written(_COLOURS, {_CHUNK: digest(name)}))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `scripts/message-pictures`."""
    parser = argparse.ArgumentParser(prog="scripts/message-pictures", description=__doc__.partition("\n\n")[0])
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="tell which pictures are stale (what it does unless told)")
    what.add_argument("--update", action="store_true", help="take those that are stale, with Chromium")
    what.add_argument("--all", action="store_true", help="take all of them anew")
    options = parser.parse_args(arguments)
    if not (options.update or options.all):
        wrong = [f"{name} is stale" for name in stale()] + [f"{name} shows no message" for name in superfluous()]
        print("\n".join([*wrong, "scripts/message-pictures --update"] if wrong else ["every picture shows its message"]))
        return 1 if wrong else 0
    try:
        for name in SHOWN if options.all else stale():
            take(name)
            print(f"docs/messages/{name}.png")
    except BrowserError as error:
        print(f"message-pictures: {error}", file=sys.stderr)
        return 1
    for name in superfluous():
        (PICTURES / f"{name}.png").unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
