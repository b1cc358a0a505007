"""What is due in a run, rule by rule."""

import msgspec
import pytest

from core_kit import MANY, RUN, ByHand, retrying_dag, small_dag
from penstock.core import events as e
from penstock.core.react import next_wake
from penstock.core.run import IllegalStepError
from penstock.core.status import RunStatus, TaskStatus

DIAMOND = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}


def ready(events: list[e.AnyRunEvent]) -> list[str]:
    return [event.task_id for event in events if isinstance(event, e.TaskReady)]


def test_a_requested_run_starts_and_its_roots_become_ready() -> None:
    hand = ByHand(small_dag(x=(), **DIAMOND))
    assert [type(event) for event in hand.due()] == [e.RunStarted]
    assert ready(hand.decide()) == ["x", "a"]


def test_a_decision_bears_the_time_and_its_cause() -> None:
    hand = ByHand(small_dag(a=()))
    hand.now = 4000
    start, first = hand.decide()
    assert (start.at, start.cause) == (4000, "log:2")
    assert first == e.TaskReady(
        at=4000, cause="log:3", run_id=RUN, task_id="a", attempt=1, queue="default", reason="start"
    )


def test_a_task_becomes_ready_with_its_last_dependency_and_names_it() -> None:
    hand = ByHand(small_dag(**DIAMOND))
    hand.decide()
    hand.complete("a")
    hand.complete("c")
    assert hand.task("d").status is TaskStatus.WAITING
    hand.start("b")
    hand.succeed("b")
    assert hand.due() == [
        e.TaskReady(
            at=hand.now,
            cause=f"log:{hand.seq}",
            run_id=RUN,
            task_id="d",
            attempt=1,
            queue="default",
            reason="dependencies",
            waited_for="b",
        )
    ]


def test_a_retry_is_due_at_its_time_and_not_before() -> None:
    hand = ByHand(retrying_dag(a=()))
    hand.decide()
    hand.start("a")
    hand.fail("a")
    failed, due = hand.seq, hand.task("a").due
    hand.now = due - 1
    assert hand.due() == []
    assert next_wake(hand.run, MANY) == due
    hand.now = due
    (retry,) = hand.due()
    assert isinstance(retry, e.TaskReady)
    assert (retry.attempt, retry.reason, retry.cause, retry.waited_for) == (2, "retry", f"log:{failed}", "")


def test_the_retry_due_first_comes_first_and_before_new_tasks() -> None:
    hand = ByHand(retrying_dag(**{f"t{number}": () for number in range(4)}))
    hand.do(e.RunStarted(run_id=RUN))
    for decision in hand.due(room=2):
        hand.do(decision)
    for task_id in ("t1", "t0"):
        hand.start(task_id)
        hand.fail(task_id)
        hand.now += 50_000
    assert ready(hand.due(room=3)) == ["t1", "t0", "t2"]


def test_a_retry_that_is_called_off_leaves_the_others_their_time() -> None:
    hand = ByHand(retrying_dag(a=(), b=(), c=()))
    hand.decide()
    for task_id in ("c", "b", "a"):
        hand.start(task_id)
        hand.fail(task_id)
        hand.now += 100
    hand.do(e.TaskCancelled(run_id=RUN, task_id="b", attempt=1))
    hand.now += 50_000
    assert ready(hand.due()) == ["c", "a"]


def test_no_more_tasks_become_ready_than_there_is_room_for() -> None:
    hand = ByHand(small_dag(**{f"t{number}": () for number in range(10)}))
    hand.do(e.RunStarted(run_id=RUN))
    assert len(hand.due(room=3)) == 3
    assert len(hand.due(limit=4)) == 4
    assert hand.due(room=0) == []
    assert len(hand.due()) == 10


def test_dependents_of_a_failed_task_are_given_up_and_other_branches_go_on() -> None:
    hand = ByHand(small_dag(a=(), b=("a",), c=("b",), other=(), after=("other",)))
    hand.decide()
    hand.start("a")
    hand.fail("a")
    given_up = hand.decide()
    assert [(type(x), x.task_id, x.upstream) for x in given_up if isinstance(x, e.TaskUpstreamFailed)] == [
        (e.TaskUpstreamFailed, "b", "a"),
        (e.TaskUpstreamFailed, "c", "b"),
    ]
    assert not hand.run.ended
    hand.complete("other")
    hand.complete("after")
    assert hand.run.ended


def test_giving_up_keeps_to_the_limit() -> None:
    hand = ByHand(small_dag(a=(), **{f"t{number}": ("a",) for number in range(10)}))
    hand.decide()
    hand.start("a")
    hand.fail("a")
    assert len(hand.due(limit=4)) == 4


def test_a_cancelled_run_ends_unstarted_tasks_at_once_and_waits_for_running_ones() -> None:
    hand = ByHand(retrying_dag(running=(), ready=(), retrying=(), waiting=("ready",)))
    hand.decide()
    hand.start("running")
    hand.start("retrying")
    hand.fail("retrying")
    hand.cancel()
    cancelled = hand.seq
    events = hand.decide()
    assert {event.cause for event in events} == {f"log:{cancelled}"}
    assert hand.statuses() == {
        "running": TaskStatus.RUNNING,
        "ready": TaskStatus.CANCELLED,
        "retrying": TaskStatus.CANCELLED,
        "waiting": TaskStatus.CANCELLED,
    }
    assert next_wake(hand.run, MANY) is None
    hand.kill("running")
    (end,) = hand.decide()
    assert isinstance(end, e.RunFinished)
    assert (end.status, end.cause) == (RunStatus.CANCELLED, f"log:{hand.seq - 1}")


def test_cancelling_keeps_to_the_limit() -> None:
    hand = ByHand(small_dag(**{f"t{number}": () for number in range(10)}))
    hand.cancel()
    assert len(hand.due(limit=4)) == 4


def test_a_run_cancelled_before_it_started_never_starts() -> None:
    hand = ByHand(small_dag(a=(), b=("a",)))
    hand.cancel()
    kinds = [type(event) for event in hand.decide()]
    assert kinds == [e.TaskCancelled, e.TaskCancelled, e.RunFinished]
    assert hand.run.summary.status is RunStatus.CANCELLED


@pytest.mark.parametrize(("fail", "status"), [(False, RunStatus.SUCCEEDED), (True, RunStatus.FAILED)])
def test_a_run_ends_with_its_last_task(fail: bool, status: RunStatus) -> None:
    hand = ByHand(small_dag(a=()))
    hand.decide()
    hand.start("a")
    outcome = hand.fail("a") if fail else hand.succeed("a")
    assert outcome is not None
    assert hand.due() == [e.RunFinished(at=hand.now, cause=f"log:{hand.seq}", run_id=RUN, status=status)]
    hand.decide()
    assert hand.due() == []
    assert next_wake(hand.run, MANY) is None


def test_a_run_with_work_due_wakes_at_once() -> None:
    hand = ByHand(small_dag(a=(), b=()))
    assert next_wake(hand.run, 0) == 0
    hand.do(e.RunStarted(run_id=RUN))
    assert next_wake(hand.run, 1) == 0


def test_a_run_whose_window_is_full_needs_no_timer() -> None:
    hand = ByHand(small_dag(a=(), b=()))
    hand.do(e.RunStarted(run_id=RUN))
    for decision in hand.due(room=1):
        hand.do(decision)
    assert next_wake(hand.run, 0) is None


def late_after(seconds: float, **tasks: tuple[str, ...]) -> ByHand:
    return ByHand(msgspec.structs.replace(retrying_dag(**tasks), late_after_seconds=seconds))


def test_a_run_becomes_late_at_its_time_once_and_goes_on_as_before() -> None:
    hand = late_after(10, a=(), b=("a",))
    hand.decide()
    due = hand.run.summary.created_at + 10_000
    assert next_wake(hand.run, MANY) == next_wake(hand.run, 0) == due
    hand.now = due - 1
    assert hand.due() == []
    hand.now = due + 5
    before = hand.statuses()
    assert hand.decide() == [
        e.RunLate(at=due + 5, cause=f"log:{hand.run.summary.status_seq}", run_id=RUN, due=due),
    ]
    assert hand.run.summary.late_at == due + 5
    assert (hand.run.summary.status, hand.statuses()) == (RunStatus.RUNNING, before)
    assert next_wake(hand.run, MANY) is None
    hand.complete("a")
    hand.complete("b")
    assert hand.run.summary.status is RunStatus.SUCCEEDED


def test_a_run_that_ends_in_time_is_never_late() -> None:
    hand = late_after(10, a=())
    hand.decide()
    hand.now += 9_999
    hand.complete("a")
    hand.now += 60_000
    assert hand.due() == []
    assert next_wake(hand.run, MANY) is None
    assert hand.run.summary.late_at == 0


def test_a_run_that_ends_when_its_time_is_over_is_late_whoever_looked_when() -> None:
    hand = late_after(10, a=())
    hand.decide()
    hand.start("a")
    hand.now += 10_000
    hand.succeed("a")
    assert [type(event) for event in hand.decide()] == [e.RunLate, e.RunFinished]


def test_of_a_retry_and_of_becoming_late_the_timer_is_for_what_comes_first() -> None:
    hand = late_after(1.5, a=())
    hand.decide()
    hand.start("a")
    hand.fail("a")
    retry, late = hand.task("a").due, hand.run.summary.created_at + 1500
    assert next_wake(hand.run, MANY) == min(retry, late) == retry
    hand.now = retry
    hand.decide()
    assert next_wake(hand.run, MANY) == late


def test_a_run_without_such_a_time_is_never_late() -> None:
    hand = ByHand(small_dag(a=()))
    hand.decide()
    hand.now += 10**12
    assert hand.due() == []
    assert next_wake(hand.run, MANY) is None


def test_a_run_becomes_late_neither_twice_nor_after_its_end() -> None:
    hand = late_after(10, a=())
    hand.decide()
    late = e.RunLate(at=hand.now, run_id=RUN, due=1)
    hand.do(late)
    with pytest.raises(IllegalStepError, match="late already"):
        hand.do(late)
    hand.complete("a")
    with pytest.raises(IllegalStepError, match="has ended"):
        hand.do(late)
