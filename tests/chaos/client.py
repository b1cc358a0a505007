"""The client: asks until it is answered, of whichever replica, and writes down every promise."""

import asyncio
import random
from typing import Any

import httpx

from chaos.deployment import Deployment
from chaos.journal import Journal
from chaos.load import Load, Order

ANSWER_SECONDS = 5.0
PAUSE_SECONDS = (0.05, 0.5)

AT_ONCE = 64
"""Requests under way; thousands waiting in httpx's pool would cost it all its time."""

MOST_TROUBLES = 20
"""So many wrong answers end the whole: asking on would give nothing but more of them."""


class WrongAnswersError(Exception):
    """The API answers what it must not."""


class Client:
    """Places the orders of a load. ``troubles`` are answers that nobody should ever get."""

    def __init__(self, deployment: Deployment, journal: Journal, chance: random.Random) -> None:
        self.asked = 0
        self.retried = 0
        self.troubles: list[str] = []
        self._journal = journal
        self._chance = chance
        self._doors = [f"http://127.0.0.1:{door.port}" for door in deployment.doors.values()]
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._registered: dict[str, asyncio.Task[None]] = {}

    async def place(self, load: Load) -> None:
        """Place every order in its time; return when all are answered."""
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=20)
        async with (
            httpx.AsyncClient(timeout=ANSWER_SECONDS, limits=limits, trust_env=False) as http,
            asyncio.TaskGroup() as group,
        ):
            self._http = http
            group.create_task(self._refused(load))
            begun = asyncio.get_running_loop().time()
            for order in load.orders:
                await asyncio.sleep(begun + order.at - asyncio.get_running_loop().time())
                group.create_task(self._order(load, order))

    async def _order(self, load: Load, order: Order) -> None:
        if order.dag_id not in self._registered:
            definition = load.definitions[order.dag_id]
            self._registered[order.dag_id] = asyncio.create_task(self._register(order.dag_id, definition))
        await self._registered[order.dag_id]
        run_id = await self._run(order)
        if order.repeat_after is not None:
            await asyncio.sleep(order.repeat_after)
            await self._run(order)
        if order.cancel_after is not None:
            await asyncio.sleep(order.cancel_after)
            await self._cancel(run_id)

    async def _register(self, dag_id: str, definition: dict[str, Any]) -> None:
        answer = await self._ask("/dags", {200, 201}, json=definition)
        self._journal.note("dag", dag_id, answer.json()["version"])

    async def _run(self, order: Order) -> str:
        answer = await self._ask(f"/dags/{order.dag_id}/run", {200, 202}, headers={"Idempotency-Key": order.key})
        run_id: str = answer.json()["run_id"]
        self._journal.note("run", order.key, run_id)
        return run_id

    async def _cancel(self, run_id: str) -> None:
        answer = await self._ask(f"/runs/{run_id}/cancel", {202, 409})
        if answer.status_code == 202:
            self._journal.note("cancel", run_id, "")

    async def _refused(self, load: Load) -> None:
        answer = await self._ask("/dags", {422}, json=load.refused)
        if not answer.json()["error"]["details"]:
            self.troubles.append("a refusal did not name the field")

    async def _ask(self, path: str, expected: set[int], **named: Any) -> httpx.Response:  # noqa: ANN401  # httpx's own
        """Ask until there is an answer; whatever is neither that nor "not now" is written down as trouble."""
        self.asked += 1
        while True:
            try:
                async with self._turn:
                    answer = await self._http.post(self._chance.choice(self._doors) + path, **named)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code in expected:
                    return answer
                if answer.status_code != 503:
                    self.troubles.append(f"POST {path} was answered {answer.status_code}: {answer.text[:300]}")
                elif "retry-after" not in answer.headers:
                    self.troubles.append(f"POST {path} was answered 503 without Retry-After")
            if len(self.troubles) > MOST_TROUBLES:
                raise WrongAnswersError("\n".join(self.troubles))
            self.retried += 1
            await asyncio.sleep(self._chance.uniform(*PAUSE_SECONDS))
