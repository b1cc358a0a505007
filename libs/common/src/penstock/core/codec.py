"""Events to bytes and back: readable JSON, tagged with its type and schema version.

Older schemas are lifted one version at a time when they are read (the stored bytes, which the hash chain covers, stay
as they are). A newer schema is refused: guessing would corrupt state. So is a field that this schema does not have:
every field has come with a version of its own, so nobody who follows the rules has written it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from penstock.core.events import SCHEMA_VERSION, AnyEvent
from penstock.errors import NewerSchemaError, SchemaError

_Json = dict[str, Any]
Upcaster = Callable[[_Json], _Json]


def _as_it_is(content: _Json) -> _Json:
    return content


UPCASTERS: Mapping[int, Upcaster] = {
    1: _as_it_is,  # definitions had no tags
    2: _as_it_is,  # no request named a trace, no definition whom to notify, and no run was late
}
"""From each old schema version to the next: ``UPCASTERS[1]`` turns an object of version 1 into one of version 2.

Where a field with a default was added, that is the object as it is.
"""


class _Version(msgspec.Struct):
    v: int


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_version = msgspec.json.Decoder(_Version)

encode_event: Callable[[AnyEvent], bytes] = _encoder.encode


def decode_event(
    data: bytes, *, current: int = SCHEMA_VERSION, upcasters: Mapping[int, Upcaster] = UPCASTERS
) -> AnyEvent:
    """Return the event stored as ``data``, lifted to the current schema.

    Raises:
        NewerSchemaError: it was written by a newer Penstock.
        SchemaError: it is no event.
    """
    try:
        version = _version.decode(data).v
        if version > current:
            raise NewerSchemaError(
                f"An event has schema version {version}; this process knows up to {current}: upgrade it."
            )
        if version == current:
            return _decoder.decode(data)
        content = _lift(msgspec.json.decode(data), version, current, upcasters)
        event: AnyEvent = msgspec.convert(content, AnyEvent)
        return event  # noqa: TRY300  # an else clause would put the return far from what it returns
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise SchemaError(f"Not an event: {error}") from error


def _lift(content: _Json, version: int, current: int, upcasters: Mapping[int, Upcaster]) -> _Json:
    for step in range(version, current):
        upcaster = upcasters.get(step)
        if upcaster is None:
            raise SchemaError(f"No way to read events of schema version {step}.")
        content = {**upcaster(content), "v": step + 1}
    return content
