"""Reads that many wait for at once: one answer for all of them, and one failure."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from penstock.core.run import RunSummary
from penstock.core.status import RunStatus
from penstock.errors import StoreUnavailableError
from penstock.store.memory import MemoryStore
from penstock.store.views import Figures
from penstock_api.figures import FigureReader
from penstock_api.live.run_entries import RunEntries
from penstock_api.pacing import LONGEST_PAUSE, pause_after
from penstock_api.sampler import SAMPLE_SECONDS, Sampler, next_in
from store_kit import run_id

WAITING = 20


class Hanging(MemoryStore):
    """A store that lets nobody through before ``gate`` is set, and then fails or answers."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__(1, lambda: 0)
        self.gate = asyncio.Event()
        self.fails = fails
        self.reads: list[Sequence[str]] = []

    async def figures(self) -> Figures:
        await self._pass([])
        return await super().figures()

    async def summaries(self, run_ids: Sequence[str]) -> list[RunSummary]:
        await self._pass(run_ids)
        return [RunSummary(one, "dag", "v", RunStatus.RUNNING, seq=5) for one in run_ids if one != run_id(99)]

    async def _pass(self, wanted: Sequence[str]) -> None:
        self.reads.append(wanted)
        await self.gate.wait()
        if self.fails:
            raise StoreUnavailableError("it hangs")


def _figures(store: Hanging) -> Callable[[], Awaitable[object]]:
    return FigureReader(store, cast("Sampler", SimpleNamespace(latest=None))).get


def _entries(store: Hanging) -> Callable[[], Awaitable[object]]:
    entries = RunEntries(store)
    return lambda: entries.get({run_id(1): 5})


@pytest.mark.parametrize("reader", [_figures, _entries])
async def test_all_who_wait_for_a_read_that_fails_learn_it_from_that_one_read(
    reader: Callable[[Hanging], Callable[[], Awaitable[object]]],
) -> None:
    store = Hanging(fails=True)
    get = reader(store)
    waiting = [asyncio.ensure_future(get()) for _ in range(WAITING)]
    await asyncio.sleep(0)
    store.gate.set()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(end) for end in ends} == {StoreUnavailableError}
    assert len(store.reads) == 1
    store.fails = False
    assert await get()  # who asks later has another try


@pytest.mark.parametrize("reader", [_figures, _entries])
async def test_who_gives_up_waiting_does_not_take_the_answer_from_the_others(
    reader: Callable[[Hanging], Callable[[], Awaitable[object]]],
) -> None:
    store = Hanging(fails=False)
    get = reader(store)
    first, second = asyncio.ensure_future(get()), asyncio.ensure_future(get())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    store.gate.set()
    assert await second
    assert first.cancelled()
    assert len(store.reads) == 1


@pytest.mark.timeout(10)
@pytest.mark.parametrize("reader", [_figures, _entries])
async def test_who_comes_at_the_very_moment_at_which_a_read_ends_is_answered_and_holds_up_nobody(
    reader: Callable[[Hanging], Callable[[], Awaitable[object]]],
) -> None:
    store = Hanging(fails=False)
    get = reader(store)
    first = asyncio.ensure_future(get())
    await asyncio.sleep(0)
    store.gate.set()
    # Both have their turn in the same round of the loop: the read ends, and this one asks before anybody was told.
    second = asyncio.ensure_future(get())
    assert await asyncio.gather(first, second)


async def test_viewers_who_want_different_runs_each_have_theirs_and_each_run_is_read_once() -> None:
    store = Hanging(fails=False)
    entries = RunEntries(store)
    wanted = [{run_id(number): 5, run_id(number + 1): 5} for number in range(4)]
    waiting = [asyncio.ensure_future(entries.get(one)) for one in wanted]
    await asyncio.sleep(0)
    store.gate.set()
    assert [len(found) for found in await asyncio.gather(*waiting)] == [2, 2, 2, 2]
    read = [one for some in store.reads for one in some]
    assert sorted(read) == sorted(map(run_id, range(5)))


async def test_a_run_that_does_not_exist_is_left_out_however_many_ask_for_it() -> None:
    store = Hanging(fails=False)
    store.gate.set()
    entries = RunEntries(store)
    found = await asyncio.gather(*(entries.get({run_id(99): 5, run_id(1): 5}) for _ in range(3)))
    assert [len(one) for one in found] == [1, 1, 1]


def test_a_read_that_took_long_is_not_repeated_at_once_but_is_within_half_a_minute() -> None:
    assert pause_after(0.5) == 10
    assert pause_after(5.0) == LONGEST_PAUSE == 30


def test_a_sample_that_failed_is_tried_again_after_the_usual_time_however_long_the_store_was_waited_for() -> None:
    assert next_in(10.0, failed=True) == SAMPLE_SECONDS
    assert next_in(0.01, failed=False) == pytest.approx(SAMPLE_SECONDS, abs=0.02)
    assert next_in(10.0, failed=False) == LONGEST_PAUSE
