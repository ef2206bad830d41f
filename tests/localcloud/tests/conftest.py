"""One cloud for the whole run; every test starts with an empty one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localcloud import LocalCloud

START = "2026-11-23T12:00:00Z"


@pytest.fixture(scope="session")
def running_cloud() -> Iterator[LocalCloud]:
    with LocalCloud(iam="enforce", time=START) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def dated_cloud() -> Iterator[LocalCloud]:
    """Another one, for tests that know the date: no clock goes back to where other tests found it."""
    with LocalCloud(iam="enforce", time=START) as cloud:
        yield cloud


@pytest.fixture
def cloud(running_cloud: LocalCloud) -> LocalCloud:
    running_cloud.reset()
    return running_cloud
