"""The page in a real browser: scripts of ours run, scripts of a message do not. Skipped without Chromium."""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from localcloud.inbox import Inbox
from localcloud.inbox.screenshot import browse, find_browser, main, screenshot, serving

from .test_page import HOSTILE, post

pytestmark = pytest.mark.skipif(find_browser() is None, reason="no Chromium")


def test_no_message_runs_a_script(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, now=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC), rate_limit=None)
    for text in HOSTILE:
        post(inbox, {"text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]})
        post(inbox, {"attachments": [{"text": text, "title": text, "title_link": text, "color": text}]})
    # Messages that come while the page is open take the other way into it: through its own script.
    first_poll, answer = threading.Event(), inbox.messages_json

    def messages_json() -> bytes:
        if not first_poll.is_set():
            first_poll.set()
            for text in HOSTILE:
                post(inbox, {"text": f"late {text}"})
        return answer()

    inbox.messages_json = messages_json  # type: ignore[method-assign]
    with serving(inbox) as url:
        dom = browse(f"{url}#m0/json", ["--dump-dom"])
    assert 'class="with-panel"' in dom, "our own script did not run"
    assert dom.count('data-key="m') == 3 * len(HOSTILE)
    assert f"{2 * len(HOSTILE)} delivered, {len(HOSTILE)} refused" in dom  # a hostile colour is no colour
    assert len(re.findall(r"<script", dom)) == 1
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r"<(title|time)[^>]*>", "", dom))
    assert "<img" not in dom and "<iframe" not in dom and "<style" not in dom


def test_the_helper_writes_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "inbox.png"
    assert main([str(file), "--samples", "--message", "0", "--json", "--theme", "dark"]) == 0
    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size > 50_000


def test_the_page_comes_up_at_once(tmp_path: Path) -> None:
    with serving(Inbox(tmp_path)) as url:
        begin = time.monotonic()
        screenshot(url, tmp_path / "empty.png", width=400, height=700)
        assert time.monotonic() - begin < 30
