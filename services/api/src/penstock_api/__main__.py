"""Run the API: ``python -m penstock_api``."""

import structlog
import uvloop

from penstock.logs import configure_logging
from penstock.process import end_when_told, explained_exit, left_when_told
from penstock.settings import Settings, load_settings
from penstock.store import await_store
from penstock.tracing import tracing
from penstock_api.app import create_app
from penstock_api.doors import is_loopback
from penstock_api.server import Server


async def serve(settings: Settings) -> None:
    """Serve the API until SIGTERM or SIGINT.

    Raises:
        InvalidInputError: a variable of OpenTelemetry has a value that cannot be used.
    """
    async with tracing("api") as tracer:
        with left_when_told():
            store = await await_store(settings)
        try:
            await Server(create_app(store, settings, tracer), settings).serve()
        finally:
            await store.close()


def main() -> None:
    """Start the process."""
    end_when_told()
    with explained_exit("api"):
        settings = load_settings()
        configure_logging("api", settings.log_format, settings.log_level)
        if not is_loopback(settings.api_host):
            message = "beyond loopback, and there is no login: whoever reaches this can run commands on the workers"
            structlog.get_logger().warning(message, host=settings.api_host)
        uvloop.run(serve(settings))


if __name__ == "__main__":
    main()
