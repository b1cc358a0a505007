"""Whatever chance does to a partition, its log keeps the promises of the design. Each test reads whole logs."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from core_driver import Life, Temper
from core_kit import fold, state_of
from penstock.core import events as e
from penstock.core.accept import MAX_LOSSES
from penstock.core.dag import DagSpec
from penstock.core.react import react
from penstock.core.run import Run
from penstock.core.status import RUN_ENDED, TASK_ENDED, RunStatus, TaskStatus

OUTCOMES = (e.TaskSucceeded, e.TaskFailed, e.TaskLost, e.TaskReturned, e.TaskCancelled)
shares = st.sampled_from((0.0, 0.05, 0.3))
tempers = st.builds(
    Temper,
    seed=st.integers(0, 2**32),
    failing=shares,
    losing=st.sampled_from((0.0, 0.05, 0.3, 0.8)),
    returning=shares,
    noise=st.sampled_from((0.0, 0.3, 0.8)),
    cancelling=st.sampled_from((0.0, 0.0, 0.02, 0.2)),
    forgetting=shares,
    window=st.integers(1, 12),
    limit=st.integers(1, 20),
)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A whole life of a partition: one or two DAGs, up to three runs."""
    dags = [draw(strategies.dags(dag_id)) for dag_id in ("d", "other")[: draw(st.integers(1, 2))]]
    return Life(dags, draw(st.integers(1, 3)), draw(tempers)).live()


quick = settings(max_examples=50)


def of_run(log: Sequence[e.AnyEvent], run_id: str) -> list[tuple[int, e.AnyRunEvent]]:
    """Return the events of a run that are more than a refusal, with their seqs."""
    return [
        (seq, event)
        for seq, event in enumerate(log, 1)
        if isinstance(event, e.RunEvent) and not isinstance(event, e.FactRejected) and event.run_id == run_id
    ]


def dependencies_of(run: Run) -> dict[str, tuple[str, ...]]:
    return {task.id: task.dependencies for task in run.plan.tasks}


@quick
@given(lives())
def test_every_requested_run_ends_once_workers_answer_everything(life: Life) -> None:
    requested = {event.run_id for event in life.log if isinstance(event, e.RunRequested)}
    assert requested == life.partition.runs.keys()
    assert all(run.ended for run in life.partition.runs.values())


@quick
@given(lives())
def test_a_run_reaches_exactly_one_terminal_state_and_nothing_follows_it(life: Life) -> None:
    for run_id in life.partition.runs:
        history = of_run(life.log, run_id)
        assert [type(event) for _, event in history].count(e.RunFinished) == 1
        assert isinstance(history[-1][1], e.RunFinished)


@quick
@given(lives())
def test_a_run_ends_only_after_all_its_tasks(life: Life) -> None:
    for run in life.partition.runs.values():
        assert all(task.status in TASK_ENDED for task in run.tasks)


@quick
@given(lives())
def test_a_run_ends_as_its_tasks_and_its_cancellation_say(life: Life) -> None:
    for run_id, run in life.partition.runs.items():
        kinds = {type(event) for _, event in of_run(life.log, run_id)}
        unsuccessful = any(task.status is not TaskStatus.SUCCEEDED for task in run.tasks)
        expected = RunStatus.FAILED if unsuccessful else RunStatus.SUCCEEDED
        assert run.summary.status is (RunStatus.CANCELLED if e.RunCancelled in kinds else expected)


@quick
@given(lives())
def test_an_attempt_starts_at_most_once_and_ends_at_most_once(life: Life) -> None:
    starts = Counter((x.run_id, x.task_id, x.attempt) for x in life.log if isinstance(x, e.TaskStarted))
    assert max(starts.values(), default=0) <= 1
    unended: set[tuple[str, str, int]] = set()
    for event in life.log:
        if isinstance(event, e.TaskReady):
            unended.add((event.run_id, event.task_id, event.attempt))
        elif isinstance(event, OUTCOMES) and event.attempt:
            unended.remove((event.run_id, event.task_id, event.attempt))
    assert not unended


@quick
@given(lives())
def test_a_task_succeeds_at_most_once_and_then_nothing_happens_to_it(life: Life) -> None:
    succeeded: set[tuple[str, str]] = set()
    for event in life.log:
        if isinstance(event, e.TaskEvent):
            assert (event.run_id, event.task_id) not in succeeded
            if isinstance(event, e.TaskSucceeded):
                succeeded.add((event.run_id, event.task_id))


@quick
@given(lives())
def test_no_attempt_becomes_ready_before_all_dependencies_succeeded(life: Life) -> None:
    for run_id, run in life.partition.runs.items():
        dependencies = dependencies_of(run)
        succeeded: set[str] = set()
        for _, event in of_run(life.log, run_id):
            if isinstance(event, e.TaskSucceeded):
                succeeded.add(event.task_id)
            elif isinstance(event, e.TaskReady):
                assert succeeded.issuperset(dependencies[event.task_id])


@quick
@given(lives())
def test_a_task_is_given_up_only_for_a_dependency_that_ended_without_success(life: Life) -> None:
    for run_id, run in life.partition.runs.items():
        dependencies = dependencies_of(run)
        final = {spec.id: task.status for spec, task in zip(run.plan.tasks, run.tasks, strict=True)}
        latest: dict[str, int] = {}
        for seq, event in of_run(life.log, run_id):
            if isinstance(event, e.TaskEvent):
                latest[event.task_id] = seq
            if isinstance(event, e.TaskUpstreamFailed):
                assert event.upstream in dependencies[event.task_id]
                assert event.cause == f"log:{latest[event.upstream]}"
                assert final[event.upstream] in {TaskStatus.FAILED, TaskStatus.UPSTREAM_FAILED, TaskStatus.CANCELLED}


@quick
@given(lives())
def test_attempts_are_numbered_from_one_without_a_gap(life: Life) -> None:
    attempts: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for event in life.log:
        if isinstance(event, e.TaskReady):
            attempts[event.run_id, event.task_id].append(event.attempt)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in attempts.values())


@quick
@given(lives())
def test_attempts_are_bounded_by_retries_losses_and_returns_and_losses_are_bounded(life: Life) -> None:
    happened = Counter((type(x), x.run_id, x.task_id) for x in life.log if isinstance(x, e.TaskEvent))
    for run_id, run in life.partition.runs.items():
        for spec in run.plan.tasks:
            ready, lost, returned = (
                happened[kind, run_id, spec.id] for kind in (e.TaskReady, e.TaskLost, e.TaskReturned)
            )
            assert ready <= spec.retries + 1 + lost + returned
            assert lost <= MAX_LOSSES


@quick
@given(lives())
def test_a_retry_waits_for_its_time(life: Life) -> None:
    due: dict[tuple[str, str], int] = {}
    for event in life.log:
        if isinstance(event, e.TaskFailed | e.TaskLost | e.TaskReturned):
            due[event.run_id, event.task_id] = event.retry_at
        elif isinstance(event, e.TaskReady):
            assert event.at >= due.get((event.run_id, event.task_id), 0)


@quick
@given(lives())
def test_every_cause_is_an_inbox_entry_or_an_earlier_event_of_the_same_run(life: Life) -> None:
    for seq, event in enumerate(life.log, 1):
        origin, _, place = event.cause.partition(":")
        if origin == "log":
            cause = life.log[int(place) - 1]
            assert 1 <= int(place) < seq
            assert isinstance(event, e.RunEvent)
            assert isinstance(cause, e.RunEvent)
            assert cause.run_id == event.run_id
        else:
            assert origin == "inbox"


@quick
@given(lives())
def test_a_ready_task_had_waited_for_the_dependency_that_ended_last(life: Life) -> None:
    for run_id, run in life.partition.runs.items():
        dependencies = dependencies_of(run)
        ended: dict[str, int] = {}
        for seq, event in of_run(life.log, run_id):
            if isinstance(event, e.TaskSucceeded):
                ended[event.task_id] = seq
            elif isinstance(event, e.TaskReady) and event.reason == "dependencies":
                assert event.waited_for == max(dependencies[event.task_id], key=ended.__getitem__)
                assert event.cause == f"log:{ended[event.waited_for]}"


@quick
@given(lives())
def test_the_reason_of_an_attempt_is_how_the_one_before_ended(life: Life) -> None:
    before: dict[tuple[str, str], str] = {}
    reasons = {e.TaskFailed: "retry", e.TaskLost: "lost", e.TaskReturned: "returned"}
    for event in life.log:
        if isinstance(event, e.TaskReady):
            first = "start" if not event.waited_for else "dependencies"
            assert event.reason == before.get((event.run_id, event.task_id), first)
        elif isinstance(event, e.TaskFailed | e.TaskLost | e.TaskReturned):
            before[event.run_id, event.task_id] = reasons[type(event)]


@quick
@given(lives())
def test_react_keeps_to_its_limit_and_to_the_room(life: Life) -> None:
    for decision in life.decisions:
        assert len(decision.events) <= decision.limit
        assert sum(isinstance(event, e.TaskReady) for event in decision.events) <= decision.room


@quick
@given(lives())
def test_times_of_a_run_and_its_tasks_are_in_order(life: Life) -> None:
    for run in life.partition.runs.values():
        summary = run.summary
        assert summary.created_at <= summary.finished_at
        assert summary.started_at <= summary.finished_at
        for task in run.tasks:
            assert not task.started_at or task.ready_at <= task.started_at <= task.finished_at


@quick
@given(lives())
def test_the_same_events_give_the_same_state(life: Life) -> None:
    assert state_of(fold(life.log)) == state_of(life.partition)


@settings(max_examples=20)
@given(st.lists(strategies.dags(), min_size=1, max_size=1), tempers)
def test_the_same_life_is_lived_twice(dags: list[DagSpec], temper: Temper) -> None:
    assert Life(dags, 2, temper).live().log == Life(dags, 2, temper).live().log


@quick
@given(lives())
def test_nothing_is_due_in_a_run_that_has_ended(life: Life) -> None:
    for run in life.partition.runs.values():
        assert run.summary.status in RUN_ENDED
        assert react(run, life.now + 10**9, 1000, 1000) == []
        assert life.wakes[run.summary.run_id] is None
