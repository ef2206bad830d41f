"""The permissions boundary, the roles of people and of pipelines, tried call by call.

The policies are those that Terraform plans; the judge is the local cloud's (localcloud/iam).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from localcloud.iam.evaluator import Decision, Request, decide

from .manifests import functions
from .planned import planned, policies

ACCOUNT, PREFIX = "123456789012", "personal-timeline-dev"
IAM = f"arn:aws:iam::{ACCOUNT}"
OWN, OPERATIONS = f"{IAM}:policy/{PREFIX}-boundary", f"{IAM}:policy/{PREFIX}-operations-boundary"
EVERYTHING = {"Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}]}

TEXT = """
module "security" {
  source    = "../modules/security"
  providers = { aws = aws, aws.dr = aws.dr, aws.secondary = aws.secondary }

  boundary = { regions = ["us-east-1", "us-west-2", "eu-west-1"] }
  mfa      = {}
  people   = { administrator = { principals = ["arn:aws:iam::123456789012:root"], mfa_minutes = 15 } }
  prefix   = "personal-timeline-dev"
}

module "bootstrap" {
  source = "../bootstrap"

  ci = {
    apply_subjects = ["repo:nightshift/timeline:ref:refs/heads/main"]
    plan_subjects  = ["repo:nightshift/timeline:pull_request"]
  }
}
"""


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the two modules plan."""
    return planned(tmp_path_factory.mktemp("boundary"), TEXT)


@pytest.fixture(scope="module")
def boundary(resources: dict[str, dict[str, Any]]) -> Any:
    """The boundary of development."""
    return dict(policies(resources, "aws_iam_policy"))["module.security.aws_iam_policy.boundary[0]"]


def inside(boundary: Any, action: str, resource: str = "*", region: str = "us-east-1", **context: str) -> Decision:
    """One call of an administrator whom the boundary caps."""
    keys: dict[str, Any] = {"aws:requestedregion": region, "aws:resourceaccount": ACCOUNT}
    keys |= {name.replace("__", ":").replace("_tag_", "tag/").lower(): value for name, value in context.items()}
    return decide(Request(action, [resource], keys), [EVERYTHING], [boundary])


OTHERS = {"aws__resource_tag_environment": "prod"}
DENIED: list[tuple[str, str, dict[str, str]]] = [
    # identities
    ("iam:CreateUser", f"{IAM}:user/mallory", {}),
    ("iam:CreateAccessKey", f"{IAM}:user/mallory", {}),
    ("iam:CreateLoginProfile", f"{IAM}:user/mallory", {}),
    ("iam:DeactivateMFADevice", f"{IAM}:user/alice", {}),
    ("iam:CreateOpenIDConnectProvider", f"{IAM}:oidc-provider/issuer.test", {}),
    # the boundary itself, and roles without it
    ("iam:CreateRole", f"{IAM}:role/{PREFIX}-rogue", {}),
    ("iam:CreateRole", f"{IAM}:role/{PREFIX}-rogue", {"iam__PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("iam:PutRolePolicy", f"{IAM}:role/OrganizationAdmin", {}),
    ("iam:AttachRolePolicy", f"{IAM}:role/OrganizationAdmin", {}),
    ("iam:PutRolePermissionsBoundary", f"{IAM}:role/{PREFIX}-app", {"iam__PermissionsBoundary": f"{IAM}:policy/wide"}),
    ("iam:DeleteRolePermissionsBoundary", f"{IAM}:role/{PREFIX}-app", {"iam__PermissionsBoundary": OWN}),
    ("iam:CreatePolicyVersion", OWN, {}),
    ("iam:SetDefaultPolicyVersion", OWN, {}),
    ("iam:DeletePolicy", OPERATIONS, {}),
    ("iam:CreatePolicy", OPERATIONS, {}),
    # what contains findings, and could give anybody rights
    ("iam:CreatePolicyVersion", f"{IAM}:policy/{PREFIX}-containment-boundary", {}),
    ("iam:CreateRole", f"{IAM}:role/{PREFIX}-rogue", {"iam__PermissionsBoundary": f"{IAM}:policy/{PREFIX}-containment-boundary"}),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/{PREFIX}-security-triage-quarantine-principal", {}),
    ("iam:DeleteRolePolicy", f"{IAM}:role/{PREFIX}-security-triage-quarantine-principal", {}),
    ("iam:PassRole", f"{IAM}:role/{PREFIX}-security-triage-role", {}),
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{PREFIX}-security-triage-function", {}),
    # roles of others
    ("iam:PassRole", f"{IAM}:role/personal-timeline-prod-app", {}),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/personal-timeline-shared-ci-apply", {}),
    ("iam:DeleteRole", f"{IAM}:role/personal-timeline-development-app", {}),
    ("sts:AssumeRole", f"{IAM}:role/personal-timeline-prod-people-administrator", {}),
    # regions
    ("ec2:RunInstances", f"arn:aws:ec2:ap-south-1:{ACCOUNT}:instance/*", {"region": "ap-south-1"}),
    ("rds:CreateDBInstance", f"arn:aws:rds:eu-central-1:{ACCOUNT}:db:x", {"region": "eu-central-1"}),
    # audit
    ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/account", {}),
    ("cloudtrail:PutEventSelectors", f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/account", {}),
    ("guardduty:DeleteDetector", f"arn:aws:guardduty:us-east-1:{ACCOUNT}:detector/d", {}),
    ("config:StopConfigurationRecorder", "*", {}),
    ("securityhub:DisableSecurityHub", "*", {}),
    ("ec2:DeleteFlowLogs", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-flow-log/fl-0", {}),
    ("logs:DeleteLogGroup", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/x", {}),
    ("s3:DeleteObjectVersion", f"arn:aws:s3:::{PREFIX}-logs/AWSLogs/x", {}),
    ("s3:PutBucketPolicy", f"arn:aws:s3:::{PREFIX}-logs-ab12", {}),
    # what a person would have to bring back
    ("backup:DeleteRecoveryPoint", f"arn:aws:backup:us-east-1:{ACCOUNT}:recovery-point:x", {}),
    ("backup:DeleteBackupVaultLockConfiguration", f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:x", {}),
    ("kms:ScheduleKeyDeletion", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k", {}),
    # other environments
    ("rds:StopDBInstance", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:personal-timeline-prod-timeline-db", OTHERS),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:x", OTHERS),
    ("ec2:TerminateInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0", OTHERS),
    # the account
    ("organizations:LeaveOrganization", "*", {}),
    ("account:CloseAccount", "*", {}),
]
ALLOWED: list[tuple[str, str, dict[str, str]]] = [
    ("iam:CreateRole", f"{IAM}:role/{PREFIX}-app", {"iam__PermissionsBoundary": OWN}),
    ("iam:CreateRole", f"{IAM}:role/{PREFIX}-off-hours", {"iam__PermissionsBoundary": OPERATIONS}),
    ("iam:PutRolePolicy", f"{IAM}:role/{PREFIX}-app", {"iam__PermissionsBoundary": OWN}),
    ("iam:CreatePolicy", f"{IAM}:policy/{PREFIX}-app", {}),
    ("iam:PassRole", f"{IAM}:role/{PREFIX}-app", {}),
    ("iam:CreateServiceLinkedRole", f"{IAM}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", {}),
    ("sts:AssumeRole", f"{IAM}:role/{PREFIX}-backup-role", {}),
    ("sts:AssumeRole", "arn:aws:iam::210987654321:role/personal-timeline-audit", {"aws__resourceaccount": "210987654321"}),
    ("rds:StopDBInstance", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:x", {"aws__resource_tag_environment": "dev"}),
    ("sns:Publish", f"arn:aws:sns:us-east-1:{ACCOUNT}:x", {"aws__resource_tag_environment": "shared"}),
    ("s3:PutObject", "arn:aws:s3:::personal-timeline-dev-media/x", {}),
    ("s3:PutObject", f"arn:aws:s3:::{PREFIX}-logs/AWSLogs/x", {}),
    ("eks:DescribeCluster", f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/personal-timeline-prod-apps-cluster", OTHERS),
    ("rds:PromoteReadReplica", f"arn:aws:rds:us-west-2:{ACCOUNT}:db:x", {"region": "us-west-2"}),
    ("backup:StartRestoreJob", f"arn:aws:backup:eu-west-1:{ACCOUNT}:recovery-point:x", {"region": "eu-west-1"}),
    ("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z0", {"region": "aws-global"}),
    ("guardduty:ArchiveFindings", f"arn:aws:guardduty:us-east-1:{ACCOUNT}:detector/d", {}),
]


def _name(case: object) -> str:
    return case if isinstance(case, str) else ""


@pytest.mark.parametrize(("action", "resource", "context"), DENIED, ids=_name)
def test_no_role_may(boundary: Any, action: str, resource: str, context: dict[str, str]) -> None:
    decision = inside(boundary, action, resource, **context)
    assert not decision.allowed and decision.explicit, decision.reason
    # Not because something could not be judged.
    assert "not known" not in decision.reason


@pytest.mark.parametrize(("action", "resource", "context"), ALLOWED, ids=_name)
def test_a_role_may(boundary: Any, action: str, resource: str, context: dict[str, str]) -> None:
    decision = inside(boundary, action, resource, **context)
    assert decision.allowed, decision.reason


def _needs() -> Iterator[tuple[str, str, str]]:
    for function in functions():
        for statement in function.statements:
            for action in statement.actions:
                for resource in statement.resources:
                    yield function.name, action, resource


# What its own, stricter boundary takes away is no need.
@pytest.mark.parametrize(("function", "action", "resource"), sorted(set(_needs())))
def test_the_functions_may_what_their_manifests_say(boundary: Any, function: str, action: str, resource: str) -> None:
    known = {"partition": "aws", "region": "us-east-1", "account": ACCOUNT, "environment": "dev",
             "role_arns": f"{IAM}:role/{PREFIX}-{function}-role-that-exists"}
    concrete = re.sub(r"\$\{(\w+)\}", lambda found: known.get(found[1], f"{PREFIX}-{found[1]}"), resource)
    decision = inside(boundary, action, concrete.replace("*", "x") if concrete != "*" else "*",
                      aws__resource_tag_environment="dev")
    assert decision.allowed, f"{function}: {decision.reason}"


# -- people ------------------------------------------------------------------


def trusted(resources: dict[str, dict[str, Any]], address: str, action: str, **context: str) -> bool:
    """Whether a trust policy lets in a caller whom its Principal names."""
    trust = json.loads(resources[address]["assume_role_policy"])
    statements = [{**{key: value for key, value in statement.items() if key != "Principal"}, "Resource": "*"}
                  for statement in trust["Statement"]]
    keys = {name.replace("__", ":").lower(): value for name, value in context.items()}
    return decide(Request(action, ["*"], keys), [{"Statement": statements}]).allowed


@pytest.mark.parametrize(("context", "comes_in"), [
    ({}, False),
    ({"aws__multifactorauthpresent": "false"}, False),
    ({"aws__multifactorauthpresent": "true", "aws__multifactorauthage": "901"}, False),
    ({"aws__multifactorauthpresent": "true", "aws__multifactorauthage": "60"}, True),
])
def test_nobody_becomes_administrator_without_a_fresh_second_factor(
        resources: dict[str, dict[str, Any]], context: dict[str, str], comes_in: bool) -> None:
    address = 'module.security.aws_iam_role.people["administrator"]'
    assert trusted(resources, address, "sts:AssumeRole", **context) == comes_in
    assert resources[address]["max_session_duration"] == 3600


@pytest.mark.parametrize(("action", "resource", "factor", "allowed"), [
    ("sts:AssumeRole", f"{IAM}:role/{PREFIX}-people-administrator", None, False),
    ("sts:AssumeRole", f"{IAM}:role/{PREFIX}-people-administrator", "true", True),
    ("sts:AssumeRole", f"{IAM}:role/personal-timeline-prod-people-administrator", "true", False),
    ("iam:CreateAccessKey", f"{IAM}:user/alice", None, False),
    ("iam:CreateAccessKey", f"{IAM}:user/alice", "true", True),
    ("iam:CreateAccessKey", f"{IAM}:user/bob", "true", False),
    ("iam:EnableMFADevice", f"{IAM}:user/alice", None, True),
    ("iam:EnableMFADevice", f"{IAM}:user/bob", None, False),
    ("iam:DeactivateMFADevice", f"{IAM}:user/alice", "true", False),
    ("s3:ListAllMyBuckets", "*", None, False),
])
def test_members_of_the_group(resources: dict[str, dict[str, Any]], action: str, resource: str, factor: str | None,
                              allowed: bool) -> None:
    group = dict(policies(resources, "aws_iam_group_policy"))["module.security.aws_iam_group_policy.mfa[0]"]
    context = {"aws:username": "alice"} | ({"aws:multifactorauthpresent": factor} if factor else {})
    assert decide(Request(action, [resource], context), [group]).allowed == allowed


# -- pipelines ---------------------------------------------------------------

# What ReadOnlyAccess lets through, as far as it is tried here.
READ_ONLY = {"Statement": [{"Sid": "ReadOnlyAccess", "Effect": "Allow", "Resource": "*", "Action": [
    "*:Describe*", "*:List*", "dynamodb:GetItem", "dynamodb:Scan", "iam:Get*", "logs:GetLogEvents", "s3:Get*",
    "sqs:ReceiveMessage", "ssm:Get*"]}]}
STATE, KEY = "arn:aws:s3:::personal-timeline-shared-state", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"


def pipeline(resources: dict[str, dict[str, Any]], role: str, action: str, resource: str, **context: str) -> Decision:
    """One call of a pipeline."""
    own = dict(policies(resources, "aws_iam_role_policy"))[f'module.bootstrap.aws_iam_role_policy.ci["{role}"]']
    keys = {name.replace("__", ":").replace("_tag_", "tag/").lower(): value for name, value in context.items()}
    return decide(Request(action, [resource], keys), [EVERYTHING if role == "apply" else READ_ONLY, own])


@pytest.mark.parametrize(("role", "subject", "audience", "comes_in"), [
    ("plan", "repo:nightshift/timeline:pull_request", "sts.amazonaws.com", True),
    ("apply", "repo:nightshift/timeline:ref:refs/heads/main", "sts.amazonaws.com", True),
    ("apply", "repo:nightshift/timeline:pull_request", "sts.amazonaws.com", False),
    ("apply", "repo:nightshift/timeline:ref:refs/heads/maintenance", "sts.amazonaws.com", False),
    ("plan", "repo:mallory/timeline:pull_request", "sts.amazonaws.com", False),
    ("plan", "repo:nightshift/timeline:pull_request", "https://mallory.test", False),
])
def test_who_is_which_pipeline(resources: dict[str, dict[str, Any]], role: str, subject: str, audience: str,
                               comes_in: bool) -> None:
    issuer = "token.actions.githubusercontent.com"
    assert trusted(resources, f'module.bootstrap.aws_iam_role.ci["{role}"]', "sts:AssumeRoleWithWebIdentity",
                   **{f"{issuer}__sub": subject, f"{issuer}__aud": audience}) == comes_in


@pytest.mark.parametrize(("action", "resource", "context", "allowed"), [
    ("s3:GetObject", f"{STATE}/environments/production.tfstate", {}, True),
    ("ec2:DescribeInstances", "*", {}, True),
    ("iam:GetRole", f"{IAM}:role/x", {}, True),
    ("ssm:GetParameter", "parameter", {"aws__resource_tag_managedby": "terraform"}, True),
    ("kms:Decrypt", KEY, {"aws__resource_tag_managedby": "terraform", "kms__viaservice": "ssm.us-east-1.amazonaws.com"}, True),
    ("kms:Decrypt", KEY, {"aws__resource_tag_managedby": "terraform", "kms__viaservice": "s3.us-east-1.amazonaws.com"}, False),
    ("ssm:GetParameter", "parameter", {}, False),
    ("s3:GetObject", "arn:aws:s3:::personal-timeline-prod-media/photo", {}, False),
    ("dynamodb:Scan", "table", {}, False),
    ("logs:GetLogEvents", "group", {}, False),
    ("sqs:ReceiveMessage", "queue", {}, False),
    ("secretsmanager:GetSecretValue", "secret", {}, False),
    ("s3:PutObject", f"{STATE}/environments/production.tfstate", {}, False),
    ("ec2:RunInstances", "*", {}, False),
])
def test_a_pull_request_sees_and_does_nothing(resources: dict[str, dict[str, Any]], action: str, resource: str,
                                              context: dict[str, str], allowed: bool) -> None:
    decision = pipeline(resources, "plan", action, resource, **context)
    assert decision.allowed == allowed, decision.reason


@pytest.mark.parametrize(("action", "resource", "allowed"), [
    # What an apply of an environment needs, the boundary's own making among it.
    ("iam:CreatePolicy", OWN, True),
    ("iam:CreatePolicyVersion", OWN, True),
    ("iam:CreateRole", f"{IAM}:role/{PREFIX}-app", True),
    ("iam:PassRole", f"{IAM}:role/{PREFIX}-app", True),
    ("kms:ScheduleKeyDeletion", KEY, True),
    ("ec2:DeleteFlowLogs", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-flow-log/fl-0", True),
    ("eks:CreateCluster", f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/{PREFIX}-apps-cluster", True),
    ("s3:PutObject", f"{STATE}/environments/development.tfstate", True),
    ("s3:DeleteObject", f"{STATE}/environments/development.tfstate.tflock", True),
    # What stands under it.
    ("s3:DeleteObjectVersion", f"{STATE}/environments/development.tfstate", False),
    ("s3:PutBucketVersioning", STATE, False),
    ("s3:DeleteBucket", f"{STATE}-logs", False),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/personal-timeline-shared-ci-apply", False),
    ("iam:PutRolePolicy", f"{IAM}:role/personal-timeline-shared-ci-plan", False),
    ("iam:AttachRolePolicy", f"{IAM}:role/personal-timeline-shared-ci-plan", False),
    ("iam:AddClientIDToOpenIDConnectProvider", f"{IAM}:oidc-provider/token.actions.githubusercontent.com", False),
    ("iam:CreateUser", f"{IAM}:user/mallory", False),
    ("iam:CreateAccessKey", f"{IAM}:user/mallory", False),
])
def test_what_applies_does_not_change_what_it_stands_on(resources: dict[str, dict[str, Any]], action: str,
                                                        resource: str, allowed: bool) -> None:
    decision = pipeline(resources, "apply", action, resource)
    assert decision.allowed == allowed, decision.reason


def test_the_judge_sees_a_hole(boundary: Any) -> None:
    """A boundary without one of its denials is found out by the cases above."""
    for sid in [statement["Sid"] for statement in boundary["Statement"] if statement["Effect"] == "Deny"]:
        holed = {"Statement": [statement for statement in boundary["Statement"] if statement["Sid"] != sid]}
        let = partial(inside, holed)
        assert any(let(action, resource, **context).allowed for action, resource, context in DENIED), sid
