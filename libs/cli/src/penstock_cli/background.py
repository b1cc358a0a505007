"""A stack that runs beside the main thread, which is then free to wait, to draw, and to be interrupted by Ctrl-C."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from penstock_cli.signals import Interrupted, unless_asked
from penstock_cli.supervisor import Stack


class BackgroundStack:
    """Context manager around start and stop of a stack; it raises what ``Stack.start`` does.

    Ctrl-C during the stop hurries it. The thread lives as long as the stack: on Linux children end with the thread that
    started them.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="stack")
        self._loop: concurrent.futures.Future[asyncio.AbstractEventLoop] = concurrent.futures.Future()
        self._started: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._finish = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._started.result()
        except BaseException:  # a stack that failed, or Ctrl-C: leave no process behind
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._call(self._finish.set)
        while self._thread.is_alive():
            try:
                self._thread.join()
            except KeyboardInterrupt:
                self._call(self._stack.hurry.set)

    def _call(self, function: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the stack has ended by itself
            self._loop.result().call_soon_threadsafe(function)

    async def _run(self) -> None:
        self._loop.set_result(asyncio.get_running_loop())
        try:
            await unless_asked(self._finish, self._stack.start())
            self._started.set_result(None)
            await self._finish.wait()
        except Interrupted:
            pass
        except Exception as error:  # noqa: BLE001  # whatever it is belongs to the thread that waits for the start
            self._started.set_exception(error)
        finally:
            await self._stack.stop()
