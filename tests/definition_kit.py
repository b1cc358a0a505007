"""Definitions in JSON that tests write as values, and what is said of those that are refused."""

import json
from typing import TypeAlias

import pytest

from penstock.core.dag import DagSpec
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
