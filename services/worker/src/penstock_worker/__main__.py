"""Run a worker: ``python -m penstock_worker``."""

import asyncio
import signal

import uvloop

from penstock.exposition import Exposition
from penstock.listener import Readiness, listening
from penstock.logs import configure_logging
from penstock.process import collect_rarely, end_when_told, explained_exit, left_when_told, process_name
from penstock.settings import Settings, load_settings
from penstock.store import await_store
from penstock.store.base import Store
from penstock.tracing import Tracer, tracing
from penstock_worker.executors.base import ExecutorSettings
from penstock_worker.executors.registry import load_executors
from penstock_worker.guard import Guard
from penstock_worker.service import Worker


async def serve(settings: Settings, name: str) -> None:
    """Run a worker until SIGTERM or SIGINT.

    Raises:
        InvalidInputError: a variable of OpenTelemetry has a value that cannot be used.
        CannotListenError: it cannot listen where its metrics are to be read.
        UnfitServerError: the server must not be used as it is configured.
        NewerSchemaError: it met what only a newer Penstock understands.
    """
    readiness, exposition = Readiness(), Exposition("worker")
    async with tracing("worker") as tracer, listening(settings, exposition, readiness):
        with left_when_told():
            store = await await_store(settings)
        try:
            worker = _worker(store, settings, name, tracer)
            readiness.begin(worker, store)
            exposition.add(worker.metrics)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, worker.stop)
            await worker.run()
        finally:
            await store.close()


def _worker(store: Store, settings: Settings, name: str, tracer: Tracer) -> Worker:
    executors = ExecutorSettings(grace_s=settings.kill_grace_seconds, max_idle_children=settings.worker_slots)
    return Worker(
        store,
        name,
        load_executors(executors),
        slots=settings.worker_slots,
        lease_seconds=settings.worker_lease_seconds,
        drain_seconds=settings.drain_grace_seconds,
        output_cap_bytes=settings.output_cap_bytes,
        tracer=tracer,
    )


def main() -> None:
    """Start the process."""
    end_when_told()
    with explained_exit("worker"):
        settings = load_settings()
        configure_logging("worker", settings.log_format, settings.log_level)
        collect_rarely()
        name = process_name("worker")
        with Guard(name):
            uvloop.run(serve(settings, name))


if __name__ == "__main__":
    main()
