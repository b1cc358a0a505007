"""Checks one task of a definition."""

import re
from collections.abc import Collection

from penstock.core.dag import TaskSpec
from penstock.definition import limits, names
from penstock.definition.dependencies import check_dependencies
from penstock.definition.fields import Fields, unusable_characters
from penstock.definition.metadata import check_metadata
from penstock.definition.problems import Problems
from penstock.definition.values import Value, kind, show
from penstock.definition.vocabulary import TASK_WORDS, unknown_key

TASK_KEYS = tuple(TaskSpec.__struct_fields__)

_KNOWN = frozenset(TASK_KEYS)
_DEFAULTS = TaskSpec(id="", name="")
_TASK_ID = re.compile(names.TASK_ID)
_CALLABLE = re.compile(names.CALLABLE)
_ENV_NAME = re.compile(names.ENV_NAME)
_ARGUMENT_LIMIT = f"Linux takes at most {limits.MAX_ARGUMENT_BYTES:,} in one argument"


def check_task(key: str, raw: Value, known: Collection[str], problems: Problems) -> TaskSpec | None:
    """Return a task, None if it is not even a map; where a problem was noted the task has a default in its place."""
    _check_key(key, problems)
    path = ("tasks", key)
    if not isinstance(raw, dict):
        hint = f"; if {key} belongs to the task above, indent it further" if key in _KNOWN else ""
        message = f"The task {show(key)} is {kind(raw)}: write a map with name and command or callable{hint}"
        problems.add(path, message)
        return None
    fields = Fields(problems, path, raw)
    for word in raw:
        if word not in _KNOWN:
            fields.bad(word, unknown_key(word, TASK_KEYS, TASK_WORDS, "a task"))
    _check_inner_id(fields, key)
    _check_one_way_to_run(fields)
    delay = fields.seconds("retry_delay_seconds", high=limits.MAX_RETRY_DELAY_SECONDS, positive=False)
    return TaskSpec(
        id=key,
        name=_name(fields, key),
        command=_command(fields),
        callable=_callable(fields),
        dependencies=check_dependencies(fields, key, known, problems),
        retries=fields.integer("retries", _DEFAULTS.retries, low=0, high=limits.MAX_RETRIES),
        retry_delay_seconds=_DEFAULTS.retry_delay_seconds if delay is None else delay,
        timeout_seconds=_timeout(fields),
        metadata=check_metadata(fields, problems),
        env=_env(fields, problems),
        description=fields.text("description", "", limit=limits.MAX_DESCRIPTION_LENGTH),
    )


def _check_key(key: str, problems: Problems) -> None:
    if len(key) > limits.MAX_ID_LENGTH:
        message = f"The task id {show(key)} has {len(key):,} characters: shorten it to at most {limits.MAX_ID_LENGTH}"
    elif not _TASK_ID.fullmatch(key) or unusable_characters(key):
        message = (
            f"The task id {show(key)} cannot be used: write 1 to {limits.MAX_ID_LENGTH} characters without white "
            "space, control characters and / \\ ? # % &, and not . or .. alone"
        )
    else:
        return
    problems.add(("tasks", key), message)


def _check_inner_id(fields: Fields, key: str) -> None:
    inner = fields.raw.get("id", key)
    if inner == key:
        return
    shown = show(inner) if isinstance(inner, str) else kind(inner)
    fields.bad("id", f"The task {show(key)} has the id {shown}: make both the same, or leave the id out")


def _check_one_way_to_run(fields: Fields) -> None:
    ways = fields.raw.keys() & {"command", "callable"}
    if not ways:
        fields.bad("command", "The task has nothing to run: add command, or callable (module:function)")
    elif len(ways) > 1:
        fields.bad("callable", "The task has both command and callable: keep one of the two")


def _name(fields: Fields, key: str) -> str:
    if fields.raw.get("name") is None:
        fields.bad("name", f'The task {show(key)} has no name: add the line "name": {show(key)}')
        return key
    name = fields.text("name", key, limit=limits.MAX_NAME_LENGTH)
    if not name.strip():
        fields.bad("name", "name is blank: write a name that people recognise")
    return name


def _command(fields: Fields) -> str | None:
    if "command" not in fields.raw:
        return None
    command = fields.text("command", "-", limit=limits.MAX_BYTES)
    if not command.strip():
        fields.bad("command", "command is blank: write what the shell is to run")
    elif (size := len(command.encode())) > limits.MAX_ARGUMENT_BYTES:
        fields.bad("command", f"command has {size:,} bytes: {_ARGUMENT_LIMIT}; call a script file instead")
    return command


def _callable(fields: Fields) -> str | None:
    if "callable" not in fields.raw:
        return None
    target = fields.text("callable", "m:f", limit=limits.MAX_CALLABLE_LENGTH)
    if not _CALLABLE.fullmatch(target):
        fields.bad(
            "callable",
            f"callable is {show(target)}: write module:function, such as package.module:run, without names that "
            "begin with two underscores",
        )
    return target


def _timeout(fields: Fields) -> float | None:
    if fields.raw.get("timeout_seconds") is None:
        return None
    return fields.seconds("timeout_seconds", high=limits.MAX_TIMEOUT_SECONDS, positive=True)


def _env(fields: Fields, problems: Problems) -> dict[str, str]:
    raw = fields.raw.get("env", {})
    if not isinstance(raw, dict):
        fields.bad("env", f"env is {kind(raw)}: write a map of names to text, or leave the key out")
        return {}
    env: dict[str, str] = {}
    for name, value in raw.items():
        trouble = _env_trouble(name, value)
        if trouble:
            problems.add((*fields.path, "env", name), trouble)
        else:
            env[name] = str(value)
    return env


def _env_trouble(name: str, value: Value) -> str | None:
    if not _ENV_NAME.fullmatch(name):
        return f"The variable {show(name)} cannot be set: use letters A-Z a-z, digits and _, no digit first"
    if name.startswith(names.ENV_RESERVED):
        return f"The variable {show(name)} is Penstock's own: use a name that does not begin with PENSTOCK_"
    if not isinstance(value, str):
        return f"The value of {show(name)} is {kind(value)}: write text, in quotes"
    if trouble := unusable_characters(value):
        return f"The value of {show(name)} has {trouble}"
    if len(name) + 1 + len(value.encode()) > limits.MAX_ARGUMENT_BYTES:
        return f"The variable {show(name)} is too long: {_ARGUMENT_LIMIT}; pass the name of a file instead"
    return None
