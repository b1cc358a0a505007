"""A run in which everything happens that can happen to a task, and what its log says of each moment of it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from browser_kit import Gates, Task, definition, task
from penstock.client import Client, Event


class Story(NamedTuple):
    """A run in which everything has happened that can happen to a task, and that goes on."""

    dag_id: str
    run_id: str

    def is_told(self, client: Client) -> bool:
        """Whether it has come to where it stays."""
        return {task.task_id: task.status.value for task in client.get_run(self.run_id).tasks} == ENDINGS


ENDINGS = {
    "fine": "succeeded",
    "after": "succeeded",
    "held": "running",
    "next": "waiting",
    "flaky": "retrying",
    "broken": "failed",
    "blocked": "upstream_failed",
    "far": "upstream_failed",
    "data": "succeeded",
    "raises": "failed",
}
"""Where each task of the story stays."""


def story_definition(gates: Gates) -> bytes:
    tasks: dict[str, Task] = {
        "fine": task("echo all is well"),
        "after": task("echo done", "fine"),
        "held": task("echo begun; " + gates.wait("held")),
        "next": task("true", "held"),
        "flaky": task("echo not today >&2; exit 3", retries=2, retry_delay_seconds=3600),
        "broken": task("echo so far; echo boom >&2; exit 7", "fine"),
        "blocked": task("true", "broken"),
        "far": task("true", "blocked"),
        "data": {"callable": "json:loads", "metadata": {"s": '{"rows": [1, 2]}'}},
        "raises": {"callable": "json:loads", "metadata": {"s": "{"}},
    }
    return definition("story", tasks, name="A story", tags=["told"])


def moments(events: Iterable[Event]) -> Iterator[tuple[int, dict[str, str]]]:
    """Tell from the log alone in which status each task that had moved was after each event; first its seq."""
    states: dict[str, str] = {}
    for event in events:
        if task_id := event.data.get("task_id"):
            states[task_id] = _AFTER.get(event.type) or _after_failure(event)
        yield event.seq, dict(states)


_AFTER = {
    "TaskReady": "Ready",
    "TaskStarted": "Running",
    "TaskSucceeded": "Succeeded",
    "TaskUpstreamFailed": "Upstream failed",
    "TaskCancelled": "Cancelled",
}


def _after_failure(event: Event) -> str:
    assert event.type == "TaskFailed", event
    return "Retrying" if event.data.get("retry_at") else "Failed"
