"""State as it is stored for those who read it: one hash of named fields per run.

``run`` holds the summary; ``t<number>`` a task that is no longer waiting untouched. A scheduler that takes over loads
a run from the same fields.
"""

from collections.abc import Iterable, Mapping

import msgspec

from penstock.core.plan import Plan
from penstock.core.run import Run, RunSummary, TaskState
from penstock.core.status import TaskStatus

SUMMARY_FIELD = "run"


class TaskCell(msgspec.Struct, frozen=True):
    """A task of a run as far as a table of many runs shows it; the fields are those of :class:`TaskState`."""

    status: TaskStatus = TaskStatus.WAITING
    started_at: int = 0
    finished_at: int = 0


_encode = msgspec.json.Encoder().encode
_decode_summary = msgspec.json.Decoder(RunSummary).decode
_decode_task = msgspec.json.Decoder(TaskState).decode
_decode_cell = msgspec.json.Decoder(TaskCell).decode


def task_field(number: int) -> str:
    """Return the field that holds task ``number``."""
    return f"t{number}"


def encode_summary(summary: RunSummary) -> bytes:
    """Return a run's summary as stored."""
    return _encode(summary)


def decode_summary(data: bytes) -> RunSummary:
    """Return a run's summary from what is stored."""
    return _decode_summary(data)


def decode_task(data: bytes) -> TaskState:
    """Return a task's state from what is stored."""
    return _decode_task(data)


def run_fields(run: Run, numbers: Iterable[int]) -> dict[str, bytes]:
    """Return the summary and the given tasks as stored fields."""
    fields = {task_field(number): _encode(run.tasks[number]) for number in numbers}
    fields[SUMMARY_FIELD] = _encode(run.summary)
    return fields


def all_run_fields(run: Run) -> dict[str, bytes]:
    """Return every field that is stored of a run."""
    return run_fields(run, (number for number, task in enumerate(run.tasks) if task.seq))


def decode_run_fields(fields: Mapping[str, bytes]) -> tuple[RunSummary, dict[int, TaskState]]:
    """Return what is stored of a run: its summary, and by number the tasks that ever moved."""
    tasks = {int(name[1:]): _decode_task(data) for name, data in fields.items() if name != SUMMARY_FIELD}
    return decode_summary(fields[SUMMARY_FIELD]), tasks


def decode_cells(fields: Mapping[str, bytes]) -> tuple[RunSummary, dict[int, TaskCell]]:
    """Return a run's summary and by number the tasks that ever moved, passing over all that a table does not show."""
    cells = {int(name[1:]): _decode_cell(data) for name, data in fields.items() if name != SUMMARY_FIELD}
    return decode_summary(fields[SUMMARY_FIELD]), cells


def load_run(fields: Mapping[str, bytes], plan: Plan) -> Run:
    """Return the run that was stored as ``fields``."""
    summary, moved = decode_run_fields(fields)
    return Run(summary, [moved.get(number) or TaskState() for number in range(len(plan.tasks))], plan)
