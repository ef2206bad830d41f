"""Starts the gateway on the socket that the supervisor bound."""

from __future__ import annotations

import asyncio
import contextlib

from ..process import die_with_parent


async def _serve() -> None:
    from aiohttp import web

    from .. import part
    from .server import Gateway

    gateway = Gateway(part.state())
    await gateway.open()
    runner = web.ServerRunner(web.Server(gateway.handle), access_log=None)
    await runner.setup()
    await web.SockSite(runner, part.listener()).start()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
        await gateway.close()


def main() -> None:
    """Serve until killed."""
    die_with_parent()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve())


if __name__ == "__main__":
    main()
