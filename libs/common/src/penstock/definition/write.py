"""Writes a definition as text for people to edit: what :func:`parse_definition` reads back as the very same DAG.

Defaults are left out, tasks come in the order written. YAML is made node by node, so that a text stands in quotes just
where our reader, or the YAML 1.1 of other tools, would take it for something else.
"""

import json
import re

import msgspec
import yaml

from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.notify import NotifySpec
from penstock.definition.formats import Format
from penstock.definition.values import Value
from penstock.definition.yaml_scalars import CORE_TAG, plain_value

_DAG_ORDER = ("id", "name", "description", "tags", "late_after_seconds", "notify", "tasks")
_TASK_ORDER = ("name", "description", "command", "callable", "dependencies")
_INLINE = frozenset({"dependencies", "tags", "notify", "on"})
_LONGEST_INLINE = 100
"""Characters of a list that stands in one line."""

_SECONDS = frozenset({"retry_delay_seconds", "timeout_seconds", "late_after_seconds"})

_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
"""Characters that YAML forbids, that libyaml takes for the end of a line, or that change what an editor shows."""

_NOT_IN_BLOCKS = re.compile(r"\A[ \t\n]|[ \t](?:\n|\Z)|\t")
"""What a block of lines would lose, or what makes it depend on how deep it is indented."""

_WIDTH = 1_000_000
"""Of a line: texts are not folded."""


def write_definition(dag: DagSpec, format: Format) -> str:  # noqa: A002  the word that callers know it by
    """Return the text of a definition, which ends with a line break.

    Pure; for the largest definitions it takes seconds, so a server calls it outside of its event loop.
    """
    content = _content(dag)
    if format == "json":
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    text = yaml.serialize(_node(content), Dumper=yaml.CSafeDumper, allow_unicode=True, width=_WIDTH, indent=2)
    return str(text)


def _content(dag: DagSpec) -> dict[str, Value]:
    content = _fields(msgspec.structs.replace(dag, tasks={}))
    if dag.name == dag.id:
        del content["name"]
    _whole(content)
    if dag.notify:
        content["notify"] = [_notify(entry) for entry in dag.notify]
    content["tasks"] = {task_id: _task(task) for task_id, task in dag.tasks.items()}
    return {key: content[key] for key in _DAG_ORDER if key in content}


def _fields(part: DagSpec | TaskSpec) -> dict[str, Value]:
    """Return what differs from the defaults, as JSON has it: without tuples."""
    fields: dict[str, Value] = msgspec.json.decode(msgspec.json.encode(part))
    return fields


def _task(task: TaskSpec) -> dict[str, Value]:
    content = _fields(task)
    del content["id"]
    _whole(content)
    first = {key: content.pop(key) for key in _TASK_ORDER if key in content}
    return first | content


def _whole(content: dict[str, Value]) -> None:
    """Write whole numbers of seconds without a point."""
    for key in _SECONDS & content.keys():
        seconds = content[key]
        if isinstance(seconds, float) and seconds.is_integer():
            content[key] = int(seconds)


def _notify(entry: NotifySpec) -> Value:
    return {"to": entry.to, "on": [str(occasion) for occasion in entry.on]} if entry.on else entry.to


def _node(value: Value, *, inline: bool = False) -> yaml.Node:
    if isinstance(value, dict):
        pairs = [(_scalar(key), _node(inner, inline=inline or key in _INLINE)) for key, inner in value.items()]
        return yaml.MappingNode(f"{CORE_TAG}map", pairs, flow_style=inline or not pairs)
    if isinstance(value, list):
        in_one_line = not value or (inline and len(str(value)) <= _LONGEST_INLINE)
        items = [_node(item, inline=in_one_line) for item in value]
        return yaml.SequenceNode(f"{CORE_TAG}seq", items, flow_style=in_one_line)
    return _scalar(value)


def _scalar(value: str | float | bool | None) -> yaml.ScalarNode:
    if isinstance(value, str):
        return yaml.ScalarNode(f"{CORE_TAG}str", value, style=_style(value))
    if value is None:
        return yaml.ScalarNode(f"{CORE_TAG}null", "null")
    return yaml.ScalarNode(CORE_TAG + type(value).__name__, _number(value))


def _number(value: float | bool) -> str:
    """Return a number, or a truth value, as both versions of YAML read it: with a point if it has an exponent."""
    text = json.dumps(value)
    return text.replace("e", ".0e") if isinstance(value, float) and "." not in text else text


def _style(text: str) -> str | None:
    """Return how a text is written: in double quotes, as a block of lines, or (None) plain where that is possible."""
    if _ESCAPED.search(text) or not isinstance(plain_value(text), str):
        return '"'
    if "\n" in text:
        return '"' if _NOT_IN_BLOCKS.search(text) else "|"
    return None
