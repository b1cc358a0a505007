"""Where a worker looks for work when some of it is refused."""

import asyncio
from collections import Counter

import pytest

from claimer_kit import MANY, PARTITIONS, Round, Torn, entry
from penstock.errors import StoreUnavailableError
from penstock.store.records import QueueEntry
from penstock_worker import claimer as claiming
from stack import eventually


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "PATIENCE_SECONDS", 0.01)


async def test_a_partition_that_broke_is_asked_what_it_has_given_before_more_is_claimed_there() -> None:
    store = Torn()
    store.refused, store.given = {0}, {"claimed 0": [entry(0)]}
    one = Round(store)
    await one.go()
    assert [what for what in store.asked if what.startswith("claim ")] == [
        f"claim {number}" for number in (0, 2, 3, 4, 5)
    ]

    async def asked() -> bool:
        await one.go()
        return "claim 1" in store.asked and store.asked.count("claimed 0") > 1

    await eventually(asked, "the partition beside it to be in the round, and that one to be asked again")
    assert store.asked.count("claim 0") == 1
    assert one.started == []
    store.refused.clear()
    await one.all_back()
    assert one.started == [entry(0)]
    assert store.asked[-1] == "claim 0"
    await one.claimer.close()


async def test_a_claim_that_breaks_while_it_is_asked_what_was_given_has_that_asked_again() -> None:
    class Slow(Torn):
        async def claimed(self, partition: int, worker: str) -> list[QueueEntry]:
            self.asked.append(f"claimed {partition}")
            await tell.wait()
            return []

    tell = asyncio.Event()
    store = Slow()
    store.silent = {0}
    one = Round(store)
    await one.go()

    async def asked() -> bool:
        return "claimed 0" in store.asked

    await eventually(asked, "what it has given to be asked")
    store.refused = {0}
    store.speak.set()

    async def broken() -> bool:
        return not one.claimer._questions

    await eventually(broken, "the claim to break")
    store.refused = set()
    tell.set()
    await one.all_back()
    assert store.asked.count("claimed 0") == 2
    await one.claimer.close()


async def test_a_server_that_answers_but_refuses_claims_is_let_alone_between_any_two_questions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full(Torn):
        async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[QueueEntry]:
            self.asked.append(f"claim {partition}")
            raise StoreUnavailableError("no memory")

        async def claimed(self, partition: int, worker: str) -> list[QueueEntry]:
            self.asked.append(f"claimed {partition}")
            for _ in range(10):  # longer than the round takes to be refused
                await asyncio.sleep(0)
            return []

    class Pauses:
        left = 5

        async def wait(self) -> None:
            if not Pauses.left:
                await asyncio.Event().wait()
            Pauses.left -= 1

    monkeypatch.setattr(claiming, "Backoff", Pauses)
    store = Full(servers=1)
    one = Round(store)
    for _ in range(10 * MANY):
        await one.go()
        await asyncio.sleep(0)
    assert Pauses.left == 0
    assert len(store.asked) <= 1 + 5 * 2
    await one.claimer.close()


async def test_a_bell_that_is_heard_before_the_answer_that_it_followed_is_not_forgotten() -> None:
    class Quick(Torn):
        async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[QueueEntry]:
            if self.asked.count(f"claim {partition}") == 0:
                one.claimer.rung(partition)
            return await super().claim(partition, worker, limit, suspects)

    store = Quick()
    one = Round(store)
    await one.go()
    assert Counter(store.asked) == {f"claim {number}": 2 for number in range(PARTITIONS)}


async def test_a_partition_whose_claims_alone_are_refused_comes_after_the_others_of_its_server() -> None:
    class Moving(Torn):
        async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[QueueEntry]:
            await super().claim(partition, worker, limit, suspects)
            if partition == 0:
                raise StoreUnavailableError("the slot is being moved")
            return []

    store = Moving(servers=1)
    one = Round(store)

    async def claimed() -> bool:
        if one.claimer.promising:
            await one.claimer.claim(1, 1)
        return store.asked.count("claim 0") > 1

    await eventually(claimed, "the claim to be tried again")
    assert {f"claim {number}" for number in range(PARTITIONS)} <= set(store.asked)
    await one.claimer.close()
