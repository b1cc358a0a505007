"""What simulated deployments have to do: random DAGs, and an executor that takes time, fails and can be stopped."""

import asyncio
import random

from penstock.core.dag import DagSpec, TaskSpec
from penstock_worker.executors.base import Execution, Outcome, OutputSink


class SimulatedExecutor:
    """Takes some time, fails sometimes, stops when told."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    async def execute(self, execution: Execution, sink: OutputSink, cancel: asyncio.Event) -> Outcome:
        sink.write("stdout", b"hello\n")
        long = self._chance.random() < 0.1
        seconds = self._chance.uniform(2, 9) if long else self._chance.expovariate(5)
        try:
            async with asyncio.timeout(seconds):
                await cancel.wait()
        except TimeoutError:
            failed = self._chance.random() < 0.15
            return Outcome("failed", exit_code=1) if failed else Outcome("succeeded", exit_code=0)
        return Outcome("cancelled")

    async def close(self) -> None:
        """There is nothing to give up."""


LATE_AFTER = (1.0, None, 6.0)
"""What the DAGs of a world set in turn: most runs, none, and some are late."""


def random_dag(chance: random.Random, number: int, *, late: bool) -> DagSpec:
    """Return a DAG; which of its runs are late takes no chance, so that a seed goes on as it would without."""
    size = chance.choice([1, 3, 6, 12])
    names = [f"t{index}" for index in range(size)]
    tasks = {}
    for index, name in enumerate(names):
        upstream = tuple(chance.sample(names[:index], min(index, chance.randint(0, 3))))
        tasks[name] = TaskSpec(
            id=name,
            name=name,
            command="true",
            dependencies=upstream,
            retries=chance.randint(0, 3),
            retry_delay_seconds=chance.choice([0.1, 1.0]),
        )
    late_after = LATE_AFTER[number % len(LATE_AFTER)] if late else None
    return DagSpec(id=f"dag{number}", name="simulated", tasks=tasks, late_after_seconds=late_after)
