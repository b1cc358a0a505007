"""How much of what was seen of a log is still there, whatever has become of it meanwhile."""

from hypothesis import given
from hypothesis import strategies as st

from penstock.store.memory import MemoryStore
from penstock.store.records import Head, LogEntry
from penstock_api.live.trail import Trail, open_trail


def branch(name: str, first: int, last: int) -> list[LogEntry]:
    """Return events of a branch; every third one ends a commit."""
    return [
        LogEntry(0, seq, f"{name}{seq}".encode(), "" if seq % 3 else f"hash of {name}{seq}")
        for seq in range(first, last + 1)
    ]


async def followed(store: MemoryStore, opened: int, seen: list[LogEntry], remembered: int) -> Trail:
    """Return the trail of who began at ``opened`` and has seen these events, of which it remembers so many."""
    store._state.partitions[0].log[:] = seen[:opened]
    trail = await open_trail(store, 0, Head(opened, "", 1, "", "0-0", 0), remembered)
    for entry in seen[opened:]:
        trail.note(entry)
    return trail


@given(opened=st.integers(0, 30), seen_since=st.integers(0, 30), lost=st.integers(0, 40), grown=st.integers(0, 40))
async def test_the_last_event_that_is_still_there_is_found(opened: int, seen_since: int, lost: int, grown: int) -> None:
    """All that is lost was seen since the log was opened."""
    end = opened + seen_since
    kept = max(opened, end - lost)
    store = MemoryStore(1, lambda: 0)
    seen = branch("old", 1, end)
    trail = await followed(store, opened, seen, 1000)
    store._state.partitions[0].log[:] = seen[:kept] + branch("new", kept + 1, kept + grown)
    assert await trail.kept(store) == kept


async def test_of_what_is_gone_with_all_that_is_remembered_the_place_below_it_is_returned() -> None:
    store = MemoryStore(1, lambda: 0)
    trail = await followed(store, 0, branch("old", 1, 30), 6)
    store._state.partitions[0].log[:] = branch("new", 1, 60)
    assert await trail.kept(store) == 24
