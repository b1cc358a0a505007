"""Reads YAML: libyaml splits the text into events, this builds the values.

PyYAML's own construction is not used: it recurses, follows YAML 1.1 (``on`` is true, ``2024-02-28`` a date), lets the
last of two equal keys win and forgets positions. Aliases share one value, and their size is counted as if they were
written out, so an alias bomb is refused before it costs anything.
"""

import re
from collections.abc import Iterator
from typing import NoReturn

import yaml

from penstock.definition.locate import Token, TokenKind, position, report_repeated_keys
from penstock.definition.problems import Problems
from penstock.definition.values import Value
from penstock.definition.yaml_builder import YamlBuilder, offset_of

_NOT_READ = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIRECTIVE = re.compile("(?:^|\r)%(?!YAML )", re.MULTILINE)


def read_yaml(text: str, problems: Problems) -> Value:
    """Return the value of a YAML text, or stop."""
    _refuse_what_is_not_read(text, problems)
    builder = YamlBuilder(problems)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        _stop_at(error, text, problems)
    except UnicodeDecodeError:  # from percent-encoded bytes in a tag, which libyaml lets through
        problems.stop((), "A tag in the file is not UTF-8: remove it", offset=0)
    if builder.repeated:
        report_repeated_keys(text, yaml_tokens(text), problems)
    return builder.root


def yaml_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text that is known to be YAML; an alias counts as a scalar."""
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        offset = offset_of(event)
        if isinstance(event, yaml.ScalarEvent):
            yield Token(TokenKind.SCALAR, event.value, offset)
        elif isinstance(event, yaml.AliasEvent):
            yield Token(TokenKind.SCALAR, f"*{event.anchor}", offset)
        elif isinstance(event, yaml.MappingStartEvent):
            yield Token(TokenKind.MAP, "", offset)
        elif isinstance(event, yaml.SequenceStartEvent):
            yield Token(TokenKind.LIST, "", offset)
        elif isinstance(event, yaml.CollectionEndEvent):
            yield Token(TokenKind.END, "", offset)


def _refuse_what_is_not_read(text: str, problems: Problems) -> None:
    """Stop at what YAML forbids, and at what libyaml reads in a way that people or time do not expect.

    By YAML 1.1 it ends a line, even a comment, at U+0085, U+2028 and U+2029, which editors and YAML 1.2 show inside the
    line. And it takes quadratic time over many %TAG directives, which no definition needs.
    """
    if found := _NOT_READ.search(text):
        message = f"Character U+{ord(found.group()):04X} is not read in YAML: remove it, or escape it in double quotes"
        problems.stop((), message, offset=found.start())
    if found := _DIRECTIVE.search(text):
        line = position(text, found.end() - 1).line
        message = f"Line {line} starts with % (a YAML directive): remove it or indent it"
        problems.stop((), message, offset=found.end() - 1)


def _stop_at(error: yaml.MarkedYAMLError, text: str, problems: Problems) -> NoReturn:
    """Stop at what libyaml could not read; where the text ended too early, at what was left open."""
    began, met = error.context_mark, error.problem_mark
    mark = began if began and "end of stream" in str(error.problem) else met or began
    offset = min(mark.index, len(text)) if mark else 0
    line, column = position(text, offset)
    start = text.rfind("\n", 0, offset) + 1
    head = text[start : start + 1000]
    if "\t" in head[: len(head) - len(head.lstrip(" \t"))]:
        problems.stop((), f"line {line} is indented with a tab: indent with spaces", offset=offset)
    context = f" {error.context}," if error.context else ""
    message = f"This is not YAML at line {line}, column {column}:{context} {error.problem}"
    problems.stop((), f"{message}; check indentation, quotes, brackets and colons here and just before", offset=offset)
