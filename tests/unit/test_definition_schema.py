"""The JSON Schema for editors says what the reader does, and the page for users says what both do."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from penstock.core.dag import DagSpec, TaskSpec
from penstock.definition import json_schema, limits, parse_definition
from penstock.definition.values import Value
from penstock.errors import InvalidDefinitionError

PAGE = (Path(__file__).parents[2] / "docs" / "definition.md").read_text(encoding="utf-8")
DEFAULTS = TaskSpec(id="", name="")


def part(*path: str) -> Mapping[str, Value]:
    found: Value = json_schema()
    for step in path:
        assert isinstance(found, dict)
        found = found[step]
    assert isinstance(found, dict)
    return found


TASK = part("$defs", "task", "properties")


def test_it_is_json() -> None:
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_it_has_the_fields_of_a_dag_and_of_a_task_and_no_others() -> None:
    assert set(part("properties")) == set(DagSpec.__struct_fields__)
    assert set(TASK) == set(TaskSpec.__struct_fields__)
    assert part("$defs", "task")["additionalProperties"] is False
    assert json_schema()["additionalProperties"] is False


def test_it_requires_what_the_reader_requires() -> None:
    minimal: dict[str, Value] = {"id": "d", "tasks": {"a": {"name": "A", "command": "x"}}}
    parse_definition(json.dumps(minimal).encode(), "json")
    assert json_schema()["required"] == list(minimal)
    assert part("$defs", "task")["required"] == ["name"]
    for key in minimal:
        rest = {other: value for other, value in minimal.items() if other != key}
        with pytest.raises(InvalidDefinitionError):
            parse_definition(json.dumps(rest).encode(), "json")


def test_its_defaults_are_those_of_a_task() -> None:
    written = {key: field["default"] for key, field in TASK.items() if isinstance(field, dict) and "default" in field}
    fields = msgspec.json.decode(msgspec.json.encode(msgspec.structs.asdict(DEFAULTS)))
    assert written == {key: fields[key] for key in written}
    assert set(fields) - set(written) == {"id", "name", "command", "callable"}


@pytest.mark.parametrize("key", ["retries", "retry_delay_seconds", "timeout_seconds"])
def test_its_bounds_are_those_of_the_reader(key: str) -> None:
    field = TASK[key]
    assert isinstance(field, dict)
    highest = field["maximum"]
    assert isinstance(highest, int)
    lowest = field.get("minimum", 0.5)

    def accepts(value: Value) -> bool:
        dag = {"id": "d", "tasks": {"a": {"name": "A", "command": "x", key: value}}}
        try:
            parse_definition(json.dumps(dag).encode(), "json")
        except InvalidDefinitionError:
            return False
        return True

    assert [accepts(value) for value in (lowest, highest, -1, highest + 1)] == [True, True, False, False]
    assert accepts(0) is ("minimum" in field)


@pytest.mark.parametrize(
    "path", [("properties", "id"), ("$defs", "task_id"), ("$defs", "task", "properties", "callable")]
)
def test_its_patterns_hold_for_the_sample_and_not_for_nonsense(path: tuple[str, ...]) -> None:
    pattern = part(*path)["pattern"]
    assert isinstance(pattern, str)
    assert re.search(pattern, "examples.sample_module:do_b" if path[-1] == "callable" else "task_a")
    assert not re.search(pattern, "a/b c")


def test_the_example_of_the_page_is_a_definition() -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    dag = parse_definition(example.group(1).encode(), "yaml")
    keys = {field for task in dag.tasks.values() for field in json.loads(msgspec.json.encode(task))}
    assert keys == set(TaskSpec.__struct_fields__)


def test_the_page_names_every_key_and_every_limit() -> None:
    for key in (*DagSpec.__struct_fields__, *TaskSpec.__struct_fields__):
        assert f"`{key}`" in PAGE
    for limit in (
        limits.MAX_NODES,
        limits.MAX_DEPTH,
        limits.MAX_TASKS,
        limits.MAX_EDGES,
        limits.MAX_ID_LENGTH,
        limits.MAX_NAME_LENGTH,
        limits.MAX_DESCRIPTION_LENGTH,
        limits.MAX_CALLABLE_LENGTH,
        limits.MAX_TAGS,
        limits.MAX_TAG_LENGTH,
        limits.MAX_NOTIFY,
        limits.MAX_LATE_AFTER_SECONDS,
        limits.MAX_ARGUMENT_BYTES,
        limits.MAX_RETRIES,
        limits.MAX_RETRY_DELAY_SECONDS,
        limits.MAX_TIMEOUT_SECONDS,
        limits.MAX_METADATA_DEPTH,
        limits.MAX_PROBLEMS,
    ):
        assert f"{limit:,}" in PAGE
    assert f"{limits.MAX_BYTES // 1024**2} MiB" in PAGE
