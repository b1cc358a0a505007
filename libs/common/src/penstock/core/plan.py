"""A definition compiled for deciding: tasks by number, edges in both directions."""

import msgspec

from penstock.core.dag import DagSpec, TaskSpec


class Plan(msgspec.Struct, frozen=True):
    """One version of a DAG. Tasks are numbered in the order written; ``upstream`` and ``downstream`` hold numbers."""

    dag_id: str
    version: str
    tasks: tuple[TaskSpec, ...]
    number: dict[str, int]
    upstream: tuple[tuple[int, ...], ...]
    downstream: tuple[tuple[int, ...], ...]


def compile_plan(dag: DagSpec, version: str) -> Plan:
    """Return the plan of a valid definition, in time proportional to tasks plus edges."""
    tasks = tuple(dag.tasks.values())
    number = {task.id: index for index, task in enumerate(tasks)}
    upstream = tuple(tuple(number[name] for name in task.dependencies) for task in tasks)
    downstream: list[list[int]] = [[] for _ in tasks]
    for index, dependencies in enumerate(upstream):
        for dependency in dependencies:
            downstream[dependency].append(index)
    return Plan(
        dag_id=dag.id,
        version=version,
        tasks=tasks,
        number=number,
        upstream=upstream,
        downstream=tuple(tuple(waiting) for waiting in downstream),
    )
