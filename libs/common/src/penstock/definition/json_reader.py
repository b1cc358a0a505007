"""Reads JSON strictly: no repeated keys, no trailing text, nothing that is not JSON by the letter.

NaN, Infinity and numbers too large become values that every check refuses, so that the refusal names their field.
"""

import json
import re
from collections.abc import Iterator

from penstock.definition.limits import MAX_DEPTH, MAX_NODES
from penstock.definition.locate import Token, TokenKind, position, report_repeated_keys
from penstock.definition.problems import Problems
from penstock.definition.values import Value, whole_number

# Possessive, and a string without an end counts as one up to the end of the text: no input makes the match backtrack.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\(?:.|\Z))*+(?:"|\Z)|[\[\]{}]|[^\[\]{}\s,:"]++', re.DOTALL)


def read_json(text: str, problems: Problems) -> Value:
    """Return the value of a JSON text, or stop."""
    _check_shape(text, problems)
    repeated = False

    def to_map(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
        nonlocal repeated
        built = dict(pairs)
        repeated = repeated or len(built) < len(pairs)
        return built

    try:
        value: Value = json.loads(text, object_pairs_hook=to_map, parse_int=whole_number)
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        problems.stop((), f"This is not JSON at {at}: {_what_is_wrong(error)}", offset=error.pos)
    if repeated:
        report_repeated_keys(text, json_tokens(text), problems)
    return value


def json_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text that is known to be JSON."""
    for found in _TOKEN.finditer(text):
        piece = found.group()
        if piece == "{":
            yield Token(TokenKind.MAP, "", found.start())
        elif piece == "[":
            yield Token(TokenKind.LIST, "", found.start())
        elif piece in ("]", "}"):
            yield Token(TokenKind.END, "", found.start())
        elif piece.startswith('"'):
            yield Token(TokenKind.SCALAR, json.loads(piece) if "\\" in piece else piece[1:-1], found.start())
        else:
            yield Token(TokenKind.SCALAR, piece, found.start())


def _check_shape(text: str, problems: Problems) -> None:
    """Stop at a text that nests too deep or holds too many values, before anything is built from it."""
    depth = nodes = 0
    for found in _TOKEN.finditer(text):
        start = found.start()
        first = text[start]
        if first in "]}":
            depth -= 1
            continue
        nodes += 1
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                line = position(text, start).line
                problems.stop((), f"Line {line} nests more than {MAX_DEPTH} lists and maps: flatten it", offset=start)
        if nodes > MAX_NODES:
            problems.stop_too_large(
                (), f"The file holds more than {MAX_NODES:,} keys and values: split the DAG", offset=start
            )


def _what_is_wrong(error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data":
        return "the definition ends before this; remove what follows"
    return f"{error.msg[0].lower()}{error.msg[1:]}; correct the text here or just before"
