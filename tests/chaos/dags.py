"""The DAGs that are run: small ones of many shapes, and large fans. Chance decides what their tasks do."""

import random
from pathlib import Path
from typing import Any

from chaos.tasks import COMMAND, TRACE

SMALL_SHAPES: tuple[dict[str, tuple[str, ...]], ...] = (
    {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")},
    {"a": (), "b": ("a",), "c": ("b",), "d": ("c",), "e": ("d",)},
    {"a": (), **{f"b{number}": ("a",) for number in range(5)}, "z": tuple(f"b{number}" for number in range(5))},
    {"a": (), "b": (), "c": ("a", "b"), "d": ("a",), "e": ("c", "d"), "f": ("b",)},
)
LARGE_TASKS = 1000

ALWAYS = 99
"""More failures than any task has attempts."""


def small(number: int, trace: Path, chance: random.Random) -> dict[str, Any]:
    """Return a small DAG: most tasks are quick and succeed, some take seconds, fail, or run into their timeout."""
    shape = SMALL_SHAPES[number % len(SMALL_SHAPES)]
    tasks = {name: _task(dependencies, trace, chance) for name, dependencies in shape.items()}
    return _named(f"small-{number}", tasks)


def large(trace: Path) -> dict[str, Any]:
    """Return a wide fan between two tasks; one task in ten takes its time."""
    middle = [f"m{number}" for number in range(LARGE_TASKS - 2)]
    tasks = {"first": _callable((), trace, 0, 0)}
    for number, name in enumerate(middle):
        tasks[name] = _callable(("first",), trace, 1 if number % 10 == 0 else 0, 0)
    tasks["last"] = _callable(tuple(middle), trace, 0, 0)
    return _named("large", tasks)


def refused() -> dict[str, Any]:
    """Return a definition that must be refused at the door: its tasks wait for each other."""
    tasks = {"a": {"command": "true", "dependencies": ["b"]}, "b": {"command": "true", "dependencies": ["a"]}}
    return _named("refused", tasks)


def _named(dag_id: str, tasks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"id": dag_id, "name": dag_id, "tasks": {name: {"name": name, **task} for name, task in tasks.items()}}


def _task(dependencies: tuple[str, ...], trace: Path, chance: random.Random) -> dict[str, Any]:
    kind = chance.random()
    make = _command if chance.random() < 0.35 else _callable
    if kind < 0.18:
        return make(dependencies, trace, round(chance.uniform(0.5, 5), 1), 0)
    if kind < 0.26:
        return {**make(dependencies, trace, 0, chance.randint(1, 2)), "retries": 2, "retry_delay_seconds": 0.3}
    if kind < 0.28:
        return {**make(dependencies, trace, 0, ALWAYS), "retries": 1, "retry_delay_seconds": 0.3}
    if kind < 0.30:
        return {**make(dependencies, trace, 60, 0), "timeout_seconds": 1}
    return make(dependencies, trace, 0, 0)


def _command(dependencies: tuple[str, ...], trace: Path, seconds: float, failures: int) -> dict[str, Any]:
    env = {TRACE: str(trace), "SECONDS_": f"{seconds:g}", "FAILURES_": str(failures)}
    return {"command": COMMAND, "dependencies": list(dependencies), "env": env, "metadata": _means(seconds, failures)}


def _callable(dependencies: tuple[str, ...], trace: Path, seconds: float, failures: int) -> dict[str, Any]:
    return {
        "callable": "chaos.tasks:work",
        "dependencies": list(dependencies),
        "env": {TRACE: str(trace)},
        "metadata": _means(seconds, failures),
    }


def _means(seconds: float, failures: int) -> dict[str, Any]:
    return {"seconds": seconds, "failures": failures}
