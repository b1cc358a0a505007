"""The worker's side of its warden: it starts one, and another should that one be killed."""

import os
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

import structlog

from penstock_worker import warden
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
        self._process = self._start()
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let the warden go: it ends what is left, and itself."""
        with self._changing:
            self._leaving = True
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
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

    def _keep(self) -> None:
        """Wait for the end of the warden, and start another as long as the worker lives."""
        while (process := self._process) is not None:
            process.wait()
            with self._changing:
                if self._leaving:
                    return
                self._replace(process)
            time.sleep(_REPLACEMENT_SECONDS)

    def _replace(self, dead: subprocess.Popen[bytes]) -> None:
        try:
            self._process = self._start()
        except OSError as error:
            _log.error("no new warden could be started; trying again", error=str(error))
            return
        _log.warning("the warden had ended and was replaced", code=dead.returncode)
        if dead.stdin is not None:
            dead.stdin.close()
