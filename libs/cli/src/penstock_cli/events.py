"""What ``penstock events`` does: the history of a run, or the live feed."""

from collections.abc import Iterable

from penstock.client import Client, Event
from penstock.errors import InvalidInputError
from penstock_cli.connect import connect
from penstock_cli.history import cause, detail, history_table, kind, task_of
from penstock_cli.output import console, print_json, printable


def events(run_id: str | None, dag_id: str | None, *, follow: bool, as_json: bool) -> None:
    """Print the events of a run, or with ``follow`` those that happen from now on, until Ctrl-C."""
    if not follow and (run_id is None or dag_id is not None):
        raise InvalidInputError("a history is that of one run: name it with --run, or follow what happens with -f")
    if run_id is not None and dag_id is not None:
        raise InvalidInputError("--run and --dag exclude each other: a run is of one DAG")
    with connect() as client:
        found = _follow(client, run_id, dag_id) if follow else client.events(run_id or "")
        if as_json:
            for event in found:
                print_json(event.data)
        elif follow:
            _print_lines(found)
        else:
            console().print(history_table(found))


def _follow(client: Client, run_id: str | None, dag_id: str | None) -> Iterable[Event]:
    """Return a run's whole history and what follows until it ends, or all that happens from now on."""
    return client.follow(run_id) if run_id is not None else client.stream(dag_id=dag_id or "")


def _print_lines(events: Iterable[Event]) -> None:
    out = console()
    for event in events:
        at = "" if event.at is None else event.at.astimezone().isoformat(" ", "milliseconds")[11:23]
        run = str(event.data.get("run_id", ""))
        words = (at, run, kind(event).plain, task_of(event), f"<- {cause(event)}", detail(event))
        out.print(printable("  ".join(word for word in words if word)), style=kind(event).style, soft_wrap=True)
