"""Where an outbox remembers that there is something to tell, and about what."""

import msgspec

from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.core.notify import Occasion
from penstock.core.projection import SUMMARY_FIELD
from penstock.core.run import RunSummary
from penstock.core.status import RunStatus
from penstock.store.records import Commit, RunWrite
from penstock_scheduler.notifications.book import KEPT, STRIDE, Book, Place, Subject

END = encode_event(e.RunFinished(run_id="r", status=RunStatus.FAILED))
OTHER = encode_event(e.RunStarted(run_id="r"))


def commit(seq: int, events: list[bytes]) -> Commit:
    return Commit(
        partition=0,
        term=1,
        seq=seq,
        hash="",
        new_hash="",
        incarnation=0,
        after="",
        cursor="",
        consumed=0,
        lease_ms=1,
        events=events,
    )


def test_a_book_knows_where_there_is_something_to_tell() -> None:
    book = Book(10)
    book.add(commit(10, [OTHER, END, OTHER]))
    book.add(commit(13, [OTHER, END]))
    assert (book.since, book.end) == (10, 15)
    assert book.after(10, 10) == [Place(12), Place(15)]
    assert book.after(12, 1) == [Place(15)]
    assert book.after(15, 1) == []


def test_a_book_does_not_grow_for_ever() -> None:
    book = Book(0)
    for seq in range(0, 5 * KEPT, KEPT):
        book.add(commit(seq, [END] * KEPT))
    assert book.end == 5 * KEPT
    kept = book.after(book.since, 5 * KEPT)
    assert len(kept) <= 2 * KEPT
    assert [place.seq for place in kept] == list(range(book.since + 1, book.end + 1))


async def test_a_book_wakes_for_something_to_tell_or_for_a_long_way() -> None:
    book = Book(0)
    before = book._change
    book.add(commit(0, [OTHER]))
    assert not before.is_set()
    book.add(commit(1, [END]))
    assert before.is_set()
    before = book._change
    book.add(commit(2, [OTHER] * (STRIDE - 1)))
    assert not before.is_set()
    book.add(commit(1 + STRIDE, [OTHER]))
    assert before.is_set()


def test_a_book_knows_what_a_run_was_that_its_commit_writes() -> None:
    run = RunSummary("r", "etl", "v1", RunStatus.FAILED)
    write = RunWrite(
        "r", "etl", False, RunStatus.RUNNING, RunStatus.FAILED, {SUMMARY_FIELD: msgspec.json.encode(run)}, [12], None
    )
    book = Book(10)
    book.add(msgspec.structs.replace(commit(10, [OTHER, END]), runs=[write]))
    assert book.after(10, 10) == [Place(12, Subject(Occasion.FAILED, "etl", "v1"))]
