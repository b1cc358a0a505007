"""The answer that shows many runs of a DAG side by side, task by task."""

from typing import Annotated

import msgspec
from msgspec import Meta

from penstock_api.schemas.common import DagId, Position
from penstock_api.schemas.runs import RunEntry

Cells = Annotated[
    str,
    Meta(
        description="One character per task: w waiting, q ready, r running, t retrying, s succeeded, f failed, "
        "k skipped, u upstream_failed, c cancelled, - not in this run's version.",
        examples=["ssfu-"],
    ),
]


class GridTask(msgspec.Struct, frozen=True):
    """A row of the grid; ``dependencies`` are those of the newest of the versions shown that has the task."""

    task_id: str
    name: str
    dependencies: list[str]


class GridRun(RunEntry, frozen=True, kw_only=True):
    """A column of the grid.

    ``durations_ms`` has for each task how long its latest attempt ran, null where none has begun and ended.
    """

    cells: Cells
    durations_ms: list[int | None]


class DagGrid(msgspec.Struct, frozen=True):
    """Runs of a DAG, newest first, and the tasks they have.

    ``tasks`` begin with those of the current version, in its order; then come those that only former versions have.
    There are fewer runs than asked for where they have very many tasks: ``next_cursor`` goes on there all the same.
    """

    dag_id: DagId
    tasks: list[GridTask]
    runs: list[GridRun]
    next_cursor: str | None
    position: Position
