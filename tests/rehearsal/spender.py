"""The scene over the holidays: a forgotten NAT gateway costs money, and people read how much, since when and whose."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from .stage import RehearsalError, Stage

SERVICE = "EC2 - Other"
FOUND = "2026-12-26"
# The days of the bill, in UTC, on which everything goes through the gateway.
_FIRST, _LAST = date(2026, 12, 24), date(2026, 12, 26)
_WHO = "carol"


def bill(stage: Stage) -> None:
    """What the account has spent, and what will come on its bill."""
    stage.cloud.spend({
        "estate": {"seed": 1, "months": 6},
        "changes": [{"scene": "nat-spike", "add": "120", "from": _FIRST.isoformat(),
                     "to": (_LAST + timedelta(days=1)).isoformat(), "line": {"tags": {"Environment": "dev"}}}]})


def forget(stage: Stage) -> str:
    """Somebody makes a gateway for a test, and goes on holiday; its id."""
    stage.say("person", f"{_WHO} sends a load test through a NAT gateway of its own, and forgets it")
    ec2 = _client(stage)
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    return str(ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"])


def found(stage: Stage, gateway: str) -> None:
    """Two days later the bill shows the first day, and the schedule of every morning finds it."""
    stage.say("step", "Every morning at 06:30 UTC the bill is read. "
                      f"When that of {_FIRST:%-d %B} has settled, it is judged.")
    stage.jump_to(FOUND, "01:31")
    # The message goes through a queue that gathers for some seconds.
    stage.pass_seconds(10)
    message = told(stage, f"{SERVICE} costs $")
    for words in ("NatGateway-Bytes", f"CreateNatGateway by user {_WHO}", "Expected", "It was planned"):
        stage.expect(f"`{words}` in the message about the gateway", words in message)
    stage.say("person", f"bob reads whom to ask; {_WHO} deletes the gateway")
    _client(stage).delete_nat_gateway(NatGatewayId=gateway)


def told(stage: Stage, title: str) -> str:
    """The one message whose title begins so."""
    found = [message for message in stage.messages() if _title(message).startswith(title)]
    if len(found) != 1:
        raise RehearsalError(f"{stage.now():%a %d %b %H:%M}: expected one message `{title} ...`, found {len(found)}")
    return json.dumps(found[0]["payload"], ensure_ascii=False)


def _title(message: dict[str, Any]) -> str:
    """As it is read, without the sign of how bad it is."""
    payload = message["payload"]
    return re.sub(r"^\W+", "", str(payload.get("text", ""))) if isinstance(payload, dict) else ""


def _client(stage: Stage) -> Any:
    """EC2, as the person who forgets."""
    iam = stage.cloud.client("iam")
    if _WHO not in [user["UserName"] for user in iam.list_users()["Users"]]:
        iam.create_user(UserName=_WHO)
    key = iam.create_access_key(UserName=_WHO)["AccessKey"]
    return stage.cloud.client("ec2", aws_access_key_id=key["AccessKeyId"],
                              aws_secret_access_key=key["SecretAccessKey"])
