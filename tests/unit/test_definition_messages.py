"""What a refusal says: every problem at once, the place of each, and what was probably meant."""

import json

import pytest

from penstock.definition import parse_definition
from penstock.errors import Detail, InvalidDefinitionError


def refusals(text: str) -> tuple[Detail, ...]:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(text.encode(), "json" if text.startswith("{") else "yaml")
    return caught.value.details


def refusal_of_tasks(**tasks: list[str]) -> dict[str, str]:
    dag = {key: {"name": key, "command": "true", "dependencies": waits} for key, waits in tasks.items()}
    return {detail.field: detail.message for detail in refusals(json.dumps({"id": "d", "tasks": dag}))}


MANY_MISTAKES = """\
id: bad id
nmae: x
tasks:
  a:
    name: A
    command: "true"
    retries: -1
    depends_on: [b]
  b:
    command: "true"
    dependencies: [a, zz]
"""


def test_all_problems_are_told_at_once_in_the_order_of_the_text() -> None:
    assert [(detail.field, detail.line, detail.column) for detail in refusals(MANY_MISTAKES)] == [
        ("id", 1, 1),
        ("nmae", 2, 1),
        ("tasks.a.retries", 7, 5),
        ("tasks.a.depends_on", 8, 5),
        ("tasks.b.name", 9, 3),
        ("tasks.b.dependencies", 11, 23),
    ]


def test_json_has_the_same_places() -> None:
    text = '{\n  "id": "d",\n  "tasks": {\n    "\\u0061": {"name": "A", "command": "\\"{[", "retries": "x"}\n  }\n}'
    assert [(detail.field, detail.line, detail.column) for detail in refusals(text)] == [
        ("tasks.a.retries", 4, text.splitlines()[3].index('"retries"') + 1)
    ]


def test_a_missing_name_shows_the_line_to_add() -> None:
    details = refusals('id: d\ntasks:\n  load: {command: "true"}\n')
    assert [detail.field for detail in details] == ["tasks.load.name"]
    assert '"name": "load"' in details[0].message


def test_no_more_than_fifty_problems_are_told() -> None:
    tasks = "".join(f"  t{number}: {{}}\n" for number in range(1000))
    with pytest.raises(InvalidDefinitionError, match="at least 49 more") as caught:
        parse_definition(f"id: d\ntasks:\n{tasks}".encode(), "yaml")
    assert len(caught.value.details) == 50


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("depends_on", "dependencies"),
        ("needs", "dependencies"),
        ("after", "dependencies"),
        ("Depends-On", "dependencies"),
        ("dependencys", "dependencies"),
        ("run", "command"),
        ("cmd", "command"),
        ("script", "command"),
        ("comand", "command"),
        ("python_callable", "callable"),
        ("timeout", "timeout_seconds"),
        ("retry", "retries"),
        ("retry_delay", "retry_delay_seconds"),
        ("environment", "env"),
        ("params", "metadata"),
    ],
)
def test_another_tools_word_or_a_slip_gets_our_word_for_it(word: str, meant: str) -> None:
    (detail,) = refusals(f'id: d\ntasks:\n  a: {{name: A, command: "true", {word}: x}}\n')
    assert detail.field == f"tasks.a.{word}"
    assert f"did you mean `{meant}`?" in detail.message


def test_a_key_that_is_like_no_other_gets_the_list_of_keys() -> None:
    (detail,) = refusals('id: d\nzzz: 1\ntasks:\n  a: {name: A, command: "true"}\n')
    assert "id, name, tasks, description" in detail.message


def test_a_key_of_a_task_on_the_dag_is_sent_to_the_tasks() -> None:
    (detail,) = refusals('id: d\nretries: 1\ntasks:\n  a: {name: A, command: "true"}\n')
    assert (detail.field, "key of a task" in detail.message) == ("retries", True)


def test_a_key_that_slipped_out_of_its_task_is_told_to_go_back() -> None:
    (detail,) = refusals('id: d\ntasks:\n  a: {name: A, command: "true"}\n  retries: 3\n')
    assert (detail.field, "indent it further" in detail.message) == ("tasks.retries", True)


def test_a_misspelt_dependency_gets_the_task_that_was_meant() -> None:
    assert refusal_of_tasks(load=["transfrom"], transform=[]) == {
        "tasks.load.dependencies": 'There is no task "transfrom"; did you mean "transform"?'
    }


def test_a_task_that_waits_for_itself_is_told_so() -> None:
    (message,) = refusal_of_tasks(a=["a"]).values()
    assert '"a" → "a"' in message


def test_a_ring_is_named_along_the_order_in_which_it_would_run() -> None:
    (message,) = refusal_of_tasks(root=[], a=["root", "c"], b=["a"], c=["b"], tail=["c"]).values()
    assert any(f"{path}." in message for path in ("a → b → c → a", "b → c → a → b", "c → a → b → c"))
    assert "tail" not in message


def test_separate_rings_are_told_apart() -> None:
    found = refusal_of_tasks(a=["b"], b=["a"], x=["y"], y=["x"], after=["a", "x"])
    assert len(found) == 2
    assert set(found) <= {f"tasks.{key}.dependencies" for key in "abxy"}


def test_a_long_ring_is_shortened() -> None:
    (message,) = refusal_of_tasks(**{f"t{number}": [f"t{(number + 1) % 5000}"] for number in range(5000)}).values()
    assert message.startswith("5,000 tasks")
    assert len(message) < 300


def test_a_long_text_of_the_input_is_cut_in_the_message_and_kept_out_of_the_field() -> None:
    (detail,) = refusals(json.dumps({"id": "d", "tasks": {"a": {"name": "A", "command": "x"}}, "k" * 100_000: 1}))
    assert (detail.field, len(detail.message) < 300) == ("file", True)
