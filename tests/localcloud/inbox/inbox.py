"""The inbox: receives incoming webhooks as Slack would, remembers them, shows them.

What other ways lead to it is beside it: `slack_api` (an app's token), `pagerduty`, `topics` (mail, Amazon Q).

Answers, with their sources (`changelog` is Slack's of 2016-05-17, `Improving error conditions for Incoming
Webhooks`; `webhooks` is Slack docs: Sending messages using incoming webhooks):

- 200 `ok`: accepted (webhooks);
- 400 `invalid_payload`: not JSON, not an object, another Content-Type (changelog, webhooks);
- 400 `no_text`: neither text nor blocks nor attachments (Slack docs: chat.postMessage);
- 400 `invalid_blocks`, `invalid_blocks_format`, `invalid_attachments`, `too_many_attachments`,
  `msg_blocks_too_long`: a rule is broken (each rule of `rules.RULES` names its source);
- 403 `invalid_token`: the secret part of the address is wrong (observed: gueils/whales#38);
- 404 `no_team`, `no_service`: no such workspace, no such webhook (webhooks);
- 429 with Retry-After: more than one message a second over a burst (Slack docs: Rate limits; the body as
  observed in yassineaboukir/sublert#46);
- 404 `channel_not_found`, 410 `channel_is_archived`, 403 `action_prohibited`, 500 `rollup_error`: only when
  scripted, see `faults` (changelog);
- 405: another method than POST, in `handle`.

Deliberately stricter than Slack: a Content-Type other than JSON or a form is refused even if the body is JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from hmac import compare_digest
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import blockkit, pagerduty, slack_api, slack_files
from .faults import Fault, FaultError, FaultScript
from .journal import Journal
from .page import View, content_security_policy, page_asset, render_page
from .ratelimit import RateLimit, RateLimiter
from .rules import RULES, Finding
from .slack_api import Bot
from .slack_files import FileStore
from .threads import as_read

Answer = tuple[int, dict[str, str], bytes]

#: Part of an address on this machine only: it opens nothing but this inbox.
LOCAL_TOKEN = "nightshiftlocalrehearsal"


@dataclass(frozen=True)
class Webhook:
    """One incoming webhook: `/slack/services/<team>/<service>/<token>` posts to `channel`."""

    channel: str = "dev-operations"
    team: str = "TNIGHTSHIFT"
    service: str = "BLOCALCLOUD"
    token: str = LOCAL_TOKEN

    @property
    def path(self) -> str:
        """The path that senders post to."""
        return f"/slack/services/{self.team}/{self.service}/{self.token}"


class Inbox:
    """The local stand-in for Slack. Every process with the same `state_dir` sees the same messages.

    `now` gives the simulated time that messages are stamped with; `zone` is the IANA zone that the page
    shows times in. `rate_limit` None switches limiting off. `sleep` is how a scripted timeout waits.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        webhooks: Sequence[Webhook] = (Webhook(),),
        bots: Sequence[Bot] = (Bot(),),
        now: Callable[[], datetime] | None = None,
        zone: str = "UTC",
        rate_limit: RateLimit | None = RateLimit(),
        app_name: str = "Nightshift",
        workspace: str = "Personal Timeline",
        mount: str = "/inbox",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        state_dir = Path(state_dir)
        state_dir.mkdir(parents=True, exist_ok=True)
        self.webhooks = tuple(webhooks)
        self.bots = tuple(bots)
        self._now = now or (lambda: datetime.now(UTC))
        self._journal = Journal(state_dir / "messages.jsonl")
        self._faults = FaultScript(state_dir / "faults.json")
        self.files = FileStore(state_dir / "files")
        self._limiter = RateLimiter(state_dir / "rate.json", rate_limit) if rate_limit else None
        self._sleep = sleep
        tz: tzinfo
        try:
            tz = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            tz = UTC  # a machine without a tz database still shows the page; it names the zone it uses
        names = [hook.channel for hook in webhooks] + [name for bot in bots for name in bot.channels.values()]
        self._view = View(app_name, workspace, tuple(dict.fromkeys(names)), tz, mount)

    # -- what senders see ---------------------------------------------------------------------------

    def handle_webhook(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answers a POST to `path` (`/slack/services/...`; a query string is ignored).

        A scripted timeout blocks the caller: an event loop runs this in a thread.
        """
        hook, refusal = self._route(path)
        if hook is None:
            return refusal
        try:
            fault = self._faults.take()
        except FaultError as error:
            return 500, {"Content-Type": "text/plain"}, f"fault script: {error}".encode()
        if fault is not None:
            return self._misbehave(fault, hook, headers, body)
        wait = self._limiter.wait(f"{hook.team}/{hook.service}") if self._limiter else 0
        if wait:
            answer = Fault("rate-limit", retry_after=wait).answer()
            self._remember(hook, *_payload(headers, body)[:1], answer=answer, outcome="held", cause="rate limit")
            return answer
        return self._receive(hook, headers, body)

    def _route(self, path: str) -> tuple[Webhook | None, Answer]:
        parts = path.split("?", 1)[0].strip("/").split("/")
        if parts[:2] == ["slack", "services"]:
            parts = parts[2:]
        if len(parts) != 3 or parts[0] not in {hook.team for hook in self.webhooks}:
            return None, _plain(404, "no_team")
        for hook in self.webhooks:
            if parts[:2] == [hook.team, hook.service]:
                if compare_digest(parts[2].encode(), hook.token.encode()):
                    return hook, _plain(200, "ok")
                return None, _plain(403, "invalid_token")
        return None, _plain(404, "no_service")

    def _receive(self, hook: Webhook, headers: Mapping[str, str], body: bytes) -> Answer:
        payload, finding = _payload(headers, body)
        if finding is not None:
            answer = _plain(400, finding.rule.answer)
            self._remember(hook, payload, answer=answer, outcome="refused", findings=(finding,))
            return answer
        verdict = blockkit.judge(payload)
        answer = _plain(400 if verdict.findings else 200, verdict.answer)
        self._remember(hook, payload, answer=answer, outcome="refused" if verdict.findings else "delivered",
                       findings=verdict.findings, advice=verdict.advice, characters=verdict.characters)
        return answer

    def _misbehave(self, fault: Fault, hook: Webhook, headers: Mapping[str, str], body: bytes) -> Answer:
        if fault.seconds:
            self._sleep(fault.seconds)
        answer = fault.answer()
        if fault.delivered:
            self._receive(hook, headers, body)
        self._remember(hook, *_payload(headers, body)[:1], answer=answer, outcome="held",
                       cause=f"scripted {fault.kind}")
        return answer

    def _remember(self, hook: Webhook, payload: Any, **known: Any) -> None:
        self.remember(hook.channel, payload, **known)

    def remember(self, channel: str, payload: Any, *, answer: Answer, outcome: str,
                 findings: Sequence[Finding] = (), advice: Sequence[Finding] = (),
                 characters: int = 0, cause: str | None = None,
                 more: Callable[[int], Mapping[str, Any]] = lambda _position: {}) -> dict[str, Any]:
        """Writes down one request; `more` gives further fields from the record's position in the journal."""
        stamp = self.now()
        return self._journal.append(lambda position: {
            "id": f"m{position}",
            "outcome": outcome,
            "valid": outcome == "delivered",
            "channel": channel,
            "simulated_at": stamp.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "received_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "status": answer[0],
            "answer": answer[2].decode("utf-8", "replace"),
            "retry_after": answer[1].get("Retry-After"),
            "cause": cause,
            "violations": [finding.as_dict() for finding in findings],
            "advice": [finding.as_dict() for finding in advice],
            "characters": characters,
            "payload": payload,
            **more(position),
        })

    def disturbance(self, key: str) -> tuple[Fault | None, int]:
        """The next scripted fault, or the seconds for which the rate limit of `key` holds back."""
        fault = self._faults.take()
        if fault is not None:
            if fault.seconds:
                self._sleep(fault.seconds)
            return fault, 0
        return None, self._limiter.wait(key) if self._limiter else 0

    def now(self) -> datetime:
        """The simulated time."""
        stamp = self._now()
        return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)

    # -- what people and tests see --------------------------------------------------------------------

    def messages(self, *, held: bool = False) -> list[dict[str, Any]]:
        """What was posted, oldest first: `outcome` is `delivered` or `refused` (with `violations`).

        With `held`, also what was answered with a scripted fault or the rate limit and never judged.
        `payload` is the JSON object, or the raw text if it was none.
        """
        records = self._journal.read()
        return records if held else [record for record in records if record["outcome"] != "held"]

    def faults(self, script: Sequence[Fault | Mapping[str, Any]] | None = None) -> list[Fault]:
        """Sets the fault script if one is given (`[]` clears it); returns what is still to come."""
        if script is not None:
            self._faults.set(script)
        return self._faults.get()

    def clear(self) -> None:
        """Forgets messages, faults and the rate limit's memory."""
        self._journal.clear()
        self.files.clear()
        self._faults.set([])
        if self._limiter:
            self._limiter.clear()

    def page(self) -> str:
        """The channel as an HTML page. Serve it with `content_security_policy`, as `handle` does."""
        return render_page(self._view, as_read(self.messages(held=True)), self._now())

    def messages_json(self) -> bytes:
        """What the page polls: all records and the simulated time."""
        stamp = self._now().astimezone(UTC).isoformat(timespec="seconds")
        return json.dumps({"now": stamp, "messages": self.messages(held=True)}, ensure_ascii=True).encode()

    def asset(self, name: str) -> tuple[str, bytes] | None:
        """Content type and bytes of a file that the page uses; None if there is no such file."""
        return page_asset(name)

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """Answers any request that is the inbox's (webhooks, page, JSON, assets); None if it is not."""
        path, mount = path.split("?", 1)[0], self._view.mount
        if path == "/slack/services" or path.startswith("/slack/services/"):
            return self.handle_webhook(path, headers, body) if method == "POST" else _plain(405, "use POST")
        for prefix, receive in ((slack_api.PREFIX, slack_api.receive), (pagerduty.PREFIX, pagerduty.receive)):
            if path.startswith(prefix):
                return receive(self, path, headers, body) if method == "POST" else _plain(405, "use POST")
        if path.startswith(slack_files.UPLOADS):
            return slack_files.upload(self, path, body) if method == "POST" else _plain(405, "use POST")
        if path != mount and not path.startswith(mount + "/"):
            return None
        if method not in ("GET", "HEAD"):
            return _plain(405, "use GET")
        rest = path[len(mount):].strip("/")
        if rest == "":
            kind, content = "text/html; charset=utf-8", self.page().encode()
        elif rest == "messages.json":
            kind, content = "application/json", self.messages_json()
        else:
            found = self.asset(rest.removeprefix("assets/")) if rest.startswith("assets/") else None
            if rest.startswith("files/"):
                found = self.files.picture(rest.removeprefix("files/"))
            if found is None:
                return _plain(404, "not found")
            kind, content = found
        return 200, {
            "Content-Type": kind,
            "Cache-Control": "no-store",
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }, content


def _plain(status: int, text: str) -> Answer:
    return status, {"Content-Type": "text/html"}, text.encode()


def _payload(headers: Mapping[str, str], body: bytes) -> tuple[Any, Finding | None]:
    """The payload and what is wrong with its envelope; the raw text where it is not a JSON object."""
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    kind = kind.split(";", 1)[0].strip().lower()
    text = body.decode("utf-8", "replace")
    if kind == "application/x-www-form-urlencoded":
        form = parse_qs(text).get("payload")
        if not form:
            return text, Finding(RULES["payload.content-type"], "", "is a form without `payload`")
        text = form[0]
    elif kind != "application/json":
        return text, Finding(RULES["payload.content-type"], "", f"Content-Type is {kind or 'missing'}")
    try:
        if kind == "application/json":
            body.decode("utf-8")
        value = json.loads(text, parse_constant=_no_constant)
        # What cannot be written as JSON again (a number beyond a double, endless nesting) was none.
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError) as error:
        return text, Finding(RULES["payload.json"], "", f"is not JSON: {error}")
    if not isinstance(value, dict):
        return text, Finding(RULES["payload.json"], "", "is not an object")
    return value, None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
