"""The workloads on streaQ's task dependencies: ``python -m peers.streaq_bench B4``, in the folder ``bench``.

Its tasks are coroutine functions on uvloop, without a line of log per task. Everything else is streaQ's default:
results are kept for five minutes. Dependent tasks are enqueued one by one, as its documentation wants for
reliability, so many of them under way at a time; the chain is sent as one transaction.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import Any

import uvloop
from streaq import Worker

from peers import harness
from suite import tasks

AT_ONCE = 64
"""Requests under way at a time, as in Penstock's workloads."""
POLL_SECONDS = 0.02


def main() -> None:
    """Start workers, measure one workload, stop the workers."""
    if sys.argv[1] == "work":
        _Queue(int(sys.argv[2])).worker.run_sync()
        return
    parser = harness.arguments(__doc__)
    parser.add_argument("--concurrency", type=int, default=16, help="tasks at a time in a worker; 16 is the default")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    options = parser.parse_args()
    harness.report(
        peer="streaq",
        version=version("streaq"),
        settings=f"asyncio on uvloop, {options.workers} worker(s), concurrency {options.concurrency}, silent tasks",
    )
    work = [sys.executable, "-m", "peers.streaq_bench", "work", str(options.concurrency)]
    with harness.children(work, options.workers):
        uvloop.run(_measure(options))


async def _measure(options: argparse.Namespace) -> None:
    queue = _Queue(options.concurrency)
    async with queue.worker, asyncio.timeout(harness.WAIT_SECONDS * (options.repeats + 1)):
        await queue.until_workers(options.workers)
        if options.workload == "B6":
            await queue.report_requests(options.repeats)
            return
        run = queue.workloads()[options.workload]
        await run()  # warms up
        for _ in range(options.repeats):
            begun = time.monotonic()
            await run()
            harness.report(seconds=time.monotonic() - begun)


class _Queue:
    """The queue and its tasks, in the worker and in the client."""

    def __init__(self, concurrency: int) -> None:
        self.worker: Any = Worker(
            redis_url=harness.redis_url(), concurrency=concurrency, anyio_kwargs={"use_uvloop": True}
        )
        self._noop = self.worker.task(silent=True)(tasks.noop_async)
        self._fib = self.worker.task(silent=True)(_fib_then)
        self._now_ms = self.worker.task(silent=True)(_now_ms)
        self._turn = asyncio.Semaphore(AT_ONCE)

    def workloads(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "B1": self._chain,
            "B4": lambda: self._spread(harness.FAN, 1),
            "B5-200": lambda: self._spread(3, harness.DIAMONDS["B5-200"]),
            "B5-2000": lambda: self._spread(3, harness.DIAMONDS["B5-2000"]),
        }

    async def until_workers(self, count: int) -> None:
        """Wait until so many workers have said that they are healthy."""
        async with asyncio.timeout(harness.WAIT_SECONDS):
            while len(await self.worker.redis.keys(f"{self.worker.prefix}:health:*")) < count:
                await asyncio.sleep(POLL_SECONDS)

    async def report_requests(self, repeats: int) -> None:
        for _ in range(repeats):
            started = []
            for number in range(harness.REQUESTS + 1):
                begun = time.time() * 1000
                task = await self._now_ms.enqueue()
                ended = await task.result(timeout=harness.WAIT_SECONDS)
                if number:
                    started.append(ended.result - begun)
            harness.report(started_ms=started)

    async def _chain(self) -> None:
        last = self._fib.enqueue(harness.FIB)
        for _ in range(harness.CHAIN - 1):
            last = last.then(self._fib)
        ended = await (await last).result(timeout=harness.WAIT_SECONDS)
        assert ended.result == harness.FIB

    async def _spread(self, width: int, runs: int) -> None:
        """Run so many times one task, then ``width`` at once, then one."""
        if runs == 1:
            await self._until_ended([await self._enqueue_spread(width)])
        else:
            await self._until_ended(await asyncio.gather(*(self._enqueue_spread(width) for _ in range(runs))))

    async def _enqueue_spread(self, width: int) -> str:
        """Return the id of the last task."""
        first = await self._enqueue(None)
        middle = await asyncio.gather(*(self._enqueue([first]) for _ in range(width)))
        return await self._enqueue(middle)

    async def _enqueue(self, after: Sequence[str] | None) -> str:
        async with self._turn:
            task = await self._noop.enqueue().start(after=after)
            return str(task.id)

    async def _until_ended(self, ids: Sequence[str]) -> None:
        """Wait for results as cheaply as can be: waiting for each would take a connection each."""
        async with asyncio.timeout(harness.WAIT_SECONDS):
            while await self.worker.redis.exists([self.worker.results_key + one for one in ids]) < len(ids):
                await asyncio.sleep(POLL_SECONDS)


async def _fib_then(n: int) -> int:
    """Do the work of the chain and hand on the number, which streaQ's pipelines pass from task to task."""
    tasks.fib(n)
    return n


async def _now_ms() -> float:
    return tasks.now_ms()


if __name__ == "__main__":
    main()
