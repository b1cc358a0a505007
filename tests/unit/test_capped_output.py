from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penstock_worker.executors.base import Stream
from penstock_worker.output import LINE_LIMIT_BYTES, CappedOutput, Line


class Attempt:
    """An output with everything it emitted, and a clock that the test owns."""

    def __init__(self, cap_bytes: int = 1024 * 1024) -> None:
        self.now = 1000
        self.batches: list[list[Line]] = []
        self.output = CappedOutput(self.batches.append, lambda: self.now, cap_bytes)

    @property
    def lines(self) -> list[Line]:
        return [line for batch in self.batches for line in batch]

    def texts(self, stream: str = "stdout") -> list[str]:
        return [line.text for line in self.lines if line.stream == stream]


def all_of(*chunks: bytes, cap_bytes: int = 1024 * 1024) -> Attempt:
    attempt = Attempt(cap_bytes)
    for chunk in chunks:
        attempt.output.write("stdout", chunk)
    attempt.output.finish()
    return attempt


def test_lines_are_emitted_as_soon_as_they_are_complete_one_batch_per_write() -> None:
    attempt = Attempt()
    attempt.output.write("stdout", b"a\nb\nc")
    assert attempt.batches == [[Line("stdout", "a", 1000), Line("stdout", "b", 1000)]]
    attempt.now = 2000
    attempt.output.write("stdout", b"c\n")
    assert attempt.batches[1:] == [[Line("stdout", "cc", 2000)]]
    attempt.output.write("stdout", b"no end of line")
    assert len(attempt.batches) == 2
    attempt.output.finish()
    assert attempt.batches[2:] == [[Line("stdout", "no end of line", 2000)]]


def test_the_streams_are_told_apart_and_keep_their_order() -> None:
    attempt = Attempt()
    attempt.output.write("stdout", b"one\nhal")
    attempt.output.write("stderr", b"two\n")
    attempt.output.write("stdout", b"f\n")
    attempt.output.finish()
    assert [(line.stream, line.text) for line in attempt.lines] == [
        ("stdout", "one"),
        ("stderr", "two"),
        ("stdout", "half"),
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"\n\n", ["", ""]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"10 %\r20 %\r\n", ["10 %\r20 %"]),
        ("grün\n".encode(), ["grün"]),
        (b"caf\xe9\n", ["caf\ufffd"]),
        (b"\xf0\x9f\x98", ["\ufffd"]),
        (b"nul\0\n", ["nul\0"]),
    ],
)
def test_what_becomes_of_special_bytes(data: bytes, expected: list[str]) -> None:
    assert all_of(data).texts() == expected
    byte_by_byte = [data[i : i + 1] for i in range(len(data))]
    assert all_of(*byte_by_byte).texts() == expected


@given(st.text(), st.lists(st.integers(0, 200)))
@example("a€b\n€", [2, 3])
def test_no_cut_between_chunks_changes_the_text(text: str, cuts: list[int]) -> None:
    data = text.encode()
    borders = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    attempt = all_of(*(data[start:end] for start, end in pairwise(borders)))
    assert attempt.texts() == all_of(data).texts()
    assert "\n".join(attempt.texts()) == "\n".join(line.removesuffix("\r") for line in _lines(text))


def _lines(text: str) -> list[str]:
    *complete, rest = text.split("\n")
    return [*complete, rest + "\r"] if rest else complete  # only a whole line loses its carriage return


def test_a_long_line_is_cut_into_pieces_between_characters_and_nothing_is_lost() -> None:
    text = "€" * LINE_LIMIT_BYTES
    pieces = all_of(text.encode() + b"\nnext\n").texts()
    assert "".join(pieces[:-1]) == text
    assert pieces[-1] == "next"
    assert max(len(piece.encode()) for piece in pieces) <= LINE_LIMIT_BYTES
    assert pieces == all_of(text.encode(), b"\n", b"next\n").texts()


def test_a_long_line_is_passed_on_before_it_ends() -> None:
    attempt = Attempt()
    attempt.output.write("stdout", b"x" * (LINE_LIMIT_BYTES + 1))
    assert attempt.texts() == ["x" * LINE_LIMIT_BYTES]


def test_output_up_to_the_cap_is_kept_whole() -> None:
    data = b"".join(b"%06d\n" % number for number in range(1000))
    for size in (7, 10, 333, len(data)):
        chunks = (data[start : start + size] for start in range(0, len(data), size))
        attempt = all_of(*chunks, cap_bytes=8 * 1000)
        assert attempt.texts() == data.decode().splitlines()
        assert attempt.texts("system") == []


@pytest.mark.parametrize("size", [1, 7, 1000, 65536, 10_000_000])
def test_of_too_much_output_head_and_tail_are_kept_and_the_cut_is_said(size: int) -> None:
    cap = 4000
    data = b"".join(b"line %06d\n" % number for number in range(20_000))
    attempt = all_of(*(data[start : start + size] for start in range(0, len(data), size)), cap_bytes=cap)
    (note,) = attempt.texts("system")
    omitted = int(note.split()[1])
    position = attempt.lines.index(next(line for line in attempt.lines if line.stream == "system"))
    head = "\n".join(line.text for line in attempt.lines[:position])
    tail = "\n".join(line.text for line in attempt.lines[position + 1 :])
    assert data.decode().startswith(head)
    assert data.decode().endswith(tail + "\n")
    assert len(head) + len(tail) + 3 >= len(data) - omitted >= len(head) + len(tail) + 1
    assert cap - 16 <= len(data) - omitted <= cap


def test_the_head_is_live_and_the_tail_comes_at_the_end_with_its_own_times() -> None:
    attempt = Attempt(cap_bytes=200)
    attempt.output.write("stdout", b"h" * 99 + b"\n")
    assert len(attempt.lines) == 1
    attempt.now = 2000
    attempt.output.write("stderr", b"early\n" * 100)
    attempt.now = 3000
    attempt.output.write("stderr", b"t" * 99 + b"\n")
    assert len(attempt.lines) == 1
    attempt.now = 4000
    attempt.output.finish()
    assert attempt.lines[1:] == [
        Line("system", "... 600 bytes of output left out ...", 4000),
        Line("stderr", "t" * 99, 3000),
    ]


def test_a_line_across_the_border_of_head_and_tail_stays_whole_if_nothing_is_missing() -> None:
    assert all_of(b"x" * 80 + b"\n", cap_bytes=100).texts() == ["x" * 80]


def test_empty_lines_are_bounded_in_number() -> None:
    attempt = all_of(b"\n" * 100_000, cap_bytes=8000)
    assert 900 <= len(attempt.texts()) <= 1001
    assert "left out" in attempt.texts("system")[0]


def test_gigabytes_do_not_stay_in_memory() -> None:
    attempt = Attempt(cap_bytes=100_000)
    streams: tuple[Stream, Stream] = ("stdout", "stderr")
    for number in range(2_000):
        attempt.output.write(streams[number % 2], b"x" * 65_535 + b"\n")
    tail = attempt.output._tail
    assert sum(len(chunk.data) for chunk in tail._chunks) <= 50_000 + 65_536
    attempt.output.finish()
    assert sum(len(line.text) for line in attempt.lines) <= 100_000 + 100
