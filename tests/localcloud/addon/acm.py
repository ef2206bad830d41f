"""ACM: a certificate keeps its key algorithm, and is issued when the records that prove the domain are in Route 53."""

from __future__ import annotations

from typing import Any

from moto.acm import models, responses
from moto.core.responses import ActionResult
from moto.route53.models import route53_backends

from ..state import ACCOUNT


def install() -> None:
    """Patch moto."""
    bundle, response = models.CertBundle, responses.AWSCertificateManagerResponse
    bundle.check = _check
    bundle.describe = _describe(bundle.describe)
    response.request_certificate = _request(response.request_certificate)


def _request(request: Any) -> Any:
    def requested(self: Any) -> ActionResult:
        answer: ActionResult = request(self)
        arn = answer.result["CertificateArn"]  # type: ignore[index]
        self.acm_backend._certificates[arn].localcloud_algorithm = self._get_param("KeyAlgorithm")
        return answer
    return requested


def _describe(describe: Any) -> Any:
    def described(self: Any) -> dict[str, Any]:
        answer: dict[str, Any] = describe(self)
        algorithm = getattr(self, "localcloud_algorithm", None)
        if algorithm:
            answer["Certificate"]["KeyAlgorithm"] = algorithm
        return answer
    return described


def _check(self: Any) -> None:
    if self.type != "AMAZON_ISSUED" or self.status != "PENDING_VALIDATION":
        return
    wanted = {option["ResourceRecord"]["Name"].rstrip(".")
              for option in self.describe()["Certificate"]["DomainValidationOptions"]}
    present = {record.name.rstrip(".") for backend in route53_backends[ACCOUNT].values()
               for zone in backend.zones.values() for record in zone.rrsets}
    if wanted <= present:
        self.status = "ISSUED"
