"""A commit is applied once or its partition is dropped: it is never tried for ever."""

import pytest
from msgspec.structs import replace

from penstock.errors import StoreUnavailableError
from penstock.store import records as r
from penstock.store.memory import MemoryStore
from penstock_scheduler.committing import LostPartitionError, commit_once
from stack import dag
from store_kit import EPOCH_MS, FIRST, Reign, register

MOST_TRIES = 3


class Counting(MemoryStore):
    """Counts commits, and loses some requests or answers."""

    def __init__(self) -> None:
        super().__init__(1, lambda: EPOCH_MS)
        self.tries = 0
        self.lose_request = self.lose_answer = False

    async def commit(self, commit: r.Commit) -> r.Committed | r.Refused:
        self.tries += 1
        assert self.tries <= MOST_TRIES, "tried for ever"
        first = self.tries == 1
        if first and self.lose_request:
            raise StoreUnavailableError("the request was lost")
        answer = await super().commit(commit)
        if first and self.lose_answer:
            raise StoreUnavailableError("the answer was lost")
        return answer


@pytest.fixture
def store() -> Counting:
    return Counting()


async def prepared(store: Counting, *, events: bool) -> r.Commit:
    """Return a commit that would be applied: with an event, or one that only moves the cursor."""
    reign = await Reign.begin(store)
    if events:
        await register(store, dag(FIRST, {"a": ()}))
    else:
        store._state.partitions[0].deliver(b"unreadable")
    commit = await reign.prepare()
    assert commit is not None
    assert bool(commit.events) == events
    return commit


def alter(store: Counting, **changes: object) -> None:
    state = store._state.partitions[0]
    state.head = replace(state.head, **changes)


@pytest.mark.parametrize("lose_request", [False, True], ids=["refused", "unknown"])
@pytest.mark.parametrize("events", [False, True], ids=["no events", "events"])
@pytest.mark.parametrize("changes", [{"cursor": "7-7"}, {"hash": "ab"}, {"term": 9}], ids=str)
async def test_a_commit_whose_head_is_another_one_is_lost_at_once(
    store: Counting, changes: dict[str, object], *, events: bool, lose_request: bool
) -> None:
    commit = await prepared(store, events=events)
    store.lose_request = lose_request
    alter(store, **changes)
    with pytest.raises(LostPartitionError):
        await commit_once(store, commit, "owner")
    assert store.tries == 1


@pytest.mark.parametrize("events", [False, True], ids=["no events", "events"])
async def test_a_commit_that_was_not_applied_is_tried_again(store: Counting, *, events: bool) -> None:
    commit = await prepared(store, events=events)
    store.lose_request = True
    assert isinstance(await commit_once(store, commit, "owner"), r.Committed)
    assert store.tries == 2


@pytest.mark.parametrize("events", [False, True], ids=["no events", "events"])
async def test_a_commit_that_was_applied_is_not_tried_again(store: Counting, *, events: bool) -> None:
    commit = await prepared(store, events=events)
    store.lose_answer = True
    assert isinstance(await commit_once(store, commit, "owner"), r.Committed)
    assert store.tries == 1
    assert (await store.head(0)).cursor == commit.cursor
