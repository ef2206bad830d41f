"""One local cloud with development applied, shared by the end-to-end tests and the proofs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from e2e.estate import Estate

E2E = Path(__file__).resolve().parent / "e2e"
RECORDINGS = Path(__file__).resolve().parents[1] / "target/e2e"


def pytest_configure(config: pytest.Config) -> None:
    """Say what our marks mean."""
    config.addinivalue_line("markers", "stage(number): when it runs; 0 unless told, the destroy is last")
    config.addinivalue_line("markers", "chapter: goes on where the test before it ended; skipped after a failure")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs the whole day behind it comes after the day, whatever its folder.

    The gathering has a cloud of its own: the day is whole without it.
    """
    items.sort(key=lambda item: mark.args[0] if (mark := item.get_closest_marker("stage")) else 0)
    chosen = {item.path for item in items}
    narrowed = config.getoption("keyword") or config.getoption("markexpr") or any("::" in one for one in config.args)
    config.stash[_WHOLE] = not narrowed and chosen >= set(E2E.glob("test_*.py")) - {E2E / "test_gathering.py"}


_WHOLE = pytest.StashKey[bool]()
_BROKEN = pytest.StashKey[dict[Path, str]]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember the chapter that failed."""
    outcome = yield
    if outcome.get_result().failed and item.get_closest_marker("chapter"):
        item.session.stash.setdefault(_BROKEN, {}).setdefault(item.path, item.name)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A story whose chapter failed cannot be told on."""
    broken = item.session.stash.get(_BROKEN, {}).get(item.path)
    if broken and item.get_closest_marker("chapter"):
        pytest.skip(f"{broken} failed before")


@pytest.fixture(scope="session")
def estate(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Development, applied by Terraform into a local cloud that enforces IAM.

    With NIGHTSHIFT_E2E_KEEP=<folder> the cloud is left running there and found
    again by the next run, which saves the apply while a test is being written.
    """
    from e2e import estate as made

    keep = os.environ.get("NIGHTSHIFT_E2E_KEEP")
    folder = Path(keep).resolve() if keep else tmp_path_factory.mktemp("estate")
    found = made.open_estate(folder)
    found.whole_run = pytestconfig.stash[_WHOLE]
    try:
        yield found
    finally:
        RECORDINGS.mkdir(parents=True, exist_ok=True)
        state = found.cloud.state
        for recording in (state.calls, state.invocations, state.log, found.terraform.log):
            if recording.exists():
                shutil.copy(recording, RECORDINGS)
        if not keep:
            found.cloud.stop()
