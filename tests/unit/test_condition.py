"""What is said of several servers, of which some cannot be used or change while they are looked at."""

from collections.abc import Sequence
from typing import Any

import pytest
from redis.exceptions import AuthenticationError, BusyLoadingError, OutOfMemoryError
from redis.exceptions import ConnectionError as RedisConnectionError

from penstock.store.valkey.condition import condition
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.node import Command
from penstock.store.valkey.survey import SILENT

INFO = b"valkey_version:9.0.0\r\nrole:master\r\naof_enabled:1\r\naof_last_write_status:ok\r\n"


class Server:
    """Answers as it is told to; ``failure`` is why it does not."""

    def __init__(self, servers: "Servers", address: str) -> None:
        self.address = address
        self.failure: Exception | None = None
        self.refuses: Exception | None = None
        self._servers = servers

    async def exchange(self, commands: Sequence[Command]) -> list[Any]:
        self._servers.looked_at()
        if self.failure is not None:
            raise self.failure
        config = [b"appendfsync", b"always"]
        said: dict[object, object] = {"INFO": INFO, "CONFIG": config, "EVAL": self.refuses or b"OK"}
        return [said.get(command[0], 1) for command in commands]


class Servers:
    """Two partitions, each on a server of its own; ``heir`` takes the place of the first while it is looked at."""

    several = True
    keys: list[str]
    """With what the keys of each partition begin."""

    def __init__(self) -> None:
        self.first, self.second = self.serving = [Server(self, "a:1"), Server(self, "b:2")]
        self.heir: Server | None = None

    def looked_at(self) -> None:
        if self.heir is not None:
            self.serving = [self.heir, self.second]

    async def primaries(self) -> list[Server]:
        return self.serving

    def server_of(self, key: str) -> str:
        return self._of(key).address

    async def exchange(self, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        assert not blocking
        return [(await self._of(str(command[1])).exchange([command]))[0] for command in commands]

    def _of(self, key: str) -> Server:
        return self.serving[self.keys.index(next(one for one in self.keys if key.startswith(one)))]


@pytest.fixture
def connection() -> Connection:
    made = Connection("redis+cluster://a:1", "t")
    made.partitions = 2
    return made


@pytest.fixture
def servers(connection: Connection) -> Servers:
    servers = Servers()
    servers.keys = [keys.base for keys in connection.keys]
    connection.topology = servers  # type: ignore[assignment]  # as much of it as is used here
    return servers


async def test_a_server_that_takes_the_place_of_another_meanwhile_is_not_said_to_serve_nothing(
    connection: Connection, servers: Servers
) -> None:
    servers.heir = Server(servers, "c:3")
    servers.first.failure = RedisConnectionError("gone")
    found = await condition(connection)
    assert found.faults == []
    assert [(one.server, one.message, one.partitions) for one in found.degraded] == [("a:1", SILENT, [0])]
    assert (await condition(connection)).sentences() == []


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (RedisConnectionError("gone"), SILENT),
        (BusyLoadingError("loading"), "it is loading its data"),
        (AuthenticationError("invalid username-password pair"), "invalid username-password pair"),
    ],
)
async def test_a_server_that_cannot_be_read_is_named_with_the_reason(
    connection: Connection, servers: Servers, failure: Exception, said: str
) -> None:
    servers.second.failure = failure
    (trouble,) = (await condition(connection)).degraded
    assert (trouble.server, trouble.readable, trouble.partitions) == ("b:2", False, [1])
    assert said in trouble.message


async def test_a_server_without_memory_can_be_read(connection: Connection, servers: Servers) -> None:
    servers.second.refuses = OutOfMemoryError("command not allowed")
    (trouble,) = (await condition(connection)).degraded
    assert (trouble.server, trouble.readable) == ("b:2", True)


async def test_only_where_every_server_that_holds_a_partition_is_in_trouble_nothing_can_be_served(
    connection: Connection, servers: Servers
) -> None:
    servers.first.failure = servers.second.failure = RedisConnectionError("gone")
    assert (await condition(connection)).faults == [f"a:1: {SILENT}", f"b:2: {SILENT}"]
