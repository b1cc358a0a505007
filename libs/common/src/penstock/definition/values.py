"""The plain values that the readers produce and the checks judge, and how messages name them."""

import re
from typing import TypeAlias

from penstock.definition.limits import MAX_ID_LENGTH

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of a definition down to a value."""

SHOWN_LENGTH = 60
"""Characters of an input's text that a message repeats."""

_LONGEST_INTEGER = 40
"""Digits beyond which a whole number is not converted: out of every range, and converting takes quadratic time."""

_OUT_OF_RANGE = 2**128

UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Characters that would break a log line, a terminal, the direction of a page's text, or the encoding of an answer."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""Halves of a UTF-16 pair: JSON can write them alone, UTF-8 cannot."""


def whole_number(text: str) -> int:
    """Return the whole number written in decimal; one of very many digits as some number out of every range."""
    if len(text) <= _LONGEST_INTEGER:
        return int(text)
    return -_OUT_OF_RANGE if text.startswith("-") else _OUT_OF_RANGE


def kind(value: Value) -> str:
    """Name the type of a value in a user's words."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a map"


def show(text: str) -> str:
    """Quote a text of the input for a message."""
    return f'"{shorten(text)}"'


def shorten(text: str) -> str:
    """Return a text of the input as a message may repeat it: short, and safe to print."""
    short = text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"
    return UNSHOWABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", short)


def dotted(path: Path) -> str:
    """Return a path as a detail's field; ``file`` for the definition as a whole.

    It ends before a key that cannot be shown safely: the message has that key in quotes.
    """
    parts: list[str] = []
    for step in path:
        part = str(step)
        if len(part) > MAX_ID_LENGTH or UNSHOWABLE.search(part):
            break
        parts.append(part)
    return ".".join(parts) or "file"
