"""Recorded executions of scientific workflows (WfCommons, WfFormat 1.4 and 1.5) as DAGs of sleeps."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.plan import compile_plan

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_.-]+")


def read_trace(path: Path, scale: float) -> tuple[DagSpec, list[float]]:
    """Return the DAG of a trace and how many seconds each of its tasks sleeps: the recorded ones times ``scale``."""
    data = path.read_bytes()
    workflow = msgspec.json.decode(gzip.decompress(data) if path.suffix == ".gz" else data)["workflow"]
    described = workflow.get("specification", workflow)["tasks"]
    key = "id" if "specification" in workflow else "name"  # what parents are called by, from 1.5 on and before
    executed: Mapping[str, Any] = {task[key]: task for task in workflow.get("execution", workflow)["tasks"]}
    names = {task[key]: _NOT_IN_AN_ID.sub("_", task[key]) for task in described}
    tasks, seconds = {}, []
    for task in described:
        seconds.append(round(executed[task[key]].get("runtimeInSeconds", 0) * scale, 3))
        name = names[task[key]]
        parents = tuple(names[parent] for parent in task.get("parents", ()))
        tasks[name] = TaskSpec(id=name, name=name, command=f"sleep {seconds[-1]:g}", dependencies=parents)
    return DagSpec(id="trace", name=path.name, tasks=tasks), seconds


def lower_bound(dag: DagSpec, seconds: list[float], slots: int) -> float:
    """Return the seconds below which no scheduler can come: the longest chain, or all the work over all the slots."""
    plan = compile_plan(dag, "")
    finish: dict[int, float] = {}
    left = list(range(len(plan.tasks)))
    while left:
        waiting = []
        for number in left:
            if all(upstream in finish for upstream in plan.upstream[number]):
                finish[number] = seconds[number] + max((finish[u] for u in plan.upstream[number]), default=0.0)
            else:
                waiting.append(number)
        left = waiting
    return max(*finish.values(), sum(seconds) / slots)
