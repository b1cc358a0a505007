"""Reads the fields of one map: each method returns a sound value, or notes the problem and returns the default."""

import math

from penstock.definition.problems import Problems
from penstock.definition.values import SURROGATE, Path, Value, kind, show


class Fields:
    """The keys of a map at ``path``, and where problems with them go."""

    def __init__(self, problems: Problems, path: Path, raw: dict[str, Value]) -> None:
        self.path = path
        self.raw = raw
        self._problems = problems

    def bad(self, key: str, message: str) -> None:
        """Note a problem with a key, which points at the map where the key is missing."""
        path = (*self.path, key)
        self._problems.add(path, message, at=path if key in self.raw else self.path)

    def text(self, key: str, default: str, *, limit: int) -> str:
        """Return a text of at most ``limit`` characters, which may be empty."""
        if key not in self.raw:
            return default
        value = self.raw[key]
        if not isinstance(value, str):
            self.bad(key, f"{key} is {kind(value)}: write text, in quotes")
        elif len(value) > limit:
            self.bad(key, f"{key} has {len(value):,} characters: shorten it to at most {limit:,}")
        elif trouble := unusable_characters(value):
            self.bad(key, f"{key} has {trouble}")
        else:
            return value
        return default

    def integer(self, key: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        value = self.raw.get(key, default)
        wanted = f"write a whole number from {low:,} to {high:,}"
        if isinstance(value, bool) or not isinstance(value, int):
            self.bad(key, f"{key} is {kind(value)}: {wanted}")
        elif not low <= value <= high:
            self.bad(key, f"{key} is too {'low' if value < low else 'high'}: {wanted}")
        else:
            return value
        return default

    def seconds(self, key: str, *, high: int, positive: bool) -> float | None:
        """Return a finite number of seconds up to ``high``; None if there is none or it is wrong."""
        if key not in self.raw:
            return None
        value = self.raw[key]
        wanted = f"write a number of seconds {'above 0 and' if positive else 'from 0'} up to {high:,}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.bad(key, f"{key} is {kind(value)}: {wanted}")
        elif not math.isfinite(value):
            self.bad(key, f"{key} is not finite: {wanted}")
        elif value < 0 or value > high or (positive and value == 0):
            self.bad(key, f"{key} is too {'high' if value > high else 'low'}: {wanted}")
        else:
            return float(value)
        return None


def unusable_characters(text: str, *, nul: bool = False) -> str | None:
    """Say what in a text no process argument or UTF-8 text can hold; None if there is nothing. ``nul`` allows NUL."""
    if not nul and "\0" in text:
        return "a NUL character, which no argument can hold: remove it"
    if not text.isascii() and (found := SURROGATE.search(text)):
        return f"half of a surrogate pair ({show(found.group())}): write the whole character"
    return None
