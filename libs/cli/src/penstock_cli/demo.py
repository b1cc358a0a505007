"""``penstock demo``: one run of examples/sample.yaml from an empty machine to its history, shown as it happens.

It ends in bounded time whatever happens: the start of the stack, the run and the stop each have a limit.
"""

import contextlib
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console

from penstock.client import Client, Event, RunDetail
from penstock.core.status import RunStatus
from penstock.errors import InvalidInputError
from penstock.logs import configure_logging
from penstock.settings import Settings
from penstock_cli.address import announced, free_port
from penstock_cli.background import BackgroundStack
from penstock_cli.demo_view import print_story, watching
from penstock_cli.failures import FAILED
from penstock_cli.output import console
from penstock_cli.supervisor import Stack, StackError

DEFINITION = Path("examples/sample.yaml")
RUN_SECONDS = 60.0
"""How long the run may take; it takes about one."""
STOP_SECONDS = 1.0
"""How long a task may still run when the demo stops, which happens only if it is interrupted."""
_LOG = "demo.log"
_LOG_TAIL_LINES = 15


def run_demo(settings: Settings) -> None:
    """Run the demo; exit with 1 unless the run succeeded."""
    if not DEFINITION.is_file():
        raise InvalidInputError(f"{DEFINITION} is not here: run the demo in the root of a checkout of Penstock")
    out = console()
    url = None if "redis_url" in settings.model_fields_set else announced(settings.data_dir)
    with _ctrl_c_for_all(), contextlib.ExitStack() as stack:
        if url is None:
            url = stack.enter_context(_own_stack(settings, out))
        else:
            out.print(f"Using the Penstock that is up at {url}.")
        run = _run(stack.enter_context(Client(url)), out)
    out.print()
    _print_next(out, run)
    if run.status is not RunStatus.SUCCEEDED:
        raise typer.Exit(FAILED)


@contextlib.contextmanager
def _ctrl_c_for_all() -> Iterator[None]:
    """Let SIGTERM and a closed terminal do what Ctrl-C does."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _own_stack(settings: Settings, out: Console) -> Iterator[str]:
    """Start a stack, yield the address of its API, stop it; its logs go to a file."""
    port = free_port(settings.api_host, settings.api_port)
    own = settings.model_copy(update={"api_port": port, "drain_grace_seconds": STOP_SECONDS})
    own.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = own.data_dir / _LOG
    out.print(f"Starting Penstock: server, API, scheduler and a worker; data in {own.data_dir}, logs in {log}.")
    with log.open("w") as file:
        configure_logging("demo", "json", settings.log_level, stream=file)
        stack = Stack(own, output=file.fileno())
        try:
            with BackgroundStack(stack):
                out.print(f"It is up at {stack.url}.")
                yield stack.url
        except StackError as error:
            tail = log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
            raise StackError("\n".join([f"{error} ({log}):", *tail])) from error


def _run(client: Client, out: Console) -> RunDetail:
    dag = client.register(DEFINITION)
    accepted = client.run(dag.dag_id)
    out.print(f"Registered {DEFINITION} as {dag.dag_id}, version {dag.version[:12]}; this is run {accepted.run_id}:\n")
    events: list[Event] = []
    with watching(client, accepted.run_id, out) as view:
        for event in client.follow(accepted.run_id, timeout_seconds=RUN_SECONDS):
            events.append(event)
            view.update(event)
    run = client.get_run(accepted.run_id)
    print_story(out, run, events)
    return run


def _print_next(out: Console, run: RunDetail) -> None:
    program = "penstock" if shutil.which("penstock") else sys.argv[0]
    out.print("Where to go next:", style="bold")
    for command, purpose in (
        ("up", "keep a stack up; the run above is still there"),
        ("run examples/sample.yaml --wait", "run it again"),
        (f"logs {run.run_id}", "what its tasks printed"),
        ("verify --all", "check the log's hash chain, and every state against the log"),
        ("--help", "everything else"),
    ):
        out.print(f"  {program} {command:<36}  {purpose}")
