"""What an unquoted YAML word means: the core schema of YAML 1.2.

Only null, true, false and numbers are more than text. The YAML 1.1 words ``yes``, ``no``, ``on`` and ``off``, dates,
times and ``1_000`` stay the text that was written.
"""

import re

from penstock.definition.values import Value, whole_number

CORE_TAG = "tag:yaml.org,2002:"

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float("inf") for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{"-" + word: float("-inf") for word in (".inf", ".Inf", ".INF")},
}
_NUMBER_STARTS = frozenset("-+.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_WITH_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def plain_value(text: str) -> Value:
    """Return what an unquoted word without a tag stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return whole_number(text)
    if _WITH_BASE.fullmatch(text):
        return int(text, base=0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def tagged_value(tag: str, text: str) -> Value:
    """Return what a scalar with an explicit tag stands for.

    Raises:
        ValueError: The tag is not one of the core scalars, or the text is not of that type.
    """
    if tag == CORE_TAG + "str":
        return text
    value = plain_value(text)
    if tag == CORE_TAG + "float" and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if (tag.removeprefix(CORE_TAG), type(value)) in _TAGGED_TYPES:
        return value
    raise ValueError(tag)


_TAGGED_TYPES = {("null", type(None)), ("bool", bool), ("int", int), ("float", float)}
