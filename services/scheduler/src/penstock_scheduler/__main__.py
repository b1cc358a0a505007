"""Run a scheduler: ``python -m penstock_scheduler``."""

import asyncio
import signal
from collections.abc import Sequence

import uvloop

from penstock.exposition import Exposition
from penstock.listener import Readiness, listening
from penstock.logs import configure_logging
from penstock.process import collect_rarely, end_when_told, explained_exit, left_when_told, process_name
from penstock.settings import Settings, load_settings
from penstock.store import await_store
from penstock.tracing import tracing
from penstock_scheduler.notifications.courier import Courier
from penstock_scheduler.notifications.read_targets import load_targets
from penstock_scheduler.notifications.target import Target
from penstock_scheduler.service import Scheduler


async def serve(settings: Settings, targets: Sequence[Target]) -> None:
    """Run a scheduler until SIGTERM or SIGINT.

    Raises:
        InvalidInputError: a variable of OpenTelemetry has a value that cannot be used.
        CannotListenError: it cannot listen where its metrics are to be read.
        UnfitServerError: the server must not be used as it is configured.
        NewerSchemaError: it met what only a newer Penstock understands.
    """
    readiness, exposition = Readiness(), Exposition("scheduler")
    async with tracing("scheduler") as tracer, listening(settings, exposition, readiness):
        with left_when_told():
            store = await await_store(settings)
        courier = Courier(targets, deployment=settings.key_prefix, public_url=settings.public_url)
        scheduler = Scheduler(
            store,
            process_name("scheduler"),
            lease_seconds=settings.scheduler_lease_seconds,
            worker_lease_seconds=settings.worker_lease_seconds,
            loaded_tasks=settings.scheduler_loaded_tasks,
            courier=courier,
            tracer=tracer,
        )
        readiness.begin(scheduler, store)
        exposition.add(scheduler.metrics)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, scheduler.stop)
        try:
            await scheduler.run()
        finally:
            await courier.close()
            await store.close()


def main() -> None:
    """Start the process."""
    end_when_told()
    with explained_exit("scheduler"):
        settings = load_settings()
        configure_logging("scheduler", settings.log_format, settings.log_level)
        targets = load_targets(settings.notifications)
        collect_rarely()
        uvloop.run(serve(settings, targets))


if __name__ == "__main__":
    main()
