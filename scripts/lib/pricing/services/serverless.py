"""Lambda, what a function of ours pays by the call, SNS, SQS, EventBridge, Step Functions."""

from __future__ import annotations

from decimal import Decimal

from ..estimate import Estimate, prices, whole
from ..plans import Resource


@prices("Lambda", "aws_lambda_function")
def function(estimate: Estimate, resource: Resource) -> None:
    runs = estimate.assumed(resource.address, "runs", "functions.runs_thousands")
    milliseconds = estimate.assumed(resource.address, "duration", "functions.milliseconds")
    if runs is None or milliseconds is None:
        return
    estimate.add(resource.address, "runs", "lambda.requests", resource.region, runs.times(Decimal("0.001")))
    # thousand runs x milliseconds = seconds
    gigabytes = Decimal(resource.get("memory_size", 128)) / 1024
    processor = (resource.get("architectures") or ["x86_64"])[0]
    estimate.add(
        resource.address,
        f"duration, {processor}",
        "lambda.duration",
        resource.region,
        runs.times(milliseconds).times(gigabytes),
        processor,
    )
    disk = resource.block("ephemeral_storage").get("size")
    if disk and int(disk) > 512:
        estimate.name(resource.address, "ephemeral storage beyond 512 MB", "no rule")


@whole("Cost Explorer", "aws_lambda_function")
def bill(estimate: Estimate, found: list[Resource]) -> None:
    if any(str(one.get("function_name", "")).endswith("-cost-anomaly-function") for one in found):
        estimate.add_used("pages", "bill.pages", "cost-explorer.pages", estimate.home(found))


@whole("SNS", "aws_sns_topic")
def topics(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("requests", "messages.topic_millions", "sns.requests", estimate.home(found))


@whole("SNS", "aws_sns_topic_subscription")
def mails(estimate: Estimate, found: list[Resource]) -> None:
    if any(one.get("protocol") in ("email", "email-json") for one in found):
        estimate.add_used("mails", "messages.email_hundred_thousands", "sns.email", estimate.home(found))


@whole("SQS", "aws_sqs_queue")
def queues(estimate: Estimate, found: list[Resource]) -> None:
    kind = "fifo" if any(one.get("fifo_queue") for one in found) else "standard"
    estimate.add_used("requests", "messages.queue_millions", "sqs.requests", estimate.home(found), kind)


@whole("EventBridge", "aws_cloudwatch_event_rule")
def events(estimate: Estimate, found: list[Resource]) -> None:
    # What AWS's own services put on the bus is free.
    estimate.add_used("custom events", "events.custom_millions", "events.custom", estimate.home(found))


@whole("EventBridge", "aws_scheduler_schedule")
def schedules(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("schedules", "events.schedule_millions", "scheduler.runs", estimate.home(found))


@prices("Step Functions", "aws_sfn_state_machine")
def express(estimate: Estimate, resource: Resource) -> None:
    if resource.get("type", "STANDARD") != "STANDARD":
        estimate.name(resource.address, "express workflow", "only standard workflows have a rule")


@whole("Step Functions", "aws_sfn_state_machine")
def transitions(estimate: Estimate, found: list[Resource]) -> None:
    if any(one.get("type", "STANDARD") == "STANDARD" for one in found):
        estimate.add_used("transitions", "steps.transition_thousands", "states.transitions", estimate.home(found))


@prices("Lambda", "aws_lambda_provisioned_concurrency_config")
def provisioned(estimate: Estimate, resource: Resource) -> None:
    estimate.name(resource.address, "provisioned concurrency", "no rule")
