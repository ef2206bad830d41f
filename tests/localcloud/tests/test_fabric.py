"""Functions run under their roles, and nothing that is asynchronous gets lost."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe


def test_a_function_gets_its_role_and_the_gateway_and_nothing_else(cloud: LocalCloud) -> None:
    probe.function(cloud, "watch", probe.role(cloud, "watch-role"), Environment={"Variables": {"COLOUR": "green"}})
    environment = probe.invoke(cloud, "watch")["environment"]
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert environment["COLOUR"] == "green"
    assert not [name for name in environment if name.startswith(("MINISTACK", "LOCALCLOUD", "PYTHON"))]

    identity = cloud.client("sts", aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
                            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
                            aws_session_token=environment["AWS_SESSION_TOKEN"]).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{probe.ACCOUNT}:assumed-role/watch-role/watch"


def test_invocations_are_measured(cloud: LocalCloud) -> None:
    before = len(cloud.invocations())
    probe.function(cloud, "watch", probe.role(cloud, "watch-role"))
    probe.invoke(cloud, "watch")
    probe.invoke(cloud, "watch", {"fail": True})
    first, second = cloud.invocations()[before:]
    assert (first["cold"], first["ok"], second["cold"], second["ok"]) == (True, True, False, False)
    assert first["peak_kib"] > 1000
    assert first["init_milliseconds"] > 10
    assert 0 < second["milliseconds"] < 2000


def test_a_failing_event_is_retried_and_ends_at_its_destination(cloud: LocalCloud) -> None:
    url, arn = probe.queue(cloud, "failures")
    probe.function(cloud, "watch", probe.role(cloud, "watch-role", probe.allow("sqs:SendMessage", arn)))
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName="watch", MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": arn}})
    before = len(cloud.invocations())
    cloud.client("lambda").invoke(FunctionName="watch", InvocationType="Event", Payload=json.dumps({"fail": True}))
    cloud.settle()
    assert len(cloud.invocations()) - before == 2
    [message] = probe.messages(cloud, url)
    content = json.loads(message["Body"])
    assert content["requestPayload"] == {"fail": True}
    assert content["requestContext"]["approximateInvokeCount"] == 2
    assert content["responsePayload"]["errorType"] == "Told"


def test_a_throttled_event_waits_for_its_turn(cloud: LocalCloud) -> None:
    probe.function(cloud, "watch", probe.role(cloud, "watch-role"))
    cloud.client("lambda").put_function_concurrency(FunctionName="watch", ReservedConcurrentExecutions=1)
    for _ in range(3):
        cloud.client("lambda").invoke(FunctionName="watch", InvocationType="Event", Payload='{"sleep": 0.3}')
    cloud.settle()
    lines = cloud.invocations()
    assert [line["ok"] for line in lines] == [True] * 3
    assert sum(line["cold"] for line in lines) == 1


def test_a_batch_fails_in_part(cloud: LocalCloud) -> None:
    dead_url, dead = probe.queue(cloud, "dead")
    url, arn = probe.queue(cloud, "work", VisibilityTimeout="120", RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": dead, "maxReceiveCount": 2}))
    probe.function(cloud, "watch", probe.role(cloud, "watch-role", probe.allow("sqs:*", arn)))
    cloud.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName="watch", BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    for body in ("good", "bad", "good too"):
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    # The walk stops when the message comes back: it is tried again, and then it has had its chances.
    cloud.walk_to(cloud.now() + 600)
    cloud.client("sqs").receive_message(QueueUrl=url)
    assert [message["Body"] for message in probe.messages(cloud, dead_url)] == ["bad"]


def test_services_may_emit_and_customers_may_not(cloud: LocalCloud) -> None:
    url, arn = probe.queue(cloud, "heard")
    events = cloud.client("events")
    events.put_rule(Name="stopped", EventPattern=json.dumps({
        "source": ["aws.rds"], "detail": {"EventID": ["RDS-EVENT-0087"]}}))
    events.put_targets(Rule="stopped", Targets=[{"Id": "1", "Arn": arn}])
    event = {"source": "aws.rds", "detail-type": "RDS DB Instance Event", "detail": {"EventID": "RDS-EVENT-0087"}}
    refused = events.put_events(Entries=[{
        "Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}])
    assert refused["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"

    cloud.put_event(event)
    cloud.put_event(event | {"detail": {"EventID": "RDS-EVENT-0088"}})
    [message] = probe.messages(cloud, url)
    assert json.loads(message["Body"])["detail"] == {"EventID": "RDS-EVENT-0087"}


def test_what_a_rule_cannot_deliver_goes_to_its_dead_letters(cloud: LocalCloud) -> None:
    url, arn = probe.queue(cloud, "dead")
    events = cloud.client("events")
    rule = events.put_rule(Name="all", EventPattern=json.dumps({"source": ["shop"]}))["RuleArn"]
    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [{
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": rule}}}]})})
    events.put_targets(Rule="all", Targets=[{
        "Id": "1", "Arn": f"arn:aws:lambda:us-east-1:{probe.ACCOUNT}:function:nobody",
        "DeadLetterConfig": {"Arn": arn}}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "sold", "Detail": "{}"}])
    cloud.settle()
    [message] = probe.messages(cloud, url)
    assert json.loads(message["Body"])["detail-type"] == "sold"
    assert message["MessageAttributes"]["RULE_ARN"]["StringValue"] == rule


@pytest.mark.parametrize("permitted", [True, False])
def test_a_rule_needs_the_functions_permission(cloud: LocalCloud, permitted: bool) -> None:
    arn = probe.function(cloud, "watch", probe.role(cloud, "watch-role"))
    events = cloud.client("events")
    rule = events.put_rule(Name="all", EventPattern=json.dumps({"source": ["shop"]}))["RuleArn"]
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn}])
    if permitted:
        cloud.client("lambda").add_permission(FunctionName="watch", StatementId="rule", SourceArn=rule,
                                              Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
    before = len(cloud.invocations())
    events.put_events(Entries=[{"Source": "shop", "DetailType": "sold", "Detail": "{}"}])
    cloud.settle()
    assert len(cloud.invocations()) - before == int(permitted)


def test_what_a_schedule_cannot_deliver_goes_to_its_dead_letters(cloud: LocalCloud) -> None:
    url, arn = probe.queue(cloud, "dead")
    role = probe.role(cloud, "clockwork", probe.allow("sqs:SendMessage", arn))
    target = probe.function(cloud, "watch", probe.role(cloud, "watch-role"))
    cloud.client("scheduler").create_schedule(
        Name="soon", ScheduleExpression="rate(1 hours)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": target, "RoleArn": role, "Input": '{"command":"reconcile"}', "DeadLetterConfig": {"Arn": arn}})
    cloud.advance("1h1m")
    cloud.settle()
    [message] = probe.messages(cloud, url)
    assert message["Body"] == '{"command":"reconcile"}'
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "AccessDeniedException"


@pytest.mark.parametrize("permitted", [True, False])
def test_a_topic_needs_the_queues_permission(cloud: LocalCloud, permitted: bool) -> None:
    url, arn = probe.queue(cloud, "news")
    topic = cloud.client("sns").create_topic(Name="news")["TopicArn"]
    if permitted:
        cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": arn,
             "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
             "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]})})
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    cloud.client("sns").publish(TopicArn=topic, Message="hello")
    assert len(probe.messages(cloud, url)) == int(permitted)


def test_a_mapping_needs_the_roles_permission(cloud: LocalCloud) -> None:
    _url, arn = probe.queue(cloud, "work")
    probe.function(cloud, "watch", probe.role(cloud, "watch-role", probe.allow("sqs:ReceiveMessage", arn)))
    with pytest.raises(ClientError, match="DeleteMessage"):
        cloud.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName="watch")


def test_a_secret_is_replicated_from_its_birth(cloud: LocalCloud) -> None:
    here, there = cloud.client("secretsmanager"), cloud.client("secretsmanager", region="us-west-2")
    here.create_secret(Name="master", SecretString="one", AddReplicaRegions=[{"Region": "us-west-2"}])
    here.put_secret_value(SecretId="master", SecretString="two")
    assert there.get_secret_value(SecretId="master")["SecretString"] == "two"
    assert [one["Region"] for one in here.describe_secret(SecretId="master")["ReplicationStatus"]] == ["us-west-2"]
    with pytest.raises(ClientError) as refused:
        here.delete_secret(SecretId="master", ForceDeleteWithoutRecovery=True)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    here.remove_regions_from_replication(SecretId="master", RemoveReplicaRegions=["us-west-2"])
    with pytest.raises(ClientError) as refused:
        there.get_secret_value(SecretId="master")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    here.delete_secret(SecretId="master", ForceDeleteWithoutRecovery=True)


def test_a_service_linked_role_is_described_by_whoever_makes_it(cloud: LocalCloud) -> None:
    iam = cloud.client("iam")
    plain = iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")["Role"]["RoleName"]
    told = iam.create_service_linked_role(AWSServiceName="spot.amazonaws.com", Description="For the nodes")["Role"]["RoleName"]
    assert not iam.get_role(RoleName=plain)["Role"].get("Description")
    assert iam.get_role(RoleName=told)["Role"]["Description"] == "For the nodes"
