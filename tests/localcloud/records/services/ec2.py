"""EC2: Instance Connect endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2 import ec2_backends
from moto.ec2.exceptions import InvalidSubnetIdError

from ...state import ACCOUNT
from .. import Kind, Service

if TYPE_CHECKING:
    from ..engine import Call
    from ..record import Record


def _subnet(call: Call) -> None:
    """It lies in a subnet that moto has."""
    try:
        ec2_backends[ACCOUNT][call.store.region].get_subnet(call.parameters["SubnetId"])
    except InvalidSubnetIdError as error:
        raise call.refuse("InvalidSubnetID.NotFound", error.message) from error


def _placed(call: Call, record: Record) -> None:
    subnet = ec2_backends[record.account][record.region].get_subnet(record["SubnetId"])
    record.fields |= {"vpcid": subnet.vpc_id, "availabilityzone": subnet.availability_zone}
    # EC2 has tags of several resources in one list.
    for specification in call.parameters.get("TagSpecifications") or []:
        record.tags |= {tag["Key"]: tag["Value"] for tag in specification["Tags"]}


SERVICES = [Service("ec2", kinds=[
    Kind("InstanceConnectEndpoint", key="InstanceConnectEndpointId",
         arn="arn:aws:ec2:{region}:{account}:instance-connect-endpoint/{InstanceConnectEndpointId}",
         missing="InvalidInstanceConnectEndpointId.NotFound", needs=_subnet, created=_placed, fields={
             "InstanceConnectEndpointId": "eice-{hex:17}", "OwnerId": "{account}", "State": "create-complete",
             "DnsName": "{InstanceConnectEndpointId}.{hex:8}.ec2-instance-connect-endpoint.{region}.amazonaws.com",
             "PreserveClientIp": True, "NetworkInterfaceIds": []}),
])]
