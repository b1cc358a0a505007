"""Each rule of a definition: what breaks it is refused at its field, with a message that says what to do."""

import json
from typing import TypeAlias

import pytest

from penstock.core.dag import DagSpec
from penstock.core.notify import NotifySpec, Occasion
from penstock.definition import parse_definition
from penstock.errors import Detail, InvalidDefinitionError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def parse(dag: Json) -> DagSpec:
    return parse_definition(json.dumps(dag).encode(), "json")


def task(**fields: Json) -> Json:
    return {"name": "A", "command": "true", **fields}


def with_task(**fields: Json) -> Json:
    return {"id": "d", "tasks": {"a": task(**fields)}}


def refusals(dag: Json) -> tuple[Detail, ...]:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse(dag)
    return caught.value.details


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


@pytest.mark.parametrize("key", ["a b", "a\n", "", ".", "..", "a/b", "a\\b", "a?", "a#", "50%", "a&b", "x" * 129])
def test_a_task_id_that_a_url_or_a_log_line_cannot_carry_is_refused(key: str) -> None:
    (detail,) = refusals({"id": "d", "tasks": {key: task()}})
    assert detail.field.startswith("tasks")
    assert "task id" in detail.message


@pytest.mark.parametrize("key", ["a\0b", "\x7f", "\x85", "\u2028", "\u202ea", "\ufeff", "\ud800"])
def test_a_character_that_cannot_be_shown_appears_escaped_in_the_refusal(key: str) -> None:
    (detail,) = refusals({"id": "d", "tasks": {key: task()}})
    assert detail.field == "tasks"
    assert f"\\u{next(ord(char) for char in key if char not in 'ab'):04x}" in detail.message


@pytest.mark.parametrize("key", ["a", "a:0", "a.b", "...", "-", "数据", "👩‍🚀", "__proto__", "$(x)", "x" * 128])
def test_a_task_id_may_be_in_any_script(key: str) -> None:
    assert list(parse({"id": "d", "tasks": {key: task()}}).tasks) == [key]


@pytest.mark.parametrize("dag_id", ["", ".a", "-a", "a/b", "a b", "é", "a\n", "x" * 129, 5, None, True, ["a"]])
def test_a_dag_id_that_is_no_plain_name_is_refused(dag_id: Json) -> None:
    assert [detail.field for detail in refusals({"id": dag_id, "tasks": {"a": task()}})] == ["id"]


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


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        ("nightly", "tags"),
        ({"nightly": True}, "tags"),
        (7, "tags"),
        ([str(number) for number in range(21)], "tags"),
        ([7], "tags"),
        ([None], "tags"),
        ([["a"]], "tags"),
        ([""], "tags"),
        ([" "], "tags"),
        (["a "], "tags"),
        (["\u00a0a"], "tags"),
        (["a\nb"], "tags"),
        (["a\0"], "tags"),
        (["\u202ea"], "tags"),
        (["\ud800"], "tags"),
        (["x" * 51], "tags"),
        (["a", "b", "a"], "tags"),
    ],
)
def test_tags_that_nobody_could_look_for_are_refused(tags: Json, field: str) -> None:
    assert [detail.field for detail in refusals({"id": "d", "tags": tags, "tasks": {"a": task()}})] == [field]


@pytest.mark.parametrize(
    "tags",
    [[], ["x"], ["x" * 50], [str(number) for number in range(20)], ["a b", "A B", "größer, als", "数据", "👩‍🚀"]],
)
def test_tags_are_kept_in_the_order_written(tags: list[str]) -> None:
    assert parse({"id": "d", "tags": [*tags], "tasks": {"a": task()}}).tags == tuple(tags)


def test_null_stands_for_no_tags() -> None:
    assert parse({"id": "d", "tags": None, "tasks": {"a": task()}}).tags == ()


def test_each_wrong_tag_is_told_of_at_its_place() -> None:
    text = b'{"id": "d", "tasks": {"a": {"name": "A", "command": "x"}}, "tags": [\n"fine",\n7,\n"fine"]}'
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(text, "json")
    assert [(detail.field, detail.line) for detail in caught.value.details] == [("tags", 3), ("tags", 4)]


def test_the_name_of_a_dag_is_not_blank() -> None:
    assert [detail.field for detail in refusals({"id": "d", "name": " ", "tasks": {"a": task()}})] == ["name"]


def test_metadata_has_at_most_32_levels() -> None:
    deepest: Json = {}
    for _ in range(31):
        deepest = {"x": deepest}
    parse(with_task(metadata=deepest))
    (detail,) = refusals(with_task(metadata={"x": deepest}))
    assert detail.field == ".".join(["tasks.a.metadata", *["x"] * 32])


@pytest.mark.parametrize(
    "dag",
    [
        None,
        5,
        "text",
        [],
        {},
        {"id": "d"},
        {"id": "d", "tasks": {}},
        {"id": "d", "tasks": [task()]},
        {"id": "d", "tasks": {"a": "true"}},
    ],
)
def test_what_is_no_map_of_tasks_is_refused(dag: Json) -> None:
    assert {detail.field for detail in refusals(dag)} <= {"file", "id", "tasks", "tasks.a"}


@pytest.mark.parametrize(
    ("notify", "field"),
    [
        ("ops-chat", "notify"),
        ({"to": "ops-chat"}, "notify"),
        (["x"] * 21, "notify"),
        ([7], "notify.0"),
        ([["ops-chat"]], "notify.0"),
        (["https://hooks.example/x"], "notify.0.to"),
        ([""], "notify.0.to"),
        (["x" * 65], "notify.0.to"),
        ([{"on": ["failed"]}], "notify.0.to"),
        ([{"to": "a", "on": []}], "notify.0.on"),
        ([{"to": "a", "on": "failed"}], "notify.0.on"),
        ([{"to": "a", "on": ["started"]}], "notify.0.on"),
        ([{"to": "a", "on": ["failed", "failed"]}], "notify.0.on"),
        ([{"to": "a", "url": "https://hooks.example"}], "notify.0.url"),
        (["a", {"to": "a"}], "notify.1"),
    ],
)
def test_a_wish_to_be_notified_that_no_target_can_answer_is_refused(notify: Json, field: str) -> None:
    assert [detail.field for detail in refusals({"id": "d", "notify": notify, "tasks": {"a": task()}})] == [field]


@pytest.mark.parametrize("seconds", [0, -1, 2_592_001, "10m", True])
def test_a_time_after_which_no_run_could_be_late_is_refused(seconds: Json) -> None:
    found = refusals({"id": "d", "late_after_seconds": seconds, "tasks": {"a": task()}})
    assert [detail.field for detail in found] == ["late_after_seconds"]


def test_null_stands_for_nobody_to_notify_and_for_never_late() -> None:
    dag = parse({"id": "d", "notify": None, "late_after_seconds": None, "tasks": {"a": task()}})
    assert (dag.notify, dag.late_after_seconds) == ((), None)
