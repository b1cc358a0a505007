"""What holds of the state after every single event, whatever chance does. Each test watches one thing."""

from collections import Counter

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from core_driver import Life, Temper, Watcher
from core_kit import MANY, fold, state_of
from penstock.core import events as e
from penstock.core.codec import decode_event, encode_event
from penstock.core.dag import DagSpec
from penstock.core.frontier import Frontier
from penstock.core.partition import Partition, evolve
from penstock.core.projection import all_run_fields, decode_run_fields, load_run
from penstock.core.react import next_wake, react
from penstock.core.run import Run
from penstock.core.status import TASK_ENDED, TaskStatus

shares = st.sampled_from((0.0, 0.1, 0.3))
tempers = st.builds(
    Temper,
    seed=st.integers(0, 2**32),
    failing=shares,
    losing=shares,
    returning=shares,
    noise=st.sampled_from((0.0, 0.5)),
    cancelling=st.sampled_from((0.0, 0.05)),
    window=st.integers(1, 12),
    limit=st.integers(1, 20),
)
definitions = st.lists(strategies.dags(), min_size=1, max_size=1)
quick = settings(max_examples=25)


def watch(dags: list[DagSpec], temper: Temper, watcher: Watcher) -> Life:
    return Life(dags, 2, temper, [watcher]).live()


def run_of(life: Life, event: e.AnyEvent) -> Run | None:
    return life.partition.runs.get(event.run_id) if isinstance(event, e.RunEvent) else None


@quick
@given(definitions, tempers)
def test_the_counts_equal_a_recount(dags: list[DagSpec], temper: Temper) -> None:
    def check(life: Life, event: e.AnyEvent) -> None:
        if (run := run_of(life, event)) is not None:
            assert run.summary.counts == Counter(task.status for task in run.tasks)

    watch(dags, temper, check)


@quick
@given(definitions, tempers)
def test_the_frontier_equals_one_rebuilt_from_the_tasks(dags: list[DagSpec], temper: Temper) -> None:
    def check(life: Life, event: e.AnyEvent) -> None:
        if (run := run_of(life, event)) is not None:
            rebuilt = Frontier(run.plan, [(task.status, task.due) for task in run.tasks])
            assert run.frontier.snapshot() == rebuilt.snapshot()

    watch(dags, temper, check)


@quick
@given(definitions, tempers)
def test_the_frontier_says_what_the_dag_says(dags: list[DagSpec], temper: Temper) -> None:
    def check(life: Life, event: e.AnyEvent) -> None:
        if (run := run_of(life, event)) is None:
            return
        status = {spec.id: task.status for spec, task in zip(run.plan.tasks, run.tasks, strict=True)}
        waiting = [task for task in run.plan.tasks if status[task.id] is TaskStatus.WAITING]
        upstream = {task.id: [status[name] for name in task.dependencies] for task in waiting}
        startable, blocked, _ = run.frontier.snapshot()
        assert {run.plan.tasks[number].id for number in startable} == {
            name for name, found in upstream.items() if all(one is TaskStatus.SUCCEEDED for one in found)
        }
        assert {run.plan.tasks[number].id for number in blocked} == {
            name for name, found in upstream.items() if any(one in TASK_ENDED - {TaskStatus.SUCCEEDED} for one in found)
        }

    watch(dags, temper, check)


@quick
@given(definitions, tempers)
def test_a_run_loaded_from_what_is_stored_equals_the_one_in_memory(dags: list[DagSpec], temper: Temper) -> None:
    def check(life: Life, event: e.AnyEvent) -> None:
        if (run := run_of(life, event)) is not None:
            loaded = load_run(all_run_fields(run), run.plan)
            assert (loaded.summary, loaded.tasks) == (run.summary, run.tasks)
            assert loaded.frontier.snapshot() == run.frontier.snapshot()
            assert all_run_fields(loaded) == all_run_fields(run)

    watch(dags, temper, check)


@quick
@given(definitions, tempers)
def test_what_is_stored_of_a_run_reads_back_as_it_is(dags: list[DagSpec], temper: Temper) -> None:
    def check(life: Life, event: e.AnyEvent) -> None:
        if (run := run_of(life, event)) is not None:
            summary, tasks = decode_run_fields(all_run_fields(run))
            assert summary == run.summary
            assert tasks == {number: task for number, task in enumerate(run.tasks) if task.seq}

    watch(dags, temper, check)


@quick
@given(definitions, tempers)
def test_a_loaded_run_is_due_for_the_same(dags: list[DagSpec], temper: Temper) -> None:
    """Which of several failed dependencies is named may differ, and so may the order; what happens may not."""

    def due(run: Run, now: int) -> set[tuple[str, str, int]]:
        return {
            (type(event).__name__, getattr(event, "task_id", ""), getattr(event, "attempt", 0))
            for event in react(run, now, MANY, MANY)
        }

    def check(life: Life, event: e.AnyEvent) -> None:
        if (run := run_of(life, event)) is not None:
            loaded = load_run(all_run_fields(run), run.plan)
            assert due(loaded, life.now) == due(run, life.now)
            assert next_wake(loaded, 1) == next_wake(run, 1)

    watch(dags, temper, check)


@quick
@given(definitions, tempers)
def test_a_refused_fact_changes_nothing(dags: list[DagSpec], temper: Temper) -> None:
    life = Life(dags, 3, temper)
    for _ in range(40):
        life.disorder()
        before = state_of(life.partition)
        event = life.offer(life.nonsense())
        if event is None or isinstance(event, e.FactRejected):
            assert state_of(life.partition) == before


@quick
@given(definitions, tempers)
def test_a_fact_that_comes_twice_counts_once(dags: list[DagSpec], temper: Temper) -> None:
    life = Life(dags, 2, temper)
    for _ in range(40):
        life.disorder()
        fact = life.nonsense()
        if isinstance(fact, e.DagRegistered):
            continue  # a version may become the current one again
        life.offer(fact)
        before = state_of(life.partition)
        assert isinstance(life.offer(fact), e.FactRejected | None)
        assert state_of(life.partition) == before


@quick
@given(definitions, tempers)
def test_after_the_last_decision_only_time_or_a_report_can_make_something_due(
    dags: list[DagSpec], temper: Temper
) -> None:
    life = Life(dags, 2, temper)
    for _ in range(40):
        life.disorder()
        for run in life.partition.runs.values():
            life.decide(run)
            room = life.room(run)
            wake = next_wake(run, room)
            if room:
                assert react(run, life.now, room, MANY) == []
                assert wake is None or wake > life.now
            else:
                assert wake is None or wake == run.late_due > life.now
                assert run.count(TaskStatus.READY)


@quick
@given(definitions, tempers)
def test_the_state_is_the_fold_of_the_log_at_every_event(dags: list[DagSpec], temper: Temper) -> None:
    shadow = Partition()

    def check(life: Life, event: e.AnyEvent) -> None:
        evolve(shadow, decode_event(encode_event(event)), len(life.log))
        if (run := run_of(life, event)) is not None:
            assert all_run_fields(shadow.runs[run.summary.run_id]) == all_run_fields(run)

    life = watch(dags, temper, check)
    assert state_of(shadow) == state_of(life.partition) == state_of(fold(life.log))


@quick
@given(definitions, tempers)
def test_an_event_changes_only_its_own_run(dags: list[DagSpec], temper: Temper) -> None:
    before: dict[str, dict[str, bytes]] = {}

    def check(life: Life, event: e.AnyEvent) -> None:
        now = {run_id: all_run_fields(run) for run_id, run in life.partition.runs.items()}
        changed = {run_id for run_id in now if now[run_id] != before.get(run_id)}
        assert changed <= {getattr(event, "run_id", "")}
        before.update(now)

    watch(dags, temper, check)


@settings(max_examples=100)
@given(strategies.events())
def test_every_event_survives_being_stored(event: e.AnyEvent) -> None:
    stored = encode_event(event)
    assert decode_event(stored) == event
    assert encode_event(decode_event(stored)) == stored
    assert msgspec.json.decode(stored)["v"] == e.SCHEMA_VERSION
