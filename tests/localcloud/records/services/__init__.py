"""The declarations: one file per service, each with ``SERVICES``."""
