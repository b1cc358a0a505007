"""Holds what the tasks really did, by their own traces, against what the log says that they did."""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import msgspec

from chaos.lives import LOST, SUCCEEDED, Attempt, RunLife, TaskLife
from chaos.tasks import BEGIN, END

RAN_THROUGH = frozenset({SUCCEEDED, "exit", "exception"})
"""Ends that a task reaches by itself."""

EXPECTED_ENDS = RAN_THROUGH | {LOST, "returned", "cancelled", "timeout"}


class Execution(msgspec.Struct):
    """One execution of an attempt: the lines where it began and ended, the latter 0 when it was killed."""

    pid: int
    begun: int
    ended: int = 0


Traces = dict[tuple[str, str], dict[int, list[Execution]]]
"""Executions by run and task, then by attempt."""


def read_traces(path: Path, blame: Callable[[str], None]) -> Traces:
    """Return what the tasks have left behind."""
    traces: Traces = {}
    lines = path.read_text().splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        run_id, task_id, attempt, pid, mark = line.split(" ")
        by_attempt = traces.setdefault((run_id, task_id), {})
        if mark == BEGIN:
            by_attempt.setdefault(int(attempt), []).append(Execution(int(pid), number))
            continue
        begun = [one for one in by_attempt.get(int(attempt), []) if one.pid == int(pid) and not one.ended]
        if mark != END or not begun:
            blame(f"line {number} of the traces makes no sense: {line}")
        else:
            begun[-1].ended = number
    return traces


def check_effects(runs: Mapping[str, RunLife], traces: Traces, blame: Callable[[str], None]) -> int:
    """Return how many executions were one too many for their attempt."""
    duplicates = 0
    for (run_id, task_id), by_attempt in traces.items():
        where = f"task {task_id} of run {run_id}"
        life = runs[run_id].tasks[task_id] if run_id in runs else None
        for number, executions in by_attempt.items():
            if len(executions) > 1:
                duplicates += len(executions) - 1
                blame(f"attempt {number} of {where} was executed {len(executions)} times")
            if life is None or number > len(life.attempts):
                blame(f"attempt {number} of {where} was executed and is not in the log")
        if life is not None:
            _check_overlaps(life, by_attempt, where, blame)
    for run_id, run in runs.items():
        for task_id, life in run.tasks.items():
            where = f"task {task_id} of run {run_id}"
            for number, attempt in enumerate(life.attempts, 1):
                executions = traces.get((run_id, task_id), {}).get(number, [])
                _check_attempt(life, number, attempt, executions, f"attempt {number} of {where}", blame)
    return duplicates


def _check_overlaps(
    life: TaskLife, by_attempt: Mapping[int, list[Execution]], where: str, blame: Callable[[str], None]
) -> None:
    """Attempts follow each other, unless the earlier one was declared lost: then nobody knows what it still does."""
    for earlier, later in pairwise(sorted(by_attempt)):
        if earlier > len(life.attempts) or life.attempts[earlier - 1].ends == [LOST]:
            continue
        if max(_ends(by_attempt[earlier])) > min(one.begun for one in by_attempt[later]):
            blame(f"attempts {earlier} and {later} of {where} ran at the same time")


def _ends(executions: Iterable[Execution]) -> list[int]:
    return [max(one.begun, one.ended) for one in executions]


def _check_attempt(
    life: TaskLife,
    number: int,
    attempt: Attempt,
    executions: list[Execution],
    where: str,
    blame: Callable[[str], None],
) -> None:
    if len(attempt.ends) != 1:
        blame(f"{where} has {len(attempt.ends)} ends: {attempt.ends}")
        return
    (end,) = attempt.ends
    if end not in EXPECTED_ENDS:
        blame(f"{where} failed for a reason of its own: {end}")
    if end in RAN_THROUGH:
        if not any(one.ended for one in executions):
            blame(f"{where} ended with {end} and was not executed to its end")
        if (end == SUCCEEDED) != (number > int(life.spec.metadata["failures"])):
            blame(f"{where} ended with {end}, which is not what the task did")
