"""The schema of a definition for editors, JSON Schema draft 2020-12, made from the limits that the checks use.

It says less than the checks: rings, unknown dependencies and sizes in bytes are beyond what JSON Schema can express.
"""

from penstock.core.dag import TaskSpec
from penstock.core.notify import Occasion
from penstock.definition import limits, names
from penstock.definition.values import Value

_DEFAULTS = TaskSpec(id="", name="")


def json_schema() -> dict[str, Value]:
    """Return the JSON Schema of a definition."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Penstock DAG",
        "type": "object",
        "required": ["id", "tasks"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "pattern": names.DAG_ID, "description": "Names the DAG in URLs and commands."},
            "name": {**_name(), "description": "What people see; the id if left out."},
            "description": _description(),
            "tags": _tags(),
            "late_after_seconds": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "maximum": limits.MAX_LATE_AFTER_SECONDS,
                "default": None,
                "description": "A run that has not ended so long after it was requested is late; null: never.",
            },
            "notify": _notify(),
            "tasks": {
                "type": "object",
                "description": "The tasks by id.",
                "minProperties": 1,
                "maxProperties": limits.MAX_TASKS,
                "propertyNames": {"$ref": "#/$defs/task_id"},
                "additionalProperties": {"$ref": "#/$defs/task"},
            },
        },
        "$defs": {"task_id": _task_id(), "task": _task()},
    }


def _tags() -> dict[str, Value]:
    return {
        "type": ["array", "null"],
        "items": {"type": "string", "pattern": names.TAG, "maxLength": limits.MAX_TAG_LENGTH},
        "maxItems": limits.MAX_TAGS,
        "uniqueItems": True,
        "default": [],
        "description": "Short texts by which people find and group DAGs.",
    }


def _notify() -> dict[str, Value]:
    target: Value = {"type": "string", "pattern": names.TARGET}
    on: Value = {
        "type": ["array", "null"],
        "items": {"enum": [str(occasion) for occasion in Occasion]},
        "minItems": 1,
        "uniqueItems": True,
        "description": "Of what it is told; what the target is told anyway if left out.",
    }
    entry: Value = {
        "type": "object",
        "required": ["to"],
        "additionalProperties": False,
        "properties": {"to": target, "on": on},
    }
    return {
        "type": ["array", "null"],
        "items": {"oneOf": [target, entry]},
        "maxItems": limits.MAX_NOTIFY,
        "default": [],
        "description": "Targets, by name, that are told of runs of this DAG.",
    }


def _task() -> dict[str, Value]:
    return {
        "type": "object",
        "required": ["name"],
        "oneOf": [{"required": ["command"]}, {"required": ["callable"]}],
        "additionalProperties": False,
        "properties": {
            "id": {"$ref": "#/$defs/task_id", "description": "The same as the key; may be left out."},
            "name": {**_name(), "description": "What people see."},
            "description": _description(),
            **_what_runs(),
            **_when_it_runs(),
        },
    }


def _what_runs() -> dict[str, Value]:
    return {
        "command": {
            "type": "string",
            "pattern": r"\S",
            "maxLength": limits.MAX_ARGUMENT_BYTES,
            "description": "Run by the shell.",
        },
        "callable": {
            "type": "string",
            "pattern": names.CALLABLE,
            "maxLength": limits.MAX_CALLABLE_LENGTH,
            "description": "A Python function, as module:function.",
        },
        "metadata": {
            "type": "object",
            "default": {},
            "description": "Any JSON values; given to a callable as its arguments.",
        },
        "env": {
            "type": "object",
            "default": {},
            "propertyNames": {"pattern": names.ENV_NAME, "not": {"pattern": f"^{names.ENV_RESERVED}"}},
            "additionalProperties": {"type": "string", "maxLength": limits.MAX_ARGUMENT_BYTES},
            "description": "Environment variables of the task.",
        },
    }


def _when_it_runs() -> dict[str, Value]:
    return {
        "dependencies": {
            "type": ["array", "null"],
            "items": {"$ref": "#/$defs/task_id"},
            "uniqueItems": True,
            "default": [],
            "description": "Ids of the tasks that must succeed first.",
        },
        "retries": {
            "type": "integer",
            "minimum": 0,
            "maximum": limits.MAX_RETRIES,
            "default": _DEFAULTS.retries,
            "description": "Attempts after the first.",
        },
        "retry_delay_seconds": {
            "type": "number",
            "minimum": 0,
            "maximum": limits.MAX_RETRY_DELAY_SECONDS,
            "default": _DEFAULTS.retry_delay_seconds,
            "description": "The wait before the first retry; doubles with each.",
        },
        "timeout_seconds": {
            "type": ["number", "null"],
            "exclusiveMinimum": 0,
            "maximum": limits.MAX_TIMEOUT_SECONDS,
            "default": _DEFAULTS.timeout_seconds,
            "description": "Bounds one attempt; null: no bound.",
        },
    }


def _task_id() -> dict[str, Value]:
    return {"type": "string", "pattern": names.TASK_ID, "maxLength": limits.MAX_ID_LENGTH}


def _name() -> dict[str, Value]:
    return {"type": "string", "pattern": r"\S", "maxLength": limits.MAX_NAME_LENGTH}


def _description() -> dict[str, Value]:
    return {"type": "string", "maxLength": limits.MAX_DESCRIPTION_LENGTH, "default": _DEFAULTS.description}
