"""What was received outlives a restart and is not torn by many processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from localcloud.inbox import Inbox, Webhook
from localcloud.inbox.journal import Journal

ROOT = Path(__file__).parents[3]
WRITER = """
import json, sys
from pathlib import Path
from localcloud.inbox import Inbox, Webhook
inbox = Inbox(Path(sys.argv[1]), rate_limit=None)
for number in range(int(sys.argv[3])):
    body = json.dumps({"text": f"{sys.argv[2]}-{number} " + "x" * 9000}).encode()
    assert inbox.handle_webhook(Webhook().path, {"Content-Type": "application/json"}, body)[0] == 200
"""


def test_restart(tmp_path: Path) -> None:
    Inbox(tmp_path).handle_webhook(Webhook().path, {"Content-Type": "application/json"}, b'{"text":"a"}')
    after = Inbox(tmp_path)
    after.handle_webhook(Webhook().path, {"Content-Type": "application/json"}, b'{"text":"b"}')
    assert [message["payload"]["text"] for message in after.messages()] == ["a", "b"]


def test_processes_side_by_side(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(name), "25"], env={"PYTHONPATH": str(ROOT)})
        for name in range(4)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    messages = Inbox(tmp_path).messages()
    texts = [message["payload"]["text"].split(" ")[0] for message in messages]
    assert sorted(texts) == sorted(f"{name}-{number}" for name in range(4) for number in range(25))
    for name in range(4):
        assert [text for text in texts if text.startswith(f"{name}-")] == [f"{name}-{n}" for n in range(25)]
    assert len({message["id"] for message in messages}) == 100


def test_a_stump_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    assert journal.read() == []
    journal.append(lambda position: {"at": position})
    with path.open("ab") as file:
        file.write(b'{"half": ')
    assert [record["at"] for record in journal.read()] == [0]
    second = journal.append(lambda position: {"at": position})
    assert [record["at"] for record in journal.read()] == [0, second["at"]]
    assert json.loads(path.read_bytes().splitlines()[-1]) == second
    journal.clear()
    assert journal.read() == []
    journal.clear()
