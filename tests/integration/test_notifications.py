"""Webhooks, from real schedulers to a real receiver: who is told of what, once, and in which words."""

from msgspec.structs import replace
from prometheus_client import REGISTRY

from penstock.audit import verify_partition
from penstock.core import events as e
from penstock.core.notify import NotifySpec, Occasion
from penstock.core.status import RunStatus
from penstock.ids import partition_of_dag, partition_of_run
from penstock_scheduler.notifications.target import Format
from receiver_kit import FAILS, Receiver, noted, target
from stack import PARTITIONS, Held, Noop, Stack, dag, eventually

EVERY = frozenset(Occasion)


async def test_how_runs_end_is_told_once_with_the_reason_and_a_link(stack: Stack, receiver: Receiver) -> None:
    await stack.scheduler(notify=[target(receiver, on=EVERY, secret=b"key")], public_url="https://penstock.example/")
    await stack.worker()
    failed = await stack.start(FAILS)
    (request,) = await receiver.heard(1)
    end = (await stack.store.run_events(failed, 0, 1000))[-1].seq
    partition = partition_of_dag("fails", PARTITIONS)
    body = request.json
    assert body["id"] == request.id == f"{partition}-0-{end}"
    assert (body["type"], body["deployment"], body["partition"], body["seq"]) == (
        *("run.failed", stack.prefix),
        *(partition, end),
    )
    assert body["reason"]["task_id"] == "load"
    assert body["reason"]["kind"] == "exit"
    assert "3" in body["reason"]["message"]
    assert body["url"] == f"https://penstock.example/ui/runs/{failed}"
    run = body["run"]
    assert (run["run_id"], run["dag_id"], run["status"]) == (failed, "fails", "failed")
    assert run["task_counts"] == {"failed": 1, "upstream_failed": 1}
    assert run["requested_at"] <= run["started_at"] <= run["ended_at"]
    assert request.headers["webhook-signature"].startswith("v1,")
    assert request.headers["content-type"] == "application/json"
    succeeded = await stack.start(dag("succeeds", {"a": ()}))
    await receiver.heard(2)
    await noted(stack, succeeded)
    assert receiver.told == [("run.failed", failed), ("run.succeeded", succeeded)]


async def test_a_cancelled_run_is_told_and_what_a_target_did_not_ask_for_is_not(
    stack: Stack, receiver: Receiver
) -> None:
    cancelled_only = target(receiver, on=frozenset({Occasion.CANCELLED}), dags=("wanted*",))
    await stack.scheduler(notify=[cancelled_only])
    await stack.worker(Held())
    other, run = await stack.start(dag("unwanted", {"a": ()})), await stack.start(dag("wanted-1", {"a": ()}))
    for one in (other, run):
        await stack.store.cancel_run(one)
        assert await stack.ended(one) is RunStatus.CANCELLED
    await noted(stack, run)
    assert receiver.told == [("run.cancelled", run)]


async def test_a_new_target_is_not_told_of_what_was_before(stack: Stack, receiver: Receiver) -> None:
    first = await stack.scheduler()
    await stack.worker(Noop())
    await stack.ended(await stack.start(dag("old", {"a": ()})))
    first.stop()
    await stack.scheduler(notify=[target(receiver, on=EVERY)])
    known = partition_of_dag("old", PARTITIONS)

    async def begun() -> bool:
        return "ops" in await stack.store.notified(known)

    await eventually(begun, "the target to be known")
    run = await stack.again("old")
    await receiver.heard(1)
    await noted(stack, run)
    assert receiver.told == [("run.succeeded", run)]


async def test_slack_gets_its_own_format(stack: Stack, receiver: Receiver) -> None:
    await stack.scheduler(notify=[target(receiver, format=Format.SLACK)], public_url="http://127.0.0.1:8000")
    await stack.worker()
    run = await stack.start(FAILS)
    (request,) = await receiver.heard(1)
    body = request.json
    assert body["text"].startswith("fails failed (load: ")
    assert f"<http://127.0.0.1:8000/ui/runs/{run}|{run}>" in body["blocks"][1]["elements"][0]["text"]


async def test_nothing_is_read_or_noted_for_targets_while_nothing_is_committed(
    stack: Stack, receiver: Receiver
) -> None:
    await stack.scheduler(notify=[target(receiver, on=EVERY)])
    await stack.worker(Noop())
    run = await stack.start(dag("d", {"a": ()}))
    await noted(stack, run)
    calls = await _calls(stack)
    renewals = calls["evalsha"]

    async def renewed() -> bool:
        return (await _calls(stack))["evalsha"] > renewals + 20

    await eventually(renewed, "the leases to be renewed for a while")
    after = await _calls(stack)
    assert after.get("xrange", 0) == calls.get("xrange", 0)


async def test_a_late_run_is_told_while_it_goes_on_and_the_auditor_finds_nothing(
    stack: Stack, receiver: Receiver
) -> None:
    await stack.scheduler(notify=[target(receiver, on=EVERY)])
    held = Held()
    await stack.worker(held)
    run = await stack.start(replace(dag("slow", {"a": ()}), late_after_seconds=0.2))
    (request,) = await receiver.heard(1)
    assert receiver.told == [("run.late", run)]
    assert request.json["run"]["status"] == "running"
    assert request.json["run"]["late_at"] == request.json["at"]
    held.running["a"].set()
    await noted(stack, run)
    assert receiver.told == [("run.late", run), ("run.succeeded", run)]
    kinds = [type(event) for event in await stack.history(run)]
    assert kinds.count(e.RunLate) == 1
    verdict = await verify_partition(stack.store, partition_of_run(run))
    assert verdict.still
    assert not verdict.problems


async def test_a_dag_names_whom_it_wants_to_be_told(stack: Stack, receiver: Receiver) -> None:
    await stack.scheduler(notify=[target(receiver, dags=())])
    await stack.worker()
    asked = (NotifySpec("ops", (Occasion.SUCCEEDED,)), NotifySpec("nobody"))
    silent, told = await stack.start(dag("silent", {"a": ()})), await stack.start(replace(FAILS, notify=(asked[1],)))
    wished = await stack.start(replace(dag("wished", {"a": ()}), notify=asked))
    named = await stack.start(replace(FAILS, id="fails-too", notify=(NotifySpec("ops"),)))
    for run in (silent, told, wished, named):
        await stack.ended(run)
    await receiver.heard(2)
    await noted(stack, wished)
    await noted(stack, named)
    assert sorted(receiver.told) == [("run.failed", named), ("run.succeeded", wished)]


async def test_what_becomes_of_notifications_is_counted_by_target(stack: Stack, receiver: Receiver) -> None:
    answers = iter(["503 So", "200 OK", "403 So"])
    receiver.answer = lambda _request: next(answers)
    name = f"counted-{stack.prefix}"
    await stack.scheduler(notify=[target(receiver, name)])
    await stack.worker()
    await noted(stack, await stack.start(FAILS), name)
    await noted(stack, await stack.again("fails"), name)

    def counted(outcome: str) -> float | None:
        return REGISTRY.get_sample_value("penstock_notifications_total", {"target": name, "outcome": outcome})

    outcomes = {"failed": 1, "delivered": 1, "refused": 1, "expired": 0, "interrupted": 0}
    assert {outcome: counted(outcome) for outcome in outcomes} == outcomes
    assert REGISTRY.get_sample_value("penstock_notification_age_seconds_count", {"target": name}) == 1


async def _calls(stack: Stack) -> dict[str, int]:
    """Return how often each command was executed on the server."""
    answer = await stack.store._db.command("INFO", "commandstats")
    lines = [line for line in answer.decode().splitlines() if line.startswith("cmdstat_")]
    return {
        name.removeprefix("cmdstat_"): int(rest.partition("calls=")[2].partition(",")[0])
        for name, _, rest in (line.partition(":") for line in lines)
    }
