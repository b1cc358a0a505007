"""Events as bytes: readable, versioned, lifted when old, refused when new, and never guessed."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import events as e
from penstock.core.codec import UPCASTERS, Upcaster, decode_event, encode_event
from penstock.core.projection import decode_run_fields
from penstock.core.run import StoredError
from penstock.errors import NewerSchemaError, PenstockError, SchemaError


def of_version(stored: bytes, version: int) -> bytes:
    return stored.replace(b'"v":1', b'"v":%d' % version)


VERSIONS = sorted({1, e.SCHEMA_VERSION})
"""An event of the present version is read another way than one that has to be lifted."""


def test_an_event_is_stored_as_readable_json_with_its_type_and_version() -> None:
    event = e.TaskStarted(at=5, cause="inbox:1-0", run_id="r", task_id="t", attempt=1, worker="w")
    assert encode_event(event) == (
        b'{"type":"TaskStarted","v":3,"at":5,"cause":"inbox:1-0","run_id":"r","task_id":"t","attempt":1,"worker":"w"}'
    )


@pytest.mark.parametrize(
    "stored",
    [
        b'{"type":"RunStarted","v":1,"run_id":"r","mood":"good"}',
        b'{"type":"TaskFailed","v":1,"run_id":"","task_id":"","worker":"","error":{"kind":"","message":"","mood":1}}',
        b'{"type":"DagRegistered","v":1,"dag_id":"d","version":"","definition":{"id":"d","name":"","tasks":{},"mood":1}}',
    ],
    ids=["of the event", "of its error", "of its definition"],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_field_unknown_to_this_version_is_refused_and_not_dropped(stored: bytes, version: int) -> None:
    with pytest.raises(SchemaError, match="mood") as refused:
        decode_event(of_version(stored, version))
    assert not isinstance(refused.value, NewerSchemaError)


def test_a_field_unknown_to_the_version_an_event_was_lifted_to_is_refused_too() -> None:
    with pytest.raises(SchemaError, match="mood"):
        decode_event(b'{"type":"RunStarted","v":1,"run_id":"r","mood":1}', current=2, upcasters={1: lambda old: old})


def test_whoever_reads_projections_passes_over_what_a_newer_version_adds_to_them() -> None:
    stored = b'{"status":"failed","mood":1,"error":{"kind":"exit","message":"It failed.","mood":2}}'
    summary = b'{"run_id":"r","dag_id":"d","version":"v","mood":3}'
    _, tasks = decode_run_fields({"run": summary, "t0": stored})
    assert tasks[0].error == StoredError("exit", "It failed.")


def test_every_older_schema_can_be_lifted() -> None:
    assert sorted(UPCASTERS) == list(range(1, e.SCHEMA_VERSION))


def test_a_definition_registered_before_there_were_tags_has_none() -> None:
    stored = b'{"type":"DagRegistered","v":1,"dag_id":"d","version":"v","definition":{"id":"d","name":"d","tasks":{}}}'
    event = decode_event(stored)
    assert isinstance(event, e.DagRegistered)
    assert (event.v, event.definition.tags) == (e.SCHEMA_VERSION, ())


def rename(content: dict[str, object]) -> dict[str, object]:
    run = content.pop("run")
    return {**content, "run_id": run}


def enclose(content: dict[str, object]) -> dict[str, object]:
    return {**content, "output": {"was": content["output"]}}


CHAIN: dict[int, Upcaster] = {1: rename, 2: enclose}


@pytest.mark.parametrize(
    ("stored", "output"),
    [
        (b'{"type":"TaskSucceeded","v":1,"run":"r","task_id":"t","worker":"w","output":[1]}', {"was": [1]}),
        (b'{"type":"TaskSucceeded","v":2,"run_id":"r","task_id":"t","worker":"w","output":[1]}', {"was": [1]}),
        (b'{"type":"TaskSucceeded","v":3,"run_id":"r","task_id":"t","worker":"w","output":[1]}', [1]),
    ],
)
def test_an_older_event_is_lifted_one_version_at_a_time(stored: bytes, output: object) -> None:
    event = decode_event(stored, current=3, upcasters=CHAIN)
    assert event == e.TaskSucceeded(v=3, run_id="r", task_id="t", worker="w", output=output)


@pytest.mark.parametrize("version", [-1, 0, 1])
def test_an_event_too_old_to_be_lifted_is_refused(version: int) -> None:
    stored = b'{"type":"RunStarted","v":%d,"run_id":"r"}' % version
    with pytest.raises(SchemaError, match=f"schema version {version}"):
        decode_event(stored, current=3, upcasters={2: enclose})


def test_a_lifted_event_must_fit_too() -> None:
    with pytest.raises(SchemaError, match="run_id"):
        decode_event(b'{"type":"RunStarted","v":1}', current=2, upcasters={1: lambda content: content})


@pytest.mark.parametrize("version", [e.SCHEMA_VERSION + 1, 10**30])
def test_a_newer_event_is_refused_as_newer(version: int) -> None:
    with pytest.raises(NewerSchemaError, match="upgrade"):
        decode_event(b'{"type":"RunPostponed","v":%d}' % version)


GARBAGE = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[1]",
    "no version": b'{"type":"RunStarted","run_id":"r"}',
    "a version that is no number": b'{"type":"RunStarted","v":"1","run_id":"r"}',
    "no type": b'{"v":1,"run_id":"r"}',
    "an unknown type": b'{"type":"RunPostponed","v":1,"run_id":"r"}',
    "a missing field": b'{"type":"TaskStarted","v":1,"run_id":"r","task_id":"t"}',
    "a wrong type": b'{"type":"RunStarted","v":1,"run_id":7}',
    "no UTF-8": b'{"type":"RunStarted","v":1,"run_id":"\xff"}',
    "no UTF-8 in what is unknown": b'{"type":"RunStarted","v":1,"run_id":"r","x\xff":"\xff"}',
    "nested too deep": b'{"type":"RunStarted","v":1,"run_id":"r","x":' + b"[" * 100_000,
    "nested too deep in a value": (
        b'{"type":"TaskSucceeded","v":1,"run_id":"r","task_id":"t","worker":"w","output":'
        + b"[" * 100_000
        + b"]" * 100_000
        + b"}"
    ),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("stored", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_as_no_event(stored: bytes, version: int) -> None:
    with pytest.raises(SchemaError):
        decode_event(of_version(stored, version))


@given(st.binary() | st.text().map(str.encode))
def test_whatever_bytes_are_read_they_are_an_event_or_refused(stored: bytes) -> None:
    try:
        event = decode_event(stored)
    except PenstockError:
        return
    assert decode_event(encode_event(event)) == event


@given(st.data())
def test_a_damaged_event_is_still_an_event_or_refused(data: st.DataObject) -> None:
    stored = bytearray(encode_event(e.TaskStarted(run_id="run", task_id="task", attempt=1, worker="worker")))
    for _ in range(data.draw(st.integers(1, 3))):
        stored[data.draw(st.integers(0, len(stored) - 1))] = data.draw(st.integers(0, 255))
    try:
        event = decode_event(bytes(stored))
    except SchemaError:
        return
    assert isinstance(event, msgspec.Struct)
