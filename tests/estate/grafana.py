"""Grafana's dashboards as files: what Grafana would mend in silence, or show wrongly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from .rules import expression

COLUMNS = 24
# Ours and Grafana's own; what is written as $name in a panel must be one of them.
_BUILT_IN = {"__interval", "__rate_interval", "__range", "__all", "PROP"}
_VARIABLE = re.compile(r"\$\{?(\w+)")


def problems(text: str) -> list[str]:
    """What is wrong with one dashboard; empty where nothing is."""
    try:
        board = json.loads(text)
    except ValueError as error:
        return [f"no JSON: {error}"]
    found = [f"has no {name}" for name in ("description", "title", "uid") if not board.get(name)]
    if not re.match(r"^[a-z0-9-]{1,40}$", str(board.get("uid", ""))):
        found.append(f"its uid is {board.get('uid')!r}; Grafana takes 40 characters")
    if board.get("id") is not None:
        found.append("has an id: that is one workspace's own")
    variables = {variable["name"]: variable for variable in board.get("templating", {}).get("list", [])}
    sources = {name for name, variable in variables.items() if variable["type"] == "datasource"}
    if not sources:
        found.append("has no variable for a data source")
    panels = board.get("panels", [])
    identities = [panel.get("id") for panel in panels]
    found += [f"the panel id {one} is there twice" for one in sorted({i for i in identities if identities.count(i) > 1}, key=str)]
    for variable in variables.values():
        if variable["type"] == "query":
            found += [f"variable {variable['name']}: {what}" for what in _source(variable.get("datasource"), sources)]
    for panel in panels:
        name = f"panel {panel.get('id')} ({panel.get('title')})"
        found += [f"{name}: {what}" for what in _panel(panel, sources)]
        used = set(_VARIABLE.findall(json.dumps([panel.get("targets", []), panel.get("datasource")])))
        found += [f"{name}: there is no variable {one}" for one in sorted(used - set(variables) - _BUILT_IN)]
    found += [f"the panels {a['id']} and {b['id']} lie on each other" for a, b in combinations(panels, 2) if _meet(a, b)]
    used = set(_VARIABLE.findall(json.dumps([panels, board.get("templating")])))
    found += [f"nobody asks for the variable {one}" for one in sorted(set(variables) - used)]
    return found


def _panel(panel: dict[str, Any], sources: set[str]) -> Iterator[str]:
    place = panel.get("gridPos", {})
    if set(place) != {"h", "w", "x", "y"} or not 1 <= place["w"] <= COLUMNS or place["x"] < 0 or place["x"] + place["w"] > COLUMNS:
        yield f"leaves the {COLUMNS} columns: {place}"
    if not panel.get("title"):
        yield "has no title"
    if panel["type"] == "row":
        return
    if not panel.get("description"):
        yield "does not say what it means"
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        yield "has no unit"
    yield from _source(panel.get("datasource"), sources)
    targets = panel.get("targets", [])
    if not targets:
        yield "asks nothing"
    marks = [target.get("refId") for target in targets]
    if len(set(marks)) != len(marks):
        yield "has a refId twice"
    for target in targets:
        yield from _source(target.get("datasource"), sources)
        if "expr" in target:
            yield from expression(re.sub(r"\$__\w+", "5m", target["expr"]))
        elif not (target.get("namespace") and target.get("metricName") and target.get("statistic")):
            yield f"the target {target.get('refId')} has no expression and no metric"


def _source(source: Any, sources: set[str]) -> Iterator[str]:
    name = re.match(r"^\$\{(\w+)\}$", str((source or {}).get("uid", "")))
    if not name or name[1] not in sources:
        yield f"its data source is {source!r}, no variable of the dashboard"


def _meet(a: dict[str, Any], b: dict[str, Any]) -> bool:
    one, other = a["gridPos"], b["gridPos"]
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
            and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])
