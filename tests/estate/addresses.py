"""Sets of addresses, IPv4 and IPv6 on one line of integers."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# IPv6 begins where IPv4 ends.
_SIX = 1 << 32


@dataclass(frozen=True)
class Addresses:
    """Disjoint, ascending, closed intervals."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, *cidrs: str) -> Addresses:
        """The addresses of some ranges."""
        return cls._joined(_span(cidr) for cidr in cidrs)

    @classmethod
    def _joined(cls, spans: Iterable[tuple[int, int]]) -> Addresses:
        joined: list[tuple[int, int]] = []
        for low, high in sorted(spans):
            if joined and low <= joined[-1][1] + 1 and (low < _SIX) == (joined[-1][1] < _SIX):
                joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
            else:
                joined.append((low, high))
        return cls(tuple(joined))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __or__(self, other: Addresses) -> Addresses:
        return self._joined([*self.spans, *other.spans])

    def __and__(self, other: Addresses) -> Addresses:
        return self._joined(
            (max(a, c), min(b, d)) for a, b in self.spans for c, d in other.spans if max(a, c) <= min(b, d))

    def __sub__(self, other: Addresses) -> Addresses:
        left = list(self.spans)
        for low, high in other.spans:
            left = [piece for a, b in left for piece in ((a, min(b, low - 1)), (max(a, high + 1), b))
                    if piece[0] <= piece[1]]
        return self._joined(left)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.spans)

    def example(self) -> str:
        """One of them, for a person to read."""
        if not self.spans:
            return "nobody"
        first = self.spans[0][0]
        return str(ipaddress.IPv6Address(first - _SIX) if first >= _SIX else ipaddress.IPv4Address(first))


def _span(cidr: str) -> tuple[int, int]:
    network = ipaddress.ip_network(cidr, strict=False)
    shift = _SIX if network.version == 6 else 0
    return int(network.network_address) + shift, int(network.broadcast_address) + shift


EVERYWHERE = Addresses.of("0.0.0.0/0", "::/0")
# What can send packets over the internet: no private, shared, local, multicast or reserved range.
INTERNET = Addresses.of("0.0.0.0/0", "2000::/3") - Addresses.of(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/3")
