"""At rest: every run has ended, and nothing is left over, neither on the server nor on the machine."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from chaos.deployment import Deployment
from chaos.service import mark_of_worker, processes_with
from chaos.tasks import TRACE
from penstock.audit import verify_partition
from penstock.store.base import Store
from penstock.store.views import Figures

STILL_SECONDS = 45.0
"""How long nothing may happen while runs are open: longer than any task, lease, retry or backoff takes."""

POLL_SECONDS = 0.2


async def await_rest(store: Store, blame: Callable[[str], None]) -> None:
    """Wait until nothing is under way, or until nothing moves any more though something is."""
    clock = asyncio.get_running_loop().time
    seen, since = -1, clock()
    while not at_rest(figures := await store.figures()):
        if figures.events != seen:
            seen, since = figures.events, clock()
        if clock() - since > STILL_SECONDS:
            blame(f"for {STILL_SECONDS:g} s nothing has happened, but not everything is done: {figures}")
            return
        await asyncio.sleep(POLL_SECONDS)


def at_rest(figures: Figures) -> bool:
    """Return whether all runs have ended and nothing waits."""
    return not (open_runs(figures) or figures.inbox_lag or figures.pending or figures.queue_depth)


def open_runs(figures: Figures) -> int:
    """Return how many runs have not ended."""
    return sum(figures.runs.get(status, 0) for status in ("requested", "running", "cancelling"))


async def check_rest(store: Store, trace: Path, blame: Callable[[str], None]) -> None:
    """Look for what is left over while the services still run."""
    figures = await store.figures()
    if figures.dead_letters:
        blame(f"{figures.dead_letters} facts could not be read")
    for partition in range(store.partitions):
        verdict = await verify_partition(store, partition)
        if not verdict.still:
            blame(f"partition {partition} does not come to rest")
        for problem in verdict.problems:
            blame(f"partition {partition}: {problem.what}: {problem.where}: {problem.expected} / {problem.found}")
        if timers := await store.timers(partition):
            blame(f"partition {partition} has timers without a reason: {timers}")
        if left := await store.inbox(partition, "0-0", 10, 0):
            blame(f"the inbox of partition {partition} is not trimmed: {left}")
    if alive := processes_with(f"{TRACE}={trace}".encode()):
        blame(f"{len(alive)} processes of tasks are still alive")


def check_gone(deployment: Deployment, blame: Callable[[str], None]) -> None:
    """Look for processes that outlived the workers which started them."""
    for service in deployment.services.values():
        for trouble in service.troubles:
            blame(trouble)
        for pid in service.pids:
            if survivors := processes_with(mark_of_worker(pid), whole=False):
                blame(f"{len(survivors)} processes have outlived {service.name} ({pid})")
