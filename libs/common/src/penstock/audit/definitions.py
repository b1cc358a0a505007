"""DAGs and versions as they are listed, held against what the log registered."""

from collections.abc import Mapping, Sequence

from penstock.audit.history import Definition, History
from penstock.audit.verdict import Findings
from penstock.core.dag import encode_dag
from penstock.ids import partition_of_dag
from penstock.store import views as v
from penstock.store.oversight import AuditStore


async def compare_definitions(
    store: AuditStore, partition: int, history: History, firm: Findings, moving: Findings
) -> None:
    """Compare every DAG's versions, their definitions, which one is current, and how the DAG is listed.

    A registration shows as soon as it is requested: a listing without a seq says that one is still in the inbox. The
    listings are read last, so that a registration requested meanwhile is seen there.
    """
    versions = {dag_id: await store.versions(dag_id) for dag_id in history.definitions}
    listings = {dag.dag_id: dag for dag in await store.dags()}
    for dag_id, dag in listings.items():
        mine = partition_of_dag(dag_id, store.partitions) == partition
        if mine and dag.seq and dag_id not in history.definitions:
            moving.add("a DAG is listed that the log does not know", f"DAG {dag_id}", "nothing", dag)
    for dag_id, registered in history.definitions.items():
        await _compare_versions(store, partition, registered, versions[dag_id], firm)
        current = registered[history.state.current[dag_id]].summary
        listing = listings.get(dag_id)
        if listing is None or listing.seq:
            findings = moving if listing is not None and listing.seq > history.seq else firm
            _compare_current(current, listing, versions[dag_id], findings, moving)


def _compare_current(
    expected: v.DagSummary,
    listing: v.DagSummary | None,
    versions: Sequence[v.DagSummary],
    findings: Findings,
    moving: Findings,
) -> None:
    where = f"DAG {expected.dag_id}"
    if listing != expected:
        findings.add("a DAG is not listed as it was registered", where, expected, listing)
    first = versions[0].version if versions else "none"
    if first != expected.version:
        moving.add("a DAG's current version is not the one registered last", where, expected.version, first)


async def _compare_versions(
    store: AuditStore,
    partition: int,
    registered: Mapping[str, Definition],
    versions: Sequence[v.DagSummary],
    firm: Findings,
) -> None:
    listed = {summary.version: summary for summary in versions}
    for version, definition in registered.items():
        where = f"DAG {definition.spec.id}, version {version}"
        found = listed.get(version)
        if found is None or (found.seq <= definition.summary.seq and found != definition.summary):
            firm.add("a version is not listed as it was registered", where, definition.summary, found)
        stored = await store.definition(partition, version)
        if stored != definition.spec:
            text = "nothing" if stored is None else encode_dag(stored).decode()
            firm.add("a definition is not what was registered", where, encode_dag(definition.spec).decode(), text)
