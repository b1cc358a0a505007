"""Definitions, their versions, their plans, and the waits between attempts."""

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from core_kit import small_dag
from penstock.core.backoff import JITTER, MAX_DELAY_MS, retry_delay
from penstock.core.dag import VERSION_LENGTH, DagSpec, TaskSpec, dag_version, decode_dag, encode_dag
from penstock.core.notify import NotifySpec
from penstock.core.plan import compile_plan

TASK = TaskSpec(id="t", name="t", command="true")


@given(strategies.dags())
def test_a_definition_survives_being_stored_with_its_tasks_in_order(dag: DagSpec) -> None:
    stored = decode_dag(encode_dag(dag))
    assert stored == dag
    assert list(stored.tasks) == list(dag.tasks)


@given(strategies.dags(), st.randoms(use_true_random=False))
def test_the_order_of_tasks_does_not_change_the_version(dag: DagSpec, chance: Random) -> None:
    tasks = list(dag.tasks.items())
    chance.shuffle(tasks)
    assert dag_version(msgspec.structs.replace(dag, tasks=dict(tasks))) == dag_version(dag)


def test_a_default_spelt_out_does_not_change_the_version() -> None:
    short = decode_dag(b'{"id":"d","name":"d","tasks":{"t":{"id":"t","name":"t","command":"true"}}}')
    long = decode_dag(
        b'{"description":"","tasks":{"t":{"retries":0,"retry_delay_seconds":5,"timeout_seconds":null,"env":{},'
        b'"metadata":{},"dependencies":[],"command":"true","name":"t","id":"t"}},"name":"d","id":"d"}'
    )
    assert dag_version(short) == dag_version(long)
    assert len(dag_version(short)) == VERSION_LENGTH


def test_a_definition_without_tags_has_the_version_it_had_before_there_were_tags() -> None:
    dag = DagSpec(id="d", name="d", tasks={"t": TASK})
    assert dag_version(dag) == dag_version(msgspec.structs.replace(dag, tags=())) == "9f81b9658616ee57f684f916e48f76f3"


def test_who_is_told_and_when_a_run_is_late_are_content_and_a_whole_number_has_no_second_spelling() -> None:
    dag = DagSpec(id="d", name="d", tasks={"t": TASK})
    told = msgspec.structs.replace(dag, notify=(NotifySpec("ops"),))
    late = msgspec.structs.replace(dag, late_after_seconds=60.0)
    assert len({dag_version(one) for one in (dag, told, late)}) == 3
    assert dag_version(msgspec.structs.replace(dag, late_after_seconds=60)) == dag_version(late)


def test_tags_and_their_order_are_content() -> None:
    dag = DagSpec(id="d", name="d", tasks={"t": TASK})
    tagged = [msgspec.structs.replace(dag, tags=tags) for tags in ((), ("a",), ("b",), ("a", "b"), ("b", "a"))]
    assert len({dag_version(one) for one in tagged}) == len(tagged)
    assert [decode_dag(encode_dag(one)) for one in tagged] == tagged


def test_a_whole_number_of_seconds_is_the_same_with_and_without_a_point() -> None:
    whole = DagSpec(id="d", name="d", tasks={"t": msgspec.structs.replace(TASK, timeout_seconds=30)})
    point = DagSpec(id="d", name="d", tasks={"t": msgspec.structs.replace(TASK, timeout_seconds=30.0)})
    assert dag_version(whole) == dag_version(point) == dag_version(decode_dag(encode_dag(whole)))


@pytest.mark.parametrize(
    "change",
    [
        {"command": "false"},
        {"command": None, "callable": "module:function"},
        {"retries": 1},
        {"retry_delay_seconds": 6.0},
        {"timeout_seconds": 1.0},
        {"metadata": {"n": 1}},
        {"env": {"A": "b"}},
        {"description": "What it does"},
        {"name": "T"},
    ],
    ids=str,
)
def test_any_other_content_is_another_version(change: dict[str, object]) -> None:
    dag = DagSpec(id="d", name="d", tasks={"t": TASK})
    other = DagSpec(id="d", name="d", tasks={"t": msgspec.structs.replace(TASK, **change)})
    assert dag_version(other) != dag_version(dag)


@given(strategies.dags())
def test_a_plan_holds_every_edge_in_both_directions(dag: DagSpec) -> None:
    plan = compile_plan(dag, "v")
    assert [task.id for task in plan.tasks] == list(dag.tasks) == sorted(plan.number, key=plan.number.__getitem__)
    for number, task in enumerate(plan.tasks):
        assert tuple(plan.tasks[upstream].id for upstream in plan.upstream[number]) == task.dependencies
        assert all(number in plan.downstream[upstream] for upstream in plan.upstream[number])
        assert all(number in plan.upstream[dependent] for dependent in plan.downstream[number])


@given(st.text(), st.integers(1, 200), st.just(0.0) | st.floats(0.001, 86_400))
def test_a_delay_doubles_with_each_failure_up_to_a_cap_and_is_spread_a_little(
    run_id: str, failures: int, seconds: float
) -> None:
    task = msgspec.structs.replace(TASK, retry_delay_seconds=seconds)
    least = min(seconds * 1000 * 2.0 ** (failures - 1), max(MAX_DELAY_MS, seconds * 1000))
    assert round(least) <= retry_delay(run_id, task, failures) <= round(least * (1 + JITTER))


def test_a_delay_is_the_same_whenever_it_is_asked_for_and_differs_between_runs_tasks_and_failures() -> None:
    task = msgspec.structs.replace(TASK, retry_delay_seconds=3000.0)
    other = msgspec.structs.replace(task, id="u")
    delays = [
        retry_delay("r", task, 5),
        retry_delay("s", task, 5),
        retry_delay("r", other, 5),
        retry_delay("r", task, 6),
    ]
    assert len(set(delays)) == 4
    assert delays[0] == retry_delay("r", task, 5) == 3_643_581


def test_no_delay_stays_no_delay() -> None:
    assert retry_delay("r", msgspec.structs.replace(TASK, retry_delay_seconds=0.0), 7) == 0


def test_small_dags_of_these_tests_are_what_they_say() -> None:
    assert small_dag(a=(), b=("a",)).tasks["b"].dependencies == ("a",)
