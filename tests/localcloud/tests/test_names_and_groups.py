"""Zones, certificates, health checks and Auto Scaling groups keep what Terraform gave them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe


def _zone(cloud: LocalCloud) -> str:
    zone: str = cloud.client("route53").create_hosted_zone(Name="night.test", CallerReference="1")["HostedZone"]["Id"]
    return zone.rpartition("/")[2]


def _record(cloud: LocalCloud, zone: str, name: str, kind: str, value: str) -> None:
    cloud.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{
        "Action": "UPSERT", "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": 60,
                                                  "ResourceRecords": [{"Value": value}]}}]})


def test_a_certificate_is_issued_when_its_records_are_there(cloud: LocalCloud) -> None:
    acm, zone = cloud.client("acm"), _zone(cloud)
    arn = acm.request_certificate(DomainName="night.test", ValidationMethod="DNS", KeyAlgorithm="EC_prime256v1",
                                  SubjectAlternativeNames=["api.night.test"])["CertificateArn"]

    def certificate() -> dict[str, Any]:
        found: dict[str, Any] = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        return found

    assert (certificate()["Status"], certificate()["KeyAlgorithm"]) == ("PENDING_VALIDATION", "EC_prime256v1")
    cloud.advance("1h")
    records = [option["ResourceRecord"] for option in certificate()["DomainValidationOptions"]]
    _record(cloud, zone, records[0]["Name"], records[0]["Type"], records[0]["Value"])
    assert certificate()["Status"] == "PENDING_VALIDATION"
    _record(cloud, zone, records[1]["Name"], records[1]["Type"], records[1]["Value"])
    assert certificate()["Status"] == "ISSUED"


def test_a_health_check_is_what_it_was_asked_to_be(cloud: LocalCloud) -> None:
    route53 = cloud.client("route53")
    check = route53.create_health_check(CallerReference="1", HealthCheckConfig={
        "Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": "a"},
        "InsufficientDataHealthStatus": "LastKnownStatus"})["HealthCheck"]
    assert "Port" not in check["HealthCheckConfig"]
    route53.update_health_check(HealthCheckId=check["Id"], InsufficientDataHealthStatus="Unhealthy")
    found = route53.get_health_check(HealthCheckId=check["Id"])["HealthCheck"]
    assert (found["HealthCheckVersion"], found["HealthCheckConfig"]["InsufficientDataHealthStatus"]) == (2, "Unhealthy")
    route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=check["Id"],
                                     AddTags=[{"Key": "Project", "Value": "night"}])
    assert route53.list_tags_for_resource(ResourceType="healthcheck", ResourceId=check["Id"])["ResourceTagSet"][
        "Tags"] == [{"Key": "Project", "Value": "night"}]
    route53.delete_health_check(HealthCheckId=check["Id"])
    with pytest.raises(ClientError, match="NoSuchHealthCheck"):
        route53.get_health_check(HealthCheckId=check["Id"])


def test_a_zone_is_signed(cloud: LocalCloud) -> None:
    route53, zone = cloud.client("route53"), _zone(cloud)
    assert route53.get_dnssec(HostedZoneId=zone)["Status"]["ServeSignature"] == "NOT_SIGNING"
    made = route53.create_key_signing_key(
        CallerReference="1", HostedZoneId=zone, Name="night", Status="ACTIVE",
        KeyManagementServiceArn=f"arn:aws:kms:us-east-1:{probe.ACCOUNT}:key/1")
    assert (made["ChangeInfo"]["Status"], made["KeySigningKey"]["Status"]) == ("INSYNC", "ACTIVE")
    route53.enable_hosted_zone_dnssec(HostedZoneId=zone)
    found = route53.get_dnssec(HostedZoneId=zone)
    assert found["Status"]["ServeSignature"] == "SIGNING"
    [key] = found["KeySigningKeys"]
    assert key["DSRecord"] == f"{key['KeyTag']} 13 2 {key['DigestValue']}"
    route53.disable_hosted_zone_dnssec(HostedZoneId=zone)
    route53.deactivate_key_signing_key(HostedZoneId=zone, Name="night")
    route53.delete_key_signing_key(HostedZoneId=zone, Name="night")
    assert route53.get_dnssec(HostedZoneId=zone)["KeySigningKeys"] == []


def test_queries_of_a_zone_are_logged_to_a_group_of_the_fabric(cloud: LocalCloud) -> None:
    route53, zone = cloud.client("route53"), _zone(cloud)
    group = f"arn:aws:logs:us-east-1:{probe.ACCOUNT}:log-group:/aws/route53/night.test"
    made = route53.create_query_logging_config(HostedZoneId=zone, CloudWatchLogsLogGroupArn=group)
    assert route53.get_query_logging_config(Id=made["QueryLoggingConfig"]["Id"])["QueryLoggingConfig"][
        "CloudWatchLogsLogGroupArn"] == group
    with pytest.raises(ClientError, match="QueryLoggingConfigAlreadyExists"):
        route53.create_query_logging_config(HostedZoneId=zone, CloudWatchLogsLogGroupArn=group)


def test_a_group_keeps_its_hook_policy_and_maintenance(cloud: LocalCloud) -> None:
    autoscaling = cloud.client("autoscaling")
    autoscaling.create_launch_configuration(LaunchConfigurationName="web", ImageId="ami-12c6146b",
                                            InstanceType="t3.micro")
    limits = {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 110}
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web", LaunchConfigurationName="web", MinSize=0, MaxSize=1,
        AvailabilityZones=["us-east-1a"], InstanceMaintenancePolicy=limits)
    autoscaling.put_lifecycle_hook(AutoScalingGroupName="web", LifecycleHookName="bye",
                                   LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING")
    autoscaling.put_scaling_policy(
        AutoScalingGroupName="web", PolicyName="cpu", PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"TargetValue": 60.0, "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ASGAverageCPUUtilization"}})
    [group] = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"]
    assert group["InstanceMaintenancePolicy"] == limits
    [hook] = autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="web")["LifecycleHooks"]
    assert hook.keys().isdisjoint({"RoleARN", "NotificationTargetARN"})
    [policy] = autoscaling.describe_policies(AutoScalingGroupName="web")["ScalingPolicies"]
    assert policy["Enabled"]
    assert "PredictiveScalingConfiguration" not in policy


def test_a_mixed_group_changes_its_size(cloud: LocalCloud) -> None:
    ec2, autoscaling = cloud.client("ec2"), cloud.client("autoscaling")
    template = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={
        "ImageId": "ami-12c6146b", "InstanceType": "t3.micro"})["LaunchTemplate"]["LaunchTemplateId"]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web", MinSize=0, MaxSize=2, DesiredCapacity=1, AvailabilityZones=["us-east-1a"],
        MixedInstancesPolicy={"LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "1"},
            "Overrides": [{"InstanceType": "t3.micro"}, {"InstanceType": "t3a.micro"}]}})
    for size in (2, 0):
        autoscaling.update_auto_scaling_group(AutoScalingGroupName="web", DesiredCapacity=size)
        [group] = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        assert (group["DesiredCapacity"], len(group["Instances"])) == (size, size)
        assert len(group["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]) == 2
