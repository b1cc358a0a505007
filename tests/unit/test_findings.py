"""What the doctor calls wrong, and what not."""

import pytest
from msgspec.structs import replace

from penstock.core.chain import GENESIS
from penstock.settings import Settings
from penstock.store.records import Head
from penstock.store.views import Condition, PartitionHealth, ServerTrouble
from penstock_cli.findings import LEAST_PATIENCE_MS, Patience, findings

WELL = PartitionHealth(
    partition=3,
    head=Head(seq=9, hash=GENESIS, term=1, owner="scheduler-1", cursor="1-0", incarnation=0),
    appended=9,
    lease_ms=4000,
    inbox=1,
    inbox_age_ms=20,
    commit_age_ms=3_600_000,
    timers=1,
    overdue_ms=30,
    ready=2,
    ready_age_ms=40,
    claims=2,
    claim_idle_ms=3000,
    dead_letters=0,
)
PATIENCE = Patience(waiting_ms=10_000, silent_ms=20_000)
LONG_MS = 10_001
UNOWNED = replace(WELL.head, owner="")


def test_a_busy_partition_is_well_however_long_ago_its_last_event_was() -> None:
    assert findings(Condition(), ["scheduler-1"], [WELL, WELL], PATIENCE) == []


@pytest.mark.parametrize(
    ("ill", "what"),
    [
        (replace(WELL, inbox_age_ms=LONG_MS), "facts wait and nobody reads them (partition 3)"),
        (replace(WELL, overdue_ms=LONG_MS), "timers are overdue (partition 3)"),
        (replace(WELL, claim_idle_ms=20_001), "claims are held without a heartbeat"),
        (replace(WELL, dead_letters=1), "facts could not be read and were put aside (partition 3)"),
        (replace(WELL, claims=0, ready_age_ms=LONG_MS), "2 attempts are ready, for up to 10 s, and no worker has"),
        (
            replace(WELL, appended=10),
            "the log does not end where its head says, so nothing can be committed (partition 3)",
        ),
        (replace(WELL, appended=8), "the log does not end where its head says"),
        (replace(WELL, lease_ms=0), "schedulers are alive and none serves it (partition 3)"),
        (replace(WELL, head=UNOWNED), "schedulers are alive and none serves it (partition 3)"),
    ],
)
def test_each_illness_is_found_and_named(ill: PartitionHealth, what: str) -> None:
    (found,) = findings(Condition(), ["scheduler-1"], [ill], PATIENCE)
    assert found.what.startswith(what)
    assert found.advice


def test_a_deployment_without_a_scheduler_is_ill_when_something_waits() -> None:
    (found,) = findings(Condition(), [], [WELL], PATIENCE)
    assert found.what == "no scheduler is alive"
    assert findings(Condition(), [], [replace(WELL, inbox=0, timers=0)], PATIENCE) == []


def test_what_is_wrong_with_the_server_comes_first() -> None:
    first, *_ = findings(Condition(["it may evict data"]), ["s"], [replace(WELL, dead_letters=1)], PATIENCE)
    assert "it may evict data" in first.what


def test_attempts_that_have_just_become_ready_are_no_illness() -> None:
    assert findings(Condition(), ["s"], [replace(WELL, claims=0, ready_age_ms=PATIENCE.waiting_ms)], PATIENCE) == []


def test_attempts_that_wait_for_their_turn_are_no_illness_however_long() -> None:
    assert findings(Condition(), ["s"], [replace(WELL, claims=0, ready_age_ms=LONG_MS), WELL], PATIENCE) == []


def test_without_any_scheduler_it_is_not_the_partitions_that_are_ill() -> None:
    (found,) = findings(Condition(), [], [replace(WELL, lease_ms=0), replace(WELL, head=UNOWNED)], PATIENCE)
    assert found.what == "no scheduler is alive"


def test_what_a_healthy_deployment_shows_for_a_moment_is_told_apart_from_what_it_never_shows() -> None:
    ill = [replace(WELL, lease_ms=0, appended=10, claims=0, ready_age_ms=LONG_MS)]
    torn, unowned, unclaimed = findings(Condition(), ["s"], ill, PATIENCE)
    assert (torn.momentary, unowned.momentary, unclaimed.momentary) == (False, True, True)


def test_a_log_that_was_forked_once_is_no_illness() -> None:
    assert findings(Condition(), ["s"], [replace(WELL, head=replace(WELL.head, incarnation=1))], PATIENCE) == []


def test_patience_grows_with_the_leases_of_the_deployment() -> None:
    assert Patience.of(Settings()).waiting_ms == LEAST_PATIENCE_MS
    patience = Patience.of(Settings(scheduler_lease_seconds=60, worker_lease_seconds=30))
    assert (patience.waiting_ms, patience.silent_ms) == (150_000, 60_000)


def test_a_server_that_is_away_is_named_with_its_partitions_and_nobody_is_missed_who_may_be_there() -> None:
    away = ServerTrouble("10.0.0.3:6379", "it does not answer", readable=False, partitions=[4, 5])
    (found,) = findings(Condition([], [away]), None, [WELL], PATIENCE)
    assert found.what == "10.0.0.3:6379: it does not answer (partition 4, 5)"
    assert "start it again" in found.advice
