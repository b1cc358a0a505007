"""The same random commands, sent to the store in memory and to a real server: the same answers, the same state."""

import itertools
import random

import pytest

from random_commands import Commands
from store_backends import open_backend
from twin_kit import Twin

LIVES = 5
"""Seeds that are always tried; one that nobody chose is added each time."""
COMMANDS = 150
SEEDS = [*range(LIVES), random.Random().randrange(LIVES, 10**9)]


@pytest.mark.parametrize(
    ("store_url", "seed"),
    [*itertools.product(["valkey", "redis"], SEEDS), ("cluster", SEEDS[0]), ("cluster", SEEDS[-1])],
    indirect=["store_url"],
)
async def test_both_stores_answer_alike_and_hold_the_same(store_url: str, seed: int) -> None:
    memory, server = Twin(await open_backend(None)), Twin(await open_backend(store_url, strict=False))
    commands = Commands(memory, server, seed, apart=store_url.startswith("redis+cluster"))
    try:
        for _ in range(COMMANDS):
            await commands.send_one()
    except AssertionError as error:
        error.add_note(f"seed {seed}, command {len(commands.history)}: {' '.join(commands.history[-30:])}")
        raise
    finally:
        await server.store.close()
