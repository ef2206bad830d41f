"""Resource kinds that moto lacks, declared in a few lines each and answered from botocore's own service models."""

from .kinds import Kind, Service, create, delete, listing, put, read, update

__all__ = ["Kind", "Service", "create", "delete", "listing", "put", "read", "update"]
