"""What changed of late, as the digests ask for it."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.core.dag import DagSpec, TaskSpec
from penstock.store.records import LogEntry
from penstock_api.live.changes import Changes
from penstock_api.live.events import LiveEvent, live_event

numbers = st.lists(st.integers(-6, 6), max_size=60)


def about(number: int, seq: int) -> LiveEvent:
    """An event of a run; below 0 the registration of a DAG, of neither for 0."""
    if number < 0:
        return LiveEvent(0, seq, "DagRegistered", "", f"d{-number}", 0, b"")
    return LiveEvent(0, seq, "RunStarted", f"r{number}" if number else "", "", 0, b"")


@given(floor=st.integers(0, 100), runs=numbers, limit=st.integers(1, 8), back=st.integers(0, 70))
def test_all_that_changed_after_a_seq_is_known_or_the_seq_is_below_the_floor(
    floor: int, runs: list[int], limit: int, back: int
) -> None:
    changes = Changes(floor, limit)
    for seq, run in enumerate(runs, floor + 1):
        before = changes.floor
        changes.note(about(run, seq), seq)
        assert changes.floor >= before
    assert changes.top == floor + len(runs)
    seq = max(0, changes.top - back)
    last = {f"r{run}": place for place, run in enumerate(runs, floor + 1) if run > 0 and place > seq}
    dags = {f"d{-run}": place for place, run in enumerate(runs, floor + 1) if run < 0 and place > seq}
    expected = sorted(last.items(), key=lambda item: item[1], reverse=True)
    found = [(change.run_id, change.seq) for change in changes.runs_after(seq)]
    if seq >= changes.floor:
        assert found == expected
        assert changes.dags_after(seq) == dags
    else:
        assert found == expected[: len(found)]
        assert changes.dags_after(seq).items() <= dags.items()


@given(numbers, st.integers(1, 8))
def test_no_more_runs_are_remembered_than_allowed(runs: list[int], limit: int) -> None:
    changes = Changes(0, limit)
    for seq, run in enumerate(runs, 1):
        changes.note(about(run, seq), seq)
    assert len(list(changes.runs_after(0))) <= limit


def test_after_a_gap_nothing_before_it_is_claimed_to_be_known() -> None:
    changes = Changes(0, 10)
    changes.note(about(1, 1), 1)
    changes.note(about(2, 5), 2)
    assert (changes.floor, changes.top) == (4, 5)
    assert [change.run_id for change in changes.runs_after(4)] == ["r2"]


def registered(seq: int, dag_id: str) -> LiveEvent:
    spec = DagSpec(id=dag_id, name=dag_id, tasks={"a": TaskSpec(id="a", name="a", command="x" * 10_000)})
    return live_event(LogEntry(0, seq, encode_event(e.DagRegistered(dag_id=dag_id, version="v", definition=spec))))


def test_dags_that_were_registered_after_a_seq_are_named_once() -> None:
    changes = Changes(0, 10)
    for seq, dag_id in enumerate(["x", "y", "x"], 1):
        changes.note(registered(seq, dag_id), seq)
    assert changes.dags_after(1) == {"y": 2, "x": 3}
    assert changes.dags_after(2) == {"x": 3}
    assert list(changes.runs_after(0)) == []


def test_of_a_definition_only_the_outline_is_kept() -> None:
    event = registered(1, "x")
    assert event.size == len(event.content) < 1000


def test_an_event_is_rendered_for_the_first_who_asks_and_kept_for_the_others() -> None:
    event = live_event(LogEntry(3, 7, encode_event(e.RunStarted(run_id="r", at=1000, cause="log:6"))))
    assert not event.rendered
    first = event.data
    assert event.data is first
    assert msgspec.json.decode(first) == {
        "partition": 3,
        "seq": 7,
        "type": "RunStarted",
        "at": "1970-01-01T00:00:01.000Z",
        "cause": "log:6",
        "run_id": "r",
    }


def test_what_a_newer_penstock_wrote_is_unreadable_but_its_run_has_changed() -> None:
    event = live_event(LogEntry(0, 1, b'{"type":"RunPaused","v":99,"run_id":"r"}'))
    assert (event.type, event.run_id) == ("Unreadable", "r")
    assert msgspec.json.decode(event.data)["type"] == "Unreadable"


def test_what_is_no_event_at_all_is_shown_as_such() -> None:
    for data in (b"", b"\xff\xfe", b"[]", b'{"type":3}'):
        event = live_event(LogEntry(0, 1, data))
        assert msgspec.json.decode(event.data)["type"] == event.type == "Unreadable"
