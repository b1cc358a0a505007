"""Large graphs are read, and what is larger than a limit is refused with the limit named."""

import json
from collections.abc import Callable

import pytest

from penstock.definition import Format, parse_definition
from penstock.definition.limits import MAX_BYTES
from penstock.errors import InvalidDefinitionError, TooLargeError

COUNT = 20_000


def graph(count: int, waits: Callable[[int], range]) -> bytes:
    """A definition in which task ``n`` waits for the tasks ``waits(n)``; JSON like this is YAML, too."""
    tasks = {
        str(number): {"name": "t", "command": "true", "dependencies": [str(other) for other in waits(number)]}
        for number in range(count)
    }
    return json.dumps({"id": "d", "tasks": tasks}).encode()


def chain(number: int) -> range:
    return range(max(number - 1, 0), number)


def fan_out(number: int) -> range:
    return range(min(number, 1))


def fan_in(number: int) -> range:
    return range(number if number == COUNT - 1 else 0)


def dense(number: int) -> range:
    return range(max(number - 10, 0), number)


@pytest.mark.parametrize("format_", ["json", "yaml"])
@pytest.mark.parametrize("waits", [chain, fan_out, fan_in, dense])
def test_a_graph_of_20000_tasks_is_read_whole(waits: Callable[[int], range], format_: Format) -> None:
    dag = parse_definition(graph(COUNT, waits), format_)
    edges = [len(task.dependencies) for task in dag.tasks.values()]
    assert edges == [len(waits(number)) for number in range(COUNT)]


def test_a_ring_of_20000_tasks_is_found() -> None:
    with pytest.raises(InvalidDefinitionError, match="20,000 tasks wait for each other"):
        parse_definition(graph(COUNT, lambda number: range((number + 1) % COUNT, (number + 1) % COUNT + 1)), "json")


def test_more_tasks_than_the_limit_are_refused() -> None:
    with pytest.raises(TooLargeError, match="50,000") as caught:
        parse_definition(graph(50_001, chain), "json")
    assert [(detail.field, detail.line) for detail in caught.value.details] == [("tasks", 1)]


def test_more_dependencies_than_the_limit_are_refused() -> None:
    count = 1416  # the sum of 0..1415 is 1,001,820
    with pytest.raises(TooLargeError, match="1,000,000") as caught:
        parse_definition(graph(count, range), "json")
    assert caught.value.details[0].field == "tasks"


def test_more_values_than_the_limit_are_refused() -> None:
    with pytest.raises(TooLargeError, match="2,000,000") as caught:
        parse_definition(b"[" + b"1," * 2_000_000 + b"1]", "json")
    assert caught.value.details[0].line == 1


@pytest.mark.parametrize("format_", ["json", "yaml"])
def test_more_bytes_than_the_limit_are_refused_and_as_many_are_read(format_: Format) -> None:
    small = graph(3, chain)
    assert parse_definition(small + b" " * (MAX_BYTES - len(small)), format_).id == "d"
    with pytest.raises(TooLargeError, match="10 MiB") as caught:
        parse_definition(small + b" " * (MAX_BYTES + 1 - len(small)), format_)
    assert caught.value.details[0].field == "file"
