"""Runs of a DAG side by side: a row for every task that one of their versions has, a column for every run."""

from collections.abc import Mapping, Sequence

import msgspec

from penstock.core.projection import TaskCell
from penstock.core.status import TaskStatus
from penstock.store.views import RunCells
from penstock_api.outlines import Outline
from penstock_api.schemas import GridRun, GridTask
from penstock_api.views import run_entry

MOST_CELLS = 250_000
"""Of one answer: some 2 MB of JSON, and half a second's work."""

NOT_THERE = "-"
_WAITING = "w"
_LETTERS = {
    TaskStatus.WAITING: _WAITING,
    TaskStatus.READY: "q",
    TaskStatus.RUNNING: "r",
    TaskStatus.RETRYING: "t",
    TaskStatus.SUCCEEDED: "s",
    TaskStatus.FAILED: "f",
    TaskStatus.SKIPPED: "k",
    TaskStatus.UPSTREAM_FAILED: "u",
    TaskStatus.CANCELLED: "c",
}


def letter(status: TaskStatus) -> str:
    """Return the one character that stands for a status in a grid."""
    return _LETTERS[status]


class Grid:
    """The rows of a grid, which grow as versions are added: those of the version added first come first."""

    def __init__(self) -> None:
        self.tasks: list[GridTask] = []
        self._row: dict[str, int] = {}
        self._rows: dict[str, list[int]] = {}

    def size_with(self, version: str, outline: Outline) -> int:
        """Return how many rows there would be with a version."""
        new = 0 if version in self._rows else sum(task_id not in self._row for task_id in outline.names)
        return len(self.tasks) + new

    def add(self, version: str, outline: Outline) -> None:
        """Add the tasks of a version that are not there yet."""
        if version in self._rows:
            return
        for task_id, name in outline.names.items():
            if task_id not in self._row:
                self._row[task_id] = len(self.tasks)
                self.tasks.append(GridTask(task_id, name, list(outline.dependencies[task_id])))
        self._rows[version] = [self._row[task_id] for task_id in outline.names]

    def columns(self, runs: Sequence[RunCells]) -> list[GridRun]:
        """Return the runs, whose versions have all been added."""
        return [self._column(run) for run in runs]

    def _column(self, run: RunCells) -> GridRun:
        rows = self._rows[run.summary.version]
        letters = [NOT_THERE] * len(self.tasks)
        durations: list[int | None] = [None] * len(self.tasks)
        for row in rows:
            letters[row] = _WAITING
        _fill(letters, durations, rows, run.cells)
        entry = msgspec.structs.astuple(run_entry(run.summary))
        return GridRun(*entry, cells="".join(letters), durations_ms=durations)


def _fill(letters: list[str], durations: list[int | None], rows: Sequence[int], cells: Mapping[int, TaskCell]) -> None:
    for number, cell in cells.items():
        row = rows[number]
        letters[row] = letter(cell.status)
        if cell.started_at and cell.finished_at:
            durations[row] = cell.finished_at - cell.started_at
