"""The checker notices what it is there for: forged histories and traces, each with one thing wrong."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from chaos.effects import check_effects, read_traces
from chaos.lives import Lives
from penstock.core import events as e
from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.status import RunStatus

RUN = "run"
DAG = DagSpec(
    id="d",
    name="d",
    tasks={
        "a": TaskSpec(id="a", name="a", command="true", retries=1, metadata={"seconds": 0, "failures": 0}),
        "b": TaskSpec(id="b", name="b", command="true", dependencies=("a",), metadata={"seconds": 0, "failures": 0}),
    },
)


def ready(task: str, attempt: int = 1) -> e.TaskReady:
    return e.TaskReady(run_id=RUN, task_id=task, attempt=attempt, queue="default", reason="start")


def started(task: str, attempt: int = 1) -> e.TaskStarted:
    return e.TaskStarted(run_id=RUN, task_id=task, attempt=attempt, worker="w")


def succeeded(task: str, attempt: int = 1) -> e.TaskSucceeded:
    return e.TaskSucceeded(run_id=RUN, task_id=task, attempt=attempt, worker="w")


def lost(task: str, attempt: int = 1) -> e.TaskLost:
    return e.TaskLost(run_id=RUN, task_id=task, attempt=attempt, worker="w", retry_at=1)


BEGINNING: list[e.AnyEvent] = [
    e.DagRegistered(dag_id="d", version="v", definition=DAG),
    e.RunRequested(run_id=RUN, dag_id="d", version="v"),
    e.RunStarted(run_id=RUN),
]
END = e.RunFinished(run_id=RUN, status=RunStatus.SUCCEEDED)
A: list[e.AnyEvent] = [ready("a"), started("a"), succeeded("a")]
B: list[e.AnyEvent] = [ready("b"), started("b"), succeeded("b")]
LOST_A: list[e.AnyEvent] = [ready("a"), started("a"), lost("a"), ready("a", 2), started("a", 2), succeeded("a", 2)]


def read(events: list[e.AnyEvent]) -> tuple[Lives, list[str]]:
    blamed: list[str] = []
    lives = Lives(blamed.append)
    for event in BEGINNING + events:
        lives.take(event)
    return lives, blamed


@pytest.mark.parametrize("events", [[*A, *B, END], [*LOST_A, *B, END]], ids=["plain", "lost once"])
def test_a_sound_history_is_not_blamed(events: list[e.AnyEvent]) -> None:
    assert read(events)[1] == []


@pytest.mark.parametrize(
    ("events", "blame"),
    [
        ([BEGINNING[1]], "accepted twice"),
        ([ready("b")], "before its dependencies"),
        ([*A, succeeded("a")], "after the end of"),
        ([ready("a"), started("a"), started("a")], "started twice"),
        ([ready("a"), succeeded("a")], "before the start"),
        ([ready("a"), ready("a", 2)], "before the one before it had ended"),
        ([ready("a"), ready("a", 3)], "attempt 3 of"),
        ([*LOST_A[:3], ready("a", 2), started("a", 2), succeeded("a", 1)], "when attempt 2 was the present one"),
        ([*A, END], "before all of its tasks"),
        ([*A, *B, replace(END, status=RunStatus.FAILED)], "tasks and requests say succeeded"),
        ([*A, *B, END, END], "after the end of run"),
        ([e.LogForked(incarnation=1, kept_seq=3, lost_seq=4, lost_hash="")], "forked"),
    ],
)
def test_a_history_that_cannot_be_is_blamed(events: list[e.AnyEvent], blame: str) -> None:
    assert any(blame in one for one in read(events)[1])


def test_more_attempts_than_retries_and_losses_allow_are_blamed() -> None:
    error = e.TaskError("exit", "")
    failed = e.TaskFailed(run_id=RUN, task_id="a", attempt=1, worker="w", error=error, retry_at=1)
    events: list[e.AnyEvent] = []
    for attempt in (1, 2):
        events += [ready("a", attempt), started("a", attempt), replace(failed, attempt=attempt)]
    assert read(events)[1] == []
    assert "3 attempts with 1 retries" in read([*events, ready("a", 3)])[1][0]


def traces(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "traces"
    path.write_text("".join(f"{RUN} {line}\n" for line in lines))
    return path


ONCE = ("b 1 8 begin", "b 1 8 end")


@pytest.mark.parametrize(
    "lines",
    [
        ("a 2 7 begin", "a 2 7 end", *ONCE),
        ("a 1 6 begin", "a 2 7 begin", "a 2 7 end", "a 1 6 end", *ONCE),
    ],
    ids=["never begun where it was lost", "still running where it was lost"],
)
def test_traces_that_a_loss_explains_are_not_blamed(tmp_path: Path, lines: tuple[str, ...]) -> None:
    lives, blamed = read([*LOST_A, *B, END])
    assert check_effects(lives.runs, read_traces(traces(tmp_path, *lines), blamed.append), blamed.append) == 0
    assert blamed == []


@pytest.mark.parametrize(
    ("lines", "blame", "duplicates"),
    [
        (("a 1 7 begin", "a 1 7 end"), "b of run run ended with succeeded and was not executed", 0),
        (("a 1 7 begin", *ONCE), "a of run run ended with succeeded and was not executed to its end", 0),
        (("a 1 7 begin", "a 1 7 end", "a 1 9 begin", "a 1 9 end", *ONCE), "was executed 2 times", 1),
        (("a 1 7 begin", "a 1 7 end", "a 2 7 begin", *ONCE), "is not in the log", 0),
        (("a 1 7 end", *ONCE), "makes no sense", 0),
    ],
)
def test_traces_that_the_log_does_not_explain_are_blamed(
    tmp_path: Path, lines: tuple[str, ...], blame: str, duplicates: int
) -> None:
    lives, blamed = read([*A, *B, END])
    found = check_effects(lives.runs, read_traces(traces(tmp_path, *lines), blamed.append), blamed.append)
    assert found == duplicates
    assert any(blame in one for one in blamed)


def test_attempts_that_overlap_without_a_loss_are_blamed(tmp_path: Path) -> None:
    error = e.TaskError("exit", "")
    failed = e.TaskFailed(run_id=RUN, task_id="a", attempt=1, worker="w", error=error, retry_at=1)
    lives, blamed = read([ready("a"), started("a"), failed, *LOST_A[3:], *B, END])
    lines = traces(tmp_path, "a 1 6 begin", "a 2 7 begin", "a 1 6 end", "a 2 7 end", *ONCE)
    check_effects(lives.runs, read_traces(lines, blamed.append), blamed.append)
    assert any("ran at the same time" in one for one in blamed)
