"""Every run as it is stored, held against the run as the log says it is."""

from collections.abc import Mapping
from itertools import islice

import msgspec

from penstock.audit.history import History
from penstock.audit.verdict import Findings
from penstock.core.projection import SUMMARY_FIELD, all_run_fields, decode_summary
from penstock.core.run import Run
from penstock.store.oversight import AuditStore

BATCH = 200
"""Runs compared at a time."""


async def compare_runs(store: AuditStore, partition: int, history: History, firm: Findings, moving: Findings) -> None:
    """Compare the stored fields of every run, byte for byte, and the index of its events.

    Both were read after the log. A run that is behind it is wrong for certain; one that is ahead may have moved on.
    """
    remaining = iter(history.state.runs)
    while batch := list(islice(remaining, BATCH)):
        stored = await store.load_runs(partition, batch)
        indexes = await store.event_indexes(partition, batch)
        for run_id in batch:
            _compare_fields(history.state.runs[run_id], stored.get(run_id, {}), firm, moving)
            known = [seq for seq in indexes[run_id] if seq <= history.seq]
            if known != history.run_events[run_id]:
                expected, found = _listed(history.run_events[run_id]), _listed(known)
                firm.add("the index of a run's events is wrong", f"run {run_id}", expected, found)


def _compare_fields(run: Run, stored: Mapping[str, bytes], firm: Findings, moving: Findings) -> None:
    where = f"run {run.summary.run_id}"
    try:
        seq = decode_summary(stored[SUMMARY_FIELD]).seq
    except (KeyError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        firm.add("a run is not stored so that it can be read", where, f"field {SUMMARY_FIELD}", repr(error))
        return
    if seq > run.summary.seq:
        moving.add("a stored run is ahead of the log", where, f"event {run.summary.seq}", f"event {seq}")
        return
    expected = all_run_fields(run)
    for name in sorted(expected.keys() | stored.keys()):
        if expected.get(name) != stored.get(name):
            texts = (_text(fields.get(name)) for fields in (expected, stored))
            firm.add("a stored field of a run is not what the log says", f"{where}, field {name}", *texts)


def _text(data: bytes | None) -> str:
    return "nothing" if data is None else data.decode(errors="backslashreplace")


def _listed(seqs: list[int]) -> str:
    return "events " + " ".join(map(str, seqs))
