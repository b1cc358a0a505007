"""A definition compiled for deciding: tasks by number, edges in both directions."""

import msgspec

from penstock.core.dag import DagSpec, TaskSpec


class Plan(msgspec.Struct, frozen=True):
    """One version of a DAG. Tasks are numbered in the order written; ``upstream`` and ``downstream`` hold numbers.

    A run is late ``late_after_ms`` after it was requested, 0 for never.
    """

    dag_id: str
    version: str
    tasks: tuple[TaskSpec, ...]
    number: dict[str, int]
    upstream: tuple[tuple[int, ...], ...]
    downstream: tuple[tuple[int, ...], ...]
    late_after_ms: int = 0


def unsound(dag: DagSpec) -> str:
    """Return why no plan can be made of a definition, or none whose runs end; empty when it is sound.

    The time is proportional to tasks plus edges.
    """
    for name, task in dag.tasks.items():
        if task.id != name:
            return f"task {name} calls itself {task.id}"
        for dependency in task.dependencies:
            if dependency not in dag.tasks:
                return f"task {name} depends on {dependency}, which does not exist"
    plan = compile_plan(dag, "")
    missing = [len(upstream) for upstream in plan.upstream]
    free = [number for number, count in enumerate(missing) if not count]
    for number in free:  # which grows on the way: each task is appended once the last of its dependencies was met
        for waiting in plan.downstream[number]:
            missing[waiting] -= 1
            if not missing[waiting]:
                free.append(waiting)
    stuck = [task.id for task, count in zip(plan.tasks, missing, strict=True) if count]
    return f"task {stuck[0]} is in a ring of dependencies, or waits for one" if stuck else ""


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
        late_after_ms=round((dag.late_after_seconds or 0) * 1000),
    )
