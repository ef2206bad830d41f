"""Starts moto on the socket that the supervisor bound."""

from __future__ import annotations

import logging
import os

from ..process import die_with_parent


def main() -> None:
    """Serve until killed."""
    die_with_parent()
    from .. import part
    from ..state import ACCOUNT

    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "false"
    os.environ["MOTO_PORT"] = str(part.ports()["resources"])

    from werkzeug.serving import make_server

    from . import launcher

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", part.ports()["resources"], launcher.application(),
                         threaded=True, request_handler=launcher.RequestHandler,
                         fd=part.descriptor())
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
