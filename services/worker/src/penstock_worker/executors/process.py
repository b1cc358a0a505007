"""A process tree that an executor starts, and can end as a whole.

Built on ``posix_spawn`` and a pidfd instead of ``asyncio.create_subprocess_exec``: a quarter of its CPU time, the same
under every event loop, and the leader is collected only when we choose to. The last is what makes killing exact: as
long as one process of a group has not been collected its number cannot be given to another, so a signal to the group
hits nobody else. Linux only (kernel 5.3).
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence

from penstock_worker.executors import leaders
from penstock_worker.executors.base import Stream
from penstock_worker.executors.pipes import PipeReader
from penstock_worker.executors.tether import Tether

_KILL_PATIENCE_S = 2.0
"""How long processes may take to die of SIGKILL before we stop waiting for them."""

_FIRST_POLL_S = 0.001
_LONGEST_POLL_S = 0.02

# What Python itself ignores and a child would inherit ignored.
_RESTORED_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)


class Process:
    """The leader of a session and process group of its own, and everything in that group.

    Standard input is empty; what comes out of stdout and stderr goes to ``write`` until :meth:`close`. One more file
    descriptor ties the group to the life of the worker (see tether). Must be started from a worker that adopts orphans
    (``prctl.adopt_orphans``), in its main thread.
    """

    def __init__(
        self,
        argv: tuple[str, ...],
        env: Mapping[str, str],
        write: Callable[[Stream, bytes], None],
        inherit: Sequence[int] = (),
    ) -> None:
        """Start the process; it has taken over its executable when this returns.

        Args:
            argv: The absolute path of the executable, and its arguments.
            env: Its whole environment.
            write: Takes its output in chunks.
            inherit: File descriptors that it has under the same numbers.

        Raises:
            OSError: The system cannot start it.
            ValueError: An argument or a variable cannot be passed on (a null byte, for one).
        """
        self._tether = Tether()
        self.pid, self._pidfd, stdout, stderr = _spawn(argv, env, inherit, self._tether)
        leaders.begun(self.pid)
        self.returncode: int | None = None
        """Once collected: the exit code, -n where signal n ended the leader; None if somebody else collected it."""
        self._collected = False
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        """Done once the leader has ended, whatever it left behind."""
        self.stdout = PipeReader(stdout, lambda data: write("stdout", data))
        self.stderr = PipeReader(stderr, lambda data: write("stderr", data))
        # Not before the next turn, or it would hold up whatever else this one starts.
        self._loop.call_soon(self._listen)

    @property
    def has_ended(self) -> bool:
        """True if the leader has ended, also if the event loop has not noticed yet."""
        if self.ended.done():
            return True
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    @property
    def output_ended(self) -> bool:
        """True if stdout or stderr has been closed at the other end."""
        return self.stdout.ended.done() or self.stderr.ended.done()

    def drain(self) -> None:
        """Deliver now what has been written so far."""
        self.stdout.drain()
        self.stderr.drain()

    async def linger(self, patience_s: float) -> None:
        """Wait until nobody holds the output open any more, at most ``patience_s`` seconds."""
        self.drain()
        pending = [reader.ended for reader in (self.stdout, self.stderr) if not reader.ended.done()]
        if pending:
            await asyncio.wait(pending, timeout=patience_s)

    async def terminate(self, grace_s: float) -> None:
        """Ask the whole group to end, wait for all of it, kill after ``grace_s`` seconds what has not."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)  # what is stopped could not act on the first
        if not await self._group_gone(grace_s):
            await self.kill()

    async def kill(self) -> None:
        """Kill what is left of the group."""
        self._signal(signal.SIGKILL)
        await self._group_gone(_KILL_PATIENCE_S)

    def close(self) -> None:
        """Take the rest of the output and let go of the file descriptors; call it after the group is gone."""
        self.drain()
        self.stdout.close()
        self.stderr.close()
        self._tether.cut()
        self._leader_ended()

    def _listen(self) -> None:
        if not self.ended.done():
            self._loop.add_reader(self._pidfd, self._leader_ended)
        self.stdout.listen()
        self.stderr.listen()

    def _leader_ended(self) -> None:
        if not self.ended.done():
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self.ended.set_result(None)

    def _signal(self, number: signal.Signals) -> None:
        # A group of another user's processes (sudo) refuses signals; the task ends without them.
        if not self._collected:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    async def _group_gone(self, patience_s: float) -> bool:
        deadline = self._loop.time() + patience_s
        pause = _FIRST_POLL_S
        # Polled, because the end of an adopted process is announced by nothing but SIGCHLD, which is not ours to take.
        while not self._collect():
            left = deadline - self._loop.time()
            if left <= 0:
                return False
            await asyncio.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_POLL_S)
        return True

    def _collect(self) -> bool:
        """Collect what has ended of the group; return True once none of it is left."""
        while not self._collected:
            try:
                dead = os.waitid(os.P_PGID, self.pid, os.WEXITED | os.WNOHANG)
            except ChildProcessError:
                self._collected = True
                leaders.collected(self.pid)
                break
            if dead is None:
                return False
            if dead.si_pid == self.pid:
                self.returncode = dead.si_status if dead.si_code == os.CLD_EXITED else -dead.si_status
        return True


def _spawn(
    argv: tuple[str, ...], env: Mapping[str, str], inherit: Sequence[int], tether: Tether
) -> tuple[int, int, int, int]:
    """Start a process on a tether; return its pid, a pidfd, and the ends to read of its stdout and stderr."""
    ours: list[int] = []
    theirs: list[int] = []
    try:
        for _ in ("stdout", "stderr"):
            read_end, write_end = os.pipe()
            ours.append(read_end)
            theirs.append(write_end)
        pid, pidfd = _start(argv, env, theirs, inherit, tether)
    except BaseException:
        _close(ours)
        tether.cut()
        raise
    finally:
        _close(theirs)
    stdout, stderr = ours
    return pid, pidfd, stdout, stderr


def _start(
    argv: tuple[str, ...], env: Mapping[str, str], output: Sequence[int], inherit: Sequence[int], tether: Tether
) -> tuple[int, int]:
    """Start a process that writes to ``output``, two file descriptors; return its pid and a pidfd."""
    stdout, stderr = output
    for fd in (*inherit, tether.end):
        os.set_inheritable(fd, True)
    pid = os.posix_spawn(
        argv[0],
        argv,
        env,
        file_actions=(
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, stdout, 1),
            (os.POSIX_SPAWN_DUP2, stderr, 2),
        ),
        setsid=True,
        setsigmask=(),
        setsigdef=_RESTORED_SIGNALS,
    )
    try:
        tether.tie(pid)
        return pid, os.pidfd_open(pid)
    except BaseException:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def _close(fds: Sequence[int]) -> None:
    for fd in fds:
        os.close(fd)
