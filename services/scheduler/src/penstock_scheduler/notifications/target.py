"""Who is told: the targets that the operator has named, as they are once they are read and checked."""

from enum import StrEnum

import msgspec

from penstock.core.notify import Occasion

DEFAULT_ON = (Occasion.FAILED, Occasion.LATE)
DEFAULT_TIMEOUT_SECONDS = 10.0
DEFAULT_GIVE_UP_AFTER_SECONDS = 24 * 60 * 60.0


class Format(StrEnum):
    """Whose words a target understands."""

    PENSTOCK = "penstock"
    SLACK = "slack"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver of notifications. Its repr shows no secret; an address is one, with services that sign nothing.

    It is told ``on`` these occasions of runs of the DAGs that one of the patterns in ``dags`` matches. ``secret`` is
    the key of the signature, empty for none. What is older than ``give_up_after_seconds`` is news to nobody and
    dropped. ``timeout_seconds`` bounds one request. A DAG may ask for more: see ``selection``.
    """

    name: str
    url: str
    on: frozenset[Occasion] = frozenset(DEFAULT_ON)
    dags: tuple[str, ...] = ("*",)
    format: Format = Format.PENSTOCK
    secret: bytes = b""
    headers: dict[str, str] = {}
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    give_up_after_seconds: float = DEFAULT_GIVE_UP_AFTER_SECONDS

    def __repr__(self) -> str:
        return f"Target({self.name!r})"
