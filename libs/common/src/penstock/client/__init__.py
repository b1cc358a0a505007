"""The Python client of a Penstock: what its HTTP API offers, as methods of one object.

>>> with Client() as client:
...     client.register(Path("pipeline.yaml"))
...     run = client.wait(client.run("pipeline").run_id)
"""

from penstock.client.client import DEFAULT_URL, Client, WaitTimeoutError
from penstock.client.errors import ApiError, ApiUnreachableError
from penstock.client.records import (
    AcceptedRun,
    Dag,
    DagDefinition,
    Event,
    RegisteredDag,
    Run,
    RunDetail,
    RunPage,
    Task,
    TaskFailure,
)

__all__ = [
    "DEFAULT_URL",
    "AcceptedRun",
    "ApiError",
    "ApiUnreachableError",
    "Client",
    "Dag",
    "DagDefinition",
    "Event",
    "RegisteredDag",
    "Run",
    "RunDetail",
    "RunPage",
    "Task",
    "TaskFailure",
    "WaitTimeoutError",
]
