"""What ``penstock dag`` does."""

from pathlib import Path

from penstock.definition import format_of, parse_definition
from penstock_cli.connect import connect
from penstock_cli.failures import reading
from penstock_cli.output import console, local, print_json, table


def register(file: Path) -> None:
    """Register a definition from a file."""
    with connect() as client, reading(file):
        dag = client.register(file)
    news = "registered" if dag.created else "registered before"
    console().print(f"{dag.dag_id} version {dag.version[:12]} {news}")


def list_dags(*, as_json: bool) -> None:
    """List the DAGs."""
    with connect() as client:
        dags = client.dags()
    if as_json:
        print_json(dags)
        return
    rows = [(dag.dag_id, dag.name, str(dag.task_count), dag.version[:12], local(dag.registered_at)) for dag in dags]
    console().print(table("dag", "name", "tasks", "version", "registered", rows=rows, right=["tasks"]))


def show(dag_id: str, *, as_json: bool) -> None:
    """Show the tasks of a DAG."""
    with connect() as client:
        dag = client.dag(dag_id)
    if as_json:
        print_json(dag)
        return
    out = console()
    out.print(f"{dag.dag_id} ({dag.name}), version {dag.version}")
    if dag.description:
        out.print(dag.description)
    if dag.tags:
        out.print(f"tags: {', '.join(dag.tags)}")
    rows = [
        (task.id, task.name, ", ".join(task.dependencies), task.command or task.callable or "", str(task.retries))
        for task in dag.tasks.values()
    ]
    out.print(table("task", "name", "depends on", "runs", "retries", rows=rows, right=["retries"]))


def validate(file: Path) -> None:
    """Check a definition without any Penstock running."""
    with reading(file):
        dag = parse_definition(file.read_bytes(), format_of(file.name))
    console().print(f"{file}: {dag.id} with {len(dag.tasks)} task{'s' * (len(dag.tasks) != 1)} is valid")
