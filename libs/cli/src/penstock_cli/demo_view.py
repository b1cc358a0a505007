"""What the demo shows: the tasks of a run as they change, then the result and the history."""

import contextlib
import json
from collections.abc import Iterator
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from penstock.client import Client, Event, RunDetail, Task
from penstock.core.status import RunStatus
from penstock_cli.history import cause, detail, elapsed, history_table, kind, task_of
from penstock_cli.output import printable, seconds_between, status_text, table

FRAMES_PER_SECOND = 12


class View:
    """The tasks of a run: a table that moves in a terminal; elsewhere a line per event, and the table at the end."""

    def __init__(self, client: Client, run_id: str, out: Console) -> None:
        self._client = client
        self._run_id = run_id
        self._out = out
        self._run = client.get_run(run_id)
        self._lines: dict[tuple[str, int], str] = {}
        self._began: datetime | None = None

    def update(self, event: Event) -> None:
        """Take note of an event."""
        self._began = self._began or event.at
        if not self._out.is_terminal:
            words = (elapsed(self._began, event.at), kind(event).plain, task_of(event), f"<- {cause(event)}")
            self._out.print("  ".join(filter(None, [*words, printable(detail(event))])), soft_wrap=True)
        self._run = self._client.get_run(self._run_id)
        for task in self._run.tasks:
            if task.started_at is not None:
                self._lines[task.task_id, task.attempt] = last_line(self._client, self._run_id, task)

    def render(self) -> Table:
        """Return the table as it is now; what runs has its time so far."""
        rows = [
            (
                task.task_id,
                status_text(task.status),
                str(task.attempt or ""),
                task.worker or "",
                seconds_between(task.started_at, task.finished_at),
                self._lines.get((task.task_id, task.attempt), ""),
            )
            for task in self._run.tasks
        ]
        columns = ("task", "status", "attempt", "worker", "duration", "last output")
        return table(*columns, rows=rows, right=["attempt", "duration"])


@contextlib.contextmanager
def watching(client: Client, run_id: str, out: Console) -> Iterator[View]:
    """Show the view while the block tells it what happens."""
    view = View(client, run_id, out)
    if not out.is_terminal:
        yield view
        out.print()
        out.print(view.render())
        return
    with Live(console=out, get_renderable=view.render, refresh_per_second=FRAMES_PER_SECOND):
        yield view


def last_line(client: Client, run_id: str, task: Task) -> str:
    """Return the last line that the latest attempt of a task has printed, empty if none."""
    printed = "".join(client.logs(run_id, task.task_id)).rstrip("\n")
    return printable(printed.rpartition("\n")[2])


def print_story(out: Console, run: RunDetail, events: list[Event]) -> None:
    """Print how the run ended, what its tasks gave back, and every event of it."""
    style = "bold green" if run.status is RunStatus.SUCCEEDED else "bold red"
    out.print()
    out.print(Text(f"The run has {run.status} after {seconds_between(run.started_at, run.finished_at)}.", style))
    for task in run.tasks:
        if task.output is not None:
            out.print(f"{task.task_id} returned {printable(json.dumps(task.output, ensure_ascii=False))}")
        if task.error is not None:
            out.print(f"{task.task_id} failed: {printable(task.error.message)}", style="red")
    out.print("\nIts history, as the event log keeps it:", style="bold")
    out.print(history_table(events))
