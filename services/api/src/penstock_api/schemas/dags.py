"""Answers about DAGs and their versions."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from penstock.core.dag import TaskSpec
from penstock.core.notify import NotifySpec
from penstock.errors import Detail
from penstock_api.schemas.common import DagId, Position, Time, Version
from penstock_api.schemas.runs import RunEntry


class Registered(msgspec.Struct, frozen=True):
    """A definition that was accepted. ``created`` is false where this very content was known before."""

    dag_id: DagId
    version: Version
    created: bool


class Uploaded(Registered, frozen=True, kw_only=True):
    """A definition that was accepted from a file; ``filename`` is the last part of the name that was sent."""

    filename: Annotated[str, Meta(examples=["sample.yaml"])]
    status: Annotated[str, Meta(examples=["uploaded"])] = "uploaded"


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """What registering a text would do. If it is not ``valid``, there are ``problems`` and nothing else.

    ``known`` says that this very content is registered already.
    """

    valid: bool
    dag_id: DagId | UnsetType = UNSET
    version: Version | UnsetType = UNSET
    known: bool | UnsetType = UNSET
    task_count: int | UnsetType = UNSET
    problems: list[Detail]


class DagEntry(msgspec.Struct, frozen=True):
    """One version of a DAG as listed. ``registered_at`` is null until the registration is in the log."""

    dag_id: DagId
    name: str
    version: Version
    task_count: int
    description: str
    registered_at: Time | None
    tags: list[str]


class DagList(msgspec.Struct, frozen=True):
    """Every DAG in its current version, by id."""

    dags: list[DagEntry]
    count: int
    position: Position


class DagWithRuns(DagEntry, frozen=True, kw_only=True):
    """A DAG as listed, with its last runs, newest first."""

    last_runs: list[RunEntry]


class DagRunsList(msgspec.Struct, frozen=True):
    """Every DAG in its current version, by id, each with its last runs."""

    dags: list[DagWithRuns]
    count: int
    position: Position


class VersionEntry(DagEntry, frozen=True, kw_only=True):
    """A version; the ``current`` one is what the next run will follow."""

    current: bool


class VersionList(msgspec.Struct, frozen=True):
    """Every version of a DAG: the current one, then the newest first."""

    dag_id: DagId
    versions: list[VersionEntry]
    count: int


class TaskDefinition(TaskSpec, frozen=True, omit_defaults=False):
    """One task as defined, defaults spelt out."""


class DagDetail(VersionEntry, frozen=True, kw_only=True):
    """A definition: what stands in it, and what is known of the version.

    A run is late ``late_after_seconds`` after it was requested, null for never. ``notify`` names who is told of runs.
    """

    id: DagId
    late_after_seconds: float | None
    notify: list[NotifySpec]
    tasks: dict[str, TaskDefinition]
