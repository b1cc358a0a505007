# ruff: noqa: PLC0415  a command imports what it needs when it is run, so that `penstock --help` is quick
"""The commands and their options; what they do is in the module that each imports."""

from pathlib import Path
from typing import Annotated

import typer

from penstock.core.status import RunStatus

cli = typer.Typer(
    name="penstock",
    help="Runs workflows, and keeps every fact about every run in an event log.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
dag = typer.Typer(help="Definitions: register, list, show, validate.", no_args_is_help=True)
notifications = typer.Typer(help="Who is told how runs end.", no_args_is_help=True)

_STACK = "The stack"
_WORK = "DAGs and runs"
_INSPECT = "Inspection"
_SERVICES = "Single services"
cli.add_typer(dag, name="dag", rich_help_panel=_WORK)
cli.add_typer(notifications, name="notifications", rich_help_panel=_INSPECT)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="The id of a run.")]
DataDir = Annotated[Path | None, typer.Option(help="Where the embedded server keeps its data.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="The port the API listens on.")]


def _version(wanted: bool) -> None:
    if wanted:
        from penstock import __version__

        print(f"penstock {__version__}")  # noqa: T201  # this is the answer
        raise typer.Exit


@cli.callback()
def penstock(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Run workflows, and keep every fact about every run in an event log."""


@cli.command(rich_help_panel=_STACK)
def up(
    workers: Annotated[int, typer.Option(min=0, max=64, help="How many worker processes.")] = 1,
    slots: Annotated[int | None, typer.Option(min=1, max=1000, help="Attempts that one worker runs at a time.")] = None,
    host: Annotated[str | None, typer.Option(help="The address the API listens on.")] = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Start the whole stack and keep it up until Ctrl-C."""
    from penstock_cli.configuration import configured
    from penstock_cli.up import run_stack

    run_stack(configured(worker_slots=slots, api_host=host, api_port=port, data_dir=data_dir), workers)


@cli.command(rich_help_panel=_STACK)
def demo(data_dir: DataDir = None) -> None:
    """Start the stack, run examples/sample.yaml, show it live, stop."""
    from penstock_cli.configuration import configured
    from penstock_cli.demo import run_demo

    run_demo(configured(data_dir=data_dir))


@dag.command("register")
def dag_register(file: Annotated[Path, typer.Argument(help="A definition: .yaml, .yml or .json.")]) -> None:
    """Register a definition."""
    from penstock_cli.dags import register

    register(file)


@dag.command("ls")
def dag_ls(as_json: AsJson = False) -> None:
    """List the DAGs."""
    from penstock_cli.dags import list_dags

    list_dags(as_json=as_json)


@dag.command("show")
def dag_show(
    dag_id: Annotated[str, typer.Argument(metavar="DAG", help="The id of a DAG.")], as_json: AsJson = False
) -> None:
    """Show the tasks of a DAG."""
    from penstock_cli.dags import show

    show(dag_id, as_json=as_json)


@dag.command("validate")
def dag_validate(file: Annotated[Path, typer.Argument(help="A definition: .yaml, .yml or .json.")]) -> None:
    """Check a definition; needs nothing running."""
    from penstock_cli.dags import validate

    validate(file)


@cli.command(rich_help_panel=_WORK)
def run(
    what: Annotated[str, typer.Argument(metavar="DAG|FILE", help="The id of a DAG, or a file to register first.")],
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end; exit with 1 unless it succeeded.")] = False,
    idempotency_key: Annotated[str | None, typer.Option(help="The same key again: the same run.")] = None,
) -> None:
    """Run a DAG; prints the id of the run."""
    from penstock_cli.runs import run

    run(what, wait=wait, idempotency_key=idempotency_key)


@cli.command(rich_help_panel=_WORK)
def runs(
    dag_id: Annotated[str | None, typer.Option("--dag", help="Only runs of this DAG.")] = None,
    status: Annotated[RunStatus | None, typer.Option(help="Only runs in this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first."""
    from penstock_cli.runs import list_runs

    list_runs(dag_id, status, limit, as_json=as_json)


@cli.command(rich_help_panel=_WORK)
def status(run_id: RunId, as_json: AsJson = False) -> None:
    """Show a run and its tasks."""
    from penstock_cli.runs import status

    status(run_id, as_json=as_json)


@cli.command(rich_help_panel=_WORK)
def logs(
    run_id: RunId,
    task_id: Annotated[str | None, typer.Argument(metavar="[TASK]", help="Only this task.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until it has ended.")] = False,
    attempt: Annotated[int | None, typer.Option(min=1, help="Which attempt; the latest by default.")] = None,
) -> None:
    """Print what tasks have printed."""
    from penstock_cli.logs import logs

    logs(run_id, task_id, attempt, follow=follow)


@cli.command(rich_help_panel=_WORK)
def cancel(run_id: RunId) -> None:
    """Ask for the end of a run."""
    from penstock_cli.runs import cancel

    cancel(run_id)


@cli.command(rich_help_panel=_INSPECT)
def events(
    run_id: Annotated[str | None, typer.Option("--run", help="The events of this run.")] = None,
    dag_id: Annotated[str | None, typer.Option("--dag", help="The events of this DAG, with -f.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show events as they happen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the history of a run, or what happens now."""
    from penstock_cli.events import events

    events(run_id, dag_id, follow=follow, as_json=as_json)


@cli.command(rich_help_panel=_INSPECT)
def verify(
    partition: Annotated[int | None, typer.Option(min=0, help="Only this partition.")] = None,
    all_partitions: Annotated[bool, typer.Option("--all", help="Every partition (the default).")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again and again, until Ctrl-C or a difference.")
    ] = False,
    interval: Annotated[float, typer.Option(min=0, help="Seconds between two checks, with --watch.")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Check hash chain and projections against the log, and change nothing.

    Exit with 0 where all is whole, with 1 where something differs.

    Exit with 3 where nothing differs, but lists, timers and counts were not compared: a partition did not stand still.

    With --watch the log is read from its beginning once, afterwards only what is new in it.
    """
    from penstock_cli.verify import verify

    verify(partition, every=all_partitions, watch=watch, interval_seconds=interval, as_json=as_json)


@cli.command(rich_help_panel=_INSPECT)
def doctor(as_json: AsJson = False) -> None:
    """Look for what is wrong and say what to do; exit with 1 where something is."""
    from penstock_cli.doctor import doctor

    doctor(as_json=as_json)


@notifications.callback()
def notifications_group() -> None:
    """Who is told how runs end."""


@notifications.command("test")
def notifications_test(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A target in the file PENSTOCK_NOTIFICATIONS names.")],
) -> None:
    """Send a test message to a target, once; exit with 1 unless it takes it."""
    from penstock_cli.notifications import test

    test(name)


def _service(module: str) -> None:
    from penstock_cli.service import run_service

    run_service(module)


@cli.command(rich_help_panel=_SERVICES)
def api() -> None:
    """Run an API in the foreground."""
    _service("penstock_api")


@cli.command(rich_help_panel=_SERVICES)
def scheduler() -> None:
    """Run a scheduler in the foreground."""
    _service("penstock_scheduler")


@cli.command(rich_help_panel=_SERVICES)
def worker() -> None:
    """Run a worker in the foreground."""
    _service("penstock_worker")
