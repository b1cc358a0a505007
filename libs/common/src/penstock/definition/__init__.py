"""Reads a DAG definition from JSON or YAML text, and writes it: the door at which a bad definition is refused.

What passes is a valid :class:`penstock.core.dag.DagSpec`; what does not is refused with every problem named, by
field, line and column. Nothing here does I/O, and no input makes it recurse, hang or use unbounded memory.
"""

from penstock.definition.formats import Format, format_of
from penstock.definition.json_schema import json_schema
from penstock.definition.parse import parse_definition
from penstock.definition.write import write_definition

__all__ = ["Format", "format_of", "json_schema", "parse_definition", "write_definition"]
