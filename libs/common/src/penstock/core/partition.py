"""The folded state of a partition, or as much of it as is loaded: definitions, plans and runs."""

from penstock.core import events as e
from penstock.core.plan import Plan, compile_plan
from penstock.core.run import Run, evolve_run, new_run


class Partition:
    """``current`` names each DAG's newest version, ``plans`` holds versions by name, ``runs`` runs by id."""

    __slots__ = ("current", "plans", "runs")

    def __init__(self) -> None:
        self.current: dict[str, str] = {}
        self.plans: dict[str, Plan] = {}
        self.runs: dict[str, Run] = {}


def evolve(partition: Partition, event: e.AnyEvent, seq: int) -> None:
    """Apply event number ``seq`` of the log: the only code that changes a partition's state, in place.

    Raises:
        IllegalStepError: the event contradicts the state, which is left unchanged.
    """
    match event:
        case e.DagRegistered():
            partition.current[event.dag_id] = event.version
            if event.version not in partition.plans:
                partition.plans[event.version] = compile_plan(event.definition, event.version)
        case e.RunRequested():
            partition.runs[event.run_id] = new_run(event, partition.plans[event.version], seq)
        case e.FactRejected():
            pass
        case _:
            evolve_run(partition.runs[event.run_id], event, seq)
