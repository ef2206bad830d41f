"""The search for a way from the internet to a database finds every kind of hole, and none where there is none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from .addresses import EVERYWHERE, INTERNET, Addresses
from .reachability import Network, report, told, violations, way

Snapshot = dict[str, Any]
PORT = 5432


def _rule(port: int | None, *, cidr: str | None = None, group: str | None = None) -> dict[str, Any]:
    ports = {"IpProtocol": "-1"} if port is None else {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    return {**ports, "IpRanges": [{"CidrIp": cidr}] if cidr else [], "Ipv6Ranges": [], "PrefixListIds": [],
            "UserIdGroupPairs": [{"GroupId": group}] if group else []}


def _entry(number: int, cidr: str, *, egress: bool = False, ports: tuple[int, int] | None = None,
           action: str = "allow") -> dict[str, Any]:
    return {"RuleNumber": number, "CidrBlock": cidr, "Egress": egress, "RuleAction": action,
            "Protocol": "-1" if ports is None else "6",
            **({} if ports is None else {"PortRange": {"From": ports[0], "To": ports[1]}})}


EPHEMERAL = (1024, 65535)
LAST = [_entry(32767, "0.0.0.0/0", action="deny"), _entry(32767, "0.0.0.0/0", egress=True, action="deny")]


def estate() -> Snapshot:
    """A network as modules/networking makes it, with a balancer, pods, a host and a database."""
    return {
        "prefix_lists": {"pl-edge": ["203.0.113.0/24"]},
        "subnets": [
            {"SubnetId": "public", "VpcId": "vpc", "CidrBlock": "10.2.1.0/24"},
            {"SubnetId": "private", "VpcId": "vpc", "CidrBlock": "10.2.11.0/24"},
            {"SubnetId": "pods", "VpcId": "vpc", "CidrBlock": "100.64.0.0/19"},
            {"SubnetId": "database", "VpcId": "vpc", "CidrBlock": "10.2.21.0/24"},
        ],
        "route_tables": [
            {"RouteTableId": "rtb-main", "VpcId": "vpc", "Associations": [{"Main": True}], "Routes": []},
            {"RouteTableId": "rtb-public", "VpcId": "vpc", "Associations": [{"SubnetId": "public"}],
             "Routes": [{"DestinationCidrBlock": "10.2.0.0/16", "GatewayId": "local"},
                        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0", "State": "active"}]},
            {"RouteTableId": "rtb-private", "VpcId": "vpc",
             "Associations": [{"SubnetId": "private"}, {"SubnetId": "pods"}],
             "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0"}]},
            {"RouteTableId": "rtb-database", "VpcId": "vpc", "Associations": [{"SubnetId": "database"}],
             "Routes": [{"DestinationCidrBlock": "10.2.0.0/16", "GatewayId": "local"}]},
        ],
        "network_acls": [
            {"NetworkAclId": "acl-public", "VpcId": "vpc", "Associations": [{"SubnetId": "public"}], "Entries": [
                _entry(100, "10.2.0.0/16"), _entry(110, "100.64.0.0/16"), _entry(120, "0.0.0.0/0", ports=(443, 443)),
                _entry(130, "0.0.0.0/0", ports=EPHEMERAL), _entry(100, "0.0.0.0/0", egress=True), *LAST]},
            {"NetworkAclId": "acl-private", "VpcId": "vpc",
             "Associations": [{"SubnetId": "private"}, {"SubnetId": "pods"}], "Entries": [
                 _entry(100, "10.2.0.0/16"), _entry(110, "100.64.0.0/16"), _entry(120, "0.0.0.0/0", ports=EPHEMERAL),
                 _entry(100, "0.0.0.0/0", egress=True), *LAST]},
            {"NetworkAclId": "acl-database", "VpcId": "vpc", "Associations": [{"SubnetId": "database"}], "Entries": [
                _entry(100, "10.2.11.0/24", ports=(PORT, PORT)), _entry(110, "100.64.0.0/16", ports=(PORT, PORT)),
                _entry(100, "10.2.11.0/24", egress=True, ports=EPHEMERAL),
                _entry(110, "100.64.0.0/16", egress=True, ports=EPHEMERAL), *LAST]},
        ],
        "security_groups": [
            {"GroupId": "sg-alb", "IpPermissions": [_rule(443, cidr="0.0.0.0/0")],
             "IpPermissionsEgress": [_rule(None, cidr="0.0.0.0/0")]},
            {"GroupId": "sg-pods", "IpPermissions": [_rule(8080, group="sg-alb")],
             "IpPermissionsEgress": [_rule(None, cidr="0.0.0.0/0")]},
            {"GroupId": "sg-host", "IpPermissions": [], "IpPermissionsEgress": [_rule(None, cidr="0.0.0.0/0")]},
            {"GroupId": "sg-database", "IpPermissions": [_rule(PORT, group="sg-pods")], "IpPermissionsEgress": []},
        ],
        "endpoints": [
            {"name": "alb", "kind": "load balancer", "subnets": ["public"], "groups": ["sg-alb"], "ports": [443],
             "public": True},
            {"name": "pods", "kind": "host", "subnets": ["pods"], "groups": ["sg-pods"]},
            {"name": "host", "kind": "host", "subnets": ["private"], "groups": ["sg-host"]},
            {"name": "timeline-db", "kind": "database", "subnets": ["database"], "groups": ["sg-database"],
             "ports": [PORT]},
        ],
    }


Hole = Callable[[Snapshot], None]


def _of(snapshot: Snapshot, part: str, key: str, name: str) -> dict[str, Any]:
    return next(one for one in snapshot[part] if one[key] == name)


def address(snapshot: Snapshot) -> None:
    """The database gets a public address."""
    _of(snapshot, "endpoints", "name", "timeline-db")["public"] = True


def route(snapshot: Snapshot) -> None:
    """Its subnets lead to the internet."""
    _of(snapshot, "route_tables", "RouteTableId", "rtb-database")["Routes"].append(
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0", "State": "active"})


def acl(snapshot: Snapshot) -> None:
    """Its access list lets everybody in and answers."""
    _of(snapshot, "network_acls", "NetworkAclId", "acl-database")["Entries"] += [
        _entry(500, "0.0.0.0/0", ports=(PORT, PORT)), _entry(500, "0.0.0.0/0", egress=True, ports=EPHEMERAL)]


def group(snapshot: Snapshot) -> None:
    """Its group lets everybody in."""
    _of(snapshot, "security_groups", "GroupId", "sg-database")["IpPermissions"].append(_rule(PORT, cidr="0.0.0.0/0"))


HOLES: dict[str, Hole] = {"address": address, "route": route, "list": acl, "group": group}


def _holed(*holes: Hole) -> Network:
    snapshot = estate()
    for hole in holes:
        hole(snapshot)
    return Network(snapshot)


def test_as_it_should_be() -> None:
    network = Network(estate())
    assert list(violations(network)) == []
    assert set(network.layers(network.named("timeline-db"), PORT).values()) == {""}, "every layer by itself"
    assert report([network])[0]


def test_the_way_that_there_should_be() -> None:
    network = Network(estate())
    path = way(network, *(network.named(name) for name in ("alb", "pods", "timeline-db")), port=PORT)
    assert path is not None
    assert [(hop.source.split(" (")[0], hop.target, hop.port) for hop in path] == [
        ("internet", "alb", 443), ("alb", "pods", 8080), ("pods", "timeline-db", PORT)]
    assert "group sg-database: from group sg-pods" in told(path)
    # A host beside them is not let in, and nothing comes from a station that is none.
    assert way(network, network.named("alb"), network.named("host")) is None
    assert way(network, network.named("host"), network.named("timeline-db"), port=PORT) is None


@pytest.mark.parametrize("layer", HOLES)
def test_one_hole_is_found_in_its_layer(layer: str) -> None:
    network = _holed(HOLES[layer])
    layers = network.layers(network.named("timeline-db"), PORT)
    assert [name for name, why in layers.items() if why] == [layer]
    # The other three still hold.
    assert list(violations(network)) == []


@pytest.mark.parametrize("closed", HOLES)
def test_one_closed_layer_is_enough(closed: str) -> None:
    network = _holed(*(hole for layer, hole in HOLES.items() if layer != closed))
    assert network.from_internet(network.named("timeline-db"), PORT) is None


def test_a_balancer_leads_around_two_layers() -> None:
    """Where list and group let everybody in, it needs neither an address nor a route of the database's own."""
    [path] = violations(_holed(acl, group))
    assert [hop.target for hop in path] == ["alb", "timeline-db"]


def test_all_holes_are_a_way() -> None:
    network = _holed(*HOLES.values())
    [path] = violations(network)
    assert [hop.target for hop in path] == ["timeline-db"]
    text = told(path)
    assert "0.0.0.0/0 -> igw-0" in text and "rule 500 in 0.0.0.0/0" in text and "from 0.0.0.0/0" in text
    safe, proof = report([network])
    assert not safe and "REACHED: timeline-db from the internet" in proof and "kept out by nothing" in proof


def test_a_list_that_never_answers_is_closed() -> None:
    network = _holed(*HOLES.values())
    entries = _of(network.snapshot, "network_acls", "NetworkAclId", "acl-database")["Entries"]  # type: ignore[arg-type]
    entries.remove(_entry(500, "0.0.0.0/0", egress=True, ports=EPHEMERAL))
    assert list(violations(Network(network.snapshot))) == []


def test_an_earlier_denial_counts() -> None:
    def denied(snapshot: Snapshot) -> None:
        _of(snapshot, "network_acls", "NetworkAclId", "acl-database")["Entries"].append(
            _entry(50, "0.0.0.0/0", ports=(PORT, PORT), action="deny"))
    assert list(violations(_holed(*HOLES.values(), denied))) == []


def test_a_more_special_route_counts() -> None:
    """Half of the internet to a NAT gateway leaves the other half."""
    def halves(snapshot: Snapshot) -> None:
        _of(snapshot, "route_tables", "RouteTableId", "rtb-database")["Routes"].append(
            {"DestinationCidrBlock": "0.0.0.0/1", "NatGatewayId": "nat-0"})
    [path] = violations(_holed(*HOLES.values(), halves))
    assert path[0].source == "internet (128.0.0.0)"


def test_a_route_that_leads_nowhere_is_none() -> None:
    def blackhole(snapshot: Snapshot) -> None:
        for table in snapshot["route_tables"]:
            for one in table["Routes"]:
                if str(one.get("GatewayId", "")).startswith("igw-"):
                    one["State"] = "blackhole"
    assert list(violations(_holed(*HOLES.values(), blackhole))) == []


def test_a_single_foreign_address_is_the_internet_too() -> None:
    def office(snapshot: Snapshot) -> None:
        group = _of(snapshot, "security_groups", "GroupId", "sg-database")
        group["IpPermissions"] = [{**_rule(PORT), "PrefixListIds": [{"PrefixListId": "pl-edge"}]}]
    [path] = violations(_holed(address, route, acl, office))
    assert path[0].source == "internet (203.0.113.0)"


def test_ipv6_is_a_way_of_its_own() -> None:
    def six(snapshot: Snapshot) -> None:
        _of(snapshot, "subnets", "SubnetId", "database")["Ipv6CidrBlockAssociationSet"] = [
            {"Ipv6CidrBlock": "2001:db8:0:1::/64"}]
        _of(snapshot, "route_tables", "RouteTableId", "rtb-database")["Routes"].append(
            {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-0"})
        entry = _entry(500, "0.0.0.0/0")
        del entry["CidrBlock"]
        _of(snapshot, "network_acls", "NetworkAclId", "acl-database")["Entries"] += [
            {**entry, "Ipv6CidrBlock": "::/0"}, {**entry, "Ipv6CidrBlock": "::/0", "Egress": True}]
        _of(snapshot, "security_groups", "GroupId", "sg-database")["IpPermissions"].append(
            {**_rule(PORT), "Ipv6Ranges": [{"CidrIpv6": "::/0"}]})
    [path] = violations(_holed(address, six))
    assert path[0].source == "internet (2000::)"


def bastion(snapshot: Snapshot) -> None:
    """A host in a public subnet with an open port, which the database's group names."""
    snapshot["endpoints"].append({"name": "bastion", "kind": "host", "subnets": ["public"], "groups": ["sg-bastion"],
                                  "public": True})
    snapshot["security_groups"].append({
        "GroupId": "sg-bastion", "IpPermissions": [_rule(2222, cidr="0.0.0.0/0")],
        "IpPermissionsEgress": [_rule(None, cidr="0.0.0.0/0")]})
    _of(snapshot, "security_groups", "GroupId", "sg-database")["IpPermissions"].append(_rule(PORT, group="sg-bastion"))


def test_a_chain_through_a_group_needs_the_list_too() -> None:
    """The public tier is kept away by the access list, whatever the groups say."""
    assert list(violations(_holed(bastion))) == []


def test_a_chain_through_a_group() -> None:
    def let_public_in(snapshot: Snapshot) -> None:
        _of(snapshot, "network_acls", "NetworkAclId", "acl-database")["Entries"] += [
            _entry(500, "10.2.1.0/24", ports=(PORT, PORT)), _entry(500, "10.2.1.0/24", egress=True, ports=EPHEMERAL)]
    [path] = violations(_holed(bastion, let_public_in))
    assert [(hop.target, hop.port) for hop in path] == [("bastion", 2222), ("timeline-db", PORT)]
    assert "group sg-database: from group sg-bastion" in told(path)


def test_a_chain_of_three() -> None:
    """From the bastion to the private host that the database lets in."""
    def trusted(snapshot: Snapshot) -> None:
        bastion(snapshot)
        _of(snapshot, "security_groups", "GroupId", "sg-host")["IpPermissions"].append(_rule(22, group="sg-bastion"))
        _of(snapshot, "security_groups", "GroupId", "sg-database")["IpPermissions"].append(_rule(PORT, group="sg-host"))
    [path] = violations(_holed(trusted))
    assert [hop.target for hop in path] == ["bastion", "host", "timeline-db"]


def test_a_balancer_in_front_of_a_database() -> None:
    def exposed(snapshot: Snapshot) -> None:
        _of(snapshot, "security_groups", "GroupId", "sg-database")["IpPermissions"].append(_rule(PORT, group="sg-alb"))
        _of(snapshot, "endpoints", "name", "alb")["subnets"] = ["public", "private"]
    [path] = violations(_holed(exposed))
    assert [hop.target for hop in path] == ["alb", "timeline-db"]


def test_what_a_balancer_serves_is_not_a_way() -> None:
    """That is what it is there for; but a public address on the pods makes them one."""
    def naked(snapshot: Snapshot) -> None:
        pods = _of(snapshot, "endpoints", "name", "pods")
        pods["public"] = True
        pods["subnets"] = ["public", "pods"]
        _of(snapshot, "security_groups", "GroupId", "sg-pods")["IpPermissions"].append(_rule(8080, cidr="0.0.0.0/0"))
    assert list(violations(_holed())) == []
    [path] = violations(_holed(naked))
    assert [hop.target for hop in path] == ["pods", "timeline-db"]


def test_another_network_reaches_over_a_peering_only() -> None:
    def neighbour(snapshot: Snapshot) -> None:
        snapshot["subnets"].append({"SubnetId": "other", "VpcId": "vpc-other", "CidrBlock": "10.9.1.0/24"})
        snapshot["route_tables"].append({
            "RouteTableId": "rtb-other", "VpcId": "vpc-other", "Associations": [{"SubnetId": "other"}],
            "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-9"}]})
        snapshot["network_acls"].append({
            "NetworkAclId": "acl-other", "VpcId": "vpc-other", "IsDefault": True, "Associations": [],
            "Entries": [_entry(100, "0.0.0.0/0"), _entry(100, "0.0.0.0/0", egress=True)]})
        snapshot["endpoints"].append({"name": "neighbour", "kind": "host", "subnets": ["other"], "public": True})
        _of(snapshot, "security_groups", "GroupId", "sg-database")["IpPermissions"].append(
            _rule(PORT, cidr="10.9.0.0/16"))
        _of(snapshot, "network_acls", "NetworkAclId", "acl-database")["Entries"] += [
            _entry(600, "10.9.0.0/16", ports=(PORT, PORT)), _entry(600, "10.9.0.0/16", egress=True, ports=EPHEMERAL)]

    def peering(snapshot: Snapshot) -> None:
        _of(snapshot, "route_tables", "RouteTableId", "rtb-other")["Routes"].append(
            {"DestinationCidrBlock": "10.2.0.0/16", "VpcPeeringConnectionId": "pcx-0"})
        _of(snapshot, "route_tables", "RouteTableId", "rtb-database")["Routes"].append(
            {"DestinationCidrBlock": "10.9.0.0/16", "VpcPeeringConnectionId": "pcx-0"})
    assert list(violations(_holed(neighbour))) == []
    [path] = violations(_holed(neighbour, peering))
    assert [hop.target for hop in path] == ["neighbour", "timeline-db"]
    assert "10.2.0.0/16 -> pcx-0" in told(path)


def test_a_subnet_without_a_table_of_its_own_has_the_main_one() -> None:
    def main(snapshot: Snapshot) -> None:
        _of(snapshot, "route_tables", "RouteTableId", "rtb-database")["Associations"] = []
        _of(snapshot, "route_tables", "RouteTableId", "rtb-main")["Routes"] = [
            {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0"}]
    [path] = violations(_holed(address, acl, group, main))
    assert "rtb-main" in told(path)


def test_a_database_without_a_group_is_open() -> None:
    def bare(snapshot: Snapshot) -> None:
        _of(snapshot, "endpoints", "name", "timeline-db")["groups"] = []
    network = _holed(address, route, acl, bare)
    assert len(list(violations(network))) == 1
    assert "no security group" in network.layers(network.named("timeline-db"), PORT)["group"]


def test_the_snapshot_is_not_changed() -> None:
    before = estate()
    network = Network(copy.deepcopy(before))
    list(violations(network))
    assert network.snapshot == before


# -- sets of addresses ---------------------------------------------------------


def test_sets_of_addresses() -> None:
    left, right = Addresses.of("10.0.0.0/24", "10.0.1.0/24"), Addresses.of("10.0.0.128/25")
    assert left == Addresses.of("10.0.0.0/23")
    assert left & right == right
    assert left - right == Addresses.of("10.0.0.0/25", "10.0.1.0/24")
    assert (left - right) | right == left
    assert not left & Addresses.of("::/0")
    assert (EVERYWHERE - INTERNET) & Addresses.of("192.168.1.0/24") == Addresses.of("192.168.1.0/24")
    assert Addresses.of("8.8.8.8/32") & INTERNET and not Addresses.of("100.64.0.0/10") & INTERNET
    assert Addresses().example() == "nobody"
    # The last address of IPv4 and the first of IPv6 are no neighbours.
    assert len(EVERYWHERE.spans) == 2
