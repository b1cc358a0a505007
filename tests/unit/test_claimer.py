"""Where a worker looks for work when some of it is out of reach."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from penstock.errors import NewerSchemaError, StoreUnavailableError
from penstock.store.memory import MemoryStore
from penstock.store.records import QueueEntry
from penstock_worker import claimer as claiming
from penstock_worker.claimer import Claimer
from penstock_worker.unanswered import Unanswered
from stack import eventually

PARTITIONS = 6
"""Two on each of three servers."""
MANY = 100


class Torn(MemoryStore):
    """A store of several servers of which some partitions are refused, and others get no answer."""

    def __init__(self, servers: int = 3) -> None:
        super().__init__(PARTITIONS, lambda: 0)
        self.servers = servers
        self.refused: set[int] = set()
        self.silent: set[int] = set()
        self.speak = asyncio.Event()
        self.asked: list[str] = []
        self.given: dict[str, list[QueueEntry]] = {}

    def server_of(self, partition: int) -> str:
        return f"s{partition * self.servers // PARTITIONS}"

    async def claim(self, partition: int, worker: str, limit: int, suspects: int = 1) -> list[QueueEntry]:
        return await self._ask(f"claim {partition}", [partition])

    async def claimed(self, partition: int, worker: str) -> list[QueueEntry]:
        return await self._ask(f"claimed {partition}", [partition])

    async def withdraw(self, partitions: Sequence[int], worker: str) -> None:
        await self._ask(f"withdraw {' '.join(map(str, partitions))}", partitions)

    async def _ask(self, what: str, partitions: Iterable[int]) -> list[QueueEntry]:
        self.asked.append(what)
        given = self.given.pop(what, []) if self.refused.isdisjoint(partitions) else []
        if not self.silent.isdisjoint(partitions):
            await self.speak.wait()
        if not self.refused.isdisjoint(partitions):
            raise StoreUnavailableError("away")
        return given


class Round:
    """A claimer, and what it tells."""

    def __init__(self, store: Torn) -> None:
        self.store = store
        self.started: list[QueueEntry] = []
        self.failures: list[BaseException] = []
        self.unanswered = Unanswered(lambda: map(store.server_of, range(PARTITIONS)))
        self.claimer = Claimer(
            store,
            "w",
            PARTITIONS,
            start=self.started.append,
            changed=lambda: None,
            ended=self._ended,
            unanswered=self.unanswered,
        )

    async def go(self) -> None:
        """Claim wherever there is promise."""
        for _ in range(MANY):
            if not self.claimer.promising:
                return
            await self.claimer.claim(1, 1)
        raise AssertionError("there is promise without end")

    async def all_back(self) -> None:
        async def back() -> bool:
            await self.go()
            return not self.claimer._aside

        await eventually(back, "all partitions to be in the round again")

    def _ended(self, task: "asyncio.Task[object]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failures.append(error)


def entry(partition: int, number: int = 1) -> QueueEntry:
    return QueueEntry(partition, "default", number, "run", "task", 0, 1, "dag", "version")


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
