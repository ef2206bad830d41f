"""The root for the states, as its README says: applied with a local state that then moves into its own bucket."""

from __future__ import annotations

import json

import pytest

from e2e.terraform import Estate, TerraformError
from localcloud import LocalCloud

CI = {"apply_subjects": ["repo:nightshift/timeline:ref:refs/heads/main"],
      "plan_subjects": ["repo:nightshift/timeline:pull_request"]}
# What the endpoint needs and AWS does not.
_LOCAL = [f"-backend-config={name}=true" for name in (
    "use_path_style", "skip_credentials_validation", "skip_metadata_api_check", "skip_requesting_account_id")]
_UNDO = """\
resource "aws_kms_key" "state" {
  lifecycle {
    prevent_destroy = false
  }
}

resource "aws_s3_bucket" "state" {
  force_destroy = true
  lifecycle {
    prevent_destroy = false
  }
}

resource "aws_s3_bucket" "logs" {
  force_destroy = true
}
"""


def test_the_life_of_the_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> None:
    with LocalCloud() as cloud:
        root = Estate("bootstrap", work=tmp_path_factory.mktemp("bootstrap"), env=cloud.env, variables={"ci": CI})
        outputs = root.apply()
        assert root.differences() == []
        s3, bucket = cloud.client("s3"), outputs["state_bucket"]

        # The state moves into its bucket, and from there the plan is empty too.
        override, local = root.folder / "localcloud_override.tf", root.folder / "terraform.tfstate"
        text = override.read_text()
        override.write_text(text[text.index("provider "):])
        (root.folder / "backend.tf").write_text(outputs["backend"])
        root._terraform("init", "-migrate-state", "-force-copy", *_LOCAL)
        local.unlink()
        assert root.differences() == []
        state = s3.head_object(Bucket=bucket, Key="bootstrap.tfstate")
        assert (state["ServerSideEncryption"], state["SSEKMSKeyId"]) == ("aws:kms", outputs["state_key_arn"])
        assert "VersionId" in state
        assert json.loads(s3.get_object(Bucket=bucket, Key="bootstrap.tfstate")["Body"].read())["outputs"]
        # Its lock is a file beside it, and gone again.
        assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["bootstrap.tfstate"]
        assert "bootstrap.tfstate.tflock" in {one["Key"] for one in s3.list_object_versions(Bucket=bucket)["Versions"]}

        # Nobody destroys it by accident.
        with pytest.raises(TerraformError, match="prevent_destroy"):
            root.destroy()

        # On purpose: the state moves back, and the two refusals are overruled.
        (root.folder / "backend.tf").unlink()
        override.write_text(text)
        root._terraform("init", "-migrate-state", "-force-copy")
        (root.folder / "undo_override.tf").write_text(_UNDO)
        root._terraform("apply", "-auto-approve")
        root.destroy()
        assert s3.list_buckets()["Buckets"] == []
        iam = cloud.client("iam")
        assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
        assert [role["RoleName"] for role in iam.list_roles()["Roles"] if "-ci-" in role["RoleName"]] == []
