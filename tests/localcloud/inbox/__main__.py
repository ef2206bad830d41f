"""Serves one inbox on 127.0.0.1: `python -m localcloud.inbox --state-dir DIR [--port N] [--samples]`."""

from __future__ import annotations

import argparse
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .inbox import Inbox, Webhook
from .samples import post_samples


def server(inbox: Inbox, port: int = 0) -> ThreadingHTTPServer:
    """An HTTP server for the inbox on 127.0.0.1; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "inbox"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else b""
            answer = inbox.handle(self.command, self.path, dict(self.headers.items()), body)
            status, headers, content = answer or (404, {"Content-Type": "text/plain"}, b"not found")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the page is the log."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m localcloud.inbox", description=__doc__)
    parser.add_argument("--state-dir", type=Path, help="where messages are kept (default: a new directory)")
    parser.add_argument("--port", type=int, default=8085)
    parser.add_argument("--zone", default="America/New_York", help="IANA zone of the times on the page")
    parser.add_argument("--samples", action="store_true", help="begin with sample messages")
    options = parser.parse_args()
    state = options.state_dir or Path(tempfile.mkdtemp(prefix="inbox-"))
    if options.samples:
        post_samples(state, options.zone)
    inbox = Inbox(state, zone=options.zone)
    with server(inbox, options.port) as httpd:
        base = f"http://127.0.0.1:{httpd.server_address[1]}"
        print(f"page:    {base}/inbox\nwebhook: {base}{Webhook().path}\nstate:   {state}", flush=True)
        try:
            httpd.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
