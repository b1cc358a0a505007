"""What ``penstock verify`` does: audits partitions, while the deployment runs, and changes nothing."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import typer
from rich.text import Text

from penstock.audit import Auditor, Verdict
from penstock.errors import InvalidInputError
from penstock.settings import Settings
from penstock.store.valkey import ValkeyStore
from penstock_cli.connect import store_settings
from penstock_cli.failures import FAILED, UNDECIDED
from penstock_cli.looking import looking_at
from penstock_cli.output import console, local, print_json, printable, table

TRIES = 3
"""How often a partition that moves is audited again after the others, each time for a few rounds."""

UNCOMPARED = "lists, timers and counts were not compared: the partition did not stand still"


def verify(partition: int | None, *, every: bool, watch: bool, interval_seconds: float, as_json: bool) -> None:
    """Audit one partition, or all, once or until something is wrong.

    Exit with 1 where something is wrong, else with 3 where a partition moved so much that a part went unchecked.
    """
    if every and partition is not None:
        raise InvalidInputError("--partition and --all exclude each other")
    settings = store_settings()
    verdicts = asyncio.run(
        _watch(settings, partition, interval_seconds, as_json=as_json) if watch else _once(settings, partition)
    )
    if not (watch and as_json):
        print_json(verdicts) if as_json else _print(verdicts)
    if not all(verdict.clean for verdict in verdicts):
        raise typer.Exit(FAILED)
    if not all(verdict.still for verdict in verdicts):
        raise typer.Exit(UNDECIDED)


async def _once(settings: Settings, partition: int | None) -> list[Verdict]:
    async with looking_at(settings) as store:
        return await _pass(_auditors(store, partition))


async def _watch(settings: Settings, partition: int | None, interval_seconds: float, *, as_json: bool) -> list[Verdict]:
    """Audit again and again, say each time what was found, and return as soon as something is wrong."""
    async with looking_at(settings) as store:
        auditors = _auditors(store, partition)
        while True:
            verdicts = await _pass(auditors)
            if as_json:
                print_json(verdicts)
            if not all(verdict.clean for verdict in verdicts):
                return verdicts
            if not as_json:
                console().print(_line(verdicts))
            await asyncio.sleep(interval_seconds)


def _auditors(store: ValkeyStore, partition: int | None) -> list[Auditor]:
    if partition is not None and partition >= store.partitions:
        raise InvalidInputError(f"there is no partition {partition}: the last is {store.partitions - 1}")
    return [Auditor(store, number) for number in (range(store.partitions) if partition is None else [partition])]


async def _pass(auditors: Sequence[Auditor]) -> list[Verdict]:
    verdicts = [await auditor.verify() for auditor in auditors]
    for _ in range(TRIES - 1):
        for place, auditor in enumerate(auditors):
            if verdicts[place].clean and not verdicts[place].still:
                verdicts[place] = await auditor.verify()
    return verdicts


def _line(verdicts: Sequence[Verdict]) -> str:
    events = sum(verdict.events for verdict in verdicts)
    moved = [str(verdict.partition) for verdict in verdicts if not verdict.still]
    whole = f"{local(datetime.now(UTC))} whole: {len(verdicts)} partitions, {events} events"
    return whole + (f" (partition {', '.join(moved)} so far: {UNCOMPARED})" if moved else "")


def _print(verdicts: Sequence[Verdict]) -> None:
    out = console()
    rows = [
        (
            str(one.partition),
            str(one.events),
            str(one.runs),
            str(one.dags),
            _verdict(one),
            "" if one.still else UNCOMPARED,
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


def _verdict(one: Verdict) -> Text:
    if not one.clean:
        return Text(f"{len(one.problems) + one.untold} problems", "red")
    return Text("whole", "green") if one.still else Text("whole so far", "yellow")
