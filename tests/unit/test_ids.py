"""Run ids sort by time and name their partition; DAGs keep their partition for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import NotFoundError
from penstock.ids import new_run_id, partition_of_dag, partition_of_run, time_prefix

partitions = st.integers(0, 99_999)
times = st.integers(0, 2**48 - 1)
entropies = st.binary(min_size=10, max_size=10)


@given(partitions, times, entropies)
def test_a_run_id_gives_its_partition_back(partition: int, now_ms: int, entropy: bytes) -> None:
    assert partition_of_run(new_run_id(partition, now_ms, entropy)) == partition


@given(st.lists(st.tuples(partitions, times, entropies), unique_by=lambda made: made[1]))
def test_run_ids_sort_by_creation_time(made: list[tuple[int, int, bytes]]) -> None:
    ids = [new_run_id(*arguments) for arguments in sorted(made, key=lambda arguments: arguments[1])]
    assert ids == sorted(ids)


@given(partitions, times, times, entropies)
def test_the_prefix_of_a_time_parts_earlier_runs_from_others(partition: int, at: int, time: int, chance: bytes) -> None:
    assert (new_run_id(partition, at, chance) < time_prefix(time)) == (at < time)
    assert new_run_id(partition, at, chance).startswith(time_prefix(at))


@given(partitions, times, entropies, entropies)
def test_ids_differ_exactly_when_the_entropy_does(partition: int, now_ms: int, first: bytes, second: bytes) -> None:
    same = new_run_id(partition, now_ms, first) == new_run_id(partition, now_ms, second)
    assert same == (first == second)


def test_a_run_id_is_spelled_as_documented() -> None:
    assert new_run_id(0, 0, bytes(10)) == "0" * 26 + "-0"
    assert new_run_id(12, 2**48 - 1, b"\xff" * 10) == "7" + "z" * 25 + "-12"
    assert new_run_id(3, 1_469_918_176_385, bytes(10)) == "01aryz6s410000000000000000-3"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "0" * 26,
        "0" * 26 + "-",
        "0" * 25 + "-0",
        "0" * 27 + "-0",
        "8" + "0" * 25 + "-0",
        "Z" * 26 + "-0",
        "0" * 25 + "u-0",
        "0" * 26 + "-00",
        "0" * 26 + "-01",
        "0" * 26 + "--1",
        "0" * 26 + "-1\n",
        "0" * 26 + "-٣",
        "0" * 26 + "-123456",
        "../../etc/passwd",
    ],
)
def test_text_that_is_no_run_id_names_no_run(text: str) -> None:
    with pytest.raises(NotFoundError, match="no such run"):
        partition_of_run(text)


def test_a_long_text_is_not_repeated_at_length() -> None:
    with pytest.raises(NotFoundError) as caught:
        partition_of_run("x" * 10_000)
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize(
    ("partition", "now_ms", "entropy"),
    [(-1, 0, bytes(10)), (100_000, 0, bytes(10)), (0, -1, bytes(10)), (0, 2**48, bytes(10)), (0, 0, bytes(9))],
)
def test_an_argument_out_of_range_is_refused(partition: int, now_ms: int, entropy: bytes) -> None:
    with pytest.raises(ValueError, match=r"out of range|random bytes"):
        new_run_id(partition, now_ms, entropy)


def test_the_partition_of_a_dag_never_changes() -> None:
    found = {dag_id: partition_of_dag(dag_id, 8) for dag_id in ("sample", "etl", "größe", "")}
    assert found == {"sample": 5, "etl": 6, "größe": 1, "": 4}


def test_dags_spread_over_all_partitions() -> None:
    counts = [0] * 8
    for number in range(8_000):
        counts[partition_of_dag(f"dag-{number}", 8)] += 1
    assert min(counts) > 850
    assert max(counts) < 1_150
