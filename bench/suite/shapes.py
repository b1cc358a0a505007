"""The DAGs of the workloads: chains, fans, diamonds and singles, of one kind of task each."""

from collections.abc import Mapping, Sequence
from typing import Any

from penstock.core.dag import DagSpec, TaskSpec

KINDS: Mapping[str, Mapping[str, Any]] = {
    "async": {"callable": "suite.tasks:noop_async"},
    "sync": {"callable": "suite.tasks:noop"},
    "shell": {"command": "true"},
    "fib10": {"callable": "suite.tasks:fib", "metadata": {"n": 10}},
    "fib10 async": {"callable": "suite.tasks:fib_async", "metadata": {"n": 10}},
    "fib33": {"callable": "suite.tasks:fib", "metadata": {"n": 33}},
}
"""What a task of each kind does."""


def chain(length: int) -> dict[str, Sequence[str]]:
    """Return tasks one after the other."""
    return {f"t{number}": (f"t{number - 1}",) if number else () for number in range(length)}


def fan(width: int) -> dict[str, Sequence[str]]:
    """Return one task, then ``width`` at once, then one."""
    leaves = {f"t{number}": ("first",) for number in range(width)}
    return {"first": (), **leaves, "last": tuple(leaves)}


def independent(width: int) -> dict[str, Sequence[str]]:
    """Return tasks that wait for nothing."""
    return {f"t{number}": () for number in range(width)}


def layered(count: int, width: int) -> dict[str, Sequence[str]]:
    """Return tasks in layers, each after up to three of the layer before it: a graph as people make them."""
    tasks: dict[str, Sequence[str]] = {}
    for number in range(count):
        layer, place = divmod(number, width)
        before = {(layer - 1) * width + (place * step + layer) % width for step in (1, 2, 5)} if layer else set()
        tasks[f"t{number}"] = tuple(f"t{one}" for one in sorted(before))
    return tasks


def diamond() -> dict[str, Sequence[str]]:
    """Return five tasks: one, then three at once, then one."""
    return fan(3)


def napping(seconds: float) -> Mapping[str, Any]:
    """Return what a task does that takes a while at no cost."""
    return {"callable": "suite.tasks:nap", "metadata": {"seconds": seconds}}


def dag(dag_id: str, tasks: Mapping[str, Sequence[str]], kind: str | Mapping[str, Any]) -> DagSpec:
    """Return the DAG of these tasks, all of one kind: the name of one, or what its tasks do."""
    does = KINDS[kind] if isinstance(kind, str) else kind
    specs = {
        name: TaskSpec(id=name, name=name, dependencies=tuple(dependencies), **does)
        for name, dependencies in tasks.items()
    }
    return DagSpec(id=dag_id, name=dag_id, tasks=specs)
