"""How long an opening may be held up by a server that fails while it goes on."""

from collections.abc import Sequence
from typing import Any

import pytest

from penstock.errors import StoreUnavailableError
from penstock.store.valkey import open_valkey, opening
from penstock.store.valkey.connection import Connection
from penstock.store.valkey.node import Command
from penstock.store.valkey.preflight import parse_settings
from penstock.store.valkey.survey import Seen


class Halves:
    """Two servers, each with half of the slots, as far as an opening asks."""

    several = True

    async def exchange(self, commands: Sequence[Command], *, blocking: bool = False) -> list[Any]:
        assert not blocking
        return [b"8" for _ in commands]

    def server_of(self, key: str) -> str:
        return "a:1" if int(key.partition("{")[2].partition(".")[0]) < 4 else "b:2"

    async def close(self) -> None:
        return


async def test_a_server_that_falls_silent_meanwhile_is_waited_for_once_and_not_for_each_partition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    async def survey(connection: Connection) -> list[Seen]:
        connection.topology = Halves()  # type: ignore[assignment]  # as much of it as is used here
        settings = parse_settings(b"valkey_version:9.0.0\r\nrole:master\r\naof_enabled:1\r\n", "always")
        return [Seen(server, settings, "", answers=True) for server in ("a:1", "b:2")]

    async def prepare(connection: Connection, partition: int) -> None:
        asked.append(partition)
        if partition >= 4:
            raise StoreUnavailableError("it does not answer within 10 s")
        connection.unprepared.discard(partition)

    monkeypatch.setattr(opening, "survey", survey)
    monkeypatch.setattr(opening, "prepare", prepare)
    store = await open_valkey("redis+cluster://a:1", prefix="t", partitions=8)
    assert asked == [0, 1, 2, 3, 4]
    assert store._db.unprepared == {4, 5, 6, 7}
    await store.close()
