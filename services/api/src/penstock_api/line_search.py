"""Lines of an attempt's output: from a number on, or those that hold a text."""

from collections.abc import Callable

import msgspec

from penstock.store.base import ReadStore
from penstock.store.views import OutputLine

SCANNED_LINES = 200_000
"""Lines looked at for one answer of a search."""

PAGE_LINES = 500
"""Lines read at once: as a line may have 16 KiB, they are 8 MiB at most."""

ANSWER_BYTES = 4 * 1024 * 1024
"""An answer whose lines have more ends early, and says where to go on."""


class Found(msgspec.Struct, frozen=True):
    """Lines, and the number of the line to go on from, None at the end of what there is."""

    lines: list[OutputLine]
    next: int | None


class Output:
    """What one attempt has printed, of which the last line is number ``total``."""

    def __init__(self, store: ReadStore, run_id: str, task_id: str, attempt: int, total: int) -> None:
        self._store = store
        self._run_id = run_id
        self._task_id = task_id
        self._attempt = attempt
        self._total = total

    async def find(self, first: int, limit: int, text: str) -> Found:
        """Return at most ``limit`` lines from number ``first`` on: those that hold ``text``, in upper or lower case.

        Lines beyond ``total`` are left for the next time, so that what is told of the output as a whole holds.
        """
        holds = _holder(text)
        found: list[OutputLine] = []
        size = scanned = 0
        at = first
        while at <= self._total and len(found) < limit and size < ANSWER_BYTES and scanned < SCANNED_LINES:
            count = PAGE_LINES if text else min(PAGE_LINES, limit - len(found))
            page = await self._store.output(self._run_id, self._task_id, self._attempt, at - 1, count)
            if not page:
                return Found(found, None)
            for line in page:
                at = line.number + 1
                scanned += 1
                if line.number <= self._total and holds(line.text):
                    found.append(line)
                    size += len(line.text.encode())
                    if len(found) == limit:
                        break
        return Found(found, at if at <= self._total else None)


def _holder(text: str) -> Callable[[str], bool]:
    if not text:
        return lambda _: True
    wanted = text.casefold()
    return lambda line: wanted in line.casefold()
