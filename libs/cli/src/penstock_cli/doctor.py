"""``penstock doctor``: looks at the server and at every partition, and says what is wrong and what to do about it."""

import asyncio

import msgspec
import typer

from penstock.settings import Settings
from penstock.store.records import Figures, PartitionHealth
from penstock.store.valkey import open_valkey
from penstock_cli.connect import store_settings
from penstock_cli.failures import FAILED
from penstock_cli.findings import Finding, findings
from penstock_cli.output import console, print_json, table


class Examination(msgspec.Struct, frozen=True):
    """All that was found."""

    server: str
    schedulers: list[str]
    partitions: list[PartitionHealth]
    figures: Figures
    findings: list[Finding]


def doctor(*, as_json: bool) -> None:
    """Examine the deployment; exit with 1 where something was found."""
    found = asyncio.run(examine(store_settings()))
    if as_json:
        print_json(found)
    else:
        _print(found)
    if found.findings:
        raise typer.Exit(FAILED)


async def examine(settings: Settings) -> Examination:
    """Look at the server and the partitions.

    Raises:
        StoreUnavailableError: no server answers.
    """
    # Not strict: an unfit server is what this is for.
    store = await open_valkey(
        settings.redis_url, prefix=settings.key_prefix, partitions=settings.partitions, strict=False
    )
    try:
        faults = await store.check()
        schedulers = await store.schedulers()
        partitions = [await store.health(number) for number in range(store.partitions)]
        figures = await store.figures()
    finally:
        await store.close()
    found = findings(faults, schedulers, partitions, worker_lease_ms=int(settings.worker_lease_seconds * 1000))
    return Examination(settings.redacted_url, schedulers, partitions, figures, found)


def _print(found: Examination) -> None:
    out = console()
    out.print(f"server {found.server}")
    out.print(f"schedulers: {', '.join(found.schedulers) or 'none'}")
    numbers = ["partition", "term", "seq", "inbox", "ready", "claimed", "timers", "dead"]
    ages = ["last event", "oldest fact", "stillest claim", "overdue"]
    rows = [_row(one) for one in found.partitions]
    out.print(table("partition", "owner", *numbers[1:], *ages, rows=rows, right=[*numbers, *ages]))
    figures = found.figures
    out.print(f"DAGs: {figures.dags}, runs: {sum(figures.runs.values())}, events: {figures.events}")
    for finding in found.findings:
        out.print(f"✗ {finding.what}: {finding.advice}", style="red")
    if not found.findings:
        out.print("✓ nothing wrong", style="green")


def _row(one: PartitionHealth) -> tuple[str, ...]:
    counts = (one.head.term, one.head.seq, one.inbox, one.ready, one.claims, one.timers, one.dead_letters)
    ages = (one.commit_age_ms, one.inbox_age_ms, one.claim_idle_ms, one.overdue_ms)
    return (str(one.partition), one.head.owner or "-", *map(str, counts), *map(_seconds, ages))


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.0f} s" if ms >= 1000 else "-"
