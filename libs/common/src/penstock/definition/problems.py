"""What is wrong with a definition, gathered while it is read, so that all of it is told at once."""

from typing import NoReturn

import msgspec

from penstock.definition.limits import MAX_PROBLEMS
from penstock.definition.values import Path


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong: ``path`` names the field, ``at`` what to point at, ``offset`` its place if known."""

    path: Path
    message: str
    at: Path
    offset: int | None


class StopReadingError(Exception):
    """Going on would tell nothing more; caught by ``parse_definition``, which raises what was gathered."""


class Problems:
    """The problems found so far; ``too_large`` says that a limit on size ended the reading."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.too_large = False

    def add(self, path: Path, message: str, *, at: Path | None = None, offset: int | None = None) -> None:
        """Note a problem and go on; stops the reading at MAX_PROBLEMS."""
        self.found.append(Problem(path, message, path if at is None else at, offset))
        if len(self.found) >= MAX_PROBLEMS:
            raise StopReadingError

    def stop(self, path: Path, message: str, *, offset: int | None = None) -> NoReturn:
        """Note a problem behind which nothing can be read."""
        self.add(path, message, offset=offset)
        raise StopReadingError

    def stop_too_large(self, path: Path, message: str, *, offset: int | None = None) -> NoReturn:
        """Note that a limit on size is passed."""
        self.too_large = True
        self.stop(path, message, offset=offset)
