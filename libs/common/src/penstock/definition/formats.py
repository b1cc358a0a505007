"""The formats a definition may be written in."""

from typing import Literal, TypeAlias

from penstock.definition.values import show
from penstock.errors import Detail, UnsupportedFormatError

Format: TypeAlias = Literal["json", "yaml"]

_ENDINGS: dict[str, Format] = {"json": "json", "yaml": "yaml", "yml": "yaml"}


def format_of(filename: str) -> Format:
    """Return the format that a file's name promises, by its ending.

    Raises:
        UnsupportedFormatError: The name ends in none of .json, .yaml and .yml.
    """
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    message = f"The file name {show(filename)} does not end in .json, .yaml or .yml: rename it to say what it holds"
    raise UnsupportedFormatError(message, [Detail("file", message)])
