"""What others are told of a run."""

from enum import StrEnum

import msgspec


class Occasion(StrEnum):
    """What there may be to tell of a run: it ended in one of three ways, or is late."""

    FAILED = "failed"
    LATE = "late"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"


class NotifySpec(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Whom a DAG wants to be told: a target by its name, ``on`` these occasions, or (empty) those it is told anyway."""

    to: str
    on: tuple[Occasion, ...] = ()
