"""Where a worker looks for work when one server of several is silent."""

import asyncio
from collections import Counter

import pytest

from claimer_kit import PARTITIONS, Round, Torn, entry
from penstock.errors import NewerSchemaError
from penstock.store.records import QueueEntry
from penstock_worker import claimer as claiming
from stack import eventually


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "PATIENCE_SECONDS", 0.01)


async def test_a_silent_server_is_waited_for_once_and_the_round_goes_on_without_it() -> None:
    store = Torn()
    store.silent = {0, 1}
    one = Round(store)
    for _ in range(5):
        one.claimer.look_everywhere()
        await one.go()
    assert Counter(what for what in store.asked if what.startswith("claim ")) == Counter(
        {"claim 0": 1, **{f"claim {number}": 5 for number in range(2, 6)}}
    )
    assert one.unanswered.duties() == []
    store.speak.set()
    await one.all_back()
    assert store.asked.count("claim 1") == 1
    assert one.failures == []
    await one.claimer.close()


async def test_what_a_server_gives_late_is_started_unless_it_was_answered_for_meanwhile() -> None:
    store = Torn()
    store.silent = {0, 1}
    store.given = {"claim 0": [entry(0, 1), entry(0, 2)]}
    one = Round(store)
    await one.go()
    one.claimer.settled(entry(0, 1))
    store.speak.set()
    await one.all_back()
    assert one.started == [entry(0, 2)]
    await one.claimer.close()


async def test_a_server_that_is_alone_is_waited_for() -> None:
    store = Torn(servers=1)
    store.silent = set(range(PARTITIONS))
    one = Round(store)
    claiming_ = asyncio.create_task(one.claimer.claim(1, 1))
    await asyncio.wait({claiming_}, timeout=0.05)
    assert not claiming_.done()
    store.speak.set()
    await claiming_
    assert store.asked == ["claim 0"]


async def test_that_no_server_answers_is_known_until_one_does() -> None:
    store = Torn()
    store.refused = set(range(PARTITIONS))
    one = Round(store)
    await one.go()
    assert one.unanswered.duties() == ["claims"]
    store.refused = {0, 1}

    async def known() -> bool:
        return one.unanswered.duties() == []

    await eventually(known, "an answer")
    await one.claimer.close()


async def test_withdrawing_is_not_held_up_by_a_silent_server_and_is_made_up_for() -> None:
    store = Torn()
    one = Round(store)
    await one.go()
    store.silent = {0, 1}
    await one.claimer.withdraw()
    assert store.asked[-3:] == ["withdraw 0 1", "withdraw 2 3", "withdraw 4 5"]
    await one.go()
    await one.claimer.withdraw()
    assert store.asked.count("withdraw 0 1") == 1
    assert store.asked.count("withdraw 4 5") == 2
    store.speak.set()
    await one.all_back()
    await one.claimer.withdraw()
    assert "withdraw 0 1" in store.asked[-3:]
    await one.claimer.close()


async def test_what_cannot_be_read_is_told_also_when_it_comes_late() -> None:
    class Newer(Torn):
        async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[QueueEntry]:
            if partition in self.silent:
                await self.speak.wait()
                raise NewerSchemaError("newer")
            return []

    store = Newer()
    store.silent = {0}
    one = Round(store)
    await one.go()
    store.speak.set()

    async def told() -> bool:
        return [str(error) for error in one.failures] == ["newer"]

    await eventually(told, "the failure to be told")
    await one.claimer.close()
