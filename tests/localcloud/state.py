"""Where one running local cloud keeps its files."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
REGION = "us-east-1"

# Every process of one cloud carries this variable, so that the last sweep can
# find strays by what they belong to and never by their name.
MARKER = "NIGHTSHIFT_LOCALCLOUD"


def default_directory() -> Path:
    """The directory used when no ``--state`` is given: one per user and machine."""
    base = os.environ.get("NIGHTSHIFT_LOCALCLOUD_STATE")
    if base:
        return Path(base)
    return Path(tempfile.gettempdir()) / f"nightshift-local-cloud-{os.getuid()}"


@dataclass(frozen=True)
class State:
    """The files of one cloud; several clouds run side by side in different directories."""

    directory: Path

    @classmethod
    def at(cls, directory: str | os.PathLike[str] | None) -> State:
        return cls(Path(directory).resolve() if directory else default_directory().resolve())

    @property
    def status(self) -> Path:
        """What a client needs to reach the cloud (endpoint, ports, pid, environment)."""
        return self.directory / "cloud.json"

    @property
    def settings(self) -> Path:
        """What the supervisor was asked to run."""
        return self.directory / "settings.json"

    @property
    def clock(self) -> Path:
        """The offset of simulated time from real time, for ``clock``."""
        return self.directory / "clock"

    @property
    def log(self) -> Path:
        """All parts' output, interleaved, one prefix per part."""
        return self.directory / "log"

    @property
    def calls(self) -> Path:
        """Every AWS call that passed the gateway, one JSON object a line."""
        return self.directory / "calls.jsonl"

    @property
    def invocations(self) -> Path:
        """Every Lambda invocation with duration and peak memory, one JSON object a line."""
        return self.directory / "invocations.jsonl"

    @property
    def scratch(self) -> Path:
        """Temporary files of the emulators; removed at stop."""
        return self.directory / "tmp"

    def read_status(self) -> dict[str, Any] | None:
        """The status document, or None when nothing has been started here."""
        try:
            return json.loads(self.status.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None


def write_atomically(path: Path, text: str) -> None:
    """Replace ``path`` so that a reader never sees half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
    os.chmod(name, 0o644)
    os.replace(name, path)
