"""Runs as they are recorded for other implementations of the fold: the dashboard has one, in TypeScript.

A file holds a run's tasks, each of its events as the API describes it, and what the event changed: the fields of the
run that are different after it, and every task that is, whole but for defaults. Who adds these up has the state after
every event, and holds it against the own.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from penstock.core import events as e
from penstock.core.dag import DagSpec
from penstock.core.partition import Partition, evolve
from penstock.core.run import Run
from penstock.core.status import RUN_ENDED, RUN_LIFECYCLE, TASK_ENDED, TASK_LIFECYCLE
from penstock_api.history import describe

Fields = dict[str, Any]


def described_run(log: Sequence[e.AnyEvent], run_id: str) -> bytes:
    """Return the file that tells of one run of a log, one event a line."""
    definition = _definition(log, run_id)
    tasks = [
        {"task_id": spec.id, "dependencies": spec.dependencies, "retries": spec.retries}
        for spec in definition.tasks.values()
    ]
    return _json_of({"run_id": run_id, "tasks": tasks, "steps": list(_steps(log, run_id))})


def described_lifecycle() -> bytes:
    """Return the lifecycles of runs and tasks as a file."""
    task: dict[str, dict[str, str]] = {}
    for (before, step), after in TASK_LIFECYCLE.items():
        task.setdefault(before, {})[step] = after
    return _json_of(
        {
            "run": {before: sorted(after) for before, after in RUN_LIFECYCLE.items()},
            "run_ended": sorted(RUN_ENDED),
            "task": task,
            "task_ended": sorted(TASK_ENDED),
        }
    )


def _definition(log: Sequence[e.AnyEvent], run_id: str) -> DagSpec:
    version = next(event.version for event in log if isinstance(event, e.RunRequested) and event.run_id == run_id)
    return next(event.definition for event in log if isinstance(event, e.DagRegistered) and event.version == version)


def _steps(log: Sequence[e.AnyEvent], run_id: str) -> Iterator[Fields]:
    partition = Partition()
    before: Fields = {}
    tasks_before: dict[str, Fields] = {}
    for seq, event in enumerate(log, 1):
        evolve(partition, event, seq)
        if not isinstance(event, e.RunEvent) or event.run_id != run_id:
            continue
        after, tasks_after = _state(partition.runs.get(run_id))
        yield {
            "event": describe(seq, event),
            "run": _changed(before, after),
            "tasks": {task_id: task for task_id, task in tasks_after.items() if task != tasks_before.get(task_id, {})},
        }
        before, tasks_before = after, tasks_after


def _state(run: Run | None) -> tuple[Fields, dict[str, Fields]]:
    """Return the fields of the run, and those of each task that differ from a task nothing has happened to."""
    if run is None:
        return {}, {}
    tasks = {spec.id: msgspec.to_builtins(task) for spec, task in zip(run.plan.tasks, run.tasks, strict=True)}
    return msgspec.to_builtins(run.summary), tasks


def _changed(before: Fields, after: Fields) -> Fields:
    assert before.keys() <= after.keys(), "a field that went back to its default would not be told"
    return {name: value for name, value in after.items() if value != before.get(name)}


def _json_of(content: Fields) -> bytes:
    """Return JSON in which every element of a list has its line, so that a difference can be read."""
    values = {name: _lines(value) if isinstance(value, list) else _json(value) for name, value in content.items()}
    return ("{\n" + ",\n".join(f'"{name}": {value}' for name, value in values.items()) + "\n}\n").encode()


def _lines(values: Sequence[object]) -> str:
    return "[\n" + ",\n".join(_json(value) for value in values) + "\n]"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
