"""What does it cost to take a partition over? Measures it with few and with many sleeping runs.

    .venv/bin/python bench/takeover.py --runs 10 100000

The runs sleep: their only task is ready and no worker is there. The scheduler that served them is gone; the time from
the start of its successor to its first commit (of a new run) is measured. Everything lives in one partition.
"""

import argparse
import asyncio
import logging
import secrets
import tempfile
import time
from pathlib import Path

import structlog
import uvloop

from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.core.status import RunStatus
from penstock.embedded import EmbeddedServer
from penstock.ids import new_run_id
from penstock.store.valkey import ValkeyStore, open_valkey
from penstock_scheduler.service import Scheduler

DAG = DagSpec(id="sleeper", name="sleeper", tasks={"a": TaskSpec(id="a", name="a", command="true")})
AT_ONCE = 100


async def request(store: ValkeyStore) -> str:
    """Request one run."""
    run_id, _ = await store.request_run(DAG.id, new_run_id(0, time.time_ns() // 1_000_000, secrets.token_bytes(10)))
    return run_id


async def put_to_sleep(store: ValkeyStore, runs: int) -> None:
    """Have a scheduler accept the runs, and stop it."""
    await store.register_dag(DAG, dag_version(DAG))
    scheduler = Scheduler(store, "first", lease_seconds=5, worker_lease_seconds=10)
    task = asyncio.create_task(scheduler.run())
    for done in range(0, runs, AT_ONCE):
        await asyncio.gather(*(request(store) for _ in range(min(AT_ONCE, runs - done))))
    while (await store.figures()).runs[RunStatus.RUNNING] < runs:
        await asyncio.sleep(0.05)
    scheduler.stop()
    await task


async def take_over(store: ValkeyStore) -> float:
    """Return the seconds from a scheduler's start to its first commit."""
    run_id = await request(store)
    scheduler = Scheduler(store, "second", lease_seconds=5, worker_lease_seconds=10)
    begun = time.monotonic()
    task = asyncio.create_task(scheduler.run())
    while (view := await store.run(run_id)) is None or view.summary.status is RunStatus.REQUESTED:
        await asyncio.sleep(0.0005)
    seconds = time.monotonic() - begun
    scheduler.stop()
    await task
    return seconds


async def measure(url: str, runs: int) -> None:
    """Print the figures for one number of runs."""
    store = await open_valkey(url, prefix=f"bench{runs}", partitions=1)
    await put_to_sleep(store, runs)
    times = sorted([await take_over(store) for _ in range(5)])
    print(f"{runs:>7} sleeping runs: takeover to first commit {times[2] * 1000:.1f} ms (median of 5)")
    await store.close()


def main() -> None:
    """Parse the arguments and run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[10, 100_000])
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder)) as server:
        for runs in arguments.runs:
            uvloop.run(measure(server.redis_url, runs))


if __name__ == "__main__":
    main()
