"""What the commands about runs do."""

import json
import os
from pathlib import Path

import typer
from rich.text import Text

from penstock.client import Client, RunDetail, Task
from penstock.core.status import RunStatus
from penstock.tracing.context import TRACEPARENT, parse_traceparent
from penstock_cli.connect import connect
from penstock_cli.failures import FAILED, reading
from penstock_cli.output import console, local, print_json, printable, seconds_between, status_text, table

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})


def run(what: str, *, wait: bool, idempotency_key: str | None) -> None:
    """Run a DAG, or register a file and run that; print the run's id, and with ``wait`` how it ended.

    A trace that the environment hands on (``TRACEPARENT``) is handed on to the run.
    """
    told = os.environ.get(TRACEPARENT, "")
    with connect() as client:
        accepted = client.run(_dag_id(client, what), idempotency_key, told if parse_traceparent(told) else None)
        print(accepted.run_id, flush=True)  # noqa: T201  # this is the answer; scripts take it as it is
        if not wait:
            return
        ended = client.wait(accepted.run_id)
    show(ended)
    if ended.status is not RunStatus.SUCCEEDED:
        raise typer.Exit(FAILED)


def _dag_id(client: Client, what: str) -> str:
    path = Path(what)
    if path.suffix not in _SUFFIXES:
        return what
    with reading(path):
        return client.register(path).dag_id


def list_runs(dag_id: str | None, status: RunStatus | None, limit: int, *, as_json: bool) -> None:
    """List runs, newest first."""
    with connect() as client:
        page = client.runs(dag_id, status, limit)
    if as_json:
        print_json(page.runs)
        return
    rows = [
        (
            run.run_id,
            run.dag_id,
            status_text(run.status),
            local(run.created_at),
            seconds_between(run.started_at, run.finished_at),
            ", ".join(f"{count} {status}" for status, count in run.task_counts.items()),
        )
        for run in page.runs
    ]
    console().print(table("run", "dag", "status", "created", "duration", "tasks", rows=rows, right=["duration"]))


def status(run_id: str, *, as_json: bool) -> None:
    """Show a run."""
    with connect() as client:
        detail = client.get_run(run_id)
    if as_json:
        print_json(detail)
    else:
        show(detail)


def show(run: RunDetail) -> None:
    """Print a run and its tasks."""
    out = console()
    took = seconds_between(run.started_at, run.finished_at)
    out.print(Text.assemble(f"{run.run_id} of {run.dag_id}: ", status_text(run.status), f" {took and f'({took})'}"))
    rows = [
        (
            task.task_id,
            status_text(task.status),
            str(task.attempt or ""),
            task.worker or "",
            seconds_between(task.started_at, task.finished_at),
            outcome(task),
        )
        for task in run.tasks
    ]
    columns = ("task", "status", "attempt", "worker", "duration", "outcome")
    out.print(table(*columns, rows=rows, right=["attempt", "duration"]))


def outcome(task: Task) -> str:
    """Return in a few words what became of a task."""
    if task.error is not None:
        return printable(task.error.message)
    if task.upstream:
        return f"{task.upstream} did not succeed"
    if task.output is not None:
        return f"returned {json.dumps(task.output, ensure_ascii=False)}"
    return "" if task.exit_code is None else f"exit code {task.exit_code}"


def cancel(run_id: str) -> None:
    """Ask for the end of a run."""
    with connect() as client:
        client.cancel(run_id)
    console().print(f"{run_id} is being cancelled")
