"""What exists once, from an empty account: applied, planned again, destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.terraform import Estate
from localcloud import LocalCloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """One account for all shared roots: certificates are validated in the zones of dns."""
    with LocalCloud() as started:
        yield started


def test_dns_and_the_certificates_in_its_zones(cloud: LocalCloud, tmp_path: Path) -> None:
    dns = Estate("shared/dns", work=tmp_path / "dns", env=cloud.env, variables={
        "zones": {"site": {"domain": "personal-timeline.app", "dnssec": True, "query_logs": True},
                  "staging": {"domain": "staging.personal-timeline.app", "parent": "site"}},
        "records": {"mail": {"zone": "site", "type": "MX", "values": ["0 ."]}}})
    zones = dns.apply()["zones"]
    certificates = Estate("shared/certificates", work=tmp_path / "certificates", env=cloud.env, variables={
        "certificates": {"site": {"domain": "personal-timeline.app", "zone_id": zones["site"]["id"]}}})
    certificates.apply()
    for region in ("us-east-1", "us-west-2"):
        acm = cloud.client("acm", region=region)
        assert [one["Status"] for one in acm.list_certificates()["CertificateSummaryList"]] == ["ISSUED"], region

    for root in (certificates, dns):
        assert root.differences() == [], root.folder.name
    for root in (certificates, dns):
        root.destroy()
    assert cloud.client("route53").list_hosted_zones()["HostedZones"] == []


def test_the_account(cloud: LocalCloud, tmp_path: Path) -> None:
    account = Estate("shared/account", work=tmp_path, env=cloud.env, variables={
        "alarm_addresses": ["platform@personal-timeline.app"], "disposable": True, "lock_days": None})
    account.apply()
    assert account.differences() == []
    trail = cloud.client("cloudtrail").describe_trails()["trailList"][0]
    assert trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"] and trail["KmsKeyId"]
    for region in ("us-east-1", "us-west-2", "eu-west-1"):
        assert cloud.client("guardduty", region=region).list_detectors()["DetectorIds"], region
    account.destroy()
