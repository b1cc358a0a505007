"""A definition written for people to edit: short, readable, and read back as the same by us and by other tools."""

import json
from typing import Any

import msgspec
import pytest
import yaml

from penstock.core.dag import DagSpec, TaskSpec
from penstock.definition import Format, parse_definition, write_definition

YAML = """\
id: nightly
name: Nightly report
description: Loads the sales.
tags: [sales, every night]
late_after_seconds: 3600
notify: [ops-chat, {to: mail, 'on': [succeeded, late]}]
tasks:
  extract:
    name: Fetch
    command: |
      set -e
      ./fetch.sh "$DAY"
    retries: 3
    retry_delay_seconds: 0.5
    timeout_seconds: 600
    env:
      DAY: '2024-02-28'
  report:
    name: Mail
    callable: reports.sales:summary
    dependencies: [extract]
    metadata:
      recipients:
      - sales@example.com
      limit: 2.0
      dry: false
      none: null
"""


def test_yaml_is_written_as_a_person_would() -> None:
    assert write_definition(parse_definition(YAML.encode(), "yaml"), "yaml") == YAML


def test_json_has_a_line_for_every_value() -> None:
    text = write_definition(parse_definition(YAML.encode(), "yaml"), "json")
    assert list(json.loads(text)) == ["id", "name", "description", "tags", "late_after_seconds", "notify", "tasks"]
    assert '    "extract": {\n      "name": "Fetch",\n      "command": "set -e\\n./fetch.sh' in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("written_in", ["json", "yaml"])
def test_what_is_a_default_is_left_out(written_in: Format) -> None:
    dag = DagSpec(id="d", name="d", tasks={"a": TaskSpec(id="a", name="A", command="true")})
    short = {"id": "d", "tasks": {"a": {"name": "A", "command": "true"}}}
    assert yaml.safe_load(write_definition(dag, written_in)) == short


def test_many_dependencies_stand_below_each_other() -> None:
    tasks = {name: TaskSpec(id=name, name=name, command="true") for name in (f"task_{n}" for n in range(30))}
    last = TaskSpec(id="last", name="Last", command="true", dependencies=tuple(tasks))
    text = write_definition(DagSpec(id="d", name="d", tasks={**tasks, "last": last}), "yaml")
    assert "    dependencies:\n    - task_0\n    - task_1\n" in text


def holding(value: object) -> DagSpec:
    metadata: dict[str, Any] = {"value": value, "list": [value]}
    if isinstance(value, str):
        metadata["map"] = {value: value}
    return DagSpec(id="d", name="d", tasks={"a": TaskSpec(id="a", name="A", command="true", metadata=metadata)})


AWKWARD = [
    *("yes", "No", "on", "null", "~", "true", "1e3", "0o17", "0x1F", "017", "1_000", "12:30", ".5", "+1", "1.", ".inf"),
    *(
        "2024-01-01",
        "<<",
        "=",
        "",
        " ",
        " a",
        "a ",
        "a: b",
        "a:",
        "- a",
        "? a",
        "a #b",
        "#a",
        "%a",
        "@a",
        "`a",
        "!a",
        "&a",
    ),
    *("*a", "{a}", "[a]", "a, b", "'a'", '"a"', "\\", "---", "...", "--- a", "a\n---\nb", "a\n...\n", "a\nb", "a\nb\n"),
    *(
        "a\n\nb\n\n",
        "\n",
        "\na",
        "a\n  b",
        "  a\nb",
        "a \nb",
        "a\tb",
        "a\n\tb",
        "a\rb",
        "a\r\nb",
        "a\x00b",
        "a\x7f",
        "a\x85b",
    ),
    *("\u2028", "\u202ea", "\ufeffa", "\uffff", "\U0001f680", "größer", "数据", "x" * 500, "word " * 100),
]


@pytest.mark.parametrize("text", AWKWARD, ids=ascii)
def test_an_awkward_text_is_the_same_to_us_and_to_other_tools(text: str) -> None:
    dag = holding(text)
    written = write_definition(dag, "yaml")
    assert parse_definition(written.encode(), "yaml") == dag
    assert yaml.safe_load(written)["tasks"]["a"]["metadata"] == dag.tasks["a"].metadata
    assert parse_definition(write_definition(dag, "json").encode(), "json") == dag


@pytest.mark.parametrize(
    "number", [0, -1, 2**63 - 1, -(2**63), 1.0, -0.0, 0.1, 1e16, 1e300, 5e-324, 1.5e-7, True, None]
)
def test_a_number_keeps_its_value_and_its_type(number: float | bool | None) -> None:
    dag = holding(number)
    written = write_definition(dag, "yaml")
    assert "!!" not in written
    for read in (
        parse_definition(written.encode(), "yaml").tasks["a"].metadata,
        yaml.safe_load(written)["tasks"]["a"]["metadata"],
    ):
        assert msgspec.json.encode(read) == msgspec.json.encode(dag.tasks["a"].metadata)


def test_the_same_list_twice_is_written_twice() -> None:
    shared = [1, 2]
    assert "&" not in write_definition(holding({"a": shared, "b": shared}), "yaml")
