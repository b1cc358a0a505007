"""Who serves which partition."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from penstock_scheduler.assignment import assigned

partitions = st.integers(1, 200)
names = st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=20, unique=True)


@given(partitions, names)
def test_every_partition_is_served_by_exactly_one_of_those_alive(count: int, alive: list[str]) -> None:
    shares = [assigned(count, owner, alive) for owner in alive]
    assert sorted(partition for share in shares for partition in share) == list(range(count))


@given(partitions, names)
def test_shares_differ_by_one_at_most(count: int, alive: list[str]) -> None:
    sizes = [len(assigned(count, owner, alive)) for owner in alive]
    assert max(sizes) - min(sizes) <= 1


@given(partitions, names, st.randoms(use_true_random=False))
def test_everybody_works_it_out_alike_in_whatever_order_they_are_listed_and_however_often(
    count: int, alive: list[str], chance: Random
) -> None:
    listed = [*alive, *alive]
    chance.shuffle(listed)
    assert all(assigned(count, owner, listed) == assigned(count, owner, alive) for owner in alive)


@given(partitions, names)
def test_one_who_is_not_listed_yet_counts_itself(count: int, alive: list[str]) -> None:
    owner, *others = alive
    assert assigned(count, owner, others) == assigned(count, owner, alive)


def test_one_that_is_alone_serves_everything() -> None:
    assert assigned(8, "only", []) == set(range(8))
