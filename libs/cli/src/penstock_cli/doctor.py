"""``penstock doctor``: looks at the server and at every partition, and says what is wrong and what to do about it."""

import asyncio

import msgspec
import typer

from penstock.errors import StoreUnavailableError
from penstock.settings import Settings
from penstock.store.valkey import ValkeyStore
from penstock.store.views import Figures, PartitionHealth, ServerSettings
from penstock_cli.connect import store_settings
from penstock_cli.failures import FAILED
from penstock_cli.findings import Finding, Patience, findings
from penstock_cli.looking import looking_at
from penstock_cli.output import console, print_json, table

PAUSE_SECONDS = 0.2
"""Between two looks at what may be over in a moment."""


class Examination(msgspec.Struct, frozen=True):
    """All that was found. While a server is away ``schedulers`` may be unknown, and ``figures`` are: None."""

    server: str
    settings: ServerSettings
    schedulers: list[str] | None
    partitions: list[PartitionHealth]
    figures: Figures | None
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
    """Look at the server and the partitions; for a lease again and again at what may be over in a moment.

    Raises:
        NotFoundError: there is no deployment on the server.
        StoreUnavailableError: no server answers.
    """
    clock = asyncio.get_running_loop().time
    async with looking_at(settings) as store:
        end = clock() + settings.scheduler_lease_seconds
        while True:
            seen = await _look(store, settings)
            if clock() >= end or not any(finding.momentary for finding in seen.findings):
                return seen
            await asyncio.sleep(PAUSE_SECONDS)


async def _look(store: ValkeyStore, settings: Settings) -> Examination:
    server = await store.server()
    condition = await store.condition()
    away = [one for one in condition.degraded if not one.readable]
    waiting = {partition for one in away for partition in one.partitions}
    schedulers = await _schedulers(store, certain=not away)
    partitions = [await store.health(number) for number in range(store.partitions) if number not in waiting]
    figures = None if away else await store.figures()
    found = findings(condition, schedulers, partitions, Patience.of(settings))
    return Examination(settings.redacted_url, server, schedulers, partitions, figures, found)


async def _schedulers(store: ValkeyStore, *, certain: bool) -> list[str] | None:
    """Return who is alive; None where the list lies on a server that is away, which it can only if one is."""
    try:
        return await store.schedulers()
    except StoreUnavailableError:
        if certain:
            raise
        return None


def _print(found: Examination) -> None:
    out = console()
    server, figures = found.settings, found.figures
    out.print(f"server {found.server}: {server.software}")
    if len(server.servers) > 1:
        out.print(f"primaries: {', '.join(server.servers)}")
    limit = f"{server.maxmemory} bytes" if server.maxmemory else "none"
    names = ("role", "maxmemory", "maxmemory-policy", "appendonly", "appendfsync")
    row = (server.role, limit, server.maxmemory_policy, server.appendonly, server.appendfsync)
    out.print(table(*names, rows=[row]))
    alive = "unknown" if found.schedulers is None else ", ".join(found.schedulers) or "none"
    out.print(f"schedulers: {alive}")
    numbers = ["lease", "term", "incarnation", "applied", "appended", "last event"]
    rows = [_log_row(one) for one in found.partitions]
    out.print(table("partition", "owner", *numbers, rows=rows, right=["partition", *numbers]))
    numbers = ["partition", "inbox", "oldest fact", "ready", "oldest ready", "claimed", "stillest claim", "timers"]
    numbers += ["overdue", "dead"]
    out.print(table(*numbers, rows=[_work_row(one) for one in found.partitions], right=numbers))
    if figures is not None:
        out.print(f"DAGs: {figures.dags}, runs: {sum(figures.runs.values())}, events: {figures.events}")
    for one in found.partitions:
        if one.head.incarnation:
            what = f"the server has lost a part of its log {one.head.incarnation} times; it went on from what was left"
            out.print(f"! partition {one.partition}: {what}", style="yellow")
    for finding in found.findings:
        out.print(f"✗ {finding.what}: {finding.advice}", style="red")
    if not found.findings:
        out.print("✓ nothing wrong", style="green")


def _log_row(one: PartitionHealth) -> tuple[str, ...]:
    head = one.head
    counts = (head.term, head.incarnation, head.seq, one.appended)
    return str(one.partition), head.owner or "-", _lease(one.lease_ms), *map(str, counts), _seconds(one.commit_age_ms)


def _work_row(one: PartitionHealth) -> tuple[str, ...]:
    return (
        *(str(one.partition), str(one.inbox), _seconds(one.inbox_age_ms)),
        *(str(one.ready), _seconds(one.ready_age_ms), str(one.claims), _seconds(one.claim_idle_ms)),
        *(str(one.timers), _seconds(one.overdue_ms), str(one.dead_letters)),
    )


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.0f} s" if ms >= 1000 else "-"


def _lease(ms: int) -> str:
    return f"{ms / 1000:.1f} s" if ms else "-"
