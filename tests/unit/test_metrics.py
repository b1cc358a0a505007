"""The metrics, held against what the doctor looks at: neither knows of anything that the other does not tell."""

from collections.abc import Iterator

import msgspec
import pytest
from prometheus_client.core import Metric

from penstock.core.chain import GENESIS
from penstock.store.records import Head
from penstock.store.views import Figures, PartitionHealth, ServerSettings
from penstock_api.metrics import DeploymentMetrics, PartialMetrics
from penstock_api.schemas import Metrics
from penstock_api.views import metrics
from store_kit import presence

PLACES = {"hash", "cursor"}
"""Of the head: they say where something stands, which nobody can measure."""

SERVERS = ["a:7000", "b:7001"]
SERVER = ServerSettings("Valkey 9.9.9", "master", 12345, "noeviction", "yes", "everysec", 6789, 98765, "ok", SERVERS)
HEALTH = PartitionHealth(
    partition=3,
    head=Head(seq=11, hash=GENESIS, term=12, owner="scheduler-13", cursor="14-0", incarnation=15),
    appended=16,
    lease_ms=17_000,
    inbox=18,
    inbox_age_ms=19_000,
    commit_age_ms=20_000,
    timers=21,
    overdue_ms=22_000,
    ready=23,
    ready_age_ms=24_000,
    claims=25,
    claim_idle_ms=26_000,
    dead_letters=27,
)
FIGURES = Figures(dags=0, runs={}, tasks={}, queue_depth=0, pending=0, inbox_lag=0, dead_letters=0, events=0)


def shown(health: PartitionHealth = HEALTH, faults: list[str] | None = None) -> Metrics:
    return metrics(FIGURES, 1, [], [health], SERVER, faults or [])


def scraped(counts: Metrics) -> Iterator[tuple[str, dict[str, str], float]]:
    families: Iterator[Metric] = DeploymentMetrics(counts).collect()
    return ((sample.name, sample.labels, sample.value) for family in families for sample in family.samples)


def leaves(record: msgspec.Struct) -> Iterator[tuple[str, object]]:
    """Every field of a record and of those in it, in seconds where it is in milliseconds."""
    for name, value in msgspec.structs.asdict(record).items():
        if isinstance(value, msgspec.Struct):
            yield from leaves(value)
        elif name not in PLACES:
            yield name, value / 1000 if name.endswith("_ms") else value


def test_the_example_tells_every_field_from_every_other() -> None:
    values = [value for _, value in leaves(HEALTH)]
    assert len(set(values)) == len(values)
    assert all(values)


@pytest.mark.parametrize(("field", "value"), list(leaves(HEALTH)))
def test_whatever_is_known_of_a_partition_is_in_both_forms_of_the_metrics(field: str, value: object) -> None:
    (one,) = shown().by_partition
    assert value in msgspec.structs.astuple(one), f"{field} is missing in the JSON"
    told = [(labels, number) for _, labels, number in scraped(shown()) if labels.get("partition") == "3"]
    assert any(value == number or str(value) in labels.values() for labels, number in told), f"no metric for {field}"


@pytest.mark.parametrize(("field", "value"), list(leaves(SERVER)))
def test_whatever_is_known_of_the_server_is_in_both_forms_of_the_metrics(field: str, value: object) -> None:
    assert shown().server == SERVER
    told = [(labels, number) for name, labels, number in scraped(shown()) if name.startswith("penstock_server_")]
    for one in value if isinstance(value, list) else [value]:
        assert any(one in (*labels.values(), number) for labels, number in told), f"no metric for {field}"


def test_what_is_wrong_with_the_server_is_counted() -> None:
    samples = {name: value for name, _, value in scraped(shown(faults=["it may evict data", "it is out of memory"]))}
    assert samples["penstock_server_faults"] == 2


def test_a_worker_that_drains_has_no_slot_to_offer() -> None:
    draining = msgspec.structs.replace(presence("leaving", busy=2), draining=True)
    counts = metrics(FIGURES, 1, [presence("one", busy=3), presence("two"), draining], [HEALTH], SERVER, [])
    assert (counts.workers, counts.workers_draining, counts.slots, counts.slots_used) == (3, 1, 8, 3)
    told = {(name, *labels.values()): value for name, labels, value in scraped(counts)}
    assert (told["penstock_workers",], told["penstock_workers_draining",]) == (3, 1)
    assert (told["penstock_slots", "used"], told["penstock_slots", "free"]) == (3, 5)


def test_the_ages_of_the_deployment_are_those_of_its_worst_partition() -> None:
    other = msgspec.structs.replace(HEALTH, partition=4, ready_age_ms=99_000, inbox_age_ms=1_000)
    counts = metrics(FIGURES, 1, [], [HEALTH, other], SERVER, [])
    assert (counts.queue_age_seconds, counts.inbox_age_seconds) == (99, 19)


def test_a_partition_without_an_owner_names_none() -> None:
    unowned = msgspec.structs.replace(HEALTH, head=msgspec.structs.replace(HEALTH.head, owner=""))
    assert "penstock_partition_owner" not in {name for name, _, _ in scraped(shown(unowned))}


def test_a_server_that_cannot_be_read_counts_as_away_once_also_where_it_tells_its_settings() -> None:
    families = PartialMetrics([], SERVER, ["b:7001", "c:7002"]).collect()
    samples = [sample for family in families for sample in family.samples if sample.name == "penstock_server_up"]
    assert [(one.labels["server"], one.value) for one in samples] == [("a:7000", 1), ("b:7001", 0), ("c:7002", 0)]
