"""Waits until what was applied works: clusters, nodes, databases, caches, functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .terminal import Refused

Clients = Callable[[str], Any]
_INTERVAL_SECONDS = 10.0


def expected(outputs: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Kind => identifiers of everything whose health can be asked for, from the root's outputs."""
    automation = outputs.get("automation") or {}
    return {kind: names for kind, names in {
        "cluster": tuple(one["name"] for one in (outputs.get("clusters") or {}).values()),
        "node group": tuple(f"{one['cluster']}/{one['name']}" for one in (outputs.get("node_groups") or {}).values()),
        "database": tuple(one["identifier"] for one in (outputs.get("databases") or {}).values()),
        "cache": tuple(one["id"] for one in (outputs.get("caches") or {}).values()),
        "load balancer": tuple(one["arn"] for one in (outputs.get("load_balancers") or {}).values()),
        "function": tuple(one["function_name"] for one in (automation.get("functions") or {}).values()),
    }.items() if names}


def state(client: Clients, kind: str, name: str) -> str:
    """AWS's own word for the state of one thing."""
    if kind == "cluster":
        return client("eks").describe_cluster(name=name)["cluster"]["status"]
    if kind == "node group":
        cluster, _, group = name.partition("/")
        return client("eks").describe_nodegroup(clusterName=cluster, nodegroupName=group)["nodegroup"]["status"]
    if kind == "database":
        return client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["DBInstanceStatus"]
    if kind == "cache":
        return client("elasticache").describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]["Status"]
    if kind == "load balancer":
        return client("elbv2").describe_load_balancers(LoadBalancerArns=[name])["LoadBalancers"][0]["State"]["Code"]
    if kind == "function":
        return client("lambda").get_function_configuration(FunctionName=name, Qualifier="live")["State"]
    raise ValueError(f"nothing is known of the health of a {kind}")


# `stopped` is health too: off-hours may have the environment asleep while it is deployed.
HEALTHY = frozenset({"active", "available", "stopped"})


def wait(client: Clients, outputs: Mapping[str, Any], *, say: Callable[[str], None], minutes: float,
         sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic) -> None:
    """Returns when everything is healthy; says each change of state. Raises ``Refused`` with what is not in time."""
    deadline = clock() + minutes * 60
    waiting = {(kind, name): "" for kind, names in expected(outputs).items() for name in names}
    total = len(waiting)
    while waiting:
        for (kind, name), before in list(waiting.items()):
            now = state(client, kind, name)
            if now.lower() in HEALTHY:
                del waiting[kind, name]
                if before:
                    say(f"{kind} {name} is {now}")
            elif now != before:
                waiting[kind, name] = now
                say(f"{kind} {name} is {now}")
        if not waiting:
            break
        if clock() >= deadline:
            listed = "; ".join(f"{kind} {name} is {now}" for (kind, name), now in waiting.items())
            raise Refused(f"not healthy after {minutes:g} minutes: {listed}. "
                          "The apply itself ended well: look at these in AWS, then run the deployment again.")
        sleep(_INTERVAL_SECONDS)
    say(f"all {total} are healthy")
