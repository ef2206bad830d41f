"""EKS add-ons and Pod Identity associations around moto's clusters; load balancers that are protected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

ROLE = "arn:aws:iam::123456789012:role/pods"


def _refusal(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    code: str = refused.value.response["Error"]["Code"]
    return code


@pytest.fixture
def eks(cloud: LocalCloud) -> Any:
    client = cloud.client("eks")
    client.create_cluster(name="main", roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-1"]}, version="1.35")
    return client


def _nodes(eks: Any) -> None:
    eks.create_nodegroup(clusterName="main", nodegroupName="general", subnets=["subnet-1"], nodeRole=ROLE,
                         scalingConfig={"minSize": 0, "maxSize": 1, "desiredSize": 0})


def _status(eks: Any, addon: str) -> str:
    status: str = eks.describe_addon(clusterName="main", addonName=addon)["addon"]["status"]
    return status


def test_an_add_on_is_active_when_its_pods_find_a_node(eks: Any) -> None:
    for name in ("vpc-cni", "coredns"):
        eks.create_addon(clusterName="main", addonName=name)
    assert (_status(eks, "vpc-cni"), _status(eks, "coredns")) == ("ACTIVE", "CREATING")
    _nodes(eks)
    assert _status(eks, "coredns") == "ACTIVE"
    assert sorted(eks.list_addons(clusterName="main")["addons"]) == ["coredns", "vpc-cni"]


def test_an_add_on_has_the_default_version_or_the_given_one(eks: Any) -> None:
    [offered] = eks.describe_addon_versions(addonName="vpc-cni", kubernetesVersion="1.35")["addons"]
    default = offered["addonVersions"][0]["addonVersion"]
    assert eks.create_addon(clusterName="main", addonName="vpc-cni")["addon"]["addonVersion"] == default
    given = eks.create_addon(clusterName="main", addonName="kube-proxy", addonVersion="v1.35.1-eksbuild.9")["addon"]
    assert given["addonVersion"] == "v1.35.1-eksbuild.9"
    update = eks.update_addon(clusterName="main", addonName="kube-proxy", addonVersion="v1.35.2-eksbuild.1")["update"]
    found = eks.describe_update(name="main", addonName="kube-proxy", updateId=update["id"])["update"]
    assert (found["status"], found["type"]) == ("Successful", "AddonUpdate")
    addon = eks.describe_addon(clusterName="main", addonName="kube-proxy")["addon"]
    assert addon["addonVersion"] == "v1.35.2-eksbuild.1"


def test_an_add_on_owns_its_associations(eks: Any) -> None:
    pair = {"serviceAccount": "cloudwatch-agent", "roleArn": ROLE}
    name = "amazon-cloudwatch-observability"
    addon = eks.create_addon(clusterName="main", addonName=name, podIdentityAssociations=[pair])["addon"]
    [found] = eks.list_pod_identity_associations(clusterName="main")["associations"]
    assert (found["associationArn"], found["ownerArn"]) == (addon["podIdentityAssociations"][0], addon["addonArn"])
    assert (found["namespace"], found["serviceAccount"]) == ("amazon-cloudwatch", "cloudwatch-agent")
    eks.update_addon(clusterName="main", addonName=name, podIdentityAssociations=[{**pair, "roleArn": ROLE + "-2"}])
    [other] = eks.list_pod_identity_associations(clusterName="main")["associations"]
    read = eks.describe_pod_identity_association(clusterName="main", associationId=other["associationId"])
    assert read["association"]["roleArn"] == ROLE + "-2"
    eks.delete_addon(clusterName="main", addonName=name)
    assert eks.list_pod_identity_associations(clusterName="main")["associations"] == []


def test_one_service_account_has_one_role(eks: Any) -> None:
    pods = {"clusterName": "main", "namespace": "timeline", "serviceAccount": "api", "roleArn": ROLE}
    made = eks.create_pod_identity_association(**pods, tags={"Project": "night"})["association"]
    assert _refusal(eks.create_pod_identity_association, **pods) == "ResourceInUseException"
    assert eks.list_tags_for_resource(resourceArn=made["associationArn"])["tags"] == {"Project": "night"}
    changed = eks.update_pod_identity_association(clusterName="main", associationId=made["associationId"],
                                                  roleArn=ROLE + "-2")["association"]
    assert changed["roleArn"] == ROLE + "-2"
    assert eks.list_pod_identity_associations(clusterName="main", namespace="other")["associations"] == []


def test_what_eks_refuses(eks: Any) -> None:
    assert _refusal(eks.create_addon, clusterName="gone", addonName="coredns") == "ResourceNotFoundException"
    assert _refusal(eks.create_addon, clusterName="main", addonName="core-dns") == "InvalidParameterException"
    assert _refusal(eks.create_addon, clusterName="main", addonName="coredns",
                    configurationValues="{replicas") == "InvalidParameterException"
    eks.create_addon(clusterName="main", addonName="coredns")
    assert _refusal(eks.create_addon, clusterName="main", addonName="coredns") == "ResourceInUseException"
    assert _refusal(eks.describe_addon, clusterName="main", addonName="vpc-cni") == "ResourceNotFoundException"
    assert _refusal(eks.create_pod_identity_association, clusterName="gone", namespace="a", serviceAccount="b",
                    roleArn=ROLE) == "ResourceNotFoundException"


def test_add_ons_go_with_their_cluster(eks: Any) -> None:
    eks.create_addon(clusterName="main", addonName="vpc-cni",
                     podIdentityAssociations=[{"serviceAccount": "aws-node", "roleArn": ROLE}])
    eks.delete_cluster(name="main")
    eks.create_cluster(name="main", roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-1"]}, version="1.35")
    assert eks.list_addons(clusterName="main")["addons"] == []
    assert eks.list_pod_identity_associations(clusterName="main")["associations"] == []


def test_versions_of_clusters_say_when_their_support_ends(eks: Any) -> None:
    found = {one["clusterVersion"]: one for one in eks.describe_cluster_versions()["clusterVersions"]}
    assert found["1.35"]["versionStatus"] == "STANDARD_SUPPORT"
    assert found["1.33"]["versionStatus"] == "EXTENDED_SUPPORT"
    assert found["1.34"]["endOfStandardSupportDate"].date().isoformat() == "2026-12-02"
    [default] = eks.describe_cluster_versions(defaultOnly=True)["clusterVersions"]
    assert default["clusterVersion"] == "1.35"


def test_a_protected_load_balancer_stays(cloud: LocalCloud) -> None:
    ec2, elb = cloud.client("ec2"), cloud.client("elbv2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    [balancer] = elb.create_load_balancer(Name="main", Subnets=subnets)["LoadBalancers"]
    arn = balancer["LoadBalancerArn"]

    def protect(value: str) -> None:
        elb.modify_load_balancer_attributes(
            LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": value}])

    protect("true")
    assert _refusal(elb.delete_load_balancer, LoadBalancerArn=arn) == "OperationNotPermitted"
    protect("false")
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert elb.describe_load_balancers()["LoadBalancers"] == []
