"""The client of a simulated deployment: it registers DAGs, requests runs until they are acknowledged, cancels some."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from itertools import chain, repeat
from typing import Any

from penstock.core.dag import DagSpec, dag_version
from penstock.errors import ConflictError, NotFoundError, StoreUnavailableError
from penstock.ids import new_run_id, partition_of_dag
from simulation.plan import PARTITIONS, Plan
from simulation.processes import Network, Process
from simulation.workload import random_dag


class Client:
    """Knows by ``acknowledged`` which runs it was promised; ``cancelling`` are the cancellations it has begun."""

    def __init__(
        self, seed: int, plan: Plan, network: Network, chance: random.Random, clock: Callable[[], int]
    ) -> None:
        self.acknowledged: set[str] = set()
        self.cancelling: list[asyncio.Task[None]] = []
        self._plan = plan
        self._network = network
        self._chance = chance
        self._clock = clock
        self._repeats = random.Random(f"repeats {seed}")

    async def run(self) -> None:
        """Register DAGs, request runs under keys until acknowledged, cancel some."""
        process = Process("client")
        store = self._network.store_of(process)
        dags = [random_dag(self._chance, number, late=self._plan.late) for number in range(self._plan.dags)]
        for dag in dags:
            await self._register(store, dag)
        for number in range(self._plan.runs):
            await asyncio.sleep(self._chance.expovariate(self._plan.runs / self._plan.seconds * 1.3))
            run_id = await self._request(store, self._chance.choice(dags), f"key-{number}")
            self.acknowledged.add(run_id)
            if self._chance.random() < 0.2:
                self.cancelling.append(asyncio.create_task(self._cancel(store, run_id)))

    async def _register(self, store: Any, dag: DagSpec) -> None:  # noqa: ANN401  # a Store behind the network
        await self._insist(lambda: store.register_dag(dag, dag_version(dag)))

    async def _request(self, store: Any, dag: DagSpec, key: str) -> str:  # noqa: ANN401  # likewise
        """Return the id of the run requested under the key; a DAG that a failover took is registered anew.

        The API gives every request an id of its own; the key alone makes a repetition the same request.
        """
        chances = chain([self._chance], repeat(self._repeats))

        def request() -> Coroutine[Any, Any, tuple[str, bool]]:
            run_id = new_run_id(partition_of_dag(dag.id, PARTITIONS), self._clock(), next(chances).randbytes(10))
            answer: Coroutine[Any, Any, tuple[str, bool]] = store.request_run(dag.id, run_id, key, "")
            return answer

        while True:
            try:
                known, _ = await self._insist(request)
            except NotFoundError:
                await self._register(store, dag)
                continue
            return str(known)

    async def _cancel(self, store: Any, run_id: str) -> None:  # noqa: ANN401  # a Store behind the network
        await asyncio.sleep(self._chance.uniform(0, 3))
        with contextlib.suppress(ConflictError, NotFoundError):  # it has ended; a failover has taken it
            await self._insist(lambda: store.cancel_run(run_id))

    async def _insist(self, request: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401  # whatever is asked for
        while True:
            try:
                return await request()
            except StoreUnavailableError:
                await asyncio.sleep(self._chance.uniform(0.05, 0.5))
