"""Where a worker looks for work next."""

from penstock_worker.turns import UNSEEN_SECONDS, Turns


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def looked(turns: Turns, times: int, *, full: set[int]) -> list[int]:
    """Look so many times; partitions that are ``full`` give all that is asked for."""
    places = []
    for _ in range(times):
        place = turns.next(())
        if place is None:
            break
        places.append(place)
        turns.remove(place)
        if place in full:
            turns.promise([place])
    return places


def test_partitions_that_give_all_that_is_asked_for_take_turns() -> None:
    assert looked(Turns(range(4), Clock()), 8, full={1, 3}) == [0, 1, 2, 3, 1, 3, 1, 3]


def test_what_a_busy_worker_has_withdrawn_from_comes_when_nothing_else_is_left() -> None:
    turns = Turns([0], Clock())
    turns.lose_sight([1, 2])
    assert looked(turns, 3, full={0}) == [0, 0, 0]
    assert looked(turns, 9, full=set()) == [0, 1, 2]


def test_and_after_a_while_though_others_have_work_without_end() -> None:
    clock = Clock()
    turns = Turns([0], clock)
    turns.lose_sight([1])
    clock.now += UNSEEN_SECONDS / 2
    turns.lose_sight([2])
    assert looked(turns, 2, full={0}) == [0, 0]
    clock.now += UNSEEN_SECONDS / 2
    assert looked(turns, 4, full={0}) == [0, 1, 2, 0]


def test_a_bell_gives_a_partition_its_turn() -> None:
    turns = Turns([0], Clock())
    turns.lose_sight([1, 2])
    turns.promise([2])
    assert looked(turns, 3, full={0}) == [0, 2, 0]


def test_withdrawing_takes_no_turn_away() -> None:
    turns = Turns([0, 1], Clock())
    turns.lose_sight([1])
    assert looked(turns, 4, full={0, 1}) == [0, 1, 0, 1]


def test_what_is_left_aside_keeps_its_turn() -> None:
    turns = Turns([0, 1], Clock())
    assert turns.next({0}) == 1
    assert turns.next({0, 1}) is None
    assert turns.next(()) == 0
