"""Clocks that are set, servers that are away and frozen schedulers cost no living worker its claims."""

import asyncio
from math import inf

import pytest

from clock_kit import EPOCH_MS, LEASE, World, in_virtual_time, running
from penstock_scheduler.clock import ServerClock, ServerClocks
from store_backends import HOUR_MS

PHASES = [LEASE * part / 12 for part in range(12)]
"""Moments of a lease at which something happens: between any two heartbeats, sweeps and renewals."""


class Times:
    """What a test sets: the monotonic clock of a process."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def clock(times: Times) -> ServerClock:
    clock = ServerClock(times, tolerance_seconds=3)
    clock.observe(EPOCH_MS)
    return clock


def test_the_servers_time_goes_on_between_observations(clock: ServerClock, times: Times) -> None:
    times.seconds += 1.5
    assert clock.shown() == EPOCH_MS + 1500


@pytest.mark.parametrize("off_ms", [HOUR_MS, -HOUR_MS, 3001, -3001])
def test_a_clock_that_was_set_is_noticed_at_the_next_observation(clock: ServerClock, times: Times, off_ms: int) -> None:
    times.seconds += 2
    clock.observe(EPOCH_MS + 2000 + off_ms)
    assert clock.set_at == times.seconds
    times.seconds += 2
    clock.observe(EPOCH_MS + 4000 + off_ms)
    assert clock.set_at == times.seconds - 2
    assert clock.shown() == EPOCH_MS + 4000 + off_ms


def test_delays_and_drift_are_not_taken_for_a_clock_that_was_set(clock: ServerClock, times: Times) -> None:
    for second in range(1, 2000):
        times.seconds += 1
        clock.observe(EPOCH_MS + second * 1001 + (second % 3) * 900)
    assert clock.set_at < 0
    assert clock.steady_since == 100


def test_a_server_that_was_out_of_sight_is_steady_since_it_is_back(clock: ServerClock, times: Times) -> None:
    times.seconds += 3.5
    clock.observe(EPOCH_MS + 3500)
    assert clock.steady_since == times.seconds
    assert clock.set_at < 0


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("off_ms", [HOUR_MS, -HOUR_MS, int(LEASE * 400)])
def test_no_living_worker_loses_a_claim_because_the_clock_was_set(off_ms: int, phase: float) -> None:
    async def act() -> None:
        world = World()
        world.scheduler()
        world.worker()
        await world.request()
        await world.until(running, 20)
        for direction in (1, -1, 1):
            await asyncio.sleep(phase)
            world.off_ms += direction * off_ms
            await asyncio.sleep(2 * LEASE)
        task = await world.task()
        assert (task.status, task.attempt, task.losses) == ("running", 1, 0)

    in_virtual_time(act)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("off_ms", [HOUR_MS, -HOUR_MS])
def test_a_dead_workers_claim_is_lost_soon_although_the_clock_was_set(off_ms: int, phase: float) -> None:
    async def act() -> None:
        world = World()
        world.scheduler()
        await world.request()
        await world.until(lambda task: task.status == "ready", 20)
        assert len(await world.store.claim(0, "dead", 1)) == 1
        await asyncio.sleep(phase)
        world.off_ms = off_ms
        await world.until(lambda task: task.losses == 1, 2 * LEASE)

    in_virtual_time(act)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("away", [0.2 * LEASE, 0.5 * LEASE, LEASE, 3 * LEASE])
def test_no_living_worker_loses_a_claim_because_the_server_was_away(away: float, phase: float) -> None:
    async def act() -> None:
        world = World()
        world.scheduler()
        world.worker()
        await world.request()
        await world.until(running, 20)
        await asyncio.sleep(phase)
        world.away = True
        await asyncio.sleep(away)
        world.away = False
        await asyncio.sleep(2 * LEASE)
        task = await world.task()
        assert (task.status, task.attempt, task.losses) == ("running", 1, 0)

    in_virtual_time(act)


@pytest.mark.parametrize("phase", PHASES)
def test_no_living_worker_loses_a_claim_because_a_scheduler_starts_as_the_server_comes_back(phase: float) -> None:
    async def act() -> None:
        world = World()
        first = world.scheduler()
        world.worker()
        await world.request()
        await world.until(running, 20)
        await asyncio.sleep(phase)
        first.dead = True
        world.away = True
        await asyncio.sleep(2 * LEASE)
        world.away = False
        world.scheduler()
        await asyncio.sleep(2 * LEASE)
        task = await world.task()
        assert (task.status, task.attempt, task.losses) == ("running", 1, 0)

    in_virtual_time(act)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("off_ms", [HOUR_MS, -HOUR_MS])
def test_a_dead_scheduler_is_replaced_soon_although_the_clock_was_set(off_ms: int, phase: float) -> None:
    async def act() -> None:
        world = World()
        first = world.scheduler()
        await asyncio.sleep(phase + 1)
        first.dead = True
        world.off_ms = off_ms
        await asyncio.sleep(0.1)
        world.scheduler()
        await world.request()
        await world.until(lambda task: task.status == "ready", 15)

    in_virtual_time(act)


@pytest.mark.parametrize("phase", PHASES)
def test_a_worker_that_dies_with_its_scheduler_is_found_out_within_15_seconds(phase: float) -> None:
    async def act() -> None:
        world = World()
        first = world.scheduler()
        await world.request()
        await world.until(lambda task: task.status == "ready", 20)
        await asyncio.sleep(phase)
        assert len(await world.store.claim(0, "dead", 1)) == 1
        await asyncio.sleep(0.1)
        first.dead = True
        world.scheduler()
        assert await world.until(lambda task: task.losses == 1, 20) < 15

    in_virtual_time(act)


@pytest.mark.parametrize("phase", [3.2, 3.25, 3.3])
@pytest.mark.parametrize("beat", [LEASE / 3 * part / 12 for part in range(12)])
def test_no_living_worker_loses_a_claim_to_a_new_owner_that_missed_how_the_clock_was_set_and_reset(
    beat: float, phase: float
) -> None:
    """The clock goes wrong and right again at a heartbeat, between two looks of who takes over just after that."""

    async def act() -> None:
        world = World()
        schedulers = {f"s{number}": world.scheduler() for number in range(2)}
        await asyncio.sleep(beat)
        world.worker()
        await world.request()
        await world.until(running, 20)
        await asyncio.sleep(3 * LEASE)
        schedulers[(await world.store.head(0)).owner].dead = True
        await asyncio.sleep(phase)
        world.off_ms = -HOUR_MS
        await asyncio.sleep(0.3)
        world.off_ms = 0
        await asyncio.sleep(3 * LEASE)
        task = await world.task()
        assert (task.status, task.attempt, task.losses) == ("running", 1, 0)

    in_virtual_time(act)


@pytest.mark.parametrize("phase", PHASES)
def test_a_worker_that_died_while_no_scheduler_was_up_is_found_out_a_lease_and_a_sweep_after_the_next_began(
    phase: float,
) -> None:
    async def act() -> None:
        world = World()
        first = world.scheduler()
        await world.request()
        await world.until(lambda task: task.status == "ready", 20)
        await asyncio.sleep(phase)
        assert len(await world.store.claim(0, "dead", 1)) == 1
        first.dead = True
        await asyncio.sleep(10 * LEASE)
        world.scheduler()
        assert await world.until(lambda task: task.losses == 1, 3 * LEASE) < 1.3 * LEASE

    in_virtual_time(act)


def test_servers_whose_clocks_differ_are_not_taken_for_one_whose_clock_was_set(times: Times) -> None:
    clocks = ServerClocks(times, tolerance_seconds=3)
    for _ in range(5):
        times.seconds += 1
        clocks.of("a").observe(1_000_000 + int(times() * 1000))
        clocks.of("b").observe(9_000_000 + int(times() * 1000))
    assert clocks.of("a").set_at == clocks.of("b").set_at == -inf
    assert clocks.of("b").shown() - clocks.of("a").shown() == 8_000_000
