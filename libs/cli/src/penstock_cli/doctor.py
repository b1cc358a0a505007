"""``penstock doctor``: looks at the server and at every partition, and says what is wrong and what to do about it."""

import asyncio

import msgspec
import typer

from penstock.settings import Settings
from penstock.store.base import ReadStore, Store
from penstock.store.records import Figures, Head
from penstock.store.valkey import open_valkey
from penstock_cli.connect import store_settings
from penstock_cli.failures import FAILED
from penstock_cli.output import console, print_json, table

BACKLOG_LIMIT = 100
"""How many waiting facts of a partition are counted; more are not needed to see that there are many."""
LOOK_AGAIN_SECONDS = 1.0
"""Between two looks at a backlog: a scheduler that lives has moved its cursor in this time."""


class Partition(msgspec.Struct, frozen=True):
    """A partition as found. ``waiting`` facts were in its inbox, ``served`` is false where nobody reads them."""

    partition: int
    owner: str
    term: int
    seq: int
    waiting: int
    served: bool


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong, and what to do about it."""

    what: str
    advice: str


class Examination(msgspec.Struct, frozen=True):
    """All that was found."""

    server: str
    partitions: list[Partition]
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
        partitions = await _partitions(store)
        figures = await store.figures()
    finally:
        await store.close()
    findings = [Finding(f"the server: {fault}", "change its configuration, then start it again") for fault in faults]
    return Examination(settings.redacted_url, partitions, figures, findings + _findings(partitions, figures))


async def _partitions(store: Store) -> list[Partition]:
    heads = [await store.head(number) for number in range(store.partitions)]
    waiting = [
        len(await store.inbox(number, head.cursor, BACKLOG_LIMIT, timeout_ms=0)) for number, head in enumerate(heads)
    ]
    moved = await _moved(store, heads) if any(waiting) else [True] * len(heads)
    return [
        Partition(number, head.owner, head.term, head.seq, count, served=not count or progress)
        for number, (head, count, progress) in enumerate(zip(heads, waiting, moved, strict=True))
    ]


async def _moved(store: ReadStore, heads: list[Head]) -> list[bool]:
    await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return [(await store.head(number)).cursor != head.cursor for number, head in enumerate(heads)]


def _findings(partitions: list[Partition], figures: Figures) -> list[Finding]:
    found = []
    stuck = [partition for partition in partitions if not partition.served]
    if stuck:
        names = ", ".join(str(partition.partition) for partition in stuck)
        what = f"nobody reads the inbox of partition {names}"
        found.append(Finding(what, "start a scheduler (`penstock scheduler`), or see the log of the one that runs"))
    if figures.queue_depth and not figures.pending:
        what = f"{figures.queue_depth} attempts are ready and no worker has claimed any"
        found.append(Finding(what, "start a worker (`penstock worker`), or see the log of the one that runs"))
    if figures.dead_letters:
        what = f"{figures.dead_letters} facts could not be read and were put aside"
        found.append(Finding(what, "see which process wrote them: the streams named dead hold them with the reasons"))
    return found


def _print(found: Examination) -> None:
    out = console()
    out.print(f"server {found.server}")
    rows = [
        (str(one.partition), one.owner, str(one.term), str(one.seq), _count(one.waiting)) for one in found.partitions
    ]
    numbers = ["partition", "term", "seq", "waiting facts"]
    out.print(table("partition", "owner", "term", "seq", "waiting facts", rows=rows, right=numbers))
    figures = found.figures
    out.print(
        f"DAGs: {figures.dags}, runs: {sum(figures.runs.values())}, events: {figures.events}; "
        f"attempts ready: {figures.queue_depth}, claimed: {figures.pending}; dead letters: {figures.dead_letters}"
    )
    for finding in found.findings:
        out.print(f"✗ {finding.what}: {finding.advice}", style="red")
    if not found.findings:
        out.print("✓ nothing wrong", style="green")


def _count(number: int) -> str:
    return f"{number} or more" if number == BACKLOG_LIMIT else str(number)
