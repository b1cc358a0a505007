"""The HTTP server: uvicorn, told how to end when streams are open."""

import signal
from collections.abc import Callable
from socket import socket
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from penstock.settings import Settings

STOP_SECONDS = 10
"""How long requests under way may take once the server has been told to stop."""


class Server(uvicorn.Server):
    """Serves the API until SIGTERM or SIGINT.

    The end, in order: no new connections; streams are ended, which nothing else would do; requests under way are
    answered; then the live feed ends. A second SIGINT cuts this short.
    """

    def __init__(self, app: ASGIApp, settings: Settings, end_streams: Callable[[], None]) -> None:
        self._end_streams = end_streams
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.api_host,
                port=settings.api_port,
                http="httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        """Note a signal. Uvicorn's own raises it again in the end, but to be told to stop is no failure."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    def stop(self) -> None:
        """Ask the server to end."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop serving."""
        self._end_streams()
        await super().shutdown(sockets)
