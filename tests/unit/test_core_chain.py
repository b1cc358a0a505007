"""The hash chain: whatever is done to the log, the hash tells."""

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from penstock.core.chain import GENESIS, extend_chain

logs = st.lists(st.binary(max_size=30), min_size=1, max_size=12)
places = st.tuples(st.integers(0, 1000), st.integers(0, 1000))


def chain(log: list[bytes], partition: int = 3, incarnation: int = 0) -> str:
    return extend_chain(partition, incarnation, 0, GENESIS, log)


def test_one_link_is_the_documented_hash() -> None:
    link = hashlib.sha256(
        b"\x01" + (3).to_bytes(4, "big") + (2).to_bytes(8, "big") + (8).to_bytes(8, "big") + bytes(32) + b"event"
    )
    assert extend_chain(3, 2, 7, GENESIS, [b"event"]) == link.hexdigest()


def test_no_events_leave_the_hash_as_it_is() -> None:
    assert extend_chain(0, 0, 5, "ab" * 32, []) == "ab" * 32


@given(logs, st.data())
def test_it_does_not_matter_how_the_log_is_cut_into_commits(log: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(log)))
    first = extend_chain(3, 0, 0, GENESIS, log[:cut])
    assert extend_chain(3, 0, cut, first, log[cut:]) == chain(log)


@given(logs, st.data(), st.binary(max_size=30))
def test_altering_an_event_changes_the_hash(log: list[bytes], data: st.DataObject, other: bytes) -> None:
    index = data.draw(st.integers(0, len(log) - 1))
    assume(log[index] != other)
    assert chain([*log[:index], other, *log[index + 1 :]]) != chain(log)


@given(logs, st.data())
def test_dropping_an_event_changes_the_hash(log: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(log) - 1))
    assert chain(log[:index] + log[index + 1 :]) != chain(log)


@given(logs, st.data(), st.binary(max_size=30))
def test_inserting_an_event_changes_the_hash(log: list[bytes], data: st.DataObject, extra: bytes) -> None:
    index = data.draw(st.integers(0, len(log)))
    assert chain([*log[:index], extra, *log[index:]]) != chain(log)


@given(logs.flatmap(lambda log: st.tuples(st.just(log), st.permutations(log))))
def test_reordering_events_changes_the_hash(logs_: tuple[list[bytes], list[bytes]]) -> None:
    log, other = logs_
    assert (chain(other) == chain(log)) == (other == log)


@given(logs)
def test_moving_a_boundary_between_events_changes_the_hash(log: list[bytes]) -> None:
    assume(len(log) > 1)
    assert chain([log[0] + log[1], *log[2:]]) != chain(log)


@given(logs, places, places)
def test_moving_the_log_to_another_partition_or_incarnation_changes_the_hash(
    log: list[bytes], place: tuple[int, int], other: tuple[int, int]
) -> None:
    assert (chain(log, *place) == chain(log, *other)) == (place == other)


@given(logs, st.integers(0, 2**40), st.integers(0, 2**40))
def test_moving_events_to_other_numbers_changes_the_hash(log: list[bytes], seq: int, other: int) -> None:
    assume(seq != other)
    assert extend_chain(0, 0, seq, GENESIS, log) != extend_chain(0, 0, other, GENESIS, log)


def test_another_past_gives_another_hash() -> None:
    assert extend_chain(0, 0, 1, "00" * 32, [b"x"]) != extend_chain(0, 0, 1, "01" * 32, [b"x"])


def test_what_is_no_hash_is_not_built_upon() -> None:
    with pytest.raises(ValueError, match="hex"):
        extend_chain(0, 0, 1, "no hash", [b"x"])
