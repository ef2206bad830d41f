"""CloudWatch's grammar of a dashboard body, as far as CloudWatch itself is silent about a mistake.

PutDashboard takes almost anything; what it takes wrongly is a widget that says
"invalid" to whoever looks at it. Source: CloudWatch API reference, "Dashboard
Body Structure and Syntax".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

COLUMNS = 24
MOST_HEIGHT = 1000
MOST_WIDGETS = 500
MOST_METRICS = 500
MOST_ALARMS = 100
MOST_LOG_GROUPS = 50

_TYPES = {"alarm", "explorer", "log", "metric", "text"}
_VIEWS = {"metric": {"timeSeries", "singleValue", "gauge", "bar", "pie", "table"},
          "log": {"table", "timeSeries", "bar", "pie"}}
_STAT = re.compile(r"^(?:Average|Maximum|Minimum|SampleCount|Sum|IQM|p\d{1,2}(?:\.\d{1,10})?|p100"
                   r"|(?:tm|ts|tc|wm)\d{1,2}(?:\.\d+)?|(?:TM|TS|TC|WM|PR)\([^)]+\))$")
_ALARM = re.compile(r"^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:\d{12}:alarm:.+$")
_ID = re.compile(r"^[a-z][A-Za-z0-9_]*$")
_RELATIVE = re.compile(r"^-P(?=.)(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?$")
_OPTIONS = {"accountId", "color", "expression", "id", "label", "period", "region", "stat", "visible", "yAxis"}
# Seconds; below a minute only for metrics of high resolution.
_SHORT_PERIODS = {1, 5, 10, 20, 30}


def problems(body: str) -> list[str]:
    """What is wrong with a dashboard body; empty where nothing is."""
    try:
        board = json.loads(body)
    except ValueError as error:
        return [f"the body is no JSON: {error}"]
    if not isinstance(board, dict) or not isinstance(board.get("widgets"), list):
        return ["the body has no list `widgets`"]
    found = list(_times(board, "the dashboard"))
    if board.get("periodOverride", "auto") not in ("auto", "inherit"):
        found.append("periodOverride is auto or inherit")
    widgets = board["widgets"]
    if len(widgets) > MOST_WIDGETS:
        found.append(f"{len(widgets)} widgets, {MOST_WIDGETS} are possible")
    for number, widget in enumerate(widgets):
        found += [f"widget {number} ({_title(widget)}): {what}" for what in _widget(widget)]
    found += _overlaps(widgets)
    return found


def _title(widget: Any) -> str:
    properties = (widget.get("properties") if isinstance(widget, dict) else None) or {}
    return str(properties.get("title") or properties.get("markdown", "")[:30] or "without a title")


def _widget(widget: Any) -> Iterator[str]:
    if not isinstance(widget, dict):
        yield "is no object"
        return
    kind, properties = widget.get("type"), widget.get("properties")
    if kind not in _TYPES:
        yield f"has the type {kind!r}"
        return
    if not isinstance(properties, dict):
        yield "has no properties"
        return
    x, y, width, height = (widget.get(name) for name in ("x", "y", "width", "height"))
    numbers = [x, y, width, height]
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        yield "x, y, width and height are whole numbers"
    else:
        if not 1 <= width <= COLUMNS or x < 0 or x + width > COLUMNS:
            yield f"leaves the {COLUMNS} columns: x {x}, width {width}"
        if not 1 <= height <= MOST_HEIGHT or y < 0:
            yield f"is {height} high at y {y}"
    yield from {"alarm": _alarm, "explorer": _nothing, "log": _log, "metric": _metric, "text": _text}[kind](properties)


def _nothing(_: Mapping[str, Any]) -> Iterator[str]:
    return iter(())


def _text(properties: Mapping[str, Any]) -> Iterator[str]:
    if not str(properties.get("markdown", "")).strip():
        yield "says nothing"
    if properties.get("background", "solid") not in ("solid", "transparent"):
        yield f"background {properties['background']!r}"


def _alarm(properties: Mapping[str, Any]) -> Iterator[str]:
    alarms = properties.get("alarms")
    if not isinstance(alarms, list) or not 1 <= len(alarms) <= MOST_ALARMS:
        yield f"shows 1 to {MOST_ALARMS} alarms"
        return
    yield from (f"{alarm!r} is no alarm's ARN" for alarm in alarms if not _ALARM.match(str(alarm)))
    if len(set(alarms)) != len(alarms):
        yield "shows an alarm twice"
    if properties.get("sortBy", "default") not in ("default", "stateUpdatedTimestamp", "timestamp"):
        yield f"sortBy {properties['sortBy']!r}"
    yield from (f"state {state!r}" for state in properties.get("states", [])
                if state not in ("ALARM", "INSUFFICIENT_DATA", "OK"))


def _log(properties: Mapping[str, Any]) -> Iterator[str]:
    query = str(properties.get("query", ""))
    sources = re.findall(r"(?:^|\|)\s*SOURCE\s+'([^']+)'", query)
    if not sources:
        yield "its query begins with no SOURCE"
    if len(sources) > MOST_LOG_GROUPS:
        yield f"its query reads {len(sources)} log groups, {MOST_LOG_GROUPS} are possible"
    if not re.search(r"\|\s*(?:fields|filter|stats|display|parse)\b", query):
        yield "its query asks nothing"
    yield from _shown(properties, "log")


def _metric(properties: Mapping[str, Any]) -> Iterator[str]:
    yield from _shown(properties, "metric")
    yield from _times(properties, "it")
    if (stat := properties.get("stat")) is not None and not _STAT.match(str(stat)):
        yield f"stat {stat!r}"
    if (period := properties.get("period")) is not None:
        yield from _period(period)
    metrics = properties.get("metrics", [])
    annotations = properties.get("annotations", {})
    if not metrics and not annotations.get("alarms"):
        yield "shows no metric"
    if len(metrics) > MOST_METRICS:
        yield f"shows {len(metrics)} metrics, {MOST_METRICS} are possible"
    yield from (f"an annotation without a value: {one}" for one in annotations.get("horizontal", [])
                if isinstance(one, dict) and not isinstance(one.get("value"), (int, float)))
    identities: list[str] = []
    for metric in metrics:
        options = metric[-1] if isinstance(metric, list) and metric and isinstance(metric[-1], dict) else {}
        if "id" in options:
            identities.append(options["id"])
        yield from (f"{json.dumps(metric)} {what}" for what in _array(metric))
    yield from (f"the id {one!r} is there twice" for one in sorted({one for one in identities if identities.count(one) > 1}))


def _array(metric: Any) -> Iterator[str]:
    """One entry of `metrics`: [namespace, name, (dimension, value)*, options?] or [{expression}]."""
    if not isinstance(metric, list) or not metric:
        yield "is no list"
        return
    *names, last = metric
    options = last if isinstance(last, dict) else {}
    if not isinstance(last, dict):
        names.append(last)
    yield from (f"has the option {name!r}" for name in sorted(set(options) - _OPTIONS))
    if "id" in options and not _ID.match(options["id"]):
        yield f"has the id {options['id']!r}, which begins with no small letter"
    if "stat" in options and not _STAT.match(str(options["stat"])):
        yield f"has the stat {options['stat']!r}"
    if "period" in options:
        yield from _period(options["period"])
    if options.get("yAxis", "left") not in ("left", "right"):
        yield f"has the yAxis {options['yAxis']!r}"
    if "expression" in options:
        yield from _expression(str(options["expression"]))
        if names:
            yield "is an expression and a metric"
        return
    if not all(isinstance(name, str) and name for name in names):
        yield "has something that is no text"
    elif len(names) < 2 or len(names) % 2:
        yield "is no namespace, name and pairs of dimension and value"
    elif len(names) > 2 + 2 * 30:
        yield "has more than 30 dimensions"


def _expression(expression: str) -> Iterator[str]:
    for opening, closing in ("()", "{}", "[]"):
        if expression.count(opening) != expression.count(closing):
            yield f"has unequal {opening}{closing}"
    if expression.count("'") % 2 or expression.count('"') % 2:
        yield "has a quotation mark too many"
    if expression.startswith("SEARCH(") and not re.match(
            r"^SEARCH\('(?:\{[^{},]+(?:,[^{},]+)*\}\s+)?.+',\s*'[^']+'(?:,\s*\d+)?\)$", expression):
        yield "is no SEARCH('{namespace,dimension} terms', 'statistic', period)"


def _period(period: Any) -> Iterator[str]:
    if not isinstance(period, int) or period < 1 or (period % 60 and period not in _SHORT_PERIODS):
        yield f"has the period {period!r}: a multiple of 60, or 1, 5, 10, 20, 30"


def _shown(properties: Mapping[str, Any], kind: str) -> Iterator[str]:
    if not properties.get("region"):
        yield "has no region"
    if (view := properties.get("view")) is not None and view not in _VIEWS[kind]:
        yield f"view {view!r}"
    if not properties.get("title"):
        yield "has no title"


def _times(owner: Mapping[str, Any], whose: str) -> Iterator[str]:
    for name in ("start", "end"):
        value = owner.get(name)
        if isinstance(value, str) and value.startswith("-P") and not _RELATIVE.match(value):
            yield f"{whose}: {name} {value!r} is no duration"
    if "end" in owner and "start" not in owner:
        yield f"{whose}: an end without a start"


def _overlaps(widgets: Sequence[Any]) -> list[str]:
    places = [(number, widget) for number, widget in enumerate(widgets) if isinstance(widget, dict)
              and all(isinstance(widget.get(name), int) for name in ("x", "y", "width", "height"))]
    return [f"widgets {one} and {other} lie on each other" for (one, a), (other, b) in combinations(places, 2)
            if a["x"] < b["x"] + b["width"] and b["x"] < a["x"] + a["width"]
            and a["y"] < b["y"] + b["height"] and b["y"] < a["y"] + a["height"]]
