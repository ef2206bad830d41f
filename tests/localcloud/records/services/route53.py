"""Route 53: health checks, signed zones and query logs, which moto keeps in part or not at all."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from moto.route53.models import route53_backends

from .. import Kind, Service, delete, put, update
from ..engine import Call
from ..record import Record, now

_CHANGE = {"Id": "/change/C{hex:12}", "Status": "INSYNC", "SubmittedAt": lambda record: record.born}


def _zone(call: Call) -> str:
    """The id of a zone that moto has."""
    name: str = call.parameters["HostedZoneId"]
    if name not in route53_backends[call.account]["aws"].zones:
        raise call.refuse("NoSuchHostedZone", f"No hosted zone found with ID: {name}")
    return name


def _checked(_call: Call, check: Record) -> None:
    config = check["HealthCheckConfig"]
    for name in ("Inverted", "Disabled", *(("EnableSNI",) if str(config["Type"]).startswith("HTTP") else ())):
        config.setdefault(name, name == "EnableSNI" and "HTTPS" in config["Type"])


def _check_changed(call: Call) -> dict[str, Any]:
    check = call.find("HealthCheck", Id=call.parameters["HealthCheckId"])
    given = {name: value for name, value in call.parameters.items()
             if value is not None and name not in {"HealthCheckId", "HealthCheckVersion", "ResetElements"}}
    for name in call.parameters.get("ResetElements") or []:
        check["HealthCheckConfig"].pop(name, None)
    check["HealthCheckConfig"].update(given)
    check.fields["healthcheckversion"] += 1
    return {"HealthCheck": {name: check[name] for name in (
        "Id", "CallerReference", "HealthCheckConfig", "HealthCheckVersion")}}


def _check_status(call: Call) -> dict[str, Any]:
    check = call.find("HealthCheck", Id=call.parameters["HealthCheckId"])
    return {"HealthCheckObservations": [
        {"Region": region, "IPAddress": "192.0.2.1", "StatusReport": {
            "Status": "Success: HTTP Status Code 200, OK", "CheckedTime": now()}}
        for region in check["HealthCheckConfig"].get("Regions") or ["us-east-1"]]}


def _public_key(key: Record) -> str:
    return base64.b64encode(hashlib.sha512(str(key["KmsArn"]).encode()).digest()).decode()


def _digest(key: Record) -> str:
    return hashlib.sha256(_public_key(key).encode()).hexdigest().upper()


def _tag(key: Record) -> int:
    return int(_digest(key)[:4], 16)


def _signing(call: Call) -> dict[str, Any]:
    zone = _zone(call)
    shape = call.operation.output_shape.members["KeySigningKeys"].member
    keys = [{name: value for name in shape.members if (value := one[name]) is not None}
            for one in call.records("KeySigningKey") if one["HostedZoneId"] == zone]
    signed = call.store.find(call.kind("HostedZoneDNSSEC"), {"hostedzoneid": zone})
    return {"Status": {"ServeSignature": "SIGNING" if signed else "NOT_SIGNING"}, "KeySigningKeys": keys}


SERVICES = [Service("route53", everywhere=True, kinds=[
    Kind("HealthCheck", key="Id", created=_checked, fields={"HealthCheckVersion": 1}, operations={
        "UpdateHealthCheck": _check_changed, "GetHealthCheckStatus": _check_status}),
    Kind("QueryLoggingConfig", key="Id", unique=("HostedZoneId",), needs=_zone),
    Kind("KeySigningKey", key=("HostedZoneId", "Name"), needs=_zone, names={
        "KmsArn": "KeyManagementServiceArn"}, fields={
            "ChangeInfo": _CHANGE, "Flag": 257, "CreatedDate": lambda key: key.born,
            "SigningAlgorithmMnemonic": "ECDSAP256SHA256", "SigningAlgorithmType": 13,
            "DigestAlgorithmMnemonic": "SHA-256", "DigestAlgorithmType": 2, "KeyTag": _tag,
            "PublicKey": _public_key, "DigestValue": _digest,
            "DNSKEYRecord": lambda key: f"257 3 13 {_public_key(key)}",
            "DSRecord": lambda key: f"{_tag(key)} 13 2 {_digest(key)}"},
        operations={"ActivateKeySigningKey": update(Status="ACTIVE"),
                    "DeactivateKeySigningKey": update(Status="INACTIVE")}),
    Kind("HostedZoneDNSSEC", key="HostedZoneId", needs=_zone, fields={"ChangeInfo": _CHANGE}, operations={
        "EnableHostedZoneDNSSEC": put(), "DisableHostedZoneDNSSEC": delete(), "GetDNSSEC": _signing}),
])]
