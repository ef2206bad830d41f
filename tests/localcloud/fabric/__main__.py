"""Starts MiniStack on the socket that the supervisor bound."""

from __future__ import annotations

import asyncio
import os

from ..process import die_with_parent


def configure() -> None:
    """MiniStack reads its settings when it is imported, so they come first."""
    from .. import part
    from ..state import ACCOUNT, REGION

    os.environ.update({
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        # Queue addresses and the like must name the gateway, not this process.
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(part.ports()["gateway"]),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "S3_DATA_DIR": str(part.state().scratch / "s3"),
    })


def main() -> None:
    """Serve until killed."""
    die_with_parent()
    configure()

    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from .. import part
    from . import launcher

    config = Config()
    config.bind = [f"fd://{part.descriptor()}"]
    config.keep_alive_timeout = 3600
    config.loglevel = "WARNING"
    config.graceful_timeout = 0.2
    asyncio.run(serve(launcher.application(), config))


if __name__ == "__main__":
    main()
