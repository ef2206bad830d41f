"""What notify really sends, from its reviewed golden files: accepted by the rules, and shown as it was meant."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from localcloud.inbox.blockkit import judge
from localcloud.inbox.mrkdwn import Reader
from localcloud.inbox.render import render_payload

SNAPSHOTS = Path(__file__).resolve().parents[4] / "functions/notify/tests/it/snapshots"
GOLDEN = sorted(SNAPSHOTS.glob("it__anatomy__*.snap"))


def payload(path: Path) -> dict[str, Any]:
    """The JSON of a golden file, below its head."""
    return json.loads(path.read_text(encoding="utf-8").split("\n---\n", 1)[1])


def shown(name: str) -> str:
    return render_payload(payload(SNAPSHOTS / f"it__anatomy__{name}.snap"), Reader())


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem.removeprefix("it__anatomy__"))
def test_slack_would_take_it_without_advice(path: Path) -> None:
    verdict = judge(payload(path))
    assert verdict.answer == "ok" and not verdict.advice, verdict


def test_there_are_golden_files() -> None:
    assert len(GOLDEN) >= 12


def test_what_a_text_quotes_is_code() -> None:
    page = shown("unreadable-3")
    assert "at <code>.</code>: missing field <code>version</code>." in page
    assert "ˋ" not in page


def test_a_command_is_shown_as_it_was_written() -> None:
    code = re.search(r"<pre><code>(.*?)</code></pre>", shown("hostile-1"), re.DOTALL)
    assert code and html.unescape(code[1].replace("<br>", "\n")) == "echo ```; echo `id`\n```\n<!channel>"
