"""Mounts the inbox on the gateway's port: Slack, PagerDuty, and the topics of channels."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .. import part

if TYPE_CHECKING:
    from .server import Gateway

PREFIXES = ("/slack/services", "/slack/api/", "/slack/upload/", "/pagerduty/", "/inbox")


class Mount:
    """The inbox behind ``/slack/*``, ``/pagerduty/*`` and ``/inbox``, on the simulated clock."""

    def __init__(self, gateway: Gateway) -> None:
        from ..inbox import Inbox

        clock = gateway.clock
        self.inbox = Inbox(gateway.state.directory / "inbox", now=lambda: datetime.fromtimestamp(clock.now(), UTC),
                           zone=part.option("inbox_zone", "America/New_York"))
        # A cloud starts with an empty inbox, also where an earlier one left its files.
        self.inbox.clear()

    async def handle(self, _gateway: Gateway, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request in a thread: a scripted time-out blocks."""
        body = await request.content.read()
        answer = await asyncio.to_thread(self.inbox.handle, request.method, request.path, request.headers, body)
        if answer is None:
            return web.Response(status=404)
        status, headers, content = answer
        return web.Response(status=status, headers=headers, body=content)

    def published(self, parameters: Mapping[str, Any]) -> None:
        """Shows what was published to the topic of a channel; other topics are no business of the inbox."""
        from ..inbox import topics

        subject = parameters.get("Subject")
        topics.receive(self.inbox, str(parameters.get("TopicArn") or ""), None if subject is None else str(subject),
                       str(parameters.get("Message") or ""))
