"""The one endpoint: routes by signed service, records, enforces, injects faults."""
