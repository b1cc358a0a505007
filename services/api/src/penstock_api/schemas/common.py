"""What all answers share, and errors."""

from typing import Annotated

import msgspec
from msgspec import Meta

from penstock.errors import Detail
from penstock.store.views import ServerTrouble

Time = Annotated[
    str,
    Meta(
        description="RFC 3339, UTC, milliseconds.",
        examples=["2026-11-23T09:47:05.871Z"],
        extra_json_schema={"format": "date-time"},
    ),
]
DagId = Annotated[str, Meta(examples=["sample"])]
Version = Annotated[
    str, Meta(description="A hash of the definition's content.", examples=["3f0c0f1d7a3e4b5c8d9e0a1b2c3d4e5f"])
]
RunId = Annotated[str, Meta(examples=["01jqz6x3v0c8f4m2t9s7k5hn1b-3"])]

Position = Annotated[
    str,
    Meta(
        description="An id of the live stream: whatever happened up to there is in the answer. Sent as "
        "`last_event_id` to `/events`, the stream goes on from here without a gap.",
        examples=["0:12,1:5"],
    ),
]


class ErrorBody(msgspec.Struct, frozen=True):
    """What is wrong: ``code`` is for programs, ``message`` for people, ``details`` names the fields to change."""

    code: Annotated[str, Meta(examples=["not_found"])]
    message: str
    details: list[Detail] = []


class ErrorAnswer(msgspec.Struct, frozen=True):
    """Every answer with a status of 400 or above."""

    error: ErrorBody


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the process is. It serves without the servers in ``degraded``, which is left out while all can be used."""

    status: str
    degraded: list[ServerTrouble] = []
