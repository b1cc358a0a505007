"""Run the API: ``python -m penstock_api``."""

import structlog
import uvloop

from penstock.logs import configure_logging
from penstock.process import end_when_told, explained_exit
from penstock.settings import Settings, load_settings
from penstock.tracing import tracing
from penstock_api.doors import is_loopback
from penstock_api.front import Front
from penstock_api.server import Server


async def serve(settings: Settings) -> None:
    """Serve the API until SIGTERM or SIGINT.

    Raises:
        InvalidInputError: a variable of OpenTelemetry has a value that cannot be used.
        UnfitServerError: the server must not be used as it is configured.
    """
    async with tracing("api") as tracer:
        front = Front(settings, tracer)
        server = Server(front, settings, front.end_streams)
        front.on_failure = server.stop
        await server.serve()
        front.raise_failure()


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
