"""The manifests of terraform/kubernetes: whole, closed, and in step with Terraform."""

from __future__ import annotations

import ipaddress
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

TERRAFORM = Path(__file__).resolve().parents[2] / "terraform"
KUBERNETES = TERRAFORM / "kubernetes"
COMPUTE = TERRAFORM / "modules/compute"
OVERLAYS = {"development": "dev", "staging": "staging", "production": "prod"}
BASES = sorted(path.parent for path in KUBERNETES.rglob("kustomization.yaml") if "overlays" not in path.parts)
Document = dict[str, Any]


def _documents(file: Path) -> list[Document]:
    return [document for document in yaml.safe_load_all(file.read_text()) if document is not None]


def _kustomization(folder: Path) -> Document:
    [found] = _documents(folder / "kustomization.yaml")
    return found


def _resources(folder: Path) -> Iterator[tuple[Document, Document]]:
    """Every resource below a kustomization, with the kustomization that lists it."""
    kustomization = _kustomization(folder)
    for name in kustomization["resources"]:
        if name.startswith("https://"):
            continue
        path = folder / name
        assert path.exists(), f"{folder}: {name} is listed and not there"
        if path.is_dir():
            yield from _resources(path)
        else:
            for document in _documents(path):
                namespace = kustomization.get("namespace")
                if namespace and document["kind"] not in CLUSTER_WIDE:
                    document["metadata"]["namespace"] = namespace
                yield document, kustomization


CLUSTER_WIDE = {"ClusterRole", "ClusterRoleBinding", "IngressClass", "IngressClassParams", "Namespace",
                "MutatingWebhookConfiguration", "PriorityClass", "StorageClass", "ValidatingWebhookConfiguration",
                "VolumeSnapshotClass"}
EVERYTHING = list(_resources(KUBERNETES / "overlays/development"))
WORKLOADS = [(document, kustomization) for document, kustomization in EVERYTHING if document["kind"] == "Deployment"]


def _named(kind: str) -> dict[tuple[str | None, str], Document]:
    return {(document["metadata"].get("namespace"), document["metadata"]["name"]): document
            for document, _ in EVERYTHING if document["kind"] == kind}


@pytest.mark.parametrize("file", sorted(KUBERNETES.rglob("*.yaml")), ids=lambda file: str(file.relative_to(KUBERNETES)))
def test_every_file_is_listed_and_names_what_it_makes(file: Path) -> None:
    if file.name == "kustomization.yaml":
        for document in _documents(file):
            assert document["kind"] == "Kustomization"
        return
    assert file.name in _kustomization(file.parent)["resources"]
    for document in _documents(file):
        assert document["apiVersion"], document["metadata"]["name"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_is_made_twice(overlay: str) -> None:
    names = [(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"])
             for one, _ in _resources(KUBERNETES / "overlays" / overlay)]
    assert len(names) == len(set(names))
    assert {"ClusterRole", "Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget",
            "StorageClass", "TargetGroupBinding", "VerticalPodAutoscaler"} <= {kind for kind, _, _ in names}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl has kustomize built in")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kustomize_agrees(overlay: str) -> None:
    done = subprocess.run(["kubectl", "kustomize", str(KUBERNETES / "overlays" / overlay)], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    rendered = [one for one in yaml.safe_load_all(done.stdout) if one]
    assert len(rendered) == len(list(_resources(KUBERNETES / "overlays" / overlay))) + 1  # the estate's ConfigMap
    assert {one["metadata"]["labels"]["nightshift/stage"] for one in rendered if "labels" in one["metadata"]} == {
        "application", "system"}
    unstaged = [one["metadata"]["name"] for one in rendered if "nightshift/stage" not in one["metadata"].get("labels", {})]
    assert unstaged == [], "these would be applied in no stage"


def _containers(workload: Document) -> Iterator[Document]:
    spec = workload["spec"]["template"]["spec"]
    yield from spec["containers"]
    yield from spec.get("initContainers", [])


@pytest.mark.parametrize("workload", [one for one, _ in WORKLOADS], ids=lambda one: one["metadata"]["name"])
def test_containers_ask_for_what_they_need_and_may_little(workload: Document) -> None:
    pod = workload["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert not [volume for volume in pod.get("volumes", []) if "hostPath" in volume]
    assert pod["priorityClassName"]
    assert workload["spec"]["selector"]["matchLabels"].items() <= workload["spec"]["template"]["metadata"]["labels"].items()
    for container in _containers(workload):
        for which in ("limits", "requests"):
            assert set(container["resources"][which]) == {"cpu", "memory"}
        own = container["securityContext"]
        assert own["allowPrivilegeEscalation"] is False and own["readOnlyRootFilesystem"] is True
        assert own["capabilities"] == {"drop": ["ALL"]}
        assert "livenessProbe" in container


@pytest.mark.parametrize(("workload", "kustomization"), WORKLOADS, ids=lambda one: one.get("metadata", {}).get("name"))
def test_images_have_a_version_in_one_place(workload: Document, kustomization: Document) -> None:
    versions = {image["name"]: image["newTag"] for image in kustomization["images"]}
    for container in _containers(workload):
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", versions[container["image"]])


def test_the_autoscaler_is_of_the_clusters_version() -> None:
    default = re.search(r'version\s+= optional\(string, "([\d.]+)"\)', (COMPUTE / "variables-clusters.tf").read_text())
    [image] = _kustomization(KUBERNETES / "bases/cluster-autoscaler")["images"]
    assert default and image["newTag"].startswith(f"v{default[1]}.")


def test_definitions_are_fetched_by_commit_and_have_a_sum() -> None:
    sums = dict(reversed(line.split()) for line in (KUBERNETES / "crds/SHA256SUMS").read_text().splitlines())
    fetched = _kustomization(KUBERNETES / "crds")["resources"]
    assert set(fetched) == set(sums)
    for address in fetched:
        assert re.search(r"/[0-9a-f]{40}/", address) and re.fullmatch(r"[0-9a-f]{64}", sums[address])


def test_service_accounts_are_those_that_terraform_gives_roles() -> None:
    identities = json.loads((COMPUTE / "identities.json").read_text())
    accounts, deployed = _named("ServiceAccount"), _named("Deployment")
    for name, identity in identities["controllers"].items():
        key = (identity["namespace"], identity["service_account"])
        assert key in accounts
        assert deployed[identity["namespace"], name]["spec"]["template"]["spec"]["serviceAccountName"] == key[1]
    for one, _ in WORKLOADS:
        key = (one["metadata"]["namespace"], one["spec"]["template"]["spec"]["serviceAccountName"])
        assert key in accounts
    # Whoever is told a region calls AWS, and has a role there.
    told = {one["spec"]["template"]["spec"]["serviceAccountName"] for one, _ in WORKLOADS
            if any(env.get("valueFrom", {}).get("configMapKeyRef", {}).get("key") == "region"
                   for container in _containers(one) for env in container.get("env", []))}
    assert told == {identity["service_account"] for identity in identities["controllers"].values()}


def test_arguments_name_variables_that_the_estate_has() -> None:
    literals = {name: {pair.split("=")[0] for generated in _kustomization(KUBERNETES / "overlays" / name)
                       ["configMapGenerator"] for pair in generated["literals"]} for name in OVERLAYS}
    for one, _ in WORKLOADS:
        for container in _containers(one):
            environment = {env["name"]: env["valueFrom"]["configMapKeyRef"] for env in container.get("env", [])}
            used = set(re.findall(r"\$\((\w+)\)", " ".join(container.get("args", []))))
            assert used <= set(environment)
            for source in environment.values():
                assert source["name"] == "estate"
                assert all(source["key"] in keys for keys in literals.values())


def test_bindings_bind_roles_and_subjects_that_are_there() -> None:
    groups = set()
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        for (namespace, name), binding in _named(kind).items():
            role = binding["roleRef"]
            assert role["name"] == "view" or (
                namespace if role["kind"] == "Role" else None, role["name"]) in _named(role["kind"]), name
            for subject in binding["subjects"]:
                if subject["kind"] == "Group":
                    groups.add(subject["name"])
                else:
                    assert (subject["namespace"], subject["name"]) in _named("ServiceAccount"), name
    assert groups == {"developers", "operators", "readers"}


def test_roles_name_what_they_allow() -> None:
    for kind in ("ClusterRole", "Role"):
        for (_, name), role in _named(kind).items():
            for rule in role["rules"]:
                assert "*" not in rule["verbs"], name
                assert rule["resources"] == ["*/scale"] or not any("*" in one for one in rule["resources"]), name
                assert "secrets" not in rule["resources"], name
                assert not {"bind", "escalate", "impersonate"} & set(rule["verbs"]), name
    people = ("developers", "timeline-operators")
    for (_, name), role in (_named("ClusterRole") | _named("Role")).items():
        if name in people:
            for rule in role["rules"]:
                if {"clusterrolebindings", "networkpolicies", "rolebindings", "targetgroupbindings"} & set(rule["resources"]):
                    assert set(rule["verbs"]) <= {"get", "list", "watch"}, name


def test_webhooks_reach_a_service_whose_certificate_names_it() -> None:
    certificates = {(one["metadata"]["namespace"], one["spec"]["secretName"]): one["spec"]["dnsNames"]
                    for one in _named("Certificate").values()}
    for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"):
        for configuration in _named(kind).values():
            namespace, name = configuration["metadata"]["annotations"]["cert-manager.io/inject-ca-from"].split("/")
            for webhook in configuration["webhooks"]:
                service = webhook["clientConfig"]["service"]
                assert (service["namespace"], service["name"]) in _named("Service")
                assert f"{service['name']}.{service['namespace']}.svc" in certificates[namespace, name]
    for one, _ in WORKLOADS:
        for volume in one["spec"]["template"]["spec"].get("volumes", []):
            assert (one["metadata"]["namespace"], volume["secret"]["secretName"]) in certificates


def test_the_applications_network_is_closed() -> None:
    policies = {name: one["spec"] for (namespace, name), one in _named("NetworkPolicy").items() if namespace == "timeline"}
    assert policies["deny"] == {"podSelector": {}, "policyTypes": ["Egress", "Ingress"]}
    for name, spec in policies.items():
        for rule in [*spec.get("ingress", []), *spec.get("egress", [])]:
            assert rule["ports"] and (rule.get("from") or rule.get("to")), name
            for peer in [*rule.get("from", []), *rule.get("to", [])]:
                block = peer.get("ipBlock", {})
                if block.get("cidr") == "0.0.0.0/0":
                    assert rule["ports"] == [{"port": 443, "protocol": "TCP"}]
                    assert block["except"] == ["169.254.0.0/16"], "the nodes' metadata service"
    assert _named("Namespace")[None, "timeline"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize(("overlay", "code"), OVERLAYS.items())
def test_overlays_have_their_environments_names_and_addresses(overlay: str, code: str) -> None:
    folder = KUBERNETES / "overlays" / overlay
    kustomization = _kustomization(folder)
    prefix = f"personal-timeline-{code}"
    [estate] = kustomization["configMapGenerator"]
    assert set(estate["literals"]) == {f"cluster={prefix}-apps-cluster", f"network={prefix}-network-vpc",
                                       "region=us-east-1"}
    for patch in kustomization["patches"]:
        if patch["target"]["kind"] == "TargetGroupBinding":
            [operation] = yaml.safe_load(patch["patch"])
            # The load balancer of the environments is `web`, its groups are the colours; tests/estate holds it against the plans.
            group = patch["target"]["name"].replace("api-", "web-")
            whole = f"personal-timeline-{code}-{group}"
            assert operation["value"] == (whole if len(whole) <= 32 else f"pt-{code}-{group}")
    blocks = [ipaddress.ip_network(peer["ipBlock"]["cidr"]) for document in _documents(folder / "network.yaml")
              for rule in [*document["spec"].get("ingress", []), *document["spec"].get("egress", [])]
              for peer in [*rule.get("from", []), *rule.get("to", [])]]
    [network] = {block.supernet(new_prefix=16) for block in blocks}
    root = TERRAFORM / "environments" / overlay / "main.tf"
    assert len(blocks) == 6
    if root.exists():
        assert f'cidr = "{network}"' in re.sub(r" +", " ", root.read_text())


def test_scaling_and_protection_follow_each_colour() -> None:
    services = _named("Service")
    for colour in ("blue", "green"):
        key = ("timeline", f"api-{colour}")
        labels = services[key]["spec"]["selector"]
        assert labels == {"app": "api", "colour": colour}
        assert _named("PodDisruptionBudget")[key]["spec"]["selector"]["matchLabels"] == labels
        assert _named("HorizontalPodAutoscaler")[key]["spec"]["scaleTargetRef"]["name"] == f"api-{colour}"
        assert _named("TargetGroupBinding")[key]["spec"]["serviceRef"]["name"] == f"api-{colour}"
        [policy] = _named("VerticalPodAutoscaler")[key]["spec"]["resourcePolicy"]["containerPolicies"]
        assert policy["controlledResources"] == ["memory"], "processors are the horizontal autoscaler's"


@pytest.mark.parametrize("name", ["gp3", "gp3-retain"])
def test_volumes_are_encrypted(name: str) -> None:
    found = _named("StorageClass")[None, name]
    assert found["parameters"]["encrypted"] == "true" and found["parameters"]["type"] == "gp3"
    assert found["volumeBindingMode"] == "WaitForFirstConsumer"
