"""Which facts enter the log, rule by rule."""

from collections.abc import Callable

import pytest
from hypothesis import given
from msgspec.structs import replace

import strategies
from core_kit import RUN, WORKER, ByHand, retrying_dag, small_dag
from penstock.core import events as e
from penstock.core.accept import MAX_LOSSES, accept
from penstock.core.backoff import retry_delay
from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.core.partition import Partition
from penstock.core.status import RunStatus, TaskStatus

DAG = retrying_dag(a=(), b=("a",))
ERROR = e.TaskError("exit", "It failed.")
ABOUT = {"run_id": RUN, "task_id": "a", "attempt": 1, "worker": WORKER}


@pytest.fixture
def hand() -> ByHand:
    """A run whose first task is ready."""
    hand = ByHand(DAG)
    hand.decide()
    return hand


def reports(attempt: int = 1, task_id: str = "a", run_id: str = RUN) -> list[e.AnyEvent]:
    return [
        e.TaskStarted(run_id=run_id, task_id=task_id, attempt=attempt, worker=WORKER),
        e.TaskSucceeded(run_id=run_id, task_id=task_id, attempt=attempt, worker=WORKER),
        e.TaskFailed(run_id=run_id, task_id=task_id, attempt=attempt, worker=WORKER, error=ERROR),
        e.TaskLost(run_id=run_id, task_id=task_id, attempt=attempt, worker=WORKER),
        e.TaskReturned(run_id=run_id, task_id=task_id, attempt=attempt, worker=WORKER),
        e.TaskCancelled(run_id=run_id, task_id=task_id, attempt=attempt, worker=WORKER),
    ]


def name_of(event: e.AnyEvent) -> str:
    return type(event).__name__


def rejection(hand: ByHand, fact: e.AnyEvent) -> e.FactRejected:
    event = hand.offer(fact)
    assert isinstance(event, e.FactRejected)
    assert event.fact == name_of(fact)
    return event


def test_an_accepted_fact_says_when_it_came_and_where_from(hand: ByHand) -> None:
    hand.now = 7000
    event = hand.offer(e.TaskStarted(run_id=RUN, task_id="a", attempt=1, worker=WORKER, at=1, cause="forged"))
    assert isinstance(event, e.TaskStarted)
    assert (event.at, event.cause) == (7000, f"inbox:{hand.seq - 1}-0")


def test_a_refusal_says_what_was_refused_when_and_where_it_came_from(hand: ByHand) -> None:
    hand.now = 7000
    refused = rejection(hand, e.TaskStarted(run_id=RUN, task_id="a", attempt=4, worker=WORKER))
    assert (refused.at, refused.cause) == (7000, f"inbox:{hand.seq - 1}-0")
    assert (refused.run_id, refused.task_id, refused.attempt) == (RUN, "a", 4)


@pytest.mark.parametrize("fact", reports(run_id="nobody"), ids=name_of)
def test_a_report_about_an_unknown_run_is_refused(hand: ByHand, fact: e.AnyEvent) -> None:
    assert rejection(hand, fact).reason == "no such run"


@pytest.mark.parametrize("fact", reports(task_id="x"), ids=name_of)
def test_a_report_about_an_unknown_task_is_refused(hand: ByHand, fact: e.AnyEvent) -> None:
    assert rejection(hand, fact).reason == "the run has no such task"


@pytest.mark.parametrize("attempt", [0, 2])
@pytest.mark.parametrize("number", range(6))
def test_a_report_of_another_attempt_is_refused(hand: ByHand, number: int, attempt: int) -> None:
    hand.start("a")
    assert rejection(hand, reports(attempt)[number]).reason == "superseded: the present attempt is 1"


@pytest.mark.parametrize("fact", reports()[1:], ids=name_of)
def test_an_outcome_before_the_start_is_refused(hand: ByHand, fact: e.AnyEvent) -> None:
    assert rejection(hand, fact).reason == "the task is ready"


@pytest.mark.parametrize("fact", reports(attempt=0, task_id="b"), ids=name_of)
def test_a_report_about_a_task_that_waits_is_refused(hand: ByHand, fact: e.AnyEvent) -> None:
    assert rejection(hand, fact).reason == "the task is waiting"


def test_a_second_start_is_refused(hand: ByHand) -> None:
    hand.start("a")
    assert rejection(hand, reports()[0]).reason == "the task is running"


ENDINGS: list[Callable[[ByHand], object]] = [
    lambda hand: hand.succeed("a"),
    lambda hand: hand.fail("a"),
    lambda hand: hand.lose("a"),
    lambda hand: hand.give_back("a"),
    lambda hand: (hand.cancel(), hand.kill("a")),
]


@pytest.mark.parametrize("end", ENDINGS, ids=["succeeded", "failed", "lost", "returned", "cancelled"])
@pytest.mark.parametrize("fact", reports(), ids=name_of)
def test_an_attempt_that_has_ended_cannot_end_again(
    hand: ByHand, end: Callable[[ByHand], object], fact: e.AnyEvent
) -> None:
    hand.start("a")
    end(hand)
    assert rejection(hand, fact).reason.startswith("the task is ")


@pytest.mark.parametrize(
    "decision",
    [
        e.RunStarted(run_id=RUN),
        e.RunFinished(run_id=RUN, status=RunStatus.SUCCEEDED),
        e.TaskReady(run_id=RUN, task_id="b", attempt=1, queue="default", reason="start"),
        e.TaskUpstreamFailed(run_id=RUN, task_id="b", upstream="a"),
        e.FactRejected(run_id=RUN, fact="TaskLost", reason="none"),
    ],
    ids=name_of,
)
def test_a_decision_cannot_be_reported(hand: ByHand, decision: e.AnyEvent) -> None:
    assert rejection(hand, decision).reason == "a decision is not a fact"


def test_a_fork_of_the_log_is_found_and_never_reported(hand: ByHand) -> None:
    assert hand.offer(e.LogForked(incarnation=1, kept_seq=1, lost_seq=2, lost_hash="")) is None


def test_a_registration_is_accepted_and_so_is_its_repetition(hand: ByHand) -> None:
    fact = e.DagRegistered(dag_id="d", version=hand.run.plan.version, definition=DAG)
    for _ in range(2):
        assert hand.offer(fact) == replace(fact, at=hand.now, cause=f"inbox:{hand.seq - 1}-0")


def test_a_request_of_a_known_version_is_accepted_once(hand: ByHand) -> None:
    request = e.RunRequested(run_id="second", dag_id="d", version=hand.run.plan.version)
    assert isinstance(hand.offer(request), e.RunRequested)
    assert hand.offer(request) is None


@pytest.mark.parametrize(("dag_id", "known"), [("d", False), ("other", True)])
def test_a_request_of_an_unknown_version_is_refused(hand: ByHand, dag_id: str, known: bool) -> None:
    version = hand.run.plan.version if known else "none"
    refused = rejection(hand, e.RunRequested(run_id="new", dag_id=dag_id, version=version))
    assert refused.reason == f"DAG {dag_id} has no version {version}"


def test_a_cancellation_counts_once(hand: ByHand) -> None:
    assert isinstance(hand.cancel(), e.RunCancelled)
    assert hand.cancel() is None


def test_a_run_that_never_was_or_has_ended_cannot_be_cancelled(hand: ByHand) -> None:
    assert rejection(hand, e.RunCancelled(run_id="nobody")).reason == "no such run"
    hand.complete("a")
    hand.complete("b")
    assert rejection(hand, e.RunCancelled(run_id=RUN)).reason == "the run has ended: succeeded"


def test_a_failure_with_retries_left_is_retried_after_the_delay(hand: ByHand) -> None:
    hand.start("a")
    event = hand.fail("a")
    assert isinstance(event, e.TaskFailed)
    assert event.retry_at == hand.now + retry_delay(RUN, DAG.tasks["a"], 1)
    assert hand.task("a").status is TaskStatus.RETRYING


def test_a_failure_without_retries_left_is_the_last(hand: ByHand) -> None:
    for _ in range(2):
        hand.start("a")
        event = hand.fail("a")
        hand.now += 10_000
        hand.decide()
    assert isinstance(event, e.TaskFailed)
    assert event.retry_at == 0
    assert (hand.task("a").status, hand.task("a").attempt) == (TaskStatus.FAILED, 2)


def test_the_reporter_does_not_decide_about_the_retry(hand: ByHand) -> None:
    hand.start("a")
    fact = e.TaskLost(run_id=RUN, task_id="a", attempt=1, worker=WORKER, retry_at=1)
    event = hand.offer(fact)
    assert isinstance(event, e.TaskLost)
    assert event.retry_at == hand.now


def test_a_lost_attempt_is_replaced_at_once_but_not_for_ever(hand: ByHand) -> None:
    for _ in range(MAX_LOSSES):
        assert hand.task("a").status is TaskStatus.READY
        hand.start("a")
        hand.lose("a")
        hand.decide()
    assert (hand.task("a").status, hand.task("a").losses, hand.task("a").failures) == (TaskStatus.FAILED, MAX_LOSSES, 0)


def test_an_attempt_given_back_is_replaced_however_often(hand: ByHand) -> None:
    for _ in range(MAX_LOSSES + 2):
        hand.start("a")
        hand.give_back("a")
        hand.decide()
    assert (hand.task("a").status, hand.task("a").attempt) == (TaskStatus.READY, MAX_LOSSES + 3)


@pytest.mark.parametrize("end", ENDINGS[1:4], ids=["failed", "lost", "returned"])
def test_nothing_is_retried_in_a_run_that_is_being_cancelled(hand: ByHand, end: Callable[[ByHand], object]) -> None:
    hand.start("a")
    hand.cancel()
    end(hand)
    assert hand.task("a").status is TaskStatus.FAILED
    hand.decide()
    assert hand.run.summary.status is RunStatus.CANCELLED


def test_what_finished_before_it_was_killed_has_succeeded(hand: ByHand) -> None:
    hand.start("a")
    hand.cancel()
    hand.succeed("a")
    hand.decide()
    assert hand.statuses() == {"a": TaskStatus.SUCCEEDED, "b": TaskStatus.CANCELLED}


@pytest.mark.parametrize(("dag_id", "version"), [("other", dag_version(DAG)), (DAG.id, "0" * 32)])
def test_a_registration_under_a_name_that_is_not_its_own_is_refused(hand: ByHand, dag_id: str, version: str) -> None:
    refused = rejection(hand, e.DagRegistered(dag_id=dag_id, version=version, definition=DAG))
    assert refused.reason == f"the definition is not version {version} of DAG {dag_id}"


def chain_of(count: int, first_waits_for: int) -> DagSpec:
    edges = [first_waits_for, *range(count - 1)]
    tasks = {f"t{n}": TaskSpec(f"t{n}", "", command="true", dependencies=(f"t{up}",)) for n, up in enumerate(edges)}
    return DagSpec(id="d", name="d", tasks=tasks)


@pytest.mark.parametrize(
    ("unsound", "reason"),
    [
        (small_dag(a=("gone",)), "task a depends on gone, which does not exist"),
        (DagSpec(id="d", name="d", tasks={"a": DAG.tasks["a"], "c": DAG.tasks["b"]}), "task c calls itself b"),
        (small_dag(a=("a",)), "task a is in a ring of dependencies, or waits for one"),
        (small_dag(x=(), a=("x", "c"), b=("a",), c=("b",), d=("c",)), "task a is in a ring of dependencies, or"),
        (chain_of(10_000, 9_999), "task t0 is in a ring of dependencies, or"),
    ],
    ids=["an unknown dependency", "another name", "itself", "a ring among others", "a long ring"],
)
def test_a_definition_that_no_run_could_follow_to_its_end_is_refused(
    hand: ByHand, unsound: DagSpec, reason: str
) -> None:
    fact = e.DagRegistered(dag_id=unsound.id, version=dag_version(unsound), definition=unsound)
    assert rejection(hand, fact).reason.startswith(reason)


@given(strategies.dags())
def test_every_definition_without_a_ring_is_accepted(dag: DagSpec) -> None:
    fact = e.DagRegistered(dag_id=dag.id, version=dag_version(dag), definition=dag)
    assert isinstance(accept(Partition(), fact, 1, "inbox:1-0"), e.DagRegistered)
