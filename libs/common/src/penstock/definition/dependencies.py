"""Checks what tasks wait for: each list by itself, then the graph for rings. Nothing recurses; all of it is linear."""

from collections.abc import Collection, Mapping

from penstock.definition.fields import Fields
from penstock.definition.problems import Problems
from penstock.definition.values import Value, kind, shorten, show
from penstock.definition.vocabulary import closest

_RING_SHOWN = 12
"""Tasks of a ring that a message names."""


def check_dependencies(fields: Fields, task: str, known: Collection[str], problems: Problems) -> tuple[str, ...]:
    """Return the sound dependencies of a task; ``known`` has the ids of all tasks."""
    raw = fields.raw.get("dependencies")
    if raw is None:
        return ()
    if not isinstance(raw, list):
        example = f"[{show(raw)}]" if isinstance(raw, str) else '["first", "second"]'
        fields.bad("dependencies", f"dependencies is {kind(raw)}: write a list of task ids, such as {example}")
        return ()
    sound: dict[str, None] = {}
    for index, item in enumerate(raw):
        if isinstance(item, str) and item in known and item != task and item not in sound:
            sound[item] = None
            continue
        path = (*fields.path, "dependencies")
        problems.add(path, _what_is_wrong(item, task, known), at=(*path, index))
    return tuple(sound)


def check_rings(graph: Mapping[str, Collection[str]], problems: Problems) -> None:
    """Note the rings in a graph of task → dependencies: every task that cannot start is in one or waits for one."""
    stuck = _stuck(graph)
    settled: set[str] = set()
    for start in stuck:
        steps: dict[str, int] = {}
        task = start
        while task not in settled and task not in steps:
            steps[task] = len(steps)
            task = next(dependency for dependency in graph[task] if dependency in stuck)
        settled.update(steps)
        if task in steps:
            _report(list(steps)[steps[task] :], problems)


def _what_is_wrong(item: Value, task: str, known: Collection[str]) -> str:
    if not isinstance(item, str):
        return f"A dependency is {kind(item)}: write the id of a task as text, in quotes"
    if item == task:
        return f"{show(task)} waits for itself ({show(task)} → {show(task)}): remove this dependency"
    if item in known:
        return f"The dependency {show(item)} stands twice: keep one"
    meant = closest(item, known)
    hint = f"did you mean {show(meant)}?" if meant else "add the task or remove the dependency"
    return f"There is no task {show(item)}; {hint}"


def _stuck(graph: Mapping[str, Collection[str]]) -> dict[str, None]:
    """Return, in the order written, the tasks that would never start: Kahn's algorithm, and what it leaves over."""
    waiting = {task: len(dependencies) for task, dependencies in graph.items()}
    dependents: dict[str, list[str]] = {task: [] for task in graph}
    for task, dependencies in graph.items():
        for dependency in dependencies:
            dependents[dependency].append(task)
    ready = [task for task, count in waiting.items() if count == 0]
    while ready:
        for task in dependents[ready.pop()]:
            waiting[task] -= 1
            if waiting[task] == 0:
                ready.append(task)
    return {task: None for task, count in waiting.items() if count}


def _report(ring: list[str], problems: Problems) -> None:
    ring.reverse()  # the walk went from a task to what it waits for; a reader expects the order of running
    named = [shorten(task) for task in ring[:_RING_SHOWN]]
    if len(ring) > _RING_SHOWN:
        named.append("…")
    path = " → ".join([*named, named[0]])
    count = f"{len(ring):,} tasks wait for each other in a ring"
    problems.add(("tasks", ring[0], "dependencies"), f"{count}: {path}. Remove one of these dependencies")
