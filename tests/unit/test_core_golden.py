"""Logs recorded once are read for ever: each folds to the state, and hashes to the chain, of its day."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from core_kit import digest, fold
from golden.record import record, schema
from golden.scenarios import SCENARIOS
from penstock.core import events as e
from penstock.core.chain import GENESIS, extend_chain
from penstock.core.codec import decode_event
from penstock.core.projection import all_run_fields

GOLDEN = Path(__file__).parent.parent / "golden"
LOGS = sorted(GOLDEN.glob("v*/*.jsonl"))


class Header(msgspec.Struct, frozen=True):
    partition: int
    incarnation: int
    hash: str
    state: str


def read(path: Path) -> tuple[Header, Sequence[bytes]]:
    header, *events = path.read_bytes().splitlines()
    return msgspec.json.decode(header, type=Header), events


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", LOGS, ids=name_of)
def test_a_golden_log_folds_to_the_state_recorded_with_it(path: Path) -> None:
    header, events = read(path)
    partition = fold([decode_event(event) for event in events])
    assert digest({run_id: all_run_fields(run) for run_id, run in partition.runs.items()}) == header.state


@pytest.mark.parametrize("path", LOGS, ids=name_of)
def test_the_chain_of_a_golden_log_ends_with_the_hash_recorded_with_it(path: Path) -> None:
    header, events = read(path)
    link, incarnation = GENESIS, 0
    for seq, event in enumerate(events):
        if isinstance(forked := decode_event(event), e.LogForked):
            incarnation = forked.incarnation
        link = extend_chain(header.partition, incarnation, seq, link, [event])
    assert (incarnation, link) == (header.incarnation, header.hash)


def test_every_schema_version_has_golden_logs_of_every_scenario() -> None:
    names = sorted(scenario.__name__ for scenario in SCENARIOS)
    for version in range(1, e.SCHEMA_VERSION + 1):
        assert sorted(path.stem for path in LOGS if path.parent.name == f"v{version}") == names


def test_the_golden_logs_hold_every_type_of_event() -> None:
    found = {type(decode_event(event)) for path in LOGS for event in read(path)[1]}
    assert found == {
        e.DagRegistered,
        e.RunRequested,
        e.RunCancelled,
        e.RunStarted,
        e.RunLate,
        e.RunFinished,
        e.TaskReady,
        e.TaskStarted,
        e.TaskSucceeded,
        e.TaskFailed,
        e.TaskLost,
        e.TaskReturned,
        e.TaskCancelled,
        e.TaskUpstreamFailed,
        e.FactRejected,
        e.LogForked,
    }


@pytest.mark.parametrize("number", range(len(SCENARIOS)), ids=lambda number: SCENARIOS[number].__name__)
async def test_this_version_records_the_same_log(number: int) -> None:
    path = GOLDEN / f"v{e.SCHEMA_VERSION}" / f"{SCENARIOS[number].__name__}.jsonl"
    assert await record(SCENARIOS[number]) == path.read_bytes()


def test_the_fields_of_events_are_those_recorded_for_this_schema_version() -> None:
    recorded = GOLDEN / f"v{e.SCHEMA_VERSION}" / "schema.json"
    assert schema().splitlines() == recorded.read_bytes().splitlines(), (
        f"what an event holds has changed, but SCHEMA_VERSION is still {e.SCHEMA_VERSION}: older processes would drop "
        "what they do not know. See 'Adding a field to an event' in CONTRIBUTING.md"
    )
