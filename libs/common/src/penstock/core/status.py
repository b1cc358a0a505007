"""The lifecycles of a run and of a task, as tables: what is not in them cannot happen.

run    requested ─► running ─► succeeded | failed
           └───────────┴─────► cancelling ─► cancelled

task   waiting ─► ready ─► running ─► succeeded | failed
          │         ▲         └─► retrying ─┐ (failed with retries left, lost, given back)
          │         └───────────────────────┘
          └─► upstream_failed              any that has not ended ─► cancelled
"""

from enum import StrEnum
from types import MappingProxyType


class RunStatus(StrEnum):
    """Where a run stands."""

    REQUESTED = "requested"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    """Where a task of a run stands."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What can happen to a task."""

    READY = "ready"
    START = "start"
    SUCCEED = "succeed"
    FAIL = "fail"
    RETRY = "retry"
    BLOCK = "block"
    CANCEL = "cancel"


RUN_ENDED = frozenset({RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED})
TASK_ENDED = frozenset(
    {
        TaskStatus.SUCCEEDED,
        TaskStatus.FAILED,
        TaskStatus.SKIPPED,
        TaskStatus.UPSTREAM_FAILED,
        TaskStatus.CANCELLED,
    }
)

RUN_LIFECYCLE = MappingProxyType(
    {
        RunStatus.REQUESTED: frozenset({RunStatus.RUNNING, RunStatus.CANCELLING}),
        RunStatus.RUNNING: frozenset({RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLING}),
        RunStatus.CANCELLING: frozenset({RunStatus.CANCELLED}),
        RunStatus.SUCCEEDED: frozenset[RunStatus](),
        RunStatus.FAILED: frozenset[RunStatus](),
        RunStatus.CANCELLED: frozenset[RunStatus](),
    }
)
"""Where a run may go from each status."""

TASK_LIFECYCLE = MappingProxyType(
    {
        (TaskStatus.WAITING, Step.READY): TaskStatus.READY,
        (TaskStatus.WAITING, Step.BLOCK): TaskStatus.UPSTREAM_FAILED,
        (TaskStatus.WAITING, Step.CANCEL): TaskStatus.CANCELLED,
        (TaskStatus.READY, Step.START): TaskStatus.RUNNING,
        (TaskStatus.READY, Step.CANCEL): TaskStatus.CANCELLED,
        (TaskStatus.RUNNING, Step.SUCCEED): TaskStatus.SUCCEEDED,
        (TaskStatus.RUNNING, Step.FAIL): TaskStatus.FAILED,
        (TaskStatus.RUNNING, Step.RETRY): TaskStatus.RETRYING,
        (TaskStatus.RUNNING, Step.CANCEL): TaskStatus.CANCELLED,
        (TaskStatus.RETRYING, Step.READY): TaskStatus.READY,
        (TaskStatus.RETRYING, Step.CANCEL): TaskStatus.CANCELLED,
    }
)
"""Where a step leads a task from each status."""
