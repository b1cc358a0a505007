"""Random DAGs and events, composed from small named strategies."""

from collections.abc import Sequence

from hypothesis import strategies as st

from penstock.core import events as e
from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.status import RunStatus

MOST_TASKS = 60

Edges = list[tuple[int, ...]]
"""Of each task, by number, the tasks it depends on; they have smaller numbers."""


@st.composite
def chains(draw: st.DrawFn) -> Edges:
    """Each task after the one before."""
    return [(number - 1,) if number else () for number in range(draw(st.integers(1, 12)))]


@st.composite
def fans(draw: st.DrawFn, most_tasks: int) -> Edges:
    """One task, many that depend on it, one that depends on all of those."""
    width = draw(st.integers(1, most_tasks - 2))
    return [(), *((0,) for _ in range(width)), tuple(range(1, width + 1))]


@st.composite
def diamonds(draw: st.DrawFn) -> Edges:
    """Diamonds in a row: the end of one is the start of the next."""
    edges: Edges = [()]
    for _ in range(draw(st.integers(1, 6))):
        start = len(edges) - 1
        edges += [(start,), (start,), (start + 1, start + 2)]
    return edges


@st.composite
def dense(draw: st.DrawFn) -> Edges:
    """Each task depends on all before it."""
    return [tuple(range(number)) for number in range(draw(st.integers(1, 10)))]


@st.composite
def loose(draw: st.DrawFn, most_tasks: int) -> Edges:
    """Each task depends on a few of those before it, or on none."""
    size = draw(st.integers(1, most_tasks))
    chance = draw(st.randoms(use_true_random=False))
    return [tuple(chance.sample(range(n), min(n, chance.choice((0, 0, 1, 1, 2, 3))))) for n in range(size)]


def edges(most_tasks: int) -> st.SearchStrategy[Edges]:
    """All shapes of DAGs."""
    return st.one_of(chains(), fans(most_tasks), diamonds(), dense(), loose(most_tasks))


@st.composite
def dags(draw: st.DrawFn, dag_id: str = "d", most_tasks: int = MOST_TASKS) -> DagSpec:
    """A DAG of 1 to ``most_tasks`` tasks, written in any order, some with retries."""
    shape = draw(edges(most_tasks))
    chance = draw(st.randoms(use_true_random=False))
    most_retries = draw(st.integers(0, 3))
    tasks = [
        TaskSpec(
            id=f"t{number}",
            name=f"Task {number}",
            command="true",
            dependencies=tuple(f"t{upstream}" for upstream in upstreams),
            retries=chance.randint(0, most_retries),
            retry_delay_seconds=chance.choice((0.0, 1.0, 60.0)),
        )
        for number, upstreams in enumerate(shape)
    ]
    chance.shuffle(tasks)
    late = chance.choice((None, 0.5, 60.0))
    return DagSpec(id=dag_id, name="Random", tasks={task.id: task for task in tasks}, late_after_seconds=late)


def json_values() -> st.SearchStrategy[object]:
    """Whatever JSON can say."""
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), _texts
    )
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(_texts, inner), max_leaves=8)


_texts = st.text(max_size=20)
_whole = st.integers(0, 2**53)
_errors = st.builds(e.TaskError, kind=_texts, message=_texts, traceback=_texts)
_statuses = st.sampled_from(RunStatus)
_EVENTS: Sequence[tuple[type[e.AnyEvent], dict[str, st.SearchStrategy[object]]]] = (
    (e.DagRegistered, {"dag_id": _texts, "version": _texts, "definition": dags()}),
    (e.RunRequested, {"dag_id": _texts, "version": _texts}),
    (e.RunCancelled, {}),
    (e.RunStarted, {}),
    (e.RunLate, {"due": _whole}),
    (e.RunFinished, {"status": _statuses}),
    (e.TaskReady, {"queue": _texts, "reason": _texts, "waited_for": _texts}),
    (e.TaskStarted, {"worker": _texts}),
    (e.TaskSucceeded, {"worker": _texts, "duration_ms": _whole, "exit_code": st.integers(), "output": json_values()}),
    (e.TaskFailed, {"worker": _texts, "error": _errors, "exit_code": st.none() | st.integers(), "retry_at": _whole}),
    (e.TaskLost, {"worker": _texts, "retry_at": _whole}),
    (e.TaskReturned, {"worker": _texts, "retry_at": _whole}),
    (e.TaskCancelled, {"worker": _texts, "duration_ms": _whole}),
    (e.TaskUpstreamFailed, {"upstream": _texts}),
    (e.LogForked, {"incarnation": _whole, "kept_seq": _whole, "lost_seq": _whole, "lost_hash": _texts}),
    (e.FactRejected, {"fact": _texts, "reason": _texts, "task_id": _texts, "attempt": _whole}),
)


def _events_of(kind: type[e.AnyEvent], fields: dict[str, st.SearchStrategy[object]]) -> st.SearchStrategy[e.AnyEvent]:
    common: dict[str, st.SearchStrategy[object]] = {"at": _whole, "cause": _texts}
    if issubclass(kind, e.RunEvent):
        common["run_id"] = _texts
    if issubclass(kind, e.TaskEvent):
        common |= {"task_id": _texts, "attempt": _whole}
    return st.builds(kind, **common, **fields)


def events() -> st.SearchStrategy[e.AnyEvent]:
    """Any event of the vocabulary, with whatever in its fields."""
    return st.one_of(*(_events_of(kind, fields) for kind, fields in _EVENTS))
