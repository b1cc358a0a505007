"""What a person defines: a DAG of tasks, and the version that names its exact content.

A definition that reached these types is valid: ``penstock.definition`` checks, this module only holds.
"""

import hashlib
from typing import Any

import msgspec

from penstock.core.notify import NotifySpec
from penstock.errors import NewerSchemaError

VERSION_LENGTH = 32
"""Hex digits of a version: 128 bits of SHA-256, which no two definitions share by accident."""


class TaskSpec(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One node of a DAG: a shell ``command`` or a ``callable`` (``module:function``), exactly one of the two.

    ``retries`` counts the attempts after the first. ``retry_delay_seconds`` is the wait before the first retry; it
    doubles with each. ``timeout_seconds`` bounds one attempt; None means no bound. ``metadata`` is passed to a
    callable.
    """

    id: str
    name: str
    command: str | None = None
    callable: str | None = None
    dependencies: tuple[str, ...] = ()
    retries: int = 0
    retry_delay_seconds: float = 5.0
    timeout_seconds: float | None = None
    metadata: dict[str, Any] = {}
    env: dict[str, str] = {}
    description: str = ""


class DagSpec(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A DAG definition; ``tasks`` maps each task's id to the task, in the order written, as ``tags`` are.

    A run that has not ended ``late_after_seconds`` after it was requested is late; None means never. ``notify`` names
    targets that are told of runs of this DAG.
    """

    id: str
    name: str
    tasks: dict[str, TaskSpec]
    description: str = ""
    tags: tuple[str, ...] = ()
    late_after_seconds: float | None = None
    notify: tuple[NotifySpec, ...] = ()


_canonical = msgspec.json.Encoder(order="sorted")
_plain = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(DagSpec)


def encode_dag(dag: DagSpec) -> bytes:
    """Return the definition as JSON, tasks in the order written."""
    return _plain.encode(dag)


def decode_dag(data: bytes) -> DagSpec:
    """Return the definition that :func:`encode_dag` wrote.

    Raises:
        NewerSchemaError: it holds what this version does not know: what was stored was valid when it came.
    """
    try:
        return _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise NewerSchemaError(
            f"A stored definition holds what this process does not know ({error}): upgrade it."
        ) from error


def dag_version(dag: DagSpec) -> str:
    """Return the version of a definition: a hash of its canonical content.

    Neither the order of keys, nor the format it was written in, nor a default spelt out, nor a whole number written
    with a point changes the version.
    """
    content = {**_spelt_out(dag), "tasks": {name: _spelt_out(task) for name, task in dag.tasks.items()}}
    return hashlib.sha256(_canonical.encode(content)).hexdigest()[:VERSION_LENGTH]


_DEFAULTS = {
    kind: {field.name: field.default for field in msgspec.structs.fields(kind)} for kind in (DagSpec, TaskSpec)
}


_SECONDS = frozenset({"retry_delay_seconds", "timeout_seconds", "late_after_seconds"})


def _spelt_out(part: DagSpec | TaskSpec) -> dict[str, Any]:
    """Return the fields that differ from their defaults. The encoder knows these by identity: 5.0 need not be 5.0.

    A whole number of seconds is the same number with or without a point; it is stored with one.
    """
    values = ((name, default, getattr(part, name)) for name, default in _DEFAULTS[type(part)].items())
    return {
        name: float(value) if name in _SECONDS and value is not None else value
        for name, default, value in values
        if value not in (default, {})
    }
