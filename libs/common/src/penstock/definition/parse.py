"""The entrance: bytes in, a sound definition or every problem out."""

import codecs

from penstock.core.dag import DagSpec
from penstock.definition.check_dag import check_dag
from penstock.definition.formats import Format
from penstock.definition.json_reader import json_tokens, read_json
from penstock.definition.limits import MAX_BYTES, MAX_PROBLEMS
from penstock.definition.locate import locate, position
from penstock.definition.problems import Problem, Problems, StopReadingError
from penstock.definition.text import read_text
from penstock.definition.values import Path, dotted
from penstock.definition.yaml_reader import read_yaml, yaml_tokens
from penstock.errors import Detail, InvalidDefinitionError, TooLargeError


def parse_definition(data: bytes, format: Format) -> DagSpec:  # noqa: A002  the word that callers know it by
    """Return the DAG that a JSON or YAML text defines.

    Pure and bounded: no input makes it recurse, hang or use memory out of proportion. It may take seconds for the
    largest input, so a server calls it outside of its event loop.

    Raises:
        InvalidDefinitionError: The text does not parse or breaks a rule; all problems found are in its details (up to
            MAX_PROBLEMS), in the order of the text, each with a line and a column.
        TooLargeError: The text, the number of tasks or the number of dependencies is above its limit.
    """
    problems = Problems()
    text = ""
    try:
        text = read_text(data, problems)
        dag = check_dag(read_json(text, problems) if format == "json" else read_yaml(text, problems), problems)
    except StopReadingError:
        dag = None
    if dag is None or problems.found:
        details = _details(text or _readable(data), format, problems)
        raise (TooLargeError if problems.too_large else InvalidDefinitionError)(_summary(details), details)
    return dag


def _readable(data: bytes) -> str:
    """Return what can be shown of a text that could not be decoded, to count its lines."""
    return data[:MAX_BYTES].removeprefix(codecs.BOM_UTF8).decode(errors="replace")


def _details(text: str, format: Format, problems: Problems) -> list[Detail]:  # noqa: A002  as above
    """Give each problem its line and column; in the order of the text."""
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


def _summary(details: list[Detail]) -> str:
    first = details[0]
    others = len(details) - 1
    more = f" (and {'at least ' if len(details) >= MAX_PROBLEMS else ''}{others} more)" if others else ""
    return f"{first.field}: {first.message}{more}"
