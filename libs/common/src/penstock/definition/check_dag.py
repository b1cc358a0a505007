"""Checks a whole definition, once it is plain values."""

import re

from penstock.core.dag import DagSpec, TaskSpec
from penstock.definition import limits, names
from penstock.definition.check_task import TASK_KEYS, check_task
from penstock.definition.dependencies import check_rings
from penstock.definition.fields import Fields
from penstock.definition.notify import check_notify
from penstock.definition.problems import Problems
from penstock.definition.tags import check_tags
from penstock.definition.values import Value, kind, show
from penstock.definition.vocabulary import DAG_WORDS, unknown_key

DAG_KEYS = tuple(DagSpec.__struct_fields__)

_DAG_ID = re.compile(names.DAG_ID)


def check_dag(raw: Value, problems: Problems) -> DagSpec:
    """Return the DAG; it is sound only if no problem was noted."""
    if not isinstance(raw, dict):
        problems.stop((), f"The definition is {kind(raw)}: write a map with id and tasks")
    fields = Fields(problems, (), raw)
    for key in raw:
        if key not in DAG_KEYS:
            fields.bad(key, _unknown(key))
    dag_id = _dag_id(fields)
    name = fields.text("name", dag_id, limit=limits.MAX_NAME_LENGTH)
    if not name.strip():
        fields.bad("name", "name is blank: write a name, or leave the key out to use the id")
    return DagSpec(
        id=dag_id,
        name=name,
        tasks=_tasks(fields, problems),
        description=fields.text("description", "", limit=limits.MAX_DESCRIPTION_LENGTH),
        tags=check_tags(fields, problems),
        late_after_seconds=_late_after(fields),
        notify=check_notify(fields, problems),
    )


def _unknown(key: str) -> str:
    if key in TASK_KEYS:
        return f"{show(key)} is a key of a task: move it into the tasks it is meant for"
    return unknown_key(key, DAG_KEYS, DAG_WORDS, "a DAG")


def _dag_id(fields: Fields) -> str:
    raw = fields.raw.get("id")
    if raw is None:
        fields.bad("id", 'The DAG has no id: add the line "id": "my_dag"')
    elif not isinstance(raw, str):
        fields.bad("id", f"id is {kind(raw)}: write text, in quotes")
    elif not _DAG_ID.fullmatch(raw):
        fields.bad(
            "id",
            f"The id {show(raw)} cannot be used: write 1 to {limits.MAX_ID_LENGTH} of the characters A-Z a-z 0-9 _ . - "
            "of which the first is a letter, a digit or _",
        )
    else:
        return raw
    return "-"


def _late_after(fields: Fields) -> float | None:
    if fields.raw.get("late_after_seconds") is None:
        return None
    return fields.seconds("late_after_seconds", high=limits.MAX_LATE_AFTER_SECONDS, positive=True)


def _tasks(fields: Fields, problems: Problems) -> dict[str, TaskSpec]:
    raw = fields.raw.get("tasks")
    if not isinstance(raw, dict):
        example = '"tasks": {"first": {"name": "First", "command": "true"}}'
        found = "tasks is missing" if "tasks" not in fields.raw else f"tasks is {kind(raw)}"
        fields.bad("tasks", f"{found}: write a map with each task's id as the key, such as {example}")
        return {}
    if not raw:
        fields.bad("tasks", "tasks is empty: add at least one task")
    if len(raw) > limits.MAX_TASKS:
        message = f"tasks has {len(raw):,} tasks: split the DAG into several of at most {limits.MAX_TASKS:,}"
        problems.stop_too_large(("tasks",), message)
    tasks: dict[str, TaskSpec] = {}
    edges = 0
    for key, value in raw.items():
        task = check_task(key, value, raw.keys(), problems)
        if task is None:
            continue
        tasks[key] = task
        edges += len(task.dependencies)
        if edges > limits.MAX_EDGES:
            message = f"The tasks have more than {limits.MAX_EDGES:,} dependencies together: split the DAG"
            problems.stop_too_large(("tasks",), message)
    check_rings(_graph(tasks), problems)
    return tasks


def _graph(tasks: dict[str, TaskSpec]) -> dict[str, tuple[str, ...]]:
    """Return task → dependencies, without those that were refused (and reported) themselves."""
    return {
        key: tuple(dependency for dependency in task.dependencies if dependency in tasks) for key, task in tasks.items()
    }
