"""One process of the deployment: it is killed, frozen and started again under the same name."""

import asyncio
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from penstock.process import owner_prefix
from penstock.tether import tethered

END_SECONDS = 30.0
"""How long a process told to stop may take."""

SURVIVAL_SECONDS = 10.0
"""How long what a killed worker had started is looked for."""

_STARTED = (b"scheduler started", b"worker started", b"api started")


class Service:
    """A service that runs until :meth:`end`, whatever happens to its processes meanwhile."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.troubles: list[str] = []
        self.pids: list[int] = []
        self._command = tethered(command, signal.SIGKILL)
        self._env = env
        self._folder = folder
        self._log_offset = 0
        self._process: asyncio.subprocess.Process | None = None
        self._down_seconds: float | None = None
        self._ending = asyncio.Event()
        self._living: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a process now."""
        return self._process is not None and self._process.returncode is None

    @property
    def started(self) -> bool:
        """Whether the present process has said that it has started."""
        if not self.alive:
            return False
        with self.log.open("rb") as log:
            log.seek(self._log_offset)
            said = log.read()
        return any(word in said for word in _STARTED)

    async def start(self) -> None:
        """Start the process, and from now on start it again when it has been killed."""
        await self._spawn()
        self._living = asyncio.create_task(self._live())

    def kill(self, down_seconds: float) -> int:
        """Kill the process; it is started again after ``down_seconds``. Return the pid it had."""
        assert self._process is not None
        self._down_seconds = down_seconds
        self._process.kill()
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process if there is one."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def end(self) -> None:
        """Tell the process to stop; kill it when it does not."""
        self._ending.set()
        if self._living is None or self._process is None:
            return
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(END_SECONDS):
                await asyncio.shield(self._living)
        except TimeoutError:
            self.troubles.append(f"{self.name} did not stop within {END_SECONDS:g} s of SIGTERM")
            self._process.kill()
            await self._living

    async def abandon(self) -> None:
        """Kill the process for good: something else went wrong."""
        self._ending.set()
        if self._living is not None:
            self._living.cancel()
            await asyncio.gather(self._living, return_exceptions=True)
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _spawn(self) -> None:
        with self.log.open("ab") as log:
            self._log_offset = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._env,
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pids.append(self._process.pid)

    async def _live(self) -> None:
        while self._process is not None:
            code = await self._process.wait()
            down, self._down_seconds = self._down_seconds, None
            if self._ending.is_set():
                if code:
                    self.troubles.append(f"{self.name} ended with code {code} when told to stop")
                return
            if down is None:
                last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
                self.troubles.append(f"{self.name} ended by itself with code {code}: {' '.join(last)[:300]}")
            await asyncio.sleep(1.0 if down is None else down)
            if self._ending.is_set():
                return
            await self._spawn()


def processes_with(entry: bytes, *, whole: bool = True) -> list[int]:
    """Return the living processes whose environment has the entry, or one that begins so."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit():
                entries = (folder / "environ").read_bytes().split(b"\0")
                if entry in entries if whole else any(one.startswith(entry) for one in entries):
                    found.append(int(folder.name))
        except OSError:  # gone meanwhile, or another user's
            continue
    return found


def mark_of_worker(pid: int) -> bytes:
    """Return how the environment entry begins that all processes bear which a worker has started."""
    return f"PENSTOCK_WORKER={owner_prefix('worker', pid)}".encode()


async def seconds_survived(pid: int) -> float:
    """Return how long a killed worker's processes outlived it; ``SURVIVAL_SECONDS`` for longer."""
    begun = time.monotonic()
    while (left := begun + SURVIVAL_SECONDS - time.monotonic()) > 0:
        if not await asyncio.to_thread(processes_with, mark_of_worker(pid), whole=False):
            return time.monotonic() - begun
        await asyncio.sleep(min(0.1, left))
    return SURVIVAL_SECONDS
