"""What an audit finds."""

import msgspec

MOST_PROBLEMS = 100
"""Problems told of one partition; what is broken once is often broken ten thousand times."""

_EXCERPT = 160
_BEFORE = 40


class Problem(msgspec.Struct, frozen=True):
    """One thing that is not as it must be, in words for a person: what, where, and how it should be."""

    what: str
    where: str
    expected: str
    found: str


class Verdict(msgspec.Struct, frozen=True):
    """What an audit of a partition found.

    ``events``, ``runs`` and ``dags`` say how much the log holds. ``still`` tells whether the partition stood still long
    enough to compare all of it; otherwise lists, timers and counts, which move with every commit, went unchecked.
    ``untold`` counts problems beyond those listed.
    """

    partition: int
    events: int
    runs: int
    dags: int
    still: bool
    problems: list[Problem]
    untold: int = 0

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


class Findings:
    """Problems as they are found, up to a number that somebody may still read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.untold = 0

    def add(self, what: str, where: str, expected: object, found: object) -> None:
        """Take note of a problem; of long texts, the part is kept where they begin to differ."""
        if len(self.problems) >= MOST_PROBLEMS:
            self.untold += 1
            return
        self.problems.append(Problem(what, where, *_excerpts(str(expected), str(found))))


def _excerpts(expected: str, found: str) -> tuple[str, str]:
    pairs = enumerate(zip(expected, found, strict=False))
    differ = next((place for place, (one, other) in pairs if one != other), min(len(expected), len(found)))
    start = max(0, differ - _BEFORE)
    return _excerpt(expected, start), _excerpt(found, start)


def _excerpt(text: str, start: int) -> str:
    end = start + _EXCERPT
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
