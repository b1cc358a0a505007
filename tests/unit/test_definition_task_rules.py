"""Each rule of a task: what breaks it is refused at its field, what keeps it, up to the bound, is accepted."""

import pytest

from definition_kit import Json, parse, refusals, task, with_task
from penstock.core.notify import NotifySpec, Occasion


def test_a_task_gets_the_documented_defaults() -> None:
    dag = parse({"id": "d", "tasks": {"a": {"name": "A", "command": "true"}}})
    spec = dag.tasks["a"]
    assert (dag.name, dag.description, dag.tags) == ("d", "", ())
    assert (dag.late_after_seconds, dag.notify) == (None, ())
    assert (spec.id, spec.dependencies, spec.retries, spec.retry_delay_seconds) == ("a", (), 0, 5.0)
    assert (spec.timeout_seconds, spec.metadata, spec.env, spec.description) == (None, {}, {}, "")


def test_every_key_reaches_its_field() -> None:
    dag = parse(
        {
            "id": "d",
            "name": "D",
            "description": "all of it",
            "tags": ["nightly", "for sales"],
            "late_after_seconds": 600,
            "notify": ["ops-chat", {"to": "mail", "on": ["succeeded", "late"]}, {"to": "log"}],
            "tasks": {
                "first": task(),
                "b": {
                    "id": "b",
                    "name": "B",
                    "callable": "some.module:function",
                    "dependencies": ["first"],
                    "retries": 100,
                    "retry_delay_seconds": 0,
                    "timeout_seconds": 0.5,
                    "metadata": {"deep": [1, 2.5, None, True, {"x": "\0"}]},
                    "env": {"A_1": ""},
                    "description": "text",
                },
            },
        }
    )
    spec = dag.tasks["b"]
    assert (dag.name, dag.description, dag.tags) == ("D", "all of it", ("nightly", "for sales"))
    assert dag.late_after_seconds == 600.0
    assert dag.notify == (
        NotifySpec("ops-chat"),
        NotifySpec("mail", (Occasion.SUCCEEDED, Occasion.LATE)),
        NotifySpec("log"),
    )
    assert (spec.callable, spec.command) == ("some.module:function", None)
    assert (spec.dependencies, spec.retries, spec.retry_delay_seconds) == (("first",), 100, 0.0)
    assert (spec.timeout_seconds, spec.env, spec.description) == (0.5, {"A_1": ""}, "text")
    assert spec.metadata == {"deep": [1, 2.5, None, True, {"x": "\0"}]}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "other"),
        ("id", 7),
        ("name", None),
        ("name", ""),
        ("name", " \n"),
        ("name", 1),
        ("name", "x" * 257),
        ("name", "a\0"),
        ("name", "\ud800"),
        ("command", None),
        ("command", " "),
        ("command", ["true"]),
        ("command", "true\0"),
        ("command", "x" * 131_072),
        ("command", "é" * 65_536),
        ("dependencies", "a"),
        ("dependencies", {"a": 1}),
        ("dependencies", [1]),
        ("dependencies", [["a"]]),
        ("retries", -1),
        ("retries", 101),
        ("retries", 1.0),
        ("retries", True),
        ("retries", "1"),
        ("retries", None),
        ("retry_delay_seconds", -0.1),
        ("retry_delay_seconds", 86_400.1),
        ("retry_delay_seconds", False),
        ("retry_delay_seconds", None),
        ("retry_delay_seconds", float("inf")),
        ("timeout_seconds", 0),
        ("timeout_seconds", -1),
        ("timeout_seconds", 2_592_001),
        ("timeout_seconds", float("nan")),
        ("timeout_seconds", "30"),
        ("metadata", []),
        ("metadata", None),
        ("env", ["A=1"]),
        ("env", None),
        ("description", None),
        ("description", "x" * 8193),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(key: str, value: Json) -> None:
    assert [detail.field for detail in refusals(with_task(**{key: value}))] == [f"tasks.a.{key}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "x" * 256),
        ("command", "x" * 131_071),
        ("dependencies", None),
        ("retries", 0),
        ("retry_delay_seconds", 86_400),
        ("timeout_seconds", 2_592_000),
        ("timeout_seconds", None),
        ("description", "x" * 8192),
        ("metadata", {"most": 2**63 - 1, "least": -(2**63)}),
        ("env", {"_": "PENSTOCK_", "penstock_x": "é"}),
    ],
)
def test_a_value_at_its_bound_is_accepted(key: str, value: Json) -> None:
    parse(with_task(**{key: value}))


@pytest.mark.parametrize("name", ["m:f", "a.b.c:f_1", "os:_exit", "_m._n:f"])
def test_a_callable_is_a_module_and_a_function(name: str) -> None:
    assert parse({"id": "d", "tasks": {"a": {"name": "A", "callable": name}}}).tasks["a"].callable == name


@pytest.mark.parametrize(
    "name",
    [
        "f",
        "m:",
        ":f",
        "m.f",
        "m:f:g",
        "m:a.b",
        "m..n:f",
        ".m:f",
        "1m:f",
        "m:f()",
        "m: f",
        "m:f\n",
        "m:__import__",
        "a.__b:f",
        "é:f",
        "m" * 256 + ":f",
    ],
)
def test_a_callable_that_names_no_plain_function_is_refused(name: str) -> None:
    details = refusals({"id": "d", "tasks": {"a": {"name": "A", "callable": name}}})
    assert [detail.field for detail in details] == ["tasks.a.callable"]


@pytest.mark.parametrize(
    ("env", "field"),
    [
        ({"1A": "x"}, "tasks.a.env.1A"),
        ({"A-B": "x"}, "tasks.a.env.A-B"),
        ({"": "x"}, "tasks.a.env."),
        ({"PENSTOCK_RUN_ID": "x"}, "tasks.a.env.PENSTOCK_RUN_ID"),
        ({"A": 1}, "tasks.a.env.A"),
        ({"A": None}, "tasks.a.env.A"),
        ({"A": "x\0"}, "tasks.a.env.A"),
        ({"A": "\udfff"}, "tasks.a.env.A"),
        ({"A": "x" * 131_070}, "tasks.a.env.A"),
    ],
)
def test_a_variable_that_no_process_can_have_is_refused(env: Json, field: str) -> None:
    assert [detail.field for detail in refusals(with_task(env=env))] == [field]


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"x": float("inf")}, "tasks.a.metadata.x"),
        ({"x": [0, float("nan")]}, "tasks.a.metadata.x.1"),
        ({"x": 2**63}, "tasks.a.metadata.x"),
        ({"x": {"y": "\ud800"}}, "tasks.a.metadata.x.y"),
        ({"\ud800": 1}, "tasks.a.metadata"),
    ],
)
def test_metadata_that_json_cannot_hold_is_refused(metadata: Json, field: str) -> None:
    assert [detail.field for detail in refusals(with_task(metadata=metadata))] == [field]


def test_metadata_has_at_most_32_levels() -> None:
    deepest: Json = {}
    for _ in range(31):
        deepest = {"x": deepest}
    parse(with_task(metadata=deepest))
    (detail,) = refusals(with_task(metadata={"x": deepest}))
    assert detail.field == ".".join(["tasks.a.metadata", *["x"] * 32])
