"""How long until everything goes on after a process was killed, frozen or told to stop? Default settings throughout.

    .venv/bin/python bench/recovery.py --repeats 5

Two schedulers and two workers run as processes of their own on a fresh embedded server. Each row is one kind of
trouble: the time from the signal until the last partition has a new owner, or until the task runs again elsewhere.
"""

import argparse
import asyncio
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.embedded import embedded_server
from penstock.ids import new_run_id, partition_of_dag
from penstock.process import owner_prefix
from penstock.store.base import Store
from penstock.store.valkey import open_valkey
from penstock.tether import tethered

PARTITIONS = 8
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 60.0
LONG = DagSpec(id="long", name="long", tasks={"a": TaskSpec(id="a", name="a", command="sleep 600")})
PARTITION = partition_of_dag(LONG.id, PARTITIONS)


async def seconds_until(condition: Callable[[], Awaitable[object]], since: float | None = None) -> float:
    """Return how long it took until the condition was true."""
    begun = time.monotonic() if since is None else since
    while not await condition():
        if time.monotonic() > begun + PATIENCE_SECONDS:
            raise TimeoutError(condition)
        await asyncio.sleep(POLL_SECONDS)
    return time.monotonic() - begun


class Bench:
    """A deployment in which processes are replaced as they go. Lists of processes are by role."""

    def __init__(self, store: Store, url: str) -> None:
        self.store = store
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
        self._env = {**inherited, "PENSTOCK_REDIS_URL": url, "PENSTOCK_LOG_LEVEL": "error"}
        self._running: dict[str, list[asyncio.subprocess.Process]] = {"scheduler": [], "worker": []}

    async def fill(self) -> None:
        """Start what is missing; return when partitions are shared and workers wait."""
        for role, running in self._running.items():
            running[:] = [process for process in running if process.returncode is None]
            while len(running) < 2:
                running.append(await self._start(role))
        await seconds_until(self._settled)

    async def end(self) -> None:
        """Kill all processes, so that none writes any more to what is about to be removed."""
        for process in (one for running in self._running.values() for one in running):
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _start(self, role: str) -> asyncio.subprocess.Process:
        command = tethered([sys.executable, "-m", f"penstock_{role}"], signal.SIGKILL)
        return await asyncio.create_subprocess_exec(*command, env=self._env)

    async def _settled(self) -> bool:
        owners = [(await self.store.head(partition)).owner for partition in range(PARTITIONS)]
        names = [owner_prefix("scheduler", process.pid) for process in self._running["scheduler"]]
        return all(sum(owner.startswith(name) for owner in owners) == PARTITIONS // 2 for name in names)

    async def scheduler_away(self, number: signal.Signals) -> dict[str, float]:
        """Send the signal to a scheduler that owns half of the partitions."""
        victim, heir = self._running["scheduler"]

        async def taken_over() -> bool:
            owners = [(await self.store.head(partition)).owner for partition in range(PARTITIONS)]
            return all(owner.startswith(owner_prefix("scheduler", heir.pid)) for owner in owners)

        victim.send_signal(number)
        seconds = await seconds_until(taken_over)
        await victim.wait()
        return {"until its partitions are served by another": seconds}

    async def worker_away(self, number: signal.Signals) -> dict[str, float]:
        """Send the signal to a worker that runs a task; wake it again if that has frozen it."""
        run_id, _ = await self.store.request_run(
            LONG.id, new_run_id(PARTITION, time.time_ns() // 1_000_000, secrets.token_bytes(10))
        )
        await seconds_until(lambda: self._runs(run_id, 1))
        (victim,) = [one for one in self._running["worker"] if _children(one.pid)]
        victim.send_signal(number)
        begun = time.monotonic()
        figures = {}
        if number is signal.SIGKILL:
            figures["until nothing it started is left"] = await seconds_until(_childless(victim.pid), begun)
        figures["until its task runs again elsewhere"] = await seconds_until(lambda: self._runs(run_id, 2), begun)
        if number is signal.SIGSTOP:
            victim.send_signal(signal.SIGCONT)
            figures["once woken, until it has killed its task"] = await seconds_until(_childless(victim.pid))
        else:
            await victim.wait()
        await self.store.cancel_run(run_id)
        await seconds_until(lambda: self._ended(run_id))
        return figures

    async def _runs(self, run_id: str, attempt: int) -> bool:
        view = await self.store.run(run_id)
        task = view.tasks.get(0) if view else None
        return task is not None and (task.status, task.attempt) == ("running", attempt)

    async def _ended(self, run_id: str) -> bool:
        view = await self.store.run(run_id)
        return view is not None and view.summary.status == "cancelled"


def _children(worker_pid: int) -> list[str]:
    """Return the living processes that bear the mark of the worker which started them."""
    mark = f"PENSTOCK_WORKER={owner_prefix('worker', worker_pid)}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark in (folder / "environ").read_bytes():
                found.append(folder.name)
        except OSError:  # gone meanwhile
            continue
    return found


def _childless(worker_pid: int) -> Callable[[], Awaitable[bool]]:
    async def childless() -> bool:
        return not _children(worker_pid)

    return childless


@asynccontextmanager
async def deployed() -> AsyncIterator[Bench]:
    """Start a server and an empty deployment on it; in the end no process of it is left."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_server(Path(folder)) as server:
            store = await open_valkey(server.redis_url, prefix="pk", partitions=PARTITIONS)
            bench = Bench(store, server.redis_url)
            try:
                await store.register_dag(LONG, dag_version(LONG))
                yield bench
            finally:
                await bench.end()
                await store.close()


async def measure(repeats: int) -> None:
    """Print one line per figure."""
    async with deployed() as bench:
        troubles: dict[str, Callable[[], Awaitable[dict[str, float]]]] = {
            "scheduler, SIGKILL": lambda: bench.scheduler_away(signal.SIGKILL),
            "scheduler, SIGTERM": lambda: bench.scheduler_away(signal.SIGTERM),
            "worker, SIGKILL": lambda: bench.worker_away(signal.SIGKILL),
            "worker, SIGSTOP": lambda: bench.worker_away(signal.SIGSTOP),
        }
        for trouble, make in troubles.items():
            times: dict[str, list[float]] = {}
            for _ in range(repeats):
                await bench.fill()
                for figure, seconds in (await make()).items():
                    times.setdefault(figure, []).append(seconds)
            for figure, found in times.items():
                spread = f"{min(found):5.2f} … {max(found):5.2f}"
                print(f"{trouble:18}  {figure:42}  {median(found):5.2f} s  ({spread})", flush=True)


def main() -> None:
    """Parse the arguments and run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    asyncio.run(measure(parser.parse_args().repeats))


if __name__ == "__main__":
    main()
