"""Every fixture goes through the deployed binary: what is well formed is accepted, what is not is answered."""

from __future__ import annotations

import json
import re

import pytest

from e2e.estate import Estate

from .manifests import Fixture, Function, fixtures, functions

# What Lambda says when the process went away instead of answering.
_DEAD = re.compile(r"Runtime\.|Sandbox\.|panic|exit status|timed out", re.IGNORECASE)

pytestmark = pytest.mark.stage(1)


@pytest.mark.parametrize("fixture", [one for one in fixtures() if not one.malformed], ids=lambda fixture: fixture.id)
def test_it_is_accepted(estate: Estate, fixture: Fixture) -> None:
    answer = estate.invoke(fixture.function, fixture.content)
    if fixture.kind == "command" and answer.error:
        # A command may be refused for the state of the world (nothing to release), not for its form.
        assert answer.content["errorType"] == "Command", answer.content
        assert "understood" not in answer.content["errorMessage"], answer.content
        return
    assert answer.error is None, answer.content
    if fixture.kind == "batch":
        assert answer.content["batchItemFailures"] == []


@pytest.mark.parametrize("fixture", [one for one in fixtures() if one.malformed], ids=lambda fixture: fixture.id)
def test_it_is_refused_in_words(estate: Estate, fixture: Fixture) -> None:
    answer = estate.invoke(fixture.function, fixture.content)
    assert not _DEAD.search(json.dumps(answer.content)), answer.content
    assert answer.content, "nothing was said"


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)
def test_the_smoke_test_succeeds_and_changes_nothing(estate: Estate, function: Function) -> None:
    event = next(one for one in function.fixtures if one.path.stem == function.manifest["smoke_test"])
    before = len(estate.changes(function.name))
    assert estate.invoke(function.name, event.content).error is None
    assert len(estate.changes(function.name)) == before
