"""EKS: node groups own real Auto Scaling groups, updates take a minute, node groups have tags."""

from __future__ import annotations

import json
import logging
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.eks import models, responses
from moto.eks.exceptions import InvalidParameterException, ResourceInUseException, ResourceNotFoundException

from ..records import store
from . import access
from .slow import change

logger = logging.getLogger("localcloud.eks")

UPDATING = 60.0


def install() -> None:
    """Patch moto."""
    from moto.eks import urls

    backend, response = models.EKSBackend, responses.EKSResponse
    backend.create_cluster = _wrapped_create_cluster(backend.create_cluster)
    backend.delete_cluster = _wrapped_delete_cluster(backend.delete_cluster)
    backend.create_nodegroup = _wrapped_create(backend.create_nodegroup)
    backend.delete_nodegroup = _wrapped_delete(backend.delete_nodegroup)
    backend.update_nodegroup_config = _wrapped_update(backend.update_nodegroup_config)
    backend.tag_resource = _tag
    backend.untag_resource = _untag
    backend.list_tags_for_resource = lambda self, resource_arn: _tagged(self, resource_arn).tags
    response.create_cluster = _create_cluster_response(response.create_cluster)
    response.create_nodegroup = _create_response
    response.describe_update = _describe_update
    response.list_updates = _list_updates
    response.update_cluster_config = _update_cluster
    access.install(response)
    for path in ("updates$", "updates/(?P<updateId>[^/]+)$", "access-entries$",
                 "access-entries/(?P<principalArn>.+)$"):
        urls.url_paths["{0}/clusters/(?P<name>[^/]+)/" + path] = urls.response.dispatch


# -- clusters -------------------------------------------------------------------


def _create_cluster_response(create: Any) -> Any:
    def created(self: Any) -> ActionResult:
        """moto drops these, and Terraform would replace a cluster without them."""
        answer: ActionResult = create(self)
        cluster, take = self.eks_backend.clusters[self._get_param("name")], self._get_param
        cluster.access_config = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True,
                                 **(take("accessConfig") or {})}
        cluster.upgrade_policy = take("upgradePolicy") or {"supportType": "EXTENDED"}
        for name in ("zonalShiftConfig", "computeConfig", "storageConfig", "deletionProtection"):
            if take(name) is not None:
                setattr(cluster, name, take(name))
        return answer
    return created


def _wrapped_create_cluster(create: Any) -> Any:
    def created(self: Any, **named: Any) -> Any:
        cluster = create(self, **named)
        ec2 = ec2_backends[self.account_id][self.region_name]
        wanted = (named.get("resources_vpc_config") or {}).get("subnetIds") or []
        subnets = ec2.describe_subnets(filters={"subnet-id": wanted}) if wanted else []
        # EKS makes a security group of its own for control plane and nodes.
        group = ec2.create_security_group(
            f"eks-cluster-sg-{cluster.name}-{uuid.uuid4().int % 10**9}",
            "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well "
            "as any managed workloads.", subnets[0].vpc_id if subnets else ec2.default_vpc.id,
            {"Name": f"eks-cluster-sg-{cluster.name}", f"kubernetes.io/cluster/{cluster.name}": "owned",
             "aws:eks:cluster-name": cluster.name})
        asked = named.get("resources_vpc_config") or {}
        public = asked.get("endpointPublicAccess", True)
        cluster.resources_vpc_config = {
            "endpointPublicAccess": public, "endpointPrivateAccess": False, "securityGroupIds": [], **asked,
            "publicAccessCidrs": (asked.get("publicAccessCidrs") or ["0.0.0.0/0"]) if public else [],
            "clusterSecurityGroupId": group.id, "vpcId": group.vpc_id}
        return cluster
    return created


def _wrapped_delete_cluster(delete: Any) -> Any:
    def deleted(self: Any, name: str) -> Any:
        cluster = delete(self, name)
        ec2_backends[self.account_id][self.region_name].delete_security_group(
            group_id=cluster.resources_vpc_config["clusterSecurityGroupId"])
        store.forget("eks", self.region_name, clusterName=name)
        return cluster
    return deleted


# -- node groups ---------------------------------------------------------------


def _create_response(self: Any) -> ActionResult:
    """moto's own drops updateConfig and nodeRepairConfig, which Terraform then finds missing."""
    take = self._get_param
    nodegroup = self.eks_backend.create_nodegroup(
        cluster_name=take("name"), nodegroup_name=take("nodegroupName"), scaling_config=take("scalingConfig"),
        disk_size=self._get_int_param("diskSize"), subnets=take("subnets"), instance_types=take("instanceTypes"),
        ami_type=take("amiType"), remote_access=take("remoteAccess"), node_role=take("nodeRole"),
        labels=take("labels"), taints=take("taints"), tags=take("tags"),
        client_request_token=take("clientRequestToken"), launch_template=take("launchTemplate"),
        capacity_type=take("capacityType"), version=take("version"), release_version=take("releaseVersion"))
    nodegroup.update_config = take("updateConfig") or {"maxUnavailable": 1}
    nodegroup.node_repair_config = take("nodeRepairConfig")
    return ActionResult({"nodegroup": nodegroup})


def _wrapped_create(create: Any) -> Any:
    def created(self: Any, **named: Any) -> Any:
        sizes = {"minSize": 1, "maxSize": 2, "desiredSize": 2} | (named.get("scaling_config") or {})
        _check_sizes(sizes)
        nodegroup = create(self, **named)
        nodegroup.scaling_config = sizes
        nodegroup.localcloud_updates = {}
        # What nobody asked for is absent in AWS's answers, and Terraform replaces what it did not expect.
        nodegroup.remote_access = named.get("remote_access")
        nodegroup.instance_types = named.get("instance_types") or (
            None if named.get("launch_template") else ["t3.medium"])
        nodegroup.disk_size = named.get("disk_size") or (None if named.get("launch_template") else 20)
        cluster = self.clusters[nodegroup.cluster_name]
        nodegroup.version = named.get("version") or cluster.version
        nodegroup.release_version = named.get("release_version") or f"{nodegroup.version}.0-20261101"
        nodegroup.ami_type = named.get("ami_type") or "AL2023_x86_64_STANDARD"
        if nodegroup.launch_template and "version" not in nodegroup.launch_template:
            nodegroup.launch_template["version"] = "1"
        _own_group(self, nodegroup)
        return nodegroup
    return created


def _own_group(backend: Any, nodegroup: Any) -> None:
    """The Auto Scaling group behind a node group, named and tagged as EKS does."""
    name = f"eks-{nodegroup.nodegroup_name}-{nodegroup.uuid}"
    nodegroup.resources = {"autoScalingGroups": [{"name": name}]}
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    data: dict[str, Any] = {"ImageId": "ami-12c6146b", "InstanceType": (nodegroup.instance_types or ["t3.medium"])[0]}
    given = (nodegroup.launch_template or {}).get("id")
    if given in ec2.launch_templates:
        # EKS merges the customer's template into its own: its tags reach the nodes.
        own = ec2.launch_templates[given].get_version(nodegroup.launch_template["version"]).data
        data |= {name: own[name] for name in ("TagSpecifications",) if own.get(name)}
    template = ec2.create_launch_template(f"eks-{nodegroup.uuid}", "", data, {})
    cluster = nodegroup.cluster_name
    tags = {
        "eks:cluster-name": cluster, "eks:nodegroup-name": nodegroup.nodegroup_name,
        f"kubernetes.io/cluster/{cluster}": "owned", f"k8s.io/cluster-autoscaler/{cluster}": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
    }
    sizes = nodegroup.scaling_config
    subnets = [subnet for subnet in nodegroup.subnets if ec2.describe_subnets(filters={"subnet-id": [subnet]})]
    autoscaling_backends[backend.account_id][backend.region_name].create_auto_scaling_group(
        name=name, availability_zones=[] if subnets else [f"{backend.region_name}a"],
        desired_capacity=sizes["desiredSize"], max_size=sizes["maxSize"], min_size=sizes["minSize"],
        launch_config_name="", launch_template={"LaunchTemplateId": template.id, "Version": "1"},
        vpc_zone_identifier=",".join(subnets) or None, default_cooldown=300, health_check_period=15,
        health_check_type="EC2", load_balancers=[], target_group_arns=[], placement_group=None,
        termination_policies=["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"],
        tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True, "ResourceId": name,
               "ResourceType": "auto-scaling-group"} for key, value in tags.items()])


def _group_of(backend: Any, nodegroup: Any) -> Any:
    groups = autoscaling_backends[backend.account_id][backend.region_name].autoscaling_groups
    return groups.get(nodegroup.resources["autoScalingGroups"][0]["name"])


def _wrapped_delete(delete: Any) -> Any:
    def deleted(self: Any, cluster_name: str, nodegroup_name: str) -> Any:
        nodegroup = delete(self, cluster_name, nodegroup_name)
        if _group_of(self, nodegroup) is not None:
            autoscaling_backends[self.account_id][self.region_name].delete_auto_scaling_group(
                nodegroup.resources["autoScalingGroups"][0]["name"])
        ec2_backends[self.account_id][self.region_name].delete_launch_template(f"eks-{nodegroup.uuid}", None)
        return nodegroup
    return deleted


# -- updates ----------------------------------------------------------------------


def _invalid(message: str) -> InvalidParameterException:
    return InvalidParameterException(clusterName=None, nodegroupName=None, fargateProfileName=None, addonName=None,
                                     message=message)


def _check_sizes(sizes: dict[str, int]) -> None:
    least, most, desired = sizes["minSize"], sizes["maxSize"], sizes["desiredSize"]
    if most < 1:
        raise _invalid("Invalid value for maxSize: it must be at least 1")
    if not 0 <= least <= most:
        raise _invalid(f"Minimum capacity {least} can't be greater than maximum size {most}")
    if not least <= desired <= most:
        raise _invalid(f"Desired capacity {desired} must be between minimum size {least} "
                                        f"and maximum size {most}")


def _wrapped_update(update: Any) -> Any:
    def updated(self: Any, cluster_name: str, nodegroup_name: str, **named: Any) -> dict[str, Any]:
        nodegroup = self.describe_nodegroup(cluster_name, nodegroup_name)
        if nodegroup.status != "ACTIVE":
            raise ResourceInUseException(clusterName=cluster_name, nodegroupName=nodegroup_name, addonName=None,
                                         message=f"Nodegroup cannot be updated as it is currently not in Active "
                                                 f"State: {nodegroup.status}")
        if named.get("scaling_config"):
            _check_sizes(nodegroup.scaling_config | named["scaling_config"])
        answer = update(self, cluster_name, nodegroup_name, **named)
        answer["status"] = "InProgress"
        answer["params"] = [_parameter(item) for item in answer["params"]]
        nodegroup.localcloud_updates[answer["id"]] = answer
        nodegroup.status = "UPDATING"
        group = _group_of(self, nodegroup)
        if named.get("scaling_config") and group is not None:
            sizes = nodegroup.scaling_config
            group.min_size, group.max_size = sizes["minSize"], sizes["maxSize"]
            group.set_desired_capacity(sizes["desiredSize"])

        def done() -> None:
            answer["status"] = "Successful"
            nodegroup.status = "ACTIVE"

        copied = dict(answer)
        change("eks-updating", UPDATING, done, key=f"node group {nodegroup_name} is updated")
        return copied
    return updated


def _parameter(item: dict[str, str]) -> dict[str, str]:
    kinds = {"Labels": "LabelsToAdd", "Taints": "TaintsToAdd", "ScalingConfig": "DesiredSize"}
    return {"type": kinds.get(item["type"], "MaxUnavailable"), "value": json.dumps(item["value"])}


def _describe_update(self: Any) -> ActionResult:
    for update in _updates(self):
        if update["id"] == self._get_param("updateId"):
            return ActionResult({"update": update})
    raise ResourceNotFoundException(clusterName=self._get_param("name"), nodegroupName=None, fargateProfileName=None,
                                    addonName=None, message=f"No update found for ID: {self._get_param('updateId')}")


def _list_updates(self: Any) -> ActionResult:
    return ActionResult({"updateIds": [update["id"] for update in _updates(self)]})


def _updates(response: Any) -> list[dict[str, Any]]:
    cluster = response.eks_backend.describe_cluster(name=response._get_param("name"))
    name = response._get_param("nodegroupName")
    if name:
        return list(cluster.nodegroups[name].localcloud_updates.values()) if name in cluster.nodegroups else []
    return list(getattr(cluster, "localcloud_updates", {}).values())


def _update_cluster(self: Any) -> ActionResult:
    """AWS answers with an update, moto with the cluster."""
    name = self._get_param("name")
    cluster = self.eks_backend.describe_cluster(name=name)
    changed = self._get_param("resourcesVpcConfig")
    if changed:
        cluster.resources_vpc_config = {**cluster.resources_vpc_config, **changed}
    if self._get_param("logging"):
        cluster.logging = self._get_param("logging")
    update: dict[str, Any] = {"id": str(uuid.uuid4()), "status": "Successful", "type": "ConfigUpdate", "params": [],
              "createdAt": datetime.now(UTC), "errors": []}
    if not hasattr(cluster, "localcloud_updates"):
        cluster.localcloud_updates = {}
    cluster.localcloud_updates[update["id"]] = update
    return ActionResult({"update": update})


# -- tags ---------------------------------------------------------------------------


def _tagged(backend: Any, arn: str) -> Any:
    for cluster in backend.clusters.values():
        if cluster.arn == arn:
            return cluster
        for nodegroup in cluster.nodegroups.values():
            if nodegroup.arn == arn:
                return nodegroup
        for profile in cluster.fargate_profiles.values():
            if profile.fargate_profile_arn == arn:
                return profile
        for entry in getattr(cluster, "localcloud_access", {}).values():
            if entry.access_entry_arn == arn:
                return entry
    raise ResourceNotFoundException(clusterName=None, nodegroupName=None, fargateProfileName=None, addonName=None,
                                    message=f"{arn}: Resource was not found")


def _tag(self: Any, resource_arn: str, tags: dict[str, str]) -> None:
    _tagged(self, resource_arn).tags.update(tags)


def _untag(self: Any, resource_arn: str, tag_keys: Any) -> None:
    tags = _tagged(self, resource_arn).tags
    for key in tag_keys if isinstance(tag_keys, list) else [tag_keys]:
        tags.pop(key, None)


