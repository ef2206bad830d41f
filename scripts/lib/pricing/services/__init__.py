"""The rules, one file per family of services; importing them registers them."""

from . import compute, data, edge, network, observability, security, serverless, storage  # noqa: F401
