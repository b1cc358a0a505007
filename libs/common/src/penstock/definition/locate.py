"""Finds where in the text a value stands.

The readers build plain values without positions, which keeps the common case fast and small. Only a text in which
something is wrong is gone through again, as a stream of tokens that both formats share.
"""

from collections.abc import Iterable, Iterator
from enum import Enum, auto
from typing import NamedTuple

from penstock.definition.problems import Problems
from penstock.definition.values import Path, show


class TokenKind(Enum):
    """What a token opens, closes or is."""

    MAP = auto()
    LIST = auto()
    END = auto()
    SCALAR = auto()


class Token(NamedTuple):
    """A piece of a definition that is known to parse; ``text`` is the content of a scalar, else empty."""

    kind: TokenKind
    text: str
    offset: int


class Position(NamedTuple):
    """A place in a text, counted from 1."""

    line: int
    column: int


class _Open:
    """A container that is being read, and its current child: an index, or a key (None: the next token is one)."""

    __slots__ = ("child", "is_map")

    def __init__(self, *, is_map: bool) -> None:
        self.is_map = is_map
        self.child: str | int | None = None if is_map else -1


def position(text: str, offset: int) -> Position:
    """Return the line and column of a character."""
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def locate(tokens: Iterable[Token], paths: Iterable[Path]) -> dict[Path, int]:
    """Return for each path the offset of its key or list item.

    A path that is not there (a missing key, a value that came through a YAML alias) gets the nearest parent that is.
    """
    wanted = {path[:length] for path in paths for length in range(len(path) + 1)}
    found: dict[Path, int] = {}
    for path, offset in _walk(tokens):
        if path in wanted:
            found.setdefault(path, offset)
            if len(found) == len(wanted):
                break
    return {path: _nearest(path, found) for path in wanted}


def report_repeated_keys(text: str, tokens: Iterable[Token], problems: Problems) -> None:
    """Note every key that stands twice in its map, with both lines."""
    first: dict[Path, int] = {}
    inside: Path | None = None  # the second of two equal keys: all below it would seem to stand twice, too
    for path, offset in _walk(tokens):
        if not path or isinstance(path[-1], int) or (inside and path[: len(inside)] == inside and path != inside):
            continue
        inside = None
        if path not in first:
            first[path] = offset
            continue
        inside = path
        lines = f"line {position(text, first[path]).line} and again on line {position(text, offset).line}"
        problems.add(path, f"The key {show(path[-1])} stands on {lines}: keep one of the two", offset=offset)


def _nearest(path: Path, found: dict[Path, int]) -> int:
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 0)


def _walk(tokens: Iterable[Token]) -> Iterator[tuple[Path, int]]:
    """Yield the path and offset of the root, of each key and of each list item."""
    stack: list[_Open] = []
    for token in tokens:
        top = stack[-1] if stack else None
        if token.kind is TokenKind.END:
            stack.pop()
            _value_ended(stack)
            continue
        if top is None:
            yield (), token.offset
        elif top.child is None:
            top.child = token.text
            yield _path(stack), token.offset
            continue
        elif isinstance(top.child, int):
            top.child += 1
            yield _path(stack), token.offset
        if token.kind is TokenKind.SCALAR:
            _value_ended(stack)
        else:
            stack.append(_Open(is_map=token.kind is TokenKind.MAP))


def _value_ended(stack: list[_Open]) -> None:
    if stack and stack[-1].is_map:
        stack[-1].child = None


def _path(stack: list[_Open]) -> Path:
    return tuple(level.child for level in stack if level.child is not None)
