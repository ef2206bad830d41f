"""CloudWatch, X-Ray, Prometheus, Grafana, OpenSearch."""

from __future__ import annotations

import re
from decimal import Decimal

from ..estimate import Estimate, prices, whole
from ..plans import Resource
from ..ranges import HOURS

_HIGH_RESOLUTION_SECONDS = 60
_BAND_METRICS = 3  # of an alarm on an anomaly band: the metric and both edges
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_UNITS = {"minute": Decimal(60), "hour": Decimal(1), "day": 1 / Decimal(24)}


@prices("CloudWatch", "aws_cloudwatch_metric_alarm")
def alarm(estimate: Estimate, resource: Resource) -> None:
    queries = resource.get("metric_query", []) or []
    periods = [metric.get("period") for query in queries for metric in query.get("metric", []) or []] or [
        resource.get("period")
    ]
    metrics = len(periods)
    if any("ANOMALY_DETECTION_BAND" in (query.get("expression") or "") for query in queries) or resource.get(
        "threshold_metric_id"
    ):
        metrics = _BAND_METRICS
    fast = any(int(period) < _HIGH_RESOLUTION_SECONDS for period in periods if period)
    estimate.add(
        resource.address,
        "alarm",
        "cloudwatch.alarm",
        resource.region,
        metrics,
        "high resolution" if fast else "standard",
    )


@prices("CloudWatch", "aws_cloudwatch_composite_alarm")
def composite(estimate: Estimate, resource: Resource) -> None:
    estimate.add(resource.address, "composite alarm", "cloudwatch.alarm", resource.region, 1, "composite")


@prices("CloudWatch", "aws_cloudwatch_dashboard")
def dashboard(estimate: Estimate, resource: Resource) -> None:
    estimate.add(resource.address, "dashboard", "cloudwatch.dashboard", resource.region, 1)


@prices("CloudWatch", "aws_cloudwatch_log_metric_filter")
def filter_metric(estimate: Estimate, resource: Resource) -> None:
    estimate.add(resource.address, "custom metric", "cloudwatch.metric", resource.region, 1)


@prices("CloudWatch", "aws_cloudwatch_metric_stream")
def metric_stream(estimate: Estimate, resource: Resource) -> None:
    estimate.name(resource.address, "metric updates", "no sourced price")


@whole("CloudWatch", "aws_cloudwatch_metric_alarm", "aws_cloudwatch_dashboard")
def custom_metrics(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("custom metrics", "observability.custom_metrics", "cloudwatch.metric", estimate.home(found))


@prices("CloudWatch", "aws_synthetics_canary")
def canary(estimate: Estimate, resource: Resource) -> None:
    expression = resource.block("schedule").get("expression") or ""
    rate = _RATE.fullmatch(expression)
    if rate is None:
        estimate.name(resource.address, "runs", f"the schedule {expression or 'of the canary'} is no rate")
        return
    runs = HOURS * _UNITS[rate[2]] / int(rate[1])
    estimate.add(resource.address, f"runs, {expression}", "cloudwatch.canary", resource.region, runs)


@whole("CloudWatch Logs", "aws_cloudwatch_log_group")
def logs(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    estimate.add_used("logs taken in", "logs.ingested_gb", "logs.ingested", region, "STANDARD")
    estimate.add_used("logs kept", "logs.stored_gb", "logs.stored", region)
    estimate.add_used("queries", "logs.queried_gb", "logs.queried", region)


@whole("X-Ray", "aws_xray_group", "aws_xray_sampling_rule")
def traces(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    estimate.add_used("traces", "observability.trace_millions", "xray.traces", region)
    estimate.add_used("traces looked at", "observability.trace_retrieved_millions", "xray.retrieved", region)


@whole("Prometheus", "aws_prometheus_workspace")
def samples(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    estimate.add_used("samples", "observability.prometheus_sample_millions", "prometheus.samples", region)
    estimate.add_used("queries", "observability.prometheus_query_billions", "prometheus.queries", region)
    estimate.add_used("storage", "observability.prometheus_stored_gb", "prometheus.stored", region)


@prices("Prometheus", "aws_prometheus_scraper")
def scraper(estimate: Estimate, resource: Resource) -> None:
    estimate.add(resource.address, "collector", "prometheus.collector", resource.region, HOURS)


@whole("Prometheus", "aws_prometheus_scraper")
def collected(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used(
        "samples collected", "observability.prometheus_sample_millions", "prometheus.collected", estimate.home(found)
    )


@prices("Grafana", "aws_grafana_workspace")
def grafana(estimate: Estimate, resource: Resource) -> None:
    estimate.add_used("editors", "grafana.editors", "grafana.editor", resource.region, address=resource.address)
    estimate.add_used("viewers", "grafana.viewers", "grafana.viewer", resource.region, address=resource.address)


@prices("OpenSearch", "aws_opensearch_domain")
def search(estimate: Estimate, resource: Resource) -> None:
    config = resource.block("cluster_config")
    nodes = int(config.get("instance_count") or 1)
    size = config.get("instance_type") or "m4.large.search"
    estimate.add(
        resource.address,
        f"{nodes} nodes {size}" if nodes != 1 else f"node {size}",
        "opensearch.instance",
        resource.region,
        HOURS * nodes,
        size,
    )
    if config.get("dedicated_master_enabled"):
        estimate.add(
            resource.address,
            f"masters {config.get('dedicated_master_type')}",
            "opensearch.instance",
            resource.region,
            HOURS * int(config.get("dedicated_master_count") or 0),
            config.get("dedicated_master_type") or "",
        )
    if config.get("warm_enabled"):
        estimate.add(
            resource.address,
            f"warm nodes {config.get('warm_type')}",
            "opensearch.instance",
            resource.region,
            HOURS * int(config.get("warm_count") or 0),
            config.get("warm_type") or "",
        )
    disk = resource.block("ebs_options")
    if disk.get("ebs_enabled"):
        kind = disk.get("volume_type") or "gp2"
        estimate.add(
            resource.address,
            f"disk {kind}",
            "opensearch.storage",
            resource.region,
            Decimal(disk.get("volume_size") or 8) * nodes,
            kind,
        )


@prices("Firehose", "aws_kinesis_firehose_delivery_stream")
def firehose(estimate: Estimate, resource: Resource) -> None:
    estimate.name(resource.address, "data taken in", "no sourced price in this Region")


@prices("OpenSearch", "aws_osis_pipeline")
def ingestion(estimate: Estimate, resource: Resource) -> None:
    estimate.name(resource.address, "ingestion units", "no sourced price")


@prices("CloudWatch", "aws_rum_app_monitor")
def real_users(estimate: Estimate, resource: Resource) -> None:
    estimate.name(resource.address, "events of real users", "no sourced price in this Region")
