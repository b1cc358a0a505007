"""The folded state of a partition, or as much of it as is loaded: definitions, plans and runs."""

from penstock.core import events as e
from penstock.core.plan import Plan, compile_plan
from penstock.core.run import IllegalStepError, Run, evolve_run, new_run


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
        case e.TaskEvent() | e.RunStarted() | e.RunFinished() | e.RunCancelled() | e.RunLate():
            run = partition.runs.get(event.run_id)
            if run is None:
                raise IllegalStepError(f"There is no run {event.run_id}.")
            evolve_run(run, event, seq)
        case e.DagRegistered():
            partition.current[event.dag_id] = event.version
            if event.version not in partition.plans:
                partition.plans[event.version] = compile_plan(event.definition, event.version)
        case e.RunRequested():
            plan = partition.plans.get(event.version)
            if plan is None or event.run_id in partition.runs:
                raise IllegalStepError(f"Run {event.run_id} exists already, or version {event.version} does not.")
            partition.runs[event.run_id] = new_run(event, plan, seq)
        case e.FactRejected() | e.LogForked():
            pass
