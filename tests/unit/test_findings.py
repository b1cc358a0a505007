"""What the doctor calls wrong, and what not."""

import pytest
from msgspec.structs import replace

from penstock.core.chain import GENESIS
from penstock.store.records import Head, PartitionHealth
from penstock_cli.findings import PATIENCE_MS, findings

WELL = PartitionHealth(
    partition=3,
    head=Head(seq=9, hash=GENESIS, term=1, owner="scheduler-1", cursor="1-0", incarnation=0),
    lease_ms=4000,
    inbox=1,
    inbox_age_ms=20,
    commit_age_ms=3_600_000,
    timers=1,
    overdue_ms=30,
    ready=2,
    claims=2,
    claim_idle_ms=3000,
    dead_letters=0,
)
LEASE_MS = 10_000


def test_a_busy_partition_is_well_however_long_ago_its_last_event_was() -> None:
    assert findings([], ["scheduler-1"], [WELL, WELL], worker_lease_ms=LEASE_MS) == []


@pytest.mark.parametrize(
    ("ill", "what"),
    [
        (replace(WELL, inbox_age_ms=PATIENCE_MS + 1), "facts wait and nobody reads them (partition 3)"),
        (replace(WELL, overdue_ms=PATIENCE_MS + 1), "timers are overdue (partition 3)"),
        (replace(WELL, claim_idle_ms=2 * LEASE_MS + 1), "claims are held without a heartbeat"),
        (replace(WELL, dead_letters=1), "facts could not be read and were put aside (partition 3)"),
        (replace(WELL, claims=0), "2 attempts are ready and no worker has claimed any"),
    ],
)
def test_each_illness_is_found_and_named(ill: PartitionHealth, what: str) -> None:
    (found,) = findings([], ["scheduler-1"], [ill], worker_lease_ms=LEASE_MS)
    assert found.what.startswith(what)
    assert found.advice


def test_a_deployment_without_a_scheduler_is_ill_when_something_waits() -> None:
    (found,) = findings([], [], [WELL], worker_lease_ms=LEASE_MS)
    assert found.what == "no scheduler is alive"
    assert findings([], [], [replace(WELL, inbox=0, timers=0)], worker_lease_ms=LEASE_MS) == []


def test_what_is_wrong_with_the_server_comes_first() -> None:
    first, *_ = findings(["it may evict data"], ["s"], [replace(WELL, dead_letters=1)], worker_lease_ms=LEASE_MS)
    assert "it may evict data" in first.what
