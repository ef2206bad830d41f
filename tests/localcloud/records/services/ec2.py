"""EC2: Instance Connect endpoints, and what a region refuses whatever its resources say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2 import ec2_backends
from moto.ec2.exceptions import InvalidSubnetIdError

from ...state import ACCOUNT
from .. import Kind, Service, read, update

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


# What a region refuses is as of an account that never said anything:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference.
SERVICES = [Service("ec2", kinds=[
    Kind("InstanceConnectEndpoint", key="InstanceConnectEndpointId",
         arn="arn:aws:ec2:{region}:{account}:instance-connect-endpoint/{InstanceConnectEndpointId}",
         missing="InvalidInstanceConnectEndpointId.NotFound", needs=_subnet, created=_placed, fields={
             "InstanceConnectEndpointId": "eice-{hex:17}", "OwnerId": "{account}", "State": "create-complete",
             "DnsName": "{InstanceConnectEndpointId}.{hex:8}.ec2-instance-connect-endpoint.{region}.amazonaws.com",
             "PreserveClientIp": True, "NetworkInterfaceIds": []}),
    Kind("SnapshotBlockPublicAccess", key=(), always=True, fields={"State": "unblocked"}, operations={
        "EnableSnapshotBlockPublicAccess": update(),
        "DisableSnapshotBlockPublicAccess": update(State="unblocked"),
        "GetSnapshotBlockPublicAccessState": read()}),
    Kind("ImageBlockPublicAccess", key=(), always=True, fields={
        "ImageBlockPublicAccessState": "unblocked"}, operations={
        "EnableImageBlockPublicAccess": update(),
        "DisableImageBlockPublicAccess": update(ImageBlockPublicAccessState="unblocked"),
        "GetImageBlockPublicAccessState": read()}),
    Kind("InstanceMetadataDefaults", short="AccountLevel", key=(), always=True, fields={"Return": True}),
    Kind("SerialConsoleAccess", key=(), always=True, fields={"SerialConsoleAccessEnabled": False}, operations={
        "EnableSerialConsoleAccess": update(SerialConsoleAccessEnabled=True),
        "DisableSerialConsoleAccess": update(SerialConsoleAccessEnabled=False),
        "GetSerialConsoleAccessStatus": read()}),
    Kind("VpcBlockPublicAccessOptions", key=(), always=True, fields={
        "AwsAccountId": "{account}", "AwsRegion": "{region}", "ExclusionsAllowed": "allowed",
        "InternetGatewayBlockMode": "off", "State": "default-state"}, operations={
        "ModifyVpcBlockPublicAccessOptions": update(State="update-complete")}),
])]
