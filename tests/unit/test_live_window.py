"""The window on the end of a log, and the position of a viewer as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock_api.errors import UnreadableBodyError
from penstock_api.live.events import LiveEvent
from penstock_api.live.positions import read_positions, write_positions
from penstock_api.live.window import Window

positions = st.dictionaries(st.integers(0, 1023), st.integers(0, 2**49), min_size=1)


def event(seq: int, size: int = 10) -> LiveEvent:
    return LiveEvent(0, seq, "TaskReady", "", "", size, b"x" * size)


@given(
    floor=st.integers(0, 1000),
    sizes=st.lists(st.integers(1, 60), max_size=50),
    limit=st.integers(1, 500),
    back=st.integers(0, 60),
    count=st.integers(1, 20),
)
def test_a_window_tells_all_that_follows_a_seq_or_that_it_cannot(
    floor: int, sizes: list[int], limit: int, back: int, count: int
) -> None:
    window = Window(floor, limit)
    for seq, size in enumerate(sizes, floor + 1):
        window.add(event(seq, size))
    top = floor + len(sizes)
    assert window.top == top
    seq = max(floor, top - back)
    found = window.after(seq, count)
    if found is None:
        assert seq < window.floor
    else:
        assert [one.seq for one in found] == list(range(seq + 1, min(top, seq + count) + 1))


@given(st.lists(st.integers(1, 100), max_size=50), st.integers(0, 500))
def test_a_window_never_holds_more_than_its_limit(sizes: list[int], limit: int) -> None:
    window = Window(0, limit)
    for seq, size in enumerate(sizes, 1):
        window.add(event(seq, size))
        held = window.after(window.floor, len(sizes)) or []
        assert sum(len(one.content) for one in held) <= limit


def test_after_a_gap_a_window_does_not_claim_to_know_what_lies_in_it() -> None:
    window = Window(0, 1000)
    window.add(event(1))
    window.add(event(5))
    assert window.after(1, 10) is None
    assert [one.seq for one in window.after(4, 10) or []] == [5]


def test_one_who_is_ahead_of_a_window_is_told_nothing_twice() -> None:
    window = Window(0, 1000)
    window.add(event(1))
    assert window.after(3, 10) == []


@given(positions)
def test_a_position_survives_being_written_and_read(stands: dict[int, int]) -> None:
    assert read_positions(write_positions(stands), stands.keys()) == stands


@given(positions, st.text(max_size=20))
def test_any_other_text_is_refused(stands: dict[int, int], text: str) -> None:
    with pytest.raises(UnreadableBodyError):
        read_positions(write_positions(stands) + "," + text, stands.keys())
