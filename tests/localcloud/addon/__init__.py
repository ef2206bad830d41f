"""The resources: moto, started and completed by this package, one file per service."""
