"""Each rule of a DAG, and of the ids in it: what breaks it is refused at its field, what keeps it is accepted."""

import pytest

from definition_kit import Json, parse, refusals, task
from penstock.definition import parse_definition
from penstock.errors import InvalidDefinitionError


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
