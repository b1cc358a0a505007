"""The embedded server, tried with the real program: what it keeps, whom it lets in, and when it ends."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from penstock.data_dir import DataDirectoryInUseError, running_server_url
from penstock.embedded import EmbeddedServer, EmbeddedServerError, embedded_server

OWNER = """
import signal, sys
from pathlib import Path
from penstock.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
signal.pause()
"""


@contextmanager
def connected(url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), decode_responses=True) as client:
        yield client


def wait_until(described: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {described}"
        time.sleep(0.01)


EVERYTHING = [str(number) for number in range(100)]


def write_everything(url: str) -> None:
    with connected(url) as client:
        for number in EVERYTHING:
            client.rpush("numbers", number)


def read_back(url: str) -> object:
    with connected(url) as client:
        return client.lrange("numbers", 0, -1)


def test_data_survives_stop_and_start(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        write_everything(server.redis_url)
    with EmbeddedServer(tmp_path) as server:
        assert read_back(server.redis_url) == EVERYTHING


def test_data_survives_kill_9_of_the_server_which_starts_again_at_the_same_address(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        url = server.redis_url
        write_everything(url)
        os.kill(server.pid, signal.SIGKILL)
        wait_until("the server is dead", lambda: not server.running)
        server.start()
        assert server.redis_url == url
        assert read_back(url) == EVERYTHING


def test_kill_9_of_penstock_ends_the_server_and_the_next_start_finds_the_data(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        orphan = int(owner.stdout.readline())
        url = running_server_url(tmp_path)
        assert url is not None
        write_everything(url)
        owner.kill()
    with EmbeddedServer(tmp_path) as server:
        assert server.pid != orphan
        assert read_back(server.redis_url) == EVERYTHING


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties the life of a child to its parent")
def test_after_kill_9_of_penstock_the_server_ends_by_itself(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        owner.kill()
    wait_until("the server has ended", lambda: running_server_url(tmp_path) is None)


def test_a_second_start_on_the_same_directory_is_refused_and_names_the_owner(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        with pytest.raises(DataDirectoryInUseError, match=f"in use by process {os.getpid()}"):
            EmbeddedServer(tmp_path).start()
        assert server.running


def test_starting_a_running_server_changes_nothing(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        pid = server.pid
        server.start()
        assert server.pid == pid


def test_nobody_enters_without_the_password(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        address = server.redis_url.rpartition("@")[2]
        for url in (f"redis://{address}", f"redis://:guessed@{address}"):
            with connected(url) as client, pytest.raises(redis.AuthenticationError):
                client.ping()


def test_only_the_owner_of_the_files_can_read_them(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "new") as server:
        write_everything(server.redis_url)
        for path in [tmp_path / "new", *(tmp_path / "new").rglob("*")]:
            if path.name != "valkey.log":
                assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.skipif(sys.platform != "linux", reason="reads the command line from /proc")
def test_the_password_appears_neither_in_the_command_line_nor_in_the_log(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        password = (tmp_path / "password").read_text()
        assert password in server.redis_url
        command_line = Path(f"/proc/{server.pid}/cmdline").read_text()
        assert "valkey-server" in command_line
        assert password not in command_line + (tmp_path / "valkey.log").read_text()


def test_the_server_runs_with_the_promised_settings(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server, connected(server.redis_url) as client:
        promised = {
            "appendonly": "yes",
            "appendfsync": "always",
            "maxmemory-policy": "noeviction",
            "save": "",
            "bind": "127.0.0.1",
            "dir": str(tmp_path),
        }
        assert client.config_get(*promised) == promised


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        assert os.getpgid(server.pid) == server.pid
        assert os.getsid(server.pid) == server.pid


def test_a_start_that_fails_says_what_the_server_said_and_frees_the_directory(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(EmbeddedServerError, match=r"(?s)ended while starting.*Address already in use"):
            EmbeddedServer(tmp_path, port=taken.getsockname()[1]).start()
    with EmbeddedServer(tmp_path) as server:
        assert server.running


def test_the_address_of_a_running_server_is_found_by_its_directory(tmp_path: Path) -> None:
    assert running_server_url(tmp_path) is None
    with EmbeddedServer(tmp_path) as server:
        assert running_server_url(tmp_path) == server.redis_url
    assert running_server_url(tmp_path) is None


async def test_a_server_runs_around_an_async_block(tmp_path: Path) -> None:
    async with embedded_server(tmp_path, appendfsync="everysec") as server:
        write_everything(server.redis_url)
        assert server.running
    assert not server.running
