"""CloudFront's distributions as Terraform gives them and reads them back."""

from __future__ import annotations

import pytest

from localcloud import LocalCloud

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


@pytest.fixture
def client(cloud: LocalCloud):  # noqa: ANN201
    """CloudFront."""
    return cloud.client("cloudfront")


def _config(reference: str, target: str, **behaviour: object) -> dict:
    origins = [{"Id": name, "DomainName": f"{name}.s3.us-east-1.amazonaws.com", "OriginAccessControlId": "E0123456789ABC",
                "S3OriginConfig": {"OriginAccessIdentity": ""}} for name in ("first", "second")]
    return {"CallerReference": reference, "Comment": "", "Enabled": True,
            "DefaultCacheBehavior": {"TargetOriginId": target, "ViewerProtocolPolicy": "redirect-to-https",
                                     "CachePolicyId": CACHING_OPTIMIZED, **behaviour},
            "Origins": {"Quantity": 2, "Items": origins},
            "OriginGroups": {"Quantity": 1, "Items": [{
                "Id": "pair", "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [500]}},
                "Members": {"Quantity": 2, "Items": [{"OriginId": "first"}, {"OriginId": "second"}]}}]}}


def test_a_group_of_origins_is_shown(client) -> None:  # noqa: ANN001
    made = client.create_distribution(DistributionConfig=_config("group", "pair"))["Distribution"]["DistributionConfig"]
    assert made["DefaultCacheBehavior"]["TargetOriginId"] == "pair"
    assert made["OriginGroups"]["Items"][0]["Members"]["Items"] == [{"OriginId": "first"}, {"OriginId": "second"}]
    with pytest.raises(client.exceptions.NoSuchOrigin):
        client.create_distribution(DistributionConfig=_config("nowhere", "nowhere"))


def test_what_was_given_is_read_back_and_nothing_else(client) -> None:  # noqa: ANN001
    function = {"FunctionARN": "arn:aws:cloudfront::123456789012:function/paths", "EventType": "viewer-request"}
    config = _config("given", "first", FunctionAssociations={"Quantity": 1, "Items": [function]})
    name = client.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    found = client.get_distribution_config(Id=name)["DistributionConfig"]
    assert found["DefaultCacheBehavior"]["FunctionAssociations"]["Items"] == [function]
    assert "ForwardedValues" not in found["DefaultCacheBehavior"]
    assert {one["OriginAccessControlId"] for one in found["Origins"]["Items"]} == {"E0123456789ABC"}
    assert found["ViewerCertificate"]["CloudFrontDefaultCertificate"] is True


def test_a_certificate_of_ones_own_is_not_the_default_one(client) -> None:  # noqa: ANN001
    config = _config("certificate", "first") | {"ViewerCertificate": {
        "ACMCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1", "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021"}}
    found = client.create_distribution(DistributionConfig=config)["Distribution"]["DistributionConfig"]["ViewerCertificate"]
    assert found["CloudFrontDefaultCertificate"] is False
    assert found["MinimumProtocolVersion"] == "TLSv1.2_2021"
