"""A local AWS: two emulators, one endpoint, one clock, one log.

MiniStack runs the event and compute fabric (rules, schedules, queues, tables,
and the Lambda zips as processes), moto with the add-on of this package holds
the resources (databases, groups, clusters), and a gateway in front of both is
what ``AWS_ENDPOINT_URL`` points to.  ``LocalCloud`` starts and drives it from
Python, ``scripts/local-cloud`` from a shell.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cloud import LocalCloud, LocalCloudError

__all__ = ["LocalCloud", "LocalCloudError"]


def __getattr__(name: str) -> Any:
    # The parts of a cloud are modules of this package too, and start faster
    # without the client.
    if name in __all__:
        from . import cloud

        return getattr(cloud, name)
    raise AttributeError(name)
