"""Every hop between two programs, and the TLS that it has."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .estate_facts import Facts
from .markdown import ROOT

_MODULES = "../terraform/modules"
# Policies of load balancers, by the versions that they take.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
_POLICIES = {"ELBSecurityPolicy-TLS13-1-3-2021-06": {"1.3"}, "ELBSecurityPolicy-TLS13-1-2-Res-2021-06": {"1.2", "1.3"}}
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginSslProtocols.html
_CLOUDFRONT_TO_ORIGIN = {"1.2"}


def common(facts: Facts) -> set[str] | None:
    """The versions that CloudFront and the load balancer behind it both speak; None where there are not both."""
    if facts.one("cdn.aws_cloudfront_distribution.web") is None or not listeners(facts):
        return None
    return _CLOUDFRONT_TO_ORIGIN & set.intersection(*(_POLICIES[policy] for policy in listeners(facts)))


def listeners(facts: Facts) -> list[str]:
    """The policies of the listeners that take HTTPS."""
    return sorted({one["ssl_policy"] for _, one in facts.of("compute.aws_lb_listener.main") if one["protocol"] == "HTTPS"})


def hops(facts: Mapping[str, Facts]) -> list[tuple[str, str, str, str]]:
    """(from and to, versions, where it is said, proof) of every hop, from the visitor inwards."""
    edges = {one["viewer_certificate.minimum_protocol_version"]
             for each in facts.values() for _, one in each.of("cdn.aws_cloudfront_distribution.web")}
    by_policy: dict[str, list[str]] = {}
    for name, one in facts.items():
        for policy in listeners(one):
            by_policy.setdefault(policy, []).append(name)
    balancers = "; ".join(f"{' and '.join(sorted(_POLICIES[policy]))} in {', '.join(where)} (`{policy}`)"
                          for policy, where in sorted(by_policy.items()))
    versions = {one["engine_version"]
                for each in facts.values() for _, one in each.of("database.aws_db_instance.postgres")}
    return [
        ("visitor to CloudFront", f"1.3, and 1.2 for those that cannot (`{', '.join(sorted(edges))}`)",
         _file("cdn/distribution.tf"), _test("cdn/tests/cdn.tftest.hcl", "everything")),
        ("visitor or CloudFront to load balancer", balancers, _file("compute/listeners.tf"),
         _test("compute/tests/load-balancers.tftest.hcl", "cloudfront_only, open_to_everybody_by_https")),
        ("CloudFront to load balancer", f"{', '.join(sorted(_CLOUDFRONT_TO_ORIGIN))}: CloudFront has nothing newer for origins",
         _file("cdn/distribution.tf"), "[they have a version in common](../tests/docs/test_figures.py "
         '"::test_cloudfront_and_load_balancers_have_a_version_in_common")'),
        ("CloudFront to bucket", "HTTPS, signed (origin access control); S3 refuses below 1.3, AWS's own services excepted",
         _file("storage/bucket/policy.tf"), _test("storage/tests/bucket.tftest.hcl", "closed")),
        ("anybody to bucket", f"{_minimum_of_buckets()} and later", _file("storage/bucket/policy.tf"),
         _test("storage/tests/bucket.tftest.hcl", "closed")),
        ("load balancer to pod", "none: plain HTTP inside the network, one port, one security group",
         _file("compute/target-groups.tf"), _test("compute/tests/load-balancers.tftest.hcl", "open_to_everybody_by_https")),
        ("pod to pod", "none by itself; only what a network policy names may talk at all",
         "[bases/application](../terraform/kubernetes/bases/application)",
         '[the network is closed](../tests/kubernetes/test_manifests.py "::test_the_applications_network_is_closed")'),
        ("client to PostgreSQL",
         f"1.2, the most that RDS has for PostgreSQL {', '.join(sorted(versions))}; 1.3 alone from 16; never without",
         _file("database/parameters.tf"),
         _test("database/tests/refusals.tftest.hcl", "tls_cannot_be_switched_off, tls_cannot_be_weakened")),
        ("client to Redis", "1.2 or 1.3, required; the service decides", _file("database/redis.tf"),
         _test("database/tests/caches.tftest.hcl", "a_single_node")),
        ("node or pod to EFS", "1.2 by the mount helper, or 1.3; refused without", _file("storage/efs.tf"),
         _test("storage/tests/storage.tftest.hcl", "file_systems")),
        ("person or pipeline to the Kubernetes API",
         "1.2 or 1.3, the service decides; inside the network unless addresses are named",
         _file("compute/clusters.tf"), _test("compute/tests/clusters.tftest.hcl", "what_a_cluster_has_by_itself")),
        ("functions, Terraform to AWS", "1.2 or 1.3, what client and endpoint agree on "
         "([1.2 is the least](https://aws.amazon.com/blogs/security/tls-1-2-required-for-aws-endpoints/))",
         "[shared/runtime](../shared/runtime)", "not tested: the endpoints are AWS's"),
        ("Terraform to its state", "1.2 and later", "[bootstrap/state.tf](../terraform/bootstrap/state.tf)",
         '[the state is closed](../terraform/bootstrap/tests/bootstrap.tftest.hcl "::the_state_is_closed")'),
        ("notify to Slack", "1.2 or 1.3, HTTPS only", "[notify](notify.md)", "not tested against Slack itself"),
        ("second region's replica to the first database", "encrypted by RDS between regions", _file("database/recovery.tf"),
         "[AWS's word](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html)"),
    ]


def _minimum_of_buckets() -> str:
    text = (ROOT / "terraform/modules/storage/variables-buckets.tf").read_text()
    found = re.search(r'minimum_tls\s+= optional\(string, "([\d.]+)"\)', text)
    if found is None:
        raise ValueError("modules/storage no longer says the least TLS of its buckets in variables-buckets.tf")
    return found[1]


def _file(path: str) -> str:
    return f"[{path}]({_MODULES}/{path})"


def _test(path: str, runs: str) -> str:
    return f'[{runs.replace("_", " ")}]({_MODULES}/{path} "::{runs}")'
