"""Where the API of a stack is: which address to listen on, which to call, and how others find it.

A running stack writes the address of its API into its data directory, so that commands started in the same place
find it whatever port it took. The note counts only while the directory's server runs: ``kill -9`` leaves it behind.
"""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

from penstock.data_dir import running_server_url
from penstock.errors import PenstockError

_NOTE = "api-url"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  # compared with, not bound to


class PortTakenError(PenstockError):
    """Something else listens on the port the API should have."""


def url_of(host: str, port: int) -> str:
    """Return the URL under which this machine reaches an API that listens on host and port."""
    reachable = _EVERYWHERE.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def check_port(host: str, port: int) -> None:
    """Make sure that the API will be able to listen.

    Raises:
        PortTakenError: it will not; the message says why and what to do.
    """
    try:
        with _bound(host, port):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        raise PortTakenError(f"cannot listen on {host} port {port}: {why}; choose another with --port") from error


def free_port(host: str, preferred: int) -> int:
    """Return the preferred port, or any other where that is taken."""
    try:
        with _bound(host, preferred):
            return preferred
    except OSError:
        with _bound(host, 0) as probe:
            port: int = probe.getsockname()[1]
            return port


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the API does: a port just left is free
        probe.bind(address)
        yield probe


def announce(data_dir: Path, url: str) -> None:
    """Note the address of the API that runs on the directory's server."""
    (data_dir / _NOTE).write_text(url)


def withdraw(data_dir: Path) -> None:
    """Remove the note."""
    (data_dir / _NOTE).unlink(missing_ok=True)


def announced(data_dir: Path) -> str | None:
    """Return the address of the API of the stack that runs on the directory, if one does."""
    note = data_dir / _NOTE
    if not note.exists() or running_server_url(data_dir) is None:
        return None
    return note.read_text() or None
