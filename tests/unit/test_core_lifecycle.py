"""The lifecycle tables are complete: what is not in them is refused, and the refusal leaves the run as it was."""

from collections.abc import Callable

import pytest

from core_kit import RUN, WORKER, ByHand, small_dag, state_of
from penstock.core import events as e
from penstock.core.run import IllegalStepError, evolve_run
from penstock.core.status import (
    RUN_ENDED,
    RUN_LIFECYCLE,
    TASK_ENDED,
    TASK_LIFECYCLE,
    RunStatus,
    Step,
    TaskStatus,
)

ERROR = e.TaskError("exit", "It failed.")
FAILED = e.TaskFailed(run_id=RUN, task_id="b", attempt=1, worker=WORKER, error=ERROR, at=2000)
STEPS: dict[Step, list[e.AnyRunEvent]] = {
    Step.READY: [e.TaskReady(run_id=RUN, task_id="b", attempt=1, queue="default", reason="start")],
    Step.START: [e.TaskStarted(run_id=RUN, task_id="b", attempt=1, worker=WORKER)],
    Step.SUCCEED: [e.TaskSucceeded(run_id=RUN, task_id="b", attempt=1, worker=WORKER)],
    Step.FAIL: [
        FAILED,
        e.TaskLost(run_id=RUN, task_id="b", attempt=1, worker=WORKER),
        e.TaskReturned(run_id=RUN, task_id="b", attempt=1, worker=WORKER),
    ],
    Step.RETRY: [
        e.TaskFailed(run_id=RUN, task_id="b", attempt=1, worker=WORKER, error=ERROR, retry_at=9000),
        e.TaskLost(run_id=RUN, task_id="b", attempt=1, worker=WORKER, retry_at=9000),
        e.TaskReturned(run_id=RUN, task_id="b", attempt=1, worker=WORKER, retry_at=9000),
    ],
    Step.BLOCK: [e.TaskUpstreamFailed(run_id=RUN, task_id="b", upstream="a")],
    Step.CANCEL: [e.TaskCancelled(run_id=RUN, task_id="b", attempt=1)],
}
"""The events by which each step happens."""

WAYS: dict[TaskStatus, list[Step]] = {
    TaskStatus.WAITING: [],
    TaskStatus.READY: [Step.READY],
    TaskStatus.RUNNING: [Step.READY, Step.START],
    TaskStatus.RETRYING: [Step.READY, Step.START, Step.RETRY],
    TaskStatus.SUCCEEDED: [Step.READY, Step.START, Step.SUCCEED],
    TaskStatus.FAILED: [Step.READY, Step.START, Step.FAIL],
    TaskStatus.UPSTREAM_FAILED: [Step.BLOCK],
    TaskStatus.CANCELLED: [Step.CANCEL],
}
"""How a task gets to each status that can be reached."""

RUN_EVENTS: dict[RunStatus, e.AnyRunEvent] = {
    RunStatus.RUNNING: e.RunStarted(run_id=RUN),
    RunStatus.CANCELLING: e.RunCancelled(run_id=RUN),
    RunStatus.SUCCEEDED: e.RunFinished(run_id=RUN, status=RunStatus.SUCCEEDED),
    RunStatus.FAILED: e.RunFinished(run_id=RUN, status=RunStatus.FAILED),
    RunStatus.CANCELLED: e.RunFinished(run_id=RUN, status=RunStatus.CANCELLED),
}
RUN_WAYS: dict[RunStatus, list[RunStatus]] = {
    RunStatus.REQUESTED: [],
    RunStatus.RUNNING: [RunStatus.RUNNING],
    RunStatus.CANCELLING: [RunStatus.CANCELLING],
    RunStatus.SUCCEEDED: [RunStatus.RUNNING, RunStatus.SUCCEEDED],
    RunStatus.FAILED: [RunStatus.RUNNING, RunStatus.FAILED],
    RunStatus.CANCELLED: [RunStatus.CANCELLING, RunStatus.CANCELLED],
}


def a_run_whose_task_is(status: TaskStatus) -> ByHand:
    hand = ByHand(small_dag(a=(), b=("a",), c=("b",)))
    hand.do(RUN_EVENTS[RunStatus.RUNNING])
    for step in WAYS[status]:
        hand.do(STEPS[step][0])
    assert hand.task("b").status is status
    return hand


def a_run_that_is(status: RunStatus) -> ByHand:
    hand = ByHand(small_dag(a=()))
    for target in RUN_WAYS[status]:
        hand.do(RUN_EVENTS[target])
    assert hand.run.summary.status is status
    return hand


def refused(hand: ByHand, event: e.AnyEvent) -> None:
    before = state_of(hand.partition)
    with pytest.raises(IllegalStepError):
        hand.do(event)
    assert state_of(hand.partition) == before


PAIRS = [
    pytest.param(status, step, event, id=f"{status}-{step}-{type(event).__name__}")
    for status in WAYS
    for step, events in STEPS.items()
    for event in events
]


@pytest.mark.parametrize(("status", "step", "event"), PAIRS)
def test_a_step_leads_where_the_table_says_or_is_refused(status: TaskStatus, step: Step, event: e.AnyRunEvent) -> None:
    hand = a_run_whose_task_is(status)
    target = TASK_LIFECYCLE.get((status, step))
    if target is None:
        refused(hand, event)
    else:
        hand.do(event)
        assert hand.task("b").status is target


@pytest.mark.parametrize("status", RunStatus)
@pytest.mark.parametrize("target", RUN_EVENTS)
def test_a_run_goes_where_the_table_says_or_is_refused(status: RunStatus, target: RunStatus) -> None:
    hand = a_run_that_is(status)
    if target in RUN_LIFECYCLE[status]:
        hand.do(RUN_EVENTS[target])
        assert hand.run.summary.status is target
    else:
        refused(hand, RUN_EVENTS[target])


def test_every_status_but_skipped_can_be_reached() -> None:
    # Nothing is skipped yet; the word is part of the interface from the beginning.
    assert set(TASK_LIFECYCLE.values()) | {TaskStatus.WAITING} == set(TaskStatus) - {TaskStatus.SKIPPED}
    assert set(WAYS) == set(TaskStatus) - {TaskStatus.SKIPPED}


def test_every_step_is_in_the_table() -> None:
    assert {step for _, step in TASK_LIFECYCLE} == set(Step) == set(STEPS)


def test_no_step_leads_out_of_an_ended_task_and_every_other_can_end() -> None:
    assert not [before for before, _ in TASK_LIFECYCLE if before in TASK_ENDED]
    assert {before for before, _ in TASK_LIFECYCLE} == set(TaskStatus) - TASK_ENDED
    assert all((status, Step.CANCEL) in TASK_LIFECYCLE for status in set(TaskStatus) - TASK_ENDED)


def test_no_way_leads_out_of_an_ended_run_and_every_other_can_be_cancelled() -> None:
    assert RUN_LIFECYCLE.keys() == set(RunStatus)
    assert all(not RUN_LIFECYCLE[status] for status in RUN_ENDED)
    for status in set(RunStatus) - RUN_ENDED - {RunStatus.CANCELLING}:
        assert RunStatus.CANCELLING in RUN_LIFECYCLE[status]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda hand: e.TaskStarted(run_id="other", task_id="b", worker=WORKER), id="unknown run"),
        pytest.param(lambda hand: e.TaskStarted(run_id=RUN, task_id="x", worker=WORKER), id="unknown task"),
        pytest.param(lambda hand: e.RunStarted(run_id="other"), id="start of an unknown run"),
        pytest.param(lambda hand: e.RunRequested(run_id="new", dag_id="d", version="none"), id="unknown version"),
        pytest.param(
            lambda hand: e.RunRequested(run_id=RUN, dag_id="d", version=hand.run.summary.version), id="same run again"
        ),
    ],
)
def test_an_event_that_contradicts_the_state_is_refused(spoil: Callable[[ByHand], e.AnyEvent]) -> None:
    hand = a_run_whose_task_is(TaskStatus.READY)
    refused(hand, spoil(hand))


def test_a_recorded_refusal_changes_nothing() -> None:
    hand = a_run_whose_task_is(TaskStatus.RUNNING)
    before = state_of(hand.partition)
    refusal = e.FactRejected(run_id=RUN, fact="TaskLost", reason="superseded", task_id="b", attempt=7)
    hand.do(refusal)
    assert state_of(hand.partition) == before
    evolve_run(hand.run, refusal, hand.seq)
    assert state_of(hand.partition) == before


def test_a_fork_leaves_the_state_of_the_events_that_were_kept() -> None:
    hand = a_run_whose_task_is(TaskStatus.RUNNING)
    before = state_of(hand.partition)
    hand.do(e.LogForked(incarnation=1, kept_seq=hand.seq, lost_seq=99, lost_hash="ab"))
    assert state_of(hand.partition) == before
