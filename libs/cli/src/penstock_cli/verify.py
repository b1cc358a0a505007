"""What ``penstock verify`` does: audits partitions, while the deployment runs, and changes nothing."""

import asyncio

import typer
from rich.text import Text

from penstock.audit import Verdict, verify_partition
from penstock.errors import InvalidInputError
from penstock.settings import Settings
from penstock_cli.connect import store_settings
from penstock_cli.failures import FAILED
from penstock_cli.looking import looking_at
from penstock_cli.output import console, print_json, printable, table


def verify(partition: int | None, *, every: bool, as_json: bool) -> None:
    """Audit one partition, or all; exit with 1 where something is wrong."""
    if every and partition is not None:
        raise InvalidInputError("--partition and --all exclude each other")
    verdicts = asyncio.run(_audit(store_settings(), partition))
    if as_json:
        print_json(verdicts)
    else:
        _print(verdicts)
    if not all(verdict.clean for verdict in verdicts):
        raise typer.Exit(FAILED)


async def _audit(settings: Settings, partition: int | None) -> list[Verdict]:
    async with looking_at(settings) as store:
        if partition is not None and partition >= store.partitions:
            raise InvalidInputError(f"there is no partition {partition}: the last is {store.partitions - 1}")
        wanted = range(store.partitions) if partition is None else [partition]
        return [await verify_partition(store, number) for number in wanted]


def _print(verdicts: list[Verdict]) -> None:
    out = console()
    rows = [
        (
            str(one.partition),
            str(one.events),
            str(one.runs),
            str(one.dags),
            Text("whole", "green") if one.clean else Text(f"{len(one.problems) + one.untold} problems", "red"),
            "" if one.still else "it moved: lists, timers and counts went unchecked",
        )
        for one in verdicts
    ]
    numbers = ["partition", "events", "runs", "dags"]
    out.print(table("partition", "events", "runs", "dags", "verdict", "", rows=rows, right=numbers))
    for one in verdicts:
        for problem in one.problems:
            out.print(f"partition {one.partition}: {problem.what} ({problem.where})", style="red", soft_wrap=True)
            out.print(printable(f"  expected {problem.expected}\n  found    {problem.found}"), soft_wrap=True)
        if one.untold:
            out.print(f"partition {one.partition}: and {one.untold} more")
