"""Runs requested one after the other, as a client does that wants to know of each whether it was taken."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from penstock.audit import verify_partition
from penstock.audit.verdict import Verdict
from penstock.core.dag import DagSpec, dag_version
from penstock.core.status import RUN_ENDED, RunStatus
from penstock.errors import StoreUnavailableError
from penstock.ids import new_run_id, partition_of_dag
from stack import Stack, eventually

PACE_SECONDS = 0.02


class Load:
    """What was acknowledged so far."""

    def __init__(self, stack: Stack, specs: Sequence[DagSpec]) -> None:
        self.acknowledged: list[str] = []
        self.refusals = 0
        """How many requests found the store away."""
        self._stack = stack
        self._specs = specs

    async def more(self, count: int) -> list[str]:
        """Return the runs acknowledged from now on, when there are so many."""
        before = len(self.acknowledged)

        async def enough() -> bool:
            return len(self.acknowledged) >= before + count

        await eventually(enough, f"{count} runs to be acknowledged", 60)
        return self.acknowledged[before:]

    async def request(self) -> None:
        """Request runs until cancelled."""
        store, number = self._stack.store, 0
        for spec in self._specs:
            await store.register_dag(spec, dag_version(spec))
        while True:
            spec = self._specs[number % len(self._specs)]
            number += 1
            run_id = new_run_id(partition_of_dag(spec.id, store.partitions), 1_700_000_000_000, secrets.token_bytes(10))
            try:
                await store.request_run(spec.id, run_id)
            except StoreUnavailableError:
                self.refusals += 1
            else:
                self.acknowledged.append(run_id)
            await asyncio.sleep(PACE_SECONDS)


@asynccontextmanager
async def loaded(stack: Stack, specs: Sequence[DagSpec]) -> AsyncIterator[Load]:
    """Request runs of the DAGs in turn while the block lasts."""
    load = Load(stack, specs)
    requesting = asyncio.create_task(load.request())
    try:
        yield load
    finally:
        requesting.cancel()
        await asyncio.gather(requesting, return_exceptions=True)


async def ends(stack: Stack, run_ids: Sequence[str], seconds: float = 60) -> set[RunStatus | None]:
    """Wait for the end of the runs; return how they ended, None of those that are unknown."""

    async def end_of(run_id: str) -> RunStatus | None:
        seen: list[RunStatus | None] = []

        async def over() -> bool:
            try:
                view = await stack.store.run(run_id)
            except StoreUnavailableError:
                return False
            seen.append(view.summary.status if view else None)
            return seen[-1] is None or seen[-1] in RUN_ENDED

        await eventually(over, f"the end of {run_id}", seconds)
        return seen[-1]

    return {await end_of(run_id) for run_id in run_ids}


async def problems(stack: Stack) -> list[Verdict]:
    """Verify the log and the projections of every partition; return what is wrong."""
    verdicts = [await verify_partition(stack.store, partition) for partition in range(stack.store.partitions)]
    return [verdict for verdict in verdicts if verdict.problems]
