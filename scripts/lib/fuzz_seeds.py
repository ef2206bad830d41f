"""Makes the corpus that fuzzing begins with, from what the repository has anyway.

    fuzz_seeds.py FOLDER

writes FOLDER/seeds/<target>/* and the dictionary FOLDER/words/<target>: the fixtures of events/,
the examples of the documentation, the schemas' names, the texts of the tests.
Nothing of it is random, so that the same checkout has the same corpus.
"""

import csv
import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ["<!channel>", "<@U1>", "```", "`", "@here", "&amp;", "\u202e", "\u2028", "\x00", "=", ";", "+", " - ", '":', "\n"]
SYNTAXES = ["cloud-custodian", "instance-scheduler", "kube-downscaler", "lights-off", "autostate"]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def fixtures(function: str) -> Iterator[str]:
    for path in sorted((ROOT / "events" / function).glob("*.json")):
        yield path.read_text(encoding="utf-8")


def quoted(path: str) -> list[str]:
    """The string literals of a Rust source or test, as the program sees them."""
    found = re.findall(r'"((?:[^"\\\n]|\\.)*)"', text(path))
    return [re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), one) for one in found]


def code(page: str) -> list[str]:
    """What a page of the documentation shows in backticks."""
    return re.findall(r"`([^`\n]+)`", text(page))


def within(value: object) -> Iterator[object]:
    """A JSON value and everything in it, JSON inside of texts included."""
    yield value
    if isinstance(value, dict):
        for inner in value.values():
            yield from within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from within(inner)
    elif isinstance(value, str) and value[:1] in "{[":
        try:
            yield from within(json.loads(value))
        except ValueError:
            pass


def everything(function: str) -> Iterator[object]:
    for fixture in fixtures(function):
        yield from within(json.loads(fixture))


def is_notification(value: object) -> bool:
    return isinstance(value, dict) and "title" in value and "summary" in value


def lines(notification: dict) -> str:
    """A notification as the target `notification` reads it."""
    def one(part: str, value: object) -> str:
        return part + str(value).replace("\n", "↵")

    found = [one("t", notification["title"]), one("s", notification["summary"])]
    found += [one("!", notification.get("severity")), one("w", f"{notification.get('source')}=us-east-1")]
    for part, name, label, value in [
        ("f", "facts", "label", "value"), ("c", "commands", "label", "text"), ("l", "links", "label", "url"),
    ]:
        for item in notification.get(name) or []:
            if isinstance(item, dict):
                found.append(one(part, f"{item.get(label)}={item.get(value)}"))
    for section in notification.get("sections") or []:
        if isinstance(section, dict):
            found.append(one("S", section.get("title")))
            found += [one("i", item) for item in section.get("items") or []]
    found += [one("n", step) for step in notification.get("next_steps") or []]
    return "\n".join(found)


def documents() -> Iterator[str]:
    """Configurations, whole ones made of the sections that the pages and tests show."""
    section = {"notify": {
        "channels": {"slack": {"kind": "slack-webhook", "webhook_parameter": "/p/dev/nightshift/slack-webhook"}},
        "routes": [{"name": "everything", "channels": ["slack"]}],
    }}
    hours = {
        "default_zone": "Europe/Berlin", "schedules": {"office-hours": "Mon-Fri 07:00-19:00"},
        "untagged": "office-hours", "closed": ["2026-12-25"], "frozen": ["2026-12-31"], "lease": "PT8H",
        "calendars": [{"source": "ssm-parameter", "name": "/p/dev/nightshift/calendars/de", "means": "closed"}],
        "strict": True, "warn_before": "PT15M", "auto_scaling": "zero", "health_timeout": "PT30M",
        "kinds": ["db-instance"], "prices": {"db.t3.micro/postgres": "0.018"}, "syntax": "lights-off",
    }
    document = {
        "version": 1, "project": "personal-timeline", "environment": "dev", "accounts": ["123456789012"],
        "regions": ["us-east-1"], "environment_tag": "Environment", "ledger_table": "ledger",
        "notifications_topic": "arn:aws:sns:us-east-1:123456789012:t",
        "guards": {
            "stop_parameter": "/personal-timeline/dev/nightshift/stop", "dry_run": False,
            "denied_environments": ["prod"], "denied_accounts": ["210987654321"],
            "protected_tags": {"Keep": "yes"}, "blast_radius": {"count": 50, "percent": 80},
        },
        "functions": section | {"off-hours": hours},
    }
    yield json.dumps(document)
    yield json.dumps(document | {"functions": {"off-hours": {}}, "guards": {"stop_parameter": "/s"}})


def records() -> Iterator[str]:
    base = {
        "arn": "arn:aws:rds:us-east-1:123456789012:db:orders", "kind": "db-instance", "name": "orders",
        "region": "us-east-1", "phase": "asleep", "since": "2026-11-23T19:00:00Z",
    }
    yield json.dumps(base)
    yield json.dumps(base | {
        "memory": {"taken_at": "2026-11-23T19:00:00Z", "hourly": 18000, "muted_alarms": ["a"],
                   "remembered": {"kind": "node-group", "scaling": {"min": 1, "desired": 2}, "tainted": True}},
        "lease": {"state": "on", "since": "2026-11-23T19:00:00Z", "until": "2026-11-24T03:00:00Z"},
        "failed": {"attempts": 1, "first_at": "2026-11-23T19:00:00Z", "last_at": "2026-11-23T19:00:00Z", "cause": "x"},
        "saved": {"2026-11": {"seconds": 3600, "money": 18000}},
    })
    yield json.dumps({"waking": {"started_at": "2026-11-23T19:00:00Z"}, "reported": {"a": "2026-11-23T19:00:00Z"}})


def answers() -> Iterator[str]:
    rooms = ["slack_webhook", "web_api", "pagerduty"]
    bodies = [body for room in rooms for body in quoted(f"functions/notify/src/channels/{room}.rs")]
    for status in [200, 302, 400, 401, 403, 404, 408, 410, 429, 500, 503]:
        for body in bodies:
            yield f"{status}\n{7 if status == 429 else ''}\n{body}"


def bills() -> Iterator[str]:
    for value in everything("cost-anomaly"):
        if isinstance(value, str) and value.startswith("date,"):
            # Each change of a long bill is slow to judge: a few weeks say as much.
            yield "\n".join(value.splitlines()[:60])
        elif isinstance(value, dict) and "ResultsByTime" in value:
            yield json.dumps(value | {"ResultsByTime": value["ResultsByTime"][:40]})
    for text in quoted("shared/cost/tests/history.rs"):
        if "," in text or "{" in text:
            yield text


def corpora() -> Iterator[tuple[str, Iterable[str]]]:
    schedules = "shared/schedule/tests"
    grammar = code("docs/schedule-grammar.md") + quoted(f"{schedules}/grammar.rs")
    yield "schedule", grammar + quoted(f"{schedules}/meaning.rs")
    foreign = quoted(f"{schedules}/imports.rs")
    for syntax in SYNTAXES:
        own = quoted(f"shared/schedule/src/import/{syntax.replace('-', '_')}{'/mod' if syntax == SYNTAXES[1] else ''}.rs")
        yield f"import-{syntax}", foreign + own + code("docs/schedule-grammar.md")
    calendars = quoted(f"{schedules}/calendar.rs")
    yield "calendar", calendars + [
        "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR"])
        for event in [
            ["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "SUMMARY:Christmas"],
            ["DTSTART;TZID=Europe/Berlin:20261224T080000", "DURATION:PT6H", "RRULE:FREQ=YEARLY;COUNT=3"],
            ["DTSTART:20261224T080000Z", "DTEND:20261224T140000Z", "RDATE:20270101T080000Z", "EXDATE:20261224T080000Z"],
            ["DTSTART;VALUE=DATE:20260525", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20350101"],
            ["DTSTART;VALUE=DATE:20260501", "STATUS:CANCELLED"],
        ]
    ]
    yield "off-hours-event", fixtures("off-hours")
    yield "keep-awake", quoted("functions/off-hours/src/decide/tagged.rs")
    yield "maintenance-window", quoted("functions/off-hours/src/decide/maintenance.rs")
    yield "ledger-record", records()
    bodies = [one for one in everything("notify") if isinstance(one, str) and one[:1] == "{"]
    yield "notify-event", [*fixtures("notify"), *bodies]
    findings = [one for one in everything("security-triage") if isinstance(one, str) and one[:1] == "{"]
    yield "finding", [*fixtures("security-triage"), *findings]
    spending = [one for one in everything("cost-anomaly") if isinstance(one, str)]
    yield "spending", [*fixtures("cost-anomaly"), *spending]
    yield "bill", bills()
    yield "notification", [lines(one) for one in everything("notify") if is_notification(one)]
    yield "slack-answer", answers()
    yield "webhook", quoted("functions/notify/src/webhook.rs")
    arns = [one for one in everything("off-hours") if isinstance(one, str) and one.startswith("arn:")]
    yield "arn", arns + quoted("shared/core/src/arn.rs")
    yield "duration", quoted("shared/core/src/duration.rs") + ["PT8H", "PT1H30M", "PT0S", "PT0.5S", "P1D"]
    prices = csv.reader(text("functions/off-hours/prices/list-prices.csv").splitlines())
    yield "price", [f"{row[0]}={row[3]}" for row in list(prices)[1::25]] + quoted("shared/core/src/money.rs")
    yield "configuration", documents()


def main() -> None:
    folder = Path(sys.argv[1])
    shutil.rmtree(folder / "seeds", ignore_errors=True)
    (folder / "words").mkdir(parents=True, exist_ok=True)
    for target, seeds in corpora():
        place = folder / "seeds" / target
        place.mkdir(parents=True)
        words = set(HOSTILE)
        for seed in seeds:
            data = seed.encode()
            (place / sha256(data).hexdigest()[:16]).write_bytes(data)
            words |= set(re.findall(r"[A-Za-z0-9:.@/-]{2,24}", seed))
        escaped = sorted("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words)
        (folder / "words" / target).write_text("".join(f'"{word}"\n' for word in escaped), encoding="utf-8")


if __name__ == "__main__":
    main()
