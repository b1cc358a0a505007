"""The data directory of the embedded server: who may use it, and the password that opens what runs there.

Two locks, both of the kernel (``flock``), so that no pid has to be guessed alive and nothing has to be cleaned up:
``penstock.lock`` is held by the Penstock process that owns the directory and names its pid and the server's port;
``valkey.lock`` is also held by the server itself, through an inherited descriptor. So a free first and a taken
second lock mean an orphan: a server whose Penstock was killed and which may still be writing.
"""

import contextlib
import fcntl
import os
import secrets
from pathlib import Path

import msgspec

from penstock.errors import PenstockError


class DataDirectoryInUseError(PenstockError):
    """Another Penstock, or a server it left behind, is using the data directory."""


class _Owner(msgspec.Struct, frozen=True):
    pid: int
    port: int


class DataDirectory:
    """The claim of this process on one directory, which is created if missing."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._held = contextlib.ExitStack()
        self._server_lock: int | None = None

    @property
    def claimed(self) -> bool:
        """Whether both locks are ours."""
        return self._server_lock is not None

    @property
    def server_lock(self) -> int:
        """The descriptor that the server must inherit."""
        assert self._server_lock is not None, "claim the directory first"
        return self._server_lock

    def claim(self) -> bool:
        """Take the locks; False means that an orphan still holds its own: call again once it had time to end.

        Raises:
            DataDirectoryInUseError: another Penstock owns the directory; the message says which process.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner_lock = _try_lock(self.path / "penstock.lock")
        if owner_lock is None:
            owner = _read_owner(self.path)
            who = f"process {owner.pid}" if owner else "another process"
            raise DataDirectoryInUseError(f"{self.path} is in use by {who}: stop it, or choose another directory")
        self._server_lock = _try_lock(self.path / "valkey.lock")
        if self._server_lock is None:
            os.close(owner_lock)
            return False
        self._held.callback(os.close, owner_lock)
        self._held.callback(os.close, self._server_lock)
        return True

    def release(self) -> None:
        """Give the directory up; a server that still runs keeps its own lock."""
        self._held.close()
        self._server_lock = None

    def password(self) -> str:
        """Return the password of the directory: random, made once, in a file only its owner can read."""
        descriptor = os.open(self.path / "password", os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            os.fchmod(descriptor, 0o600)
            password = file.read()
            if not password:
                password = secrets.token_urlsafe(32)
                file.write(password)
        return password

    def announce(self, port: int) -> None:
        """Write down who owns the directory and where its server listens."""
        (self.path / "penstock.lock").write_bytes(msgspec.json.encode(_Owner(pid=os.getpid(), port=port)))


def server_url(password: str, port: int) -> str:
    """Return the address of a server on this machine, password included."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def running_server_url(path: Path) -> str | None:
    """Return the address (a secret: it holds the password) of the server that runs on ``path``, if one does."""
    lock_file = path / "valkey.lock"
    if not lock_file.exists():
        return None
    lock = _try_lock(lock_file)
    if lock is not None:
        os.close(lock)
        return None
    owner = _read_owner(path)
    return server_url((path / "password").read_text(), owner.port) if owner else None


def _try_lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock, which the kernel frees with its last copy, or None if taken."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _read_owner(path: Path) -> _Owner | None:
    try:
        return msgspec.json.decode((path / "penstock.lock").read_bytes(), type=_Owner)
    except msgspec.DecodeError:  # the lock is held, but its holder has not said who it is yet
        return None
