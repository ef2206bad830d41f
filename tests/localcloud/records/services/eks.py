"""EKS: add-ons, Pod Identity associations, and which versions there are. Clusters are moto's."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from moto.eks.models import eks_backends

from .. import Kind, Service, output
from ..record import Record, now

if TYPE_CHECKING:
    from ..engine import Call

# End of standard support of each version, as terraform/modules/compute/support.tf has it.
_VERSIONS = {"1.32": "2026-03-23", "1.33": "2026-07-29", "1.34": "2026-12-02", "1.35": "2027-03-27"}

# One version of each add-on; those without a node to run on still become active.
_DAEMONS = {"eks-pod-identity-agent": "v1.3.9-eksbuild.3", "kube-proxy": "v{cluster}.0-eksbuild.1",
            "vpc-cni": "v1.21.1-eksbuild.1"}
_ADDONS = {**_DAEMONS, "adot": "v0.131.0-eksbuild.1", "amazon-cloudwatch-observability": "v4.6.0-eksbuild.1",
           "aws-ebs-csi-driver": "v1.53.0-eksbuild.1", "aws-efs-csi-driver": "v2.1.14-eksbuild.1",
           "aws-guardduty-agent": "v1.12.1-eksbuild.2", "aws-mountpoint-s3-csi-driver": "v2.2.0-eksbuild.1",
           "cert-manager": "v1.19.1-eksbuild.1", "coredns": "v1.12.4-eksbuild.1", "external-dns": "v0.19.0-eksbuild.2",
           "kube-state-metrics": "v2.17.0-eksbuild.1", "metrics-server": "v0.8.0-eksbuild.3",
           "prometheus-node-exporter": "v1.10.2-eksbuild.1", "snapshot-controller": "v8.3.0-eksbuild.1"}
_NAMESPACES = {"adot": "opentelemetry-operator-system", "amazon-cloudwatch-observability": "amazon-cloudwatch",
               "cert-manager": "cert-manager", "external-dns": "external-dns"}


def _cluster(call: Call) -> Any:
    name = call.parameters["clusterName"]
    cluster = eks_backends[call.account][call.store.region].clusters.get(name)
    if cluster is None:
        raise call.refuse("ResourceNotFoundException", f"No cluster found for name: {name}.")
    return cluster


def _of(addon: Record) -> Any:
    return eks_backends[addon.account][addon.region].clusters[addon["clusterName"]]


def _status(addon: Record) -> str:
    """Pods that find no node leave their add-on unfinished, and Terraform waiting."""
    nodes = _of(addon).nodegroups or (getattr(_of(addon), "computeConfig", None) or {}).get("enabled")
    return "ACTIVE" if nodes or addon.name in _DAEMONS else "CREATING"


def _possible(call: Call) -> None:
    version, take = _cluster(call).version, call.parameters
    if take["addonName"] not in _ADDONS:
        raise call.refuse("InvalidParameterException",
                          f"Addon {take['addonName']} specified is not supported in {version} kubernetes version")
    try:
        json.loads(take.get("configurationValues") or "{}")
    except ValueError:
        raise call.refuse("InvalidParameterException",
                          "ConfigurationValue is not in valid JSON or YAML format") from None


def _associate(call: Call, addon: Record) -> None:
    """An add-on owns its associations: what it is asked for takes the place of what it had."""
    _release(call, addon)
    addon.fields["podidentityassociations"] = [
        call.make("PodIdentityAssociation", {
            "clusterName": addon["clusterName"], "namespace": _NAMESPACES.get(addon.name, "kube-system"),
            "ownerArn": addon.arn, **pair}).arn
        for pair in addon.fields.get("podidentityassociations") or []]


def _release(call: Call, addon: Record) -> None:
    for one in [one for one in call.records("PodIdentityAssociation") if one["ownerArn"] == addon.arn]:
        call.store.remove(one)


def _change(call: Call) -> Any:
    """The answer is an update, which DescribeUpdate finds with the cluster."""
    cluster, take = _cluster(call), call.parameters
    addon = call.find("Addon", clusterName=cluster.name, addonName=take["addonName"])
    _possible(call)
    addon.merge({name.lower(): value for name, value in take.items() if value is not None})
    if take.get("podIdentityAssociations") is not None:
        _associate(call, addon)
    update = {"id": str(uuid.uuid4()), "status": "Successful", "type": "AddonUpdate", "params": [],
              "createdAt": now(), "errors": []}
    if not hasattr(cluster, "localcloud_updates"):
        cluster.localcloud_updates = {}
    cluster.localcloud_updates[update["id"]] = update
    return {"update": update}


def _remove(call: Call) -> Any:
    addon = call.find("Addon", clusterName=_cluster(call).name, addonName=call.parameters["addonName"])
    answer = output.of_one(call.operation.output_shape, addon, call.parameters)
    _release(call, addon)
    call.store.remove(addon)
    return answer


def _addon_versions(call: Call) -> dict[str, Any]:
    wanted = call.parameters.get("addonName"), call.parameters.get("kubernetesVersion")
    return {"addons": [{
        "addonName": name, "owner": "aws", "publisher": "eks", "type": "networking" if name in _DAEMONS else "other",
        "addonVersions": [{"addonVersion": version.format(cluster=cluster), "architecture": ["amd64", "arm64"],
                           "compatibilities": [{"clusterVersion": cluster, "defaultVersion": True}]}
                          for cluster in _VERSIONS if wanted[1] in (None, cluster)]}
        for name, version in _ADDONS.items() if wanted[0] in (None, name)]}


def _cluster_versions(call: Call) -> dict[str, Any]:
    def all_versions() -> Iterator[dict[str, Any]]:
        for version, end in _VERSIONS.items():
            standard = end > now().date().isoformat()
            yield {"clusterVersion": version, "clusterType": "eks", "defaultVersion": version == max(_VERSIONS),
                   "versionStatus": "STANDARD_SUPPORT" if standard else "EXTENDED_SUPPORT",
                   "status": "standard-support" if standard else "extended-support",
                   "endOfStandardSupportDate": end}

    take = call.parameters
    return {"clusterVersions": [
        one for one in all_versions()
        if one["clusterVersion"] in (take.get("clusterVersions") or _VERSIONS)
        and take.get("versionStatus") in (None, one["versionStatus"])
        and (one["defaultVersion"] or not take.get("defaultOnly"))]}


SERVICES = [Service("eks", kinds=[
    Kind("Addon", key=("clusterName", "addonName"), needs=_possible, created=_associate,
         arn="arn:aws:eks:{region}:{account}:addon/{clusterName}/{addonName}/{uuid}",
         fields={"addonVersion": lambda addon: _ADDONS[addon.name].format(cluster=_of(addon).version),
                 "health": {"issues": []}, "status": _status},
         operations={"UpdateAddon": _change, "DeleteAddon": _remove,
                     "DescribeAddonVersions": _addon_versions, "DescribeClusterVersions": _cluster_versions}),
    Kind("PodIdentityAssociation", short="Association", key=("clusterName", "associationId"), needs=_cluster,
         unique=("clusterName", "namespace", "serviceAccount"),
         arn="arn:aws:eks:{region}:{account}:podidentityassociation/{clusterName}/{associationId}",
         fields={"associationId": "a-{hex:17}"}),
])]
