"""From the problems that were noted to what the caller is told: every one with its place in the text."""

import codecs

from penstock.definition.formats import Format
from penstock.definition.json_reader import json_tokens
from penstock.definition.limits import MAX_BYTES, MAX_PROBLEMS
from penstock.definition.locate import locate, position
from penstock.definition.problems import Problem, Problems
from penstock.definition.values import Path, dotted
from penstock.definition.yaml_reader import yaml_tokens
from penstock.errors import Detail


def readable(data: bytes) -> str:
    """Return what can be shown of a text that could not be decoded, to count its lines."""
    return data[:MAX_BYTES].removeprefix(codecs.BOM_UTF8).decode(errors="replace")


def details_of(text: str, format: Format, problems: Problems) -> list[Detail]:  # noqa: A002  as above
    """Return the problems with a text as details with line and column, in the order of the text."""
    found = _distinct(problems.found)
    unplaced = [problem.at for problem in found if problem.offset is None]
    places: dict[Path, int] = {}
    if unplaced:
        places = locate(json_tokens(text) if format == "json" else yaml_tokens(text), unplaced)
    placed = [(places[problem.at] if problem.offset is None else problem.offset, problem) for problem in found]
    placed.sort(key=lambda entry: entry[0])
    return [Detail(dotted(problem.path), problem.message, *position(text, offset)) for offset, problem in placed]


def _distinct(problems: list[Problem]) -> list[Problem]:
    """Keep the first problem of each field and place: those noted later mostly follow from it."""
    first: dict[tuple[Path, Path], Problem] = {}
    for problem in problems:
        first.setdefault((problem.path, problem.at), problem)
    return list(first.values())


def summary_of(details: list[Detail]) -> str:
    """Return one line that tells of the first problem, and how many others there are."""
    first = details[0]
    others = len(details) - 1
    more = f" (and {'at least ' if len(details) >= MAX_PROBLEMS else ''}{others} more)" if others else ""
    return f"{first.field}: {first.message}{more}"
