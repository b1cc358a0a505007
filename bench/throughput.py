"""How fast is the orchestrator itself? Times runs of no-op (or real) tasks on a fresh embedded server.

    .venv/bin/python bench/throughput.py diamond --runs 1000
    .venv/bin/python bench/throughput.py fan --width 10000 --executor shell
    .venv/bin/python bench/throughput.py chain --width 40

One scheduler and one worker run as processes of their own; the server syncs every write unless told otherwise. Absolute
figures depend on the machine: compare within one run of it.
"""

import argparse
import asyncio
import logging
import multiprocessing
import secrets
import signal
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog
import uvloop

from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.core.status import RunStatus
from penstock.embedded import EmbeddedServer
from penstock.ids import new_run_id, partition_of_dag
from penstock.store.valkey import ValkeyStore, open_valkey
from penstock_scheduler.service import Scheduler
from penstock_worker.executors.base import Execution, Outcome, OutputSink
from penstock_worker.executors.registry import load_executors
from penstock_worker.service import Worker

PARTITIONS = 8


class Noop:
    """Succeeds at once: what is left is the orchestrator's own cost."""

    async def execute(self, execution: Execution, sink: OutputSink, cancel: asyncio.Event) -> Outcome:  # noqa: ARG002  # the contract
        """Do nothing."""
        return Outcome("succeeded", exit_code=0)

    async def close(self) -> None:
        """Give nothing up."""


def shape(name: str, width: int) -> dict[str, tuple[str, ...]]:
    """Return the tasks of a DAG with their dependencies."""
    if name == "diamond":
        return {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}
    if name == "chain":
        return {f"t{number}": (f"t{number - 1}",) if number else () for number in range(width)}
    leaves = {f"t{number}": ("root",) for number in range(width)}
    return {"root": (), **leaves, "end": tuple(leaves)}


def opened(url: str) -> Coroutine[Any, Any, ValkeyStore]:
    """Open the store."""
    return open_valkey(url, prefix="bench", partitions=PARTITIONS)


async def serve(url: str, make: Callable[[ValkeyStore], Scheduler | Worker]) -> None:
    """Run a service until SIGTERM."""
    store = await opened(url)
    service = make(store)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, service.stop)
    await service.run()
    await store.close()


def scheduler(url: str) -> None:
    """Be a scheduler process."""
    uvloop.run(serve(url, lambda store: Scheduler(store, "bench", lease_seconds=5, worker_lease_seconds=10)))


def worker(url: str, executor: str, slots: int) -> None:
    """Be a worker process."""
    executors = {"shell": Noop()} if executor == "noop" else load_executors()

    def make(store: ValkeyStore) -> Worker:
        return Worker(
            store, "bench", executors, slots=slots, lease_seconds=10, drain_seconds=5, output_cap_bytes=1 << 20
        )

    uvloop.run(serve(url, make))


async def measure(url: str, arguments: argparse.Namespace) -> None:
    """Request the runs, wait for their end, print the figures."""
    store = await opened(url)
    tasks = {
        name: TaskSpec(id=name, name=name, command="true", dependencies=dependencies)
        for name, dependencies in shape(arguments.shape, arguments.width).items()
    }
    dags = [DagSpec(id=f"bench{number}", name="bench", tasks=tasks) for number in range(arguments.dags)]
    for dag in dags:
        await store.register_dag(dag, dag_version(dag))
    while any([not (await store.head(partition)).owner for partition in range(PARTITIONS)]):
        await asyncio.sleep(0.05)
    begun = time.monotonic()

    async def request(dag_id: str) -> None:
        now = time.time_ns() // 1_000_000
        await store.request_run(dag_id, new_run_id(partition_of_dag(dag_id, PARTITIONS), now, secrets.token_bytes(10)))

    await asyncio.gather(*(request(dags[number % len(dags)].id) for number in range(arguments.runs)))
    requested = time.monotonic() - begun
    while (figures := await store.figures()).runs[RunStatus.SUCCEEDED] < arguments.runs:
        await asyncio.sleep(0.02)
    seconds = time.monotonic() - begun
    total = arguments.runs * len(tasks)
    print(
        f"{arguments.shape}: {total} tasks in {arguments.runs} runs of {arguments.dags} DAGs, "
        f"executor {arguments.executor}, {arguments.slots} slots, appendfsync {arguments.appendfsync}\n"
        f"  requested in {requested:.2f} s, ended in {seconds:.2f} s: {total / seconds:.0f} tasks/s, "
        f"{figures.events} events"
    )
    await store.close()


def main() -> None:
    """Parse the arguments and run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=["diamond", "fan", "chain"])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--dags", type=int, default=1, help="how many DAGs (they spread over the partitions)")
    parser.add_argument("--width", type=int, default=1000, help="tasks of a fan or a chain")
    parser.add_argument("--executor", choices=["noop", "shell"], default="noop")
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--appendfsync", choices=["always", "everysec"], default="always")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    context = multiprocessing.get_context("fork")
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedServer(Path(folder), appendfsync=arguments.appendfsync) as server,
    ):
        services = [
            context.Process(target=scheduler, args=(server.redis_url,)),
            context.Process(target=worker, args=(server.redis_url, arguments.executor, arguments.slots)),
        ]
        for service in services:
            service.start()
        uvloop.run(measure(server.redis_url, arguments))
        for service in services:
            service.terminate()
            service.join()


if __name__ == "__main__":
    main()
