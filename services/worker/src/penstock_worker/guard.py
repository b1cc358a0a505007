"""The worker's side of its warden: it starts one, tells it what it has to know, and replaces it should it be killed.

A warden that is killed has a successor within milliseconds, or within a second if it had only just succeeded another
itself; the successor is told everything again. What if the worker is killed in between? Every process group still dies
with the worker, because it hangs on it (see tether). Only a process that has left its group survives that.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import structlog

from penstock_worker import warden
from penstock_worker.executors import leaders, strays
from penstock_worker.warden import MARK

_REPLACEMENT_SECONDS = 1.0
"""A warden that cannot live must not keep its worker busy."""

_log = structlog.get_logger()


class Guard:
    """Keeps a warden beside the worker called ``name`` for as long as it is entered; one that dies is replaced."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._leaving = False
        self._changing = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="keeper of the warden", daemon=True)

    def __enter__(self) -> Self:
        """Start the warden and mark what this process starts from now on."""
        os.environ[MARK] = self._name
        leaders.listen(self._heard)
        with self._changing:
            self._install(self._start())
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let the warden go: it ends what is left, and itself."""
        leaders.ignore(self._heard)
        with self._changing:
            self._leaving = True
            if self._process is not None:
                _close(self._process)
        self._keeper.join()
        os.environ.pop(MARK, None)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", warden.__file__, f"{MARK}={self._name}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )

    def _install(self, process: subprocess.Popen[bytes]) -> None:
        """Make this the warden; to be called with the lock. Whatever begins or ends from now on waits to tell it."""
        strays.spare(process.pid)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
        self._process = process
        self._tell(leaders.known())

    def _heard(self, leader: int) -> None:
        with self._changing:
            self._tell((leader,))

    def _tell(self, numbers: Iterable[int]) -> None:
        """Write to the warden, but never wait for it: one that does not read is replaced, as is one that is gone."""
        process, message = self._process, warden.message(numbers)
        if process is None or process.stdin is None:
            return
        try:
            heard = os.write(process.stdin.fileno(), message) == len(message)
        except BlockingIOError:
            heard = False
        except BrokenPipeError:
            return
        if not heard:
            process.kill()

    def _keep(self) -> None:
        """Wait for the end of the warden, and start another as long as the worker lives."""
        while (process := self._process) is not None:
            process.wait()
            strays.forget(process.pid)
            if self._leaving:
                return
            self._replace(process)
            time.sleep(_REPLACEMENT_SECONDS)

    def _replace(self, dead: subprocess.Popen[bytes]) -> None:
        """Start another warden; the worker is not held up meanwhile."""
        try:
            successor = self._start()
        except OSError as error:
            _log.error("no new warden could be started; trying again", error=str(error))
            return
        _log.warning("the warden had ended and was replaced", code=dead.returncode)
        with self._changing:
            self._install(successor)
            if self._leaving:
                _close(successor)
        _close(dead)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
