"""What each event leaves behind in the state of its run and task."""

from core_kit import RUN, WORKER, ByHand, retrying_dag, small_dag
from penstock.core import events as e
from penstock.core.projection import decode_summary, encode_summary
from penstock.core.run import RunSummary, StoredError
from penstock.core.status import RunStatus, TaskStatus


def test_a_requested_run_waits_with_all_its_tasks() -> None:
    hand = ByHand(small_dag(a=(), b=("a",)))
    summary = hand.run.summary
    assert (summary.status, summary.created_at, summary.seq, summary.status_seq) == (RunStatus.REQUESTED, 1000, 2, 2)
    assert summary.counts == {TaskStatus.WAITING: 2}
    assert (summary.started_at, summary.finished_at) == (0, 0)


def test_a_run_seeded_before_the_log_knows_it_reads_back() -> None:
    seed = RunSummary("r", "d", "v", created_at=5, counts={TaskStatus.WAITING: 3})
    assert decode_summary(encode_summary(seed)) == seed
    assert seed.seq == 0


def test_a_run_keeps_its_times_and_its_last_event() -> None:
    hand = ByHand(small_dag(a=()))
    hand.now = 2000
    hand.decide()
    hand.now = 3000
    hand.complete("a")
    summary = hand.run.summary
    assert (summary.created_at, summary.started_at, summary.finished_at) == (1000, 2000, 3000)
    assert summary.seq == summary.status_seq == hand.seq


def test_a_ready_attempt_has_its_number_queue_and_place_in_the_log() -> None:
    hand = ByHand(small_dag(a=()))
    hand.decide()
    task = hand.task("a")
    assert (task.status, task.attempt, task.queue, task.ready_at) == (TaskStatus.READY, 1, "default", hand.now)
    assert task.ready_seq == task.seq == hand.seq


def test_a_success_leaves_its_output_exit_code_and_worker() -> None:
    hand = ByHand(small_dag(a=()))
    hand.decide()
    hand.start("a")
    hand.now = 5000
    hand.offer(e.TaskSucceeded(run_id=RUN, task_id="a", attempt=1, worker=WORKER, exit_code=0, output={"rows": [1, 2]}))
    task = hand.task("a")
    assert (task.status, task.exit_code, task.output) == (TaskStatus.SUCCEEDED, 0, {"rows": [1, 2]})
    assert (task.worker, task.started_at, task.finished_at) == (WORKER, 1000, 5000)


def test_a_failure_leaves_its_error_until_the_next_attempt_is_ready() -> None:
    hand = ByHand(retrying_dag(a=()))
    hand.decide()
    hand.start("a")
    error = e.TaskError("exit", "Exit code 3", "a traceback")
    hand.offer(e.TaskFailed(run_id=RUN, task_id="a", attempt=1, worker=WORKER, error=error, exit_code=3))
    task = hand.task("a")
    assert (task.status, task.exit_code, task.failures) == (TaskStatus.RETRYING, 3, 1)
    assert task.error == StoredError("exit", "Exit code 3", "a traceback")
    assert task.due > hand.now
    hand.now = task.due
    hand.decide()
    task = hand.task("a")
    assert (task.status, task.attempt, task.failures, task.due) == (TaskStatus.READY, 2, 1, 0)
    assert (task.error, task.exit_code, task.worker, task.reason) == (None, None, "", "")
    assert (task.started_at, task.finished_at) == (0, 0)


def test_a_loss_is_no_failure_but_says_which_worker_fell_silent() -> None:
    hand = ByHand(small_dag(a=()))
    hand.decide()
    hand.start("a")
    hand.lose("a")
    task = hand.task("a")
    assert (task.status, task.failures, task.losses, task.reason) == (TaskStatus.RETRYING, 0, 1, "lost")
    assert task.error is not None
    assert (task.error.kind, WORKER in task.error.message) == ("lost", True)


def test_an_attempt_given_back_is_neither_failure_nor_loss() -> None:
    hand = ByHand(small_dag(a=()))
    hand.decide()
    hand.start("a")
    hand.give_back("a")
    task = hand.task("a")
    assert (task.status, task.failures, task.losses, task.reason) == (TaskStatus.RETRYING, 0, 0, "returned")
    assert task.error is None


def test_a_task_given_up_names_the_dependency() -> None:
    hand = ByHand(small_dag(a=(), b=("a",)))
    hand.decide()
    hand.start("a")
    hand.fail("a")
    hand.decide()
    assert (hand.task("b").status, hand.task("b").upstream) == (TaskStatus.UPSTREAM_FAILED, "a")
    assert hand.task("b").attempt == 0


def test_a_clock_that_went_back_makes_no_time_run_backwards() -> None:
    hand = ByHand(small_dag(a=()))
    hand.do(e.RunStarted(run_id=RUN, at=900))
    hand.do(e.TaskReady(run_id=RUN, task_id="a", attempt=1, queue="default", reason="start", at=800))
    hand.do(e.TaskStarted(run_id=RUN, task_id="a", attempt=1, worker=WORKER, at=700))
    hand.do(e.TaskSucceeded(run_id=RUN, task_id="a", attempt=1, worker=WORKER, at=600))
    hand.do(e.RunFinished(run_id=RUN, status=RunStatus.SUCCEEDED, at=500))
    task, summary = hand.task("a"), hand.run.summary
    assert summary.started_at <= task.ready_at <= task.started_at <= task.finished_at <= summary.finished_at
    assert summary.created_at <= summary.started_at


def test_a_run_does_not_end_before_any_of_its_tasks() -> None:
    hand = ByHand(small_dag(a=(), b=()))
    hand.decide()
    hand.start("a")
    hand.start("b")
    for task_id, hand.now in (("a", 9000), ("b", 4000)):
        hand.succeed(task_id)
    hand.now = 3000
    hand.decide()
    assert (hand.task("a").finished_at, hand.task("b").finished_at, hand.run.summary.finished_at) == (9000, 4000, 9000)


def test_no_task_ends_before_its_run_began() -> None:
    hand = ByHand(small_dag(a=(), b=("a",)))
    hand.do(e.RunStarted(run_id=RUN, at=2000))
    hand.do(e.TaskCancelled(run_id=RUN, task_id="a", at=500))
    hand.do(e.TaskUpstreamFailed(run_id=RUN, task_id="b", upstream="a", at=500))
    assert hand.task("a").finished_at == hand.task("b").finished_at == 2000


def test_an_attempt_cancelled_before_its_start_does_not_end_before_it_was_ready() -> None:
    hand = ByHand(small_dag(a=()))
    hand.decide()
    hand.cancel()
    hand.now -= 500
    hand.decide()
    task = hand.task("a")
    assert (task.status, task.started_at) == (TaskStatus.CANCELLED, 0)
    assert task.ready_at <= task.finished_at


def test_registering_a_known_version_again_makes_it_current_and_keeps_its_plan() -> None:
    first, second = small_dag(a=()), small_dag(b=())
    hand = ByHand(first)
    version = hand.run.plan.version
    plan = hand.partition.plans[version]
    hand.do(e.DagRegistered(dag_id="d", version="v2", definition=second))
    assert hand.partition.current == {"d": "v2"}
    hand.do(e.DagRegistered(dag_id="d", version=version, definition=first))
    assert hand.partition.current == {"d": version}
    assert hand.partition.plans[version] is plan
    assert hand.partition.plans.keys() == {version, "v2"}
