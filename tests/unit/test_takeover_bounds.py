"""How long a deployment with the settings it comes with is without what died: promised in the documentation."""

import asyncio

import pytest

from clock_kit import World, in_virtual_time, running
from penstock.settings import Settings

DEFAULTS = Settings.model_construct()  # whatever the environment of the tests says
PHASES = [0.25 + half / 2 for half in range(20)]
"""Moments (s) at which something dies: between any two renewals, ticks and heartbeats."""


def world_as_it_comes() -> World:
    return World(
        scheduler_lease=DEFAULTS.scheduler_lease_seconds,
        worker_lease=DEFAULTS.worker_lease_seconds,
    )


@pytest.mark.parametrize("phase", PHASES)
def test_a_killed_scheduler_is_replaced_within_5_seconds(phase: float) -> None:
    async def act() -> None:
        world = world_as_it_comes()

        async def owners() -> list[str]:
            return sorted([(await world.store.head(partition)).owner for partition in range(2)])

        async def shared() -> bool:
            return await owners() == ["s0", "s1"]

        async def replaced() -> bool:
            return await owners() == ["s1", "s1"]

        first = world.scheduler()
        world.scheduler()
        await world.comes_true(shared, 20)
        await asyncio.sleep(phase)
        first.dead = True
        assert await world.comes_true(replaced, 100) < 5

    in_virtual_time(act)


@pytest.mark.parametrize("phase", PHASES)
def test_what_a_killed_worker_held_is_lost_within_15_seconds(phase: float) -> None:
    async def act() -> None:
        world = world_as_it_comes()
        world.scheduler()
        worker = world.worker()
        await world.request()
        await world.until(running, 20)
        await asyncio.sleep(phase)
        worker.dead = True
        assert await world.until(lambda task: task.losses == 1, 100) < 15

    in_virtual_time(act)
