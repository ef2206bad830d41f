"""Takes a picture of the inbox page with Chromium, for documentation and for looking at a failure.

    python -m localcloud.inbox.screenshot out.png --samples --theme dark --message 2
    python -m localcloud.inbox.screenshot out.png --url http://127.0.0.1:8085/inbox --width 420 --height 900

Chromium comes from $CHROMIUM or the usual names on the PATH (Debian: `apt-get install chromium
fonts-lato fonts-noto-color-emoji`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from .__main__ import server
from .inbox import Inbox
from .samples import post_samples

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: A browser that leaves nothing behind and asks nobody.
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--hide-scrollbars", "--virtual-time-budget=4000",
)
_THEMES = {"light": "1", "dark": "0"}


class BrowserError(RuntimeError):
    """No browser, or it failed; the message says which and what it said."""


def find_browser() -> str | None:
    """The browser's path, None if there is none."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, _NAMES)), None)


def browse(url: str, arguments: Sequence[str], *, timeout: float = 60) -> str:
    """Opens the page in a fresh browser with `arguments` and returns what it prints; ends all it started."""
    browser = find_browser()
    if browser is None:
        raise BrowserError("no Chromium found: install one (Debian: apt-get install chromium) or set CHROMIUM")
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [browser, *_FLAGS, f"--user-data-dir={profile}", *arguments, url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )
        try:
            out, error = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as expired:
            raise BrowserError(f"{browser} did not finish within {timeout:.0f} s") from expired
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
    if process.returncode != 0:
        raise BrowserError(f"{browser} ended with {process.returncode}: {error.strip()[-500:]}")
    return out


def screenshot(url: str, file: Path, *, width: int = 1200, height: int = 1000, theme: str = "light",
               scale: float = 1.0) -> None:
    """Writes a PNG of the page; `theme` is light or dark, `scale` the pixels of one of the page."""
    file.unlink(missing_ok=True)
    browse(url, [f"--window-size={width},{height}", f"--screenshot={file.absolute()}",
                 f"--force-device-scale-factor={scale}", f"--blink-settings=preferredColorScheme={_THEMES[theme]}"])
    if not file.is_file():
        raise BrowserError(f"the browser wrote no {file}")


@contextmanager
def serving(inbox: Inbox) -> Iterator[str]:
    """Serves the inbox on a free port of 127.0.0.1 and gives the address of its page."""
    with server(inbox) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_address[1]}/inbox"
        finally:
            httpd.shutdown()
            thread.join()


def _fragment(url: str, number: int | None, with_json: bool) -> str:
    """The fragment that leads to the message `number` (from 0; negative from the end)."""
    if number is None:
        return ""
    with urlopen(f"{url}/messages.json", timeout=10) as answer:  # noqa: S310 (an address the caller gave)
        identifier = json.load(answer)["messages"][number]["id"]
    return f"#{identifier}" + ("/json" if with_json else "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 when the picture is written, 1 with a word on what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m localcloud.inbox.screenshot")
    parser.add_argument("file", type=Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--url", help="a page that is being served")
    source.add_argument("--state-dir", type=Path, help="an inbox's state directory")
    source.add_argument("--samples", action="store_true", help="the sample messages")
    parser.add_argument("--zone", default="America/New_York")
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--height", type=int, default=1000)
    parser.add_argument("--theme", choices=sorted(_THEMES), default="light")
    parser.add_argument("--message", type=int, help="scroll to this message, from 0, negative from the end")
    parser.add_argument("--json", action="store_true", help="with its JSON beside it")
    options = parser.parse_args(arguments)

    def take(url: str) -> None:
        screenshot(url + _fragment(url, options.message, options.json), options.file, width=options.width,
                   height=options.height, theme=options.theme)

    try:
        if options.url:
            take(options.url)
            return 0
        with tempfile.TemporaryDirectory(prefix="inbox-") as temporary:
            state = options.state_dir or Path(temporary)
            last = post_samples(state, options.zone) if options.samples else None
            with serving(Inbox(state, zone=options.zone, now=(lambda: last) if last else None)) as url:
                take(url)
    except BrowserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
