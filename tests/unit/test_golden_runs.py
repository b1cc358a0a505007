"""The runs that the dashboard's fold is held to are what this core makes of them."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from golden.record_runs import DIRECTORY, LIFECYCLE, recorded
from penstock.core.status import TaskStatus

HOW_TO = "if that is meant, run PYTHONPATH=tests .venv/bin/python tests/golden/record_runs.py and the dashboard's tests"
TASK_EVENTS = {
    "TaskReady",
    "TaskStarted",
    "TaskSucceeded",
    "TaskFailed",
    "TaskLost",
    "TaskReturned",
    "TaskCancelled",
    "TaskUpstreamFailed",
}
RUN_EVENTS = {"RunRequested", "RunStarted", "RunCancelled", "RunLate", "RunFinished", "FactRejected"}


@pytest.fixture(scope="module")
def steps() -> list[Mapping[str, Any]]:
    files = [msgspec.json.decode(path.read_bytes()) for path in DIRECTORY.glob("*.json")]
    return [step for file in files for step in file["steps"]]


async def test_this_version_records_the_same_runs_and_states() -> None:
    now = await recorded()
    assert {path.name for path in now} == {path.name for path in [LIFECYCLE, *DIRECTORY.iterdir()]}, HOW_TO
    for path, content in now.items():
        assert content.splitlines() == path.read_bytes().splitlines(), f"{_place(path)} would be different; {HOW_TO}"


def test_the_golden_runs_hold_every_type_of_event_of_a_run(steps: list[Mapping[str, Any]]) -> None:
    assert {step["event"]["type"] for step in steps} == TASK_EVENTS | RUN_EVENTS


def test_the_golden_runs_reach_every_status_that_a_task_can_reach(steps: list[Mapping[str, Any]]) -> None:
    reached = Counter(task.get("status", "waiting") for step in steps for task in step["tasks"].values())
    nobody_skips_yet = {TaskStatus.SKIPPED}
    assert set(reached) == set(TaskStatus) - nobody_skips_yet - {TaskStatus.WAITING}


def _place(path: Path) -> str:
    return str(path.relative_to(DIRECTORY.parent.parent))
