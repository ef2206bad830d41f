"""The account's spending book: written through a door, read by Cost Explorer, Budgets and the advisers.

What each answer of Cost Explorer would have cost is counted here as well.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from ..spending.book import Book, read
from ..state import ACCOUNT
from .launcher import on_clear, route

Item = TypeVar("Item")

# https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/
_USD_PER_PAGE = Decimal("0.01")
_book: Book | None = None
_requests: Counter[str] = Counter()
_pages: Counter[str] = Counter()


def book() -> Book | None:
    """The book, None where nobody has written one: then AWS has no data yet."""
    return _book


def now() -> datetime:
    """The simulated time."""
    return datetime.now(UTC)


def charged(operation: str, *, first: bool) -> None:
    """Count one page that Cost Explorer has answered; ``first`` of its request."""
    _pages[operation] += 1
    _requests[operation] += first


@route("spending")
def _write(request: dict[str, Any]) -> dict[str, Any]:
    """``{"book": {...}}`` writes another book, ``{}`` only tells what is in it and what was asked for."""
    global _book
    if "book" in request:
        _book = read(request["book"], now(), ACCOUNT)
        _pages.clear()
        _requests.clear()
    days = [line.day for line in _book.lines] if _book else []
    return {
        "lines": len(days), "from": min(days).isoformat() if days else None,
        "to": max(days).isoformat() if days else None,
        "pages": {name: {"requests": _requests[name], "pages": pages, "usd": str(pages * _USD_PER_PAGE)}
                  for name, pages in sorted(_pages.items())},
    }


@on_clear
def clear() -> None:
    """Burn the book."""
    global _book
    _book = None
    _pages.clear()
    _requests.clear()


# -- pages -----------------------------------------------------------------------------------------------------------

class StaleToken(Exception):
    """The token is of another request."""


class BadToken(Exception):
    """The token is none."""


def page(items: Sequence[Item], size: int, token: str | None, request: Any) -> tuple[Sequence[Item], str | None]:
    """One page and the token of the next; a token only goes with the request that it came from."""
    mark, start = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()[:16], 0
    if token:
        try:
            told, start = json.loads(base64.urlsafe_b64decode(token))
        except (ValueError, TypeError):
            raise BadToken from None
        if told != mark:
            raise StaleToken
    end = start + size
    following = base64.urlsafe_b64encode(json.dumps([mark, end]).encode()).decode() if end < len(items) else None
    return items[start:end], following
