"""Who can reach whom: a search over routes, access lists and security groups.

A snapshot (estate.network.take, or a dictionary of the same form) becomes a ``Network`` of endpoints: databases, load
balancers, hosts (instances, nodes, pods, functions).  ``violations`` searches for a way from the internet to a database
port that does not lead through what a load balancer serves, and tells it hop by hop; ``layers`` tells, for a database
and a port, which layers by themselves keep the internet out; ``way`` finds the way that there should be.

What is assumed, always to the attacker's advantage: he chooses his address and his port; a host that takes a connection
from him is his; a host listens on every port; an endpoint may have any address of its subnets.  A load balancer is not
his, it hands on what it is sent.  TCP only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .addresses import EVERYWHERE, INTERNET, Addresses

DATABASE, BALANCER, HOST = "database", "load balancer", "host"
_EPHEMERAL = (1024, 65535)


@dataclass(frozen=True)
class Endpoint:
    """Something with an address in a network."""

    name: str
    kind: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    """On which it listens; empty for all."""
    public: bool = False
    """Whether it has, or may get, a public address."""
    addresses: tuple[str, ...] = ()
    """Known private addresses; empty for any of its subnets'."""


@dataclass(frozen=True)
class Hop:
    """One connection, and what lets it through."""

    source: str
    target: str
    port: int
    because: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.source} -> {self.target} on {self.port}\n" + "\n".join(f"    {line}" for line in self.because)


Path = Sequence[Hop]


def told(path: Path) -> str:
    """A path for a person to read."""
    return "\n".join(str(hop) for hop in path)


@dataclass(frozen=True)
class Passage:
    """What a layer lets through: addresses of the other side, and the words of the rules that do."""

    addresses: Addresses = Addresses()
    words: tuple[str, ...] = ()


@dataclass
class Network:
    """One region's networks, indexed."""

    snapshot: Mapping[str, Any]
    endpoints: list[Endpoint] = field(init=False)

    def __post_init__(self) -> None:
        self.endpoints = [Endpoint(**{key: tuple(value) if isinstance(value, list) else value
                                      for key, value in one.items()}) for one in self.snapshot["endpoints"]]

    # -- indexes ----------------------------------------------------------

    @cached_property
    def _subnets(self) -> dict[str, Mapping[str, Any]]:
        return {subnet["SubnetId"]: subnet for subnet in self.snapshot["subnets"]}

    @cached_property
    def _groups(self) -> dict[str, Mapping[str, Any]]:
        return {group["GroupId"]: group for group in self.snapshot["security_groups"]}

    @cached_property
    def _tables(self) -> dict[str, Mapping[str, Any]]:
        """Subnet -> route table; the VPC's main one where none is named."""
        main: dict[str, Mapping[str, Any]] = {}
        named: dict[str, Mapping[str, Any]] = {}
        for table in self.snapshot["route_tables"]:
            for association in table.get("Associations", []):
                if association.get("SubnetId"):
                    named[association["SubnetId"]] = table
                elif association.get("Main"):
                    main[table["VpcId"]] = table
        return {name: named.get(name) or main.get(subnet["VpcId"]) or {"RouteTableId": "no route table", "Routes": []}
                for name, subnet in self._subnets.items()}

    @cached_property
    def _lists(self) -> dict[str, Mapping[str, Any]]:
        """Subnet -> access list; the VPC's default one where none is named."""
        default = {one["VpcId"]: one for one in self.snapshot["network_acls"] if one.get("IsDefault")}
        named = {association["SubnetId"]: one for one in self.snapshot["network_acls"]
                 for association in one.get("Associations", [])}
        nothing = {"NetworkAclId": "no access list", "Entries": []}
        return {name: named.get(name) or default.get(subnet["VpcId"]) or nothing
                for name, subnet in self._subnets.items()}

    def named(self, name: str) -> Endpoint:
        """The endpoint of that name."""
        return next(one for one in self.endpoints if one.name == name)

    def of(self, kind: str) -> list[Endpoint]:
        """All endpoints of one kind."""
        return [one for one in self.endpoints if one.kind == kind]

    # -- layers -----------------------------------------------------------

    def _in_subnet(self, endpoint: Endpoint, subnet: str) -> Addresses:
        whole = Addresses.of(*_ranges(self._subnets[subnet]))
        return (whole & Addresses.of(*endpoint.addresses)) if endpoint.addresses else whole

    def _routed(self, subnet: str, wanted: Addresses, prefixes: Sequence[str]) -> Passage:
        """Those of the wanted addresses that the subnet's table sends to a target with one of the prefixes."""
        table = self._tables[subnet]
        routes: list[tuple[int, Addresses, str, str]] = []
        for route in table["Routes"]:
            if route.get("State", "active") != "active":
                continue
            target = next((route[key] for key in (
                "GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId",
                "InstanceId", "EgressOnlyInternetGatewayId", "CarrierGatewayId", "LocalGatewayId") if route.get(key)), "")
            if route.get("DestinationPrefixListId"):
                ranges = self.snapshot["prefix_lists"].get(route["DestinationPrefixListId"], [])
            else:
                ranges = [one for one in (route.get("DestinationCidrBlock"), route.get("DestinationIpv6CidrBlock")) if one]
            routes += [(int(one.rpartition("/")[2]), Addresses.of(one), target, one) for one in ranges]
        # The longest prefix decides.
        left, found, words = wanted, Addresses(), []
        for _, covered, target, text in sorted(routes, key=lambda route: -route[0]):
            here = left & covered
            left -= covered
            if here and target.startswith(tuple(prefixes)):
                found |= here
                words.append(f"route table {table['RouteTableId']} of {subnet}: {text} -> {target}")
        return Passage(found, tuple(words))

    def _listed(self, subnet: str, port: int, *, egress: bool) -> Passage:
        """Whom the subnet's access list lets send to (egress: receive on) a TCP port."""
        entries = sorted((entry for entry in self._lists[subnet]["Entries"] if entry["Egress"] == egress),
                         key=lambda entry: entry["RuleNumber"])
        left, found, words = EVERYWHERE, Addresses(), []
        for entry in entries:
            if not _acl_covers(entry, port):
                continue
            covered = Addresses.of(*[one for one in (entry.get("CidrBlock"), entry.get("Ipv6CidrBlock")) if one])
            here = left & covered
            left -= covered
            if here and entry["RuleAction"].lower() == "allow":
                found |= here
                words.append(f"access list {self._lists[subnet]['NetworkAclId']} of {subnet}: rule {entry['RuleNumber']} "
                             f"{'out' if egress else 'in'} {entry.get('CidrBlock') or entry.get('Ipv6CidrBlock')}")
        return Passage(found, tuple(words))

    def _grouped(self, endpoint: Endpoint, port: int, other: Endpoint | None, *, egress: bool) -> Passage:
        """Whom the endpoint's groups let in (egress: to whom they let it out) on a port."""
        if not endpoint.groups:
            return Passage(EVERYWHERE, (f"{endpoint.name} has no security group",))
        found, words = Addresses(), []
        for group in endpoint.groups:
            rules = self._groups.get(group, {}).get("IpPermissionsEgress" if egress else "IpPermissions", [])
            for rule in rules:
                if not _rule_covers(rule, port):
                    continue
                ranges = [one["CidrIp"] for one in rule.get("IpRanges", [])]
                ranges += [one["CidrIpv6"] for one in rule.get("Ipv6Ranges", [])]
                for prefix in rule.get("PrefixListIds", []):
                    ranges += self.snapshot["prefix_lists"].get(prefix["PrefixListId"], [])
                for one in ranges:
                    found |= Addresses.of(one)
                    words.append(f"group {group}: {'to' if egress else 'from'} {one}")
                for pair in rule.get("UserIdGroupPairs", []):
                    if other is not None and pair["GroupId"] in other.groups:
                        found |= EVERYWHERE
                        words.append(f"group {group}: {'to' if egress else 'from'} group {pair['GroupId']}")
        return Passage(found, tuple(words))

    # -- one connection ---------------------------------------------------

    def from_internet(self, target: Endpoint, port: int) -> Hop | None:
        """A connection from the internet, if there can be one."""
        if not target.public:
            return None
        group = self._grouped(target, port, None, egress=False)
        for subnet in self._known(target):
            route = self._routed(subnet, INTERNET, ("igw-",))
            answered = self._answered(subnet, INTERNET, port)
            who = INTERNET & route.addresses & answered.addresses & group.addresses
            if who:
                return Hop(f"internet ({who.example()})", target.name, port,
                           (*_matching(route, who), *_matching(answered, who), *_matching(group, who)))
        return None

    def layers(self, target: Endpoint, port: int) -> dict[str, str]:
        """Layer -> why it does not keep the internet out by itself, empty where it does.

        address: no public address.  route: no way to an internet gateway.  list: the access lists.  group: the
        security groups.
        """
        group = self._grouped(target, port, None, egress=False)
        routes = [self._routed(subnet, INTERNET, ("igw-",)) for subnet in self._known(target)]
        lists = [self._answered(subnet, INTERNET, port) for subnet in self._known(target)]
        return {
            "address": f"{target.name} has a public address" if target.public else "",
            "route": next((one.words[0] for one in routes if one.addresses), ""),
            "list": next((_matching(one, INTERNET)[0] for one in lists if one.addresses & INTERNET), ""),
            "group": _matching(group, INTERNET)[0] if group.addresses & INTERNET else "",
        }

    def _known(self, endpoint: Endpoint) -> list[str]:
        return [subnet for subnet in endpoint.subnets if subnet in self._subnets]

    def _answered(self, subnet: str, who: Addresses, port: int) -> Passage:
        """Who gets through the subnet's list on a port and gets an answer."""
        come = self._listed(subnet, port, egress=False)
        found, words = Addresses(), come.words
        for answer in self._ports(_EPHEMERAL, self._lists[subnet]):
            go = self._listed(subnet, answer, egress=True)
            back = who & come.addresses & go.addresses
            if back - found:
                found |= back
                words = (*words, *go.words)
        return Passage(found, tuple(dict.fromkeys(words)))

    def connection(self, source: Endpoint, target: Endpoint, port: int) -> Hop | None:
        """A connection inside, if there can be one."""
        come = self._grouped(target, port, source, egress=False)
        go = self._grouped(source, port, target, egress=True)
        if not come.addresses or not go.addresses:
            return None
        for here in self._known(source):
            for there in self._known(target):
                hop = self._between(source, here, target, there, port, come, go)
                if hop:
                    return hop
        return None

    def _between(self, source: Endpoint, here: str, target: Endpoint, there: str, port: int,
                 come: Passage, go: Passage) -> Hop | None:
        senders = self._in_subnet(source, here) & come.addresses
        receivers = self._in_subnet(target, there) & go.addresses
        words: list[str] = []
        if self._subnets[here]["VpcId"] != self._subnets[there]["VpcId"]:
            there_to = self._routed(here, receivers, ("pcx-", "tgw-"))
            back = self._routed(there, senders, ("pcx-", "tgw-"))
            senders, receivers = senders & back.addresses, receivers & there_to.addresses
            words += [*there_to.words, *back.words]
        if here == there:
            # Access lists stand at the border of a subnet.
            if not senders or not receivers:
                return None
            return Hop(source.name, target.name, port, (*words, *_matching(come, senders), *_matching(go, receivers)))
        out, into = self._listed(here, port, egress=True), self._listed(there, port, egress=False)
        senders, receivers = senders & into.addresses, receivers & out.addresses
        for answer in self._ports(_EPHEMERAL, self._lists[here], self._lists[there]):
            answers, accepted = self._listed(there, answer, egress=True), self._listed(here, answer, egress=False)
            asking, asked = senders & answers.addresses, receivers & accepted.addresses
            if asking and asked:
                return Hop(source.name, target.name, port, tuple(dict.fromkeys((
                    *words, *_matching(out, asked), *_matching(into, asking), *_matching(come, asking),
                    *_matching(go, asked)))))
        return None

    def _ports(self, span: tuple[int, int], *lists: Mapping[str, Any]) -> list[int]:
        """One port of each stretch in which all entries of the lists agree."""
        edges = {span[0]}
        for one in lists:
            for entry in one["Entries"]:
                ports = entry.get("PortRange") or {}
                edges |= {ports.get("From", 0), ports.get("To", 65535) + 1}
        return sorted(edge for edge in edges if span[0] <= edge <= span[1])

    def _doors(self, target: Endpoint) -> list[int]:
        """Ports at which a connection to the target is tried."""
        if target.ports:
            return list(target.ports)
        edges = {0}
        for group in target.groups:
            for rule in self._groups.get(group, {}).get("IpPermissions", []):
                if rule["IpProtocol"] in ("tcp", "6", "-1"):
                    edges |= {max(rule.get("FromPort", 0), 0), rule.get("ToPort", 65535) + 1}
        for subnet in self._known(target):
            edges |= set(self._ports((0, 65535), self._lists[subnet]))
        return sorted(edge for edge in edges if 0 <= edge <= 65535)

    def into(self, target: Endpoint) -> Hop | None:
        """A connection from the internet at any port."""
        return next((hop for port in self._doors(target) if (hop := self.from_internet(target, port))), None)

    def across(self, source: Endpoint, target: Endpoint) -> Hop | None:
        """A connection inside at any port."""
        return next((hop for port in self._doors(target) if (hop := self.connection(source, target, port))), None)


def violations(network: Network) -> Iterator[Path]:
    """Ways from the internet to a database port that do not lead through what a load balancer serves.

    A database may be reached by a host behind a load balancer; not by a load balancer, not by the internet, and not by
    a host that the internet reaches without one.
    """
    for database in network.of(DATABASE):
        for port in database.ports or (None,):
            path = _violation(network, database, port)
            if path:
                yield path


def _violation(network: Network, database: Endpoint, port: int | None) -> Path | None:
    def last(source: Endpoint) -> Hop | None:
        return network.across(source, database) if port is None else network.connection(source, database, port)

    direct = network.into(database) if port is None else network.from_internet(database, port)
    if direct:
        return [direct]
    queue: deque[tuple[Endpoint, tuple[Hop, ...]]] = deque()
    seen: set[str] = set()
    for endpoint in network.endpoints:
        if endpoint.kind != DATABASE and (hop := network.into(endpoint)):
            queue.append((endpoint, (hop,)))
            seen.add(endpoint.name)
    while queue:
        here, path = queue.popleft()
        if hop := last(here):
            return [*path, hop]
        for there in network.endpoints:
            # What a load balancer serves is not the attacker's.
            if there.name in seen or there.kind == DATABASE or (here.kind == BALANCER and there.kind == HOST):
                continue
            if step := network.across(here, there):
                seen.add(there.name)
                queue.append((there, (*path, step)))
    return None


def way(network: Network, *stations: Endpoint, port: int | None = None) -> Path | None:
    """The way from the internet over all stations, the last on ``port``; None where it breaks."""
    first = network.into(stations[0])
    if first is None:
        return None
    path = [first]
    for source, target in zip(stations, stations[1:], strict=False):
        hop = (network.connection(source, target, port) if port and target is stations[-1]
               else network.across(source, target))
        if hop is None:
            return None
        path.append(hop)
    return path


def report(networks: Iterable[Network]) -> tuple[bool, str]:
    """Whether nothing on the internet reaches a database port, and the proof or the counter-examples."""
    lines: list[str] = []
    safe = True
    for network in networks:
        for path in violations(network):
            safe = False
            lines.append(f"REACHED: {path[-1].target} from the internet\n{told(path)}")
        for database in network.of(DATABASE):
            for port in database.ports:
                layers = network.layers(database, port)
                closed = [layer for layer, why in layers.items() if not why]
                lines.append(f"{database.name} on {port}: the internet is kept out by {', '.join(closed) or 'nothing'}"
                             + "".join(f"\n    not by {layer}: {why}" for layer, why in layers.items() if why))
    return safe, "\n".join(lines)


def _ranges(subnet: Mapping[str, Any]) -> list[str]:
    six = [one["Ipv6CidrBlock"] for one in subnet.get("Ipv6CidrBlockAssociationSet", [])]
    return [subnet["CidrBlock"], *six]


def _acl_covers(entry: Mapping[str, Any], port: int) -> bool:
    protocol = str(entry["Protocol"])
    if protocol == "-1":
        return True
    ports = entry.get("PortRange") or {}
    return protocol in ("6", "tcp") and ports.get("From", 0) <= port <= ports.get("To", 65535)


def _rule_covers(rule: Mapping[str, Any], port: int) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    return rule["IpProtocol"] in ("tcp", "6") and rule.get("FromPort", 0) <= port <= rule.get("ToPort", 65535)


def _matching(passage: Passage, who: Addresses) -> tuple[str, ...]:
    """The words of the rules that speak of some of the addresses; all of them where none names a range."""
    chosen = tuple(words for words in passage.words if (text := words.split(" -> ")[0].rpartition(" ")[2])
                   and "/" in text and Addresses.of(text) & who)
    return chosen or passage.words
