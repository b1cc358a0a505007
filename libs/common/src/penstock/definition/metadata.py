"""Checks a task's metadata: any JSON value, within bounds."""

import math
from collections.abc import Iterator

from penstock.definition.fields import Fields, unusable_characters
from penstock.definition.limits import MAX_INTEGER, MAX_METADATA_DEPTH, MIN_INTEGER
from penstock.definition.problems import Problems
from penstock.definition.values import Value, kind, show


def check_metadata(fields: Fields, problems: Problems) -> dict[str, Value]:
    """Return the metadata of a task, which is {} if there is none."""
    raw = fields.raw.get("metadata", {})
    if not isinstance(raw, dict):
        fields.bad("metadata", f"metadata is {kind(raw)}: write a map, or leave the key out")
        return {}
    path: list[str | int] = [*fields.path, "metadata"]
    stack = [_children(raw)]
    while stack:
        for key, child in stack[-1]:
            if isinstance(key, str) and (trouble := unusable_characters(key, nul=True)):
                problems.add(tuple(path), f"The key {show(key)} has {trouble}", at=(*path, key))
            if isinstance(child, dict | list) and len(stack) < MAX_METADATA_DEPTH:
                path.append(key)
                stack.append(_children(child))
                break
            if trouble := _trouble(child):
                problems.add((*path, key), trouble)
        else:
            stack.pop()
            path.pop()
    return raw


def _children(value: dict[str, Value] | list[Value]) -> Iterator[tuple[str | int, Value]]:
    yield from value.items() if isinstance(value, dict) else enumerate(value)


def _trouble(value: Value) -> str | None:
    if isinstance(value, dict | list):
        return f"The metadata has more than {MAX_METADATA_DEPTH} levels here: flatten it"
    if isinstance(value, str):
        trouble = unusable_characters(value, nul=True)
        return f"The text has {trouble}" if trouble else None
    if isinstance(value, float) and not math.isfinite(value):
        return "The number is not finite, which JSON cannot hold: write text or null"
    if isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        return "The whole number has more than 64 bits: write it as text, in quotes"
    return None
