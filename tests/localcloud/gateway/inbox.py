"""Mounts the Slack-like inbox on the gateway's port."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from .. import part

if TYPE_CHECKING:
    from .server import Gateway

PREFIXES = ("/slack/services", "/inbox")


class Mount:
    """The inbox behind ``/slack/services/*`` and ``/inbox``, on the simulated clock."""

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
