"""The entrance: bytes in, a sound definition or every problem out."""

from penstock.core.dag import DagSpec
from penstock.definition.check_dag import check_dag
from penstock.definition.explain import details_of, readable, summary_of
from penstock.definition.formats import Format
from penstock.definition.json_reader import read_json
from penstock.definition.problems import Problems, StopReadingError
from penstock.definition.text import read_text
from penstock.definition.yaml_reader import read_yaml
from penstock.errors import InvalidDefinitionError, TooLargeError


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
        details = details_of(text or readable(data), format, problems)
        raise (TooLargeError if problems.too_large else InvalidDefinitionError)(summary_of(details), details)
    return dag
