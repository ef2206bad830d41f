"""CloudFront, WAF, Route 53."""

from __future__ import annotations

from ..estimate import Estimate, prices, whole
from ..plans import Resource

_FAST_SECONDS = 10


@whole("CloudFront", "aws_cloudfront_distribution")
def distributions(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    for usage, size, where in (("states", "US", "the United States"), ("europe", "EU", "Europe")):
        estimate.add_used(f"data to {where}", f"cdn.{usage}_gb", "cloudfront.transfer", region, size)
        estimate.add_used(
            f"requests from {where}", f"cdn.{usage}_requests_ten_thousands", "cloudfront.requests", region, size
        )
    estimate.add_used("data to the origin", "cdn.origin_gb", "cloudfront.origin", region)


@prices("CloudFront", "aws_cloudfront_distribution")
def distribution(estimate: Estimate, resource: Resource) -> None:
    for origin in resource.get("origin", []) or []:
        if any(shield.get("enabled") for shield in origin.get("origin_shield", []) or []):
            estimate.name(
                resource.address, f"origin shield of {origin.get('origin_id')}", "no sourced price in this Region"
            )


@whole("CloudFront", "aws_cloudfront_function")
def functions(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("functions", "cdn.function_millions", "cloudfront.function", estimate.home(found))


@prices("WAF", "aws_wafv2_web_acl")
def firewall(estimate: Estimate, resource: Resource) -> None:
    rules = len(resource.get("rule", []) or [])
    estimate.add(resource.address, "web ACL", "waf.acl", resource.region, 1)
    # A rule group, AWS's managed ones too, counts as a rule.
    if rules:
        estimate.add(resource.address, f"{rules} rules", "waf.rule", resource.region, rules)


@prices("WAF", "aws_wafv2_rule_group")
def rule_group(estimate: Estimate, resource: Resource) -> None:
    rules = len(resource.get("rule", []) or [])
    if rules:
        estimate.add(resource.address, f"{rules} rules", "waf.rule", resource.region, rules)


@whole("WAF", "aws_wafv2_web_acl")
def inspected(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("requests", "firewall.request_millions", "waf.requests", estimate.home(found))


@prices("Route 53", "aws_route53_zone")
def zone(estimate: Estimate, resource: Resource) -> None:
    estimate.add(resource.address, "hosted zone", "route53.zone", resource.region, 1)


@whole("Route 53", "aws_route53_record")
def queries(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("queries", "dns.query_millions", "route53.queries", estimate.home(found))


@prices("Route 53", "aws_route53_health_check")
def health_check(estimate: Estimate, resource: Resource) -> None:
    kind = resource.get("type", "")
    # Checks of alarms and of other checks cost what an endpoint of AWS does.
    estimate.add(resource.address, "health check", "route53.health-check", resource.region, 1, "aws")
    options = sum(
        (
            kind.startswith("HTTPS"),
            kind.endswith("STR_MATCH"),
            resource.get("request_interval") == _FAST_SECONDS,
            bool(resource.get("measure_latency")),
        )
    )
    if options:
        estimate.add(
            resource.address,
            f"health check, {options} options",
            "route53.health-check.option",
            resource.region,
            options,
            "aws",
        )
