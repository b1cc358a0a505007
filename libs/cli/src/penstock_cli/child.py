"""One supervised service: tied to the supervisor, started again when it dies, stopped within a bound."""

import asyncio
import signal
import sys
from collections.abc import Mapping

import msgspec
import structlog

from penstock.tether import tethered

FIRST_RESTART_SECONDS = 0.2
LONGEST_RESTART_SECONDS = 10.0
STEADY_SECONDS = 10.0
"""A service that lived this long is taken to work: its next end is a first one."""

_log = structlog.stdlib.get_logger(__name__)


class Service(msgspec.Struct, frozen=True):
    """What to run: ``python -m <module>``, and how long it may take to end when told to (seconds)."""

    name: str
    module: str
    grace_seconds: float


class Child:
    """A service in a session of its own, so that Ctrl-C in the terminal does not reach it.

    Args:
        service: what to run.
        env: its whole environment.
        output: the descriptor that takes what it prints; None passes on the supervisor's own streams.
    """

    def __init__(self, service: Service, env: Mapping[str, str], output: int | None) -> None:
        self.service = service
        self._env = env
        self._output = output
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the service; it is not kept alive yet."""
        # -P: a file in the working directory must not stand in for a module of Python or Penstock.
        command = [sys.executable, "-P", "-m", self.service.module]
        # SIGKILL: when the supervisor was killed its server is gone too, so nobody could be told how a task ended.
        self._process = await asyncio.create_subprocess_exec(
            *tethered(command, end_by=signal.SIGKILL),
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
        )

    @property
    def how_it_ended(self) -> str:
        """In words; empty while it runs."""
        code = None if self._process is None else self._process.returncode
        if code is None:
            return ""
        return f"killed by {_signal_name(-code)}" if code < 0 else f"exit code {code}"

    def keep_alive(self) -> None:
        """From now on, start the service again whenever it ends, at growing intervals."""
        self._keeping = asyncio.create_task(self._keep_alive())

    async def _keep_alive(self) -> None:
        pause = FIRST_RESTART_SECONDS
        clock = asyncio.get_running_loop().time
        while self._process is not None:
            begun = clock()
            await self._process.wait()
            if clock() - begun > STEADY_SECONDS:
                pause = FIRST_RESTART_SECONDS
            _log.warning(
                "a service ended: starting it again", name=self.service.name, how=self.how_it_ended, in_s=pause
            )
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_RESTART_SECONDS)
            try:
                await self.start()
            except OSError as error:  # the machine is out of processes or memory: the next turn tries again
                _log.warning("a service cannot be started", name=self.service.name, error=str(error))

    async def stop(self, hurry: asyncio.Event) -> None:
        """End the service and everything it started; return when it is gone.

        It gets its grace, unless ``hurry`` is set before or meanwhile.
        """
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        hurried = asyncio.create_task(hurry.wait())
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({hurried, ended}, timeout=self.service.grace_seconds, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not ended.done():
            _log.warning("a service is killed: it did not end in its time", name=self.service.name)
            process.kill()  # a worker's own warden ends the tasks that this leaves
        await ended


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
