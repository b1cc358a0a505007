"""One task of a run over HTTP: what it depends on, its definition, and each of its attempts."""

import httpx
import pytest

from api_kit import SAMPLE
from penstock.core import events as e
from penstock_api import attempts
from stack import DIAMOND, Held, Noop, Stack, dag, eventually

Detail = dict[str, object]


async def detail(api: httpx.AsyncClient, run_id: str, task_id: str = "a") -> dict[str, object]:
    answer = await api.get(f"/runs/{run_id}/tasks/{task_id}")
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def column(told: Detail, name: str) -> list[object]:
    """Return one field of all attempts."""
    found = told["attempts"]
    assert isinstance(found, list)
    return [one[name] for one in found]


async def test_a_run_tells_the_graph_and_the_name_of_its_definition(stack: Stack, api: httpx.AsyncClient) -> None:
    tasks = {"b": {"name": "B", "command": "true", "dependencies": ["a"]}, "a": {"name": "A", "command": "true"}}
    await api.post("/dags", json={"id": "named", "name": "A <name>", "tasks": tasks})
    run_id = (await api.post("/dags/named/run")).json()["run_id"]
    run = (await api.get(f"/runs/{run_id}")).json()
    assert run["dag_name"] == "A <name>"
    assert [task["dependencies"] for task in run["tasks"]] == [["a"], []]
    assert [(task["failures"], task["losses"], task["reason"], task["seq"]) for task in run["tasks"]] == [
        (0, 0, None, 0)
    ] * 2


async def test_every_attempt_tells_what_became_of_it(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker()
    command = "echo one; echo two; exit $((3 - PENSTOCK_ATTEMPT))"
    spec = dag("tries", {"z": (), "a": ("z",)}, command=command, retries=2, retry_delay_seconds=0.01)
    run_id = await stack.start(spec)
    await stack.ended(run_id)
    told = await detail(api, run_id)
    assert column(told, "attempt") == [1, 2, 3]
    assert column(told, "status") == ["failed", "failed", "succeeded"]
    assert column(told, "reason") == ["dependencies", "retry", "retry"]
    assert column(told, "waited_for") == ["z", None, None]
    assert column(told, "exit_code") == [2, 1, 0]
    assert column(told, "worker") == [told["worker"]] * 3
    assert column(told, "queue") == ["default"] * 3
    assert column(told, "lines") == [2, 2, 2]
    assert [bool(one) for one in column(told, "error")] == [True, True, False]
    assert [bool(one) for one in column(told, "retry_at")] == [True, True, False]
    assert all(isinstance(one, int) and one >= 0 for one in column(told, "duration_ms"))
    times = list(zip(*(column(told, name) for name in ("ready_at", "started_at", "ended_at")), strict=True))
    assert all(list(one) == sorted(map(str, one)) for one in times)
    assert times[-1] == (told["ready_at"], told["started_at"], told["finished_at"])
    assert (told["failures"], told["attempt"], told["dependencies"]) == (2, 3, ["z"])
    assert (told["run_id"], told["dag_id"], told["run_status"]) == (run_id, "tries", "succeeded")
    assert told["definition"] == (await api.get("/dags/tries")).json()["tasks"]["a"]


async def test_a_task_that_was_not_tried_has_no_attempts(stack: Stack, api: httpx.AsyncClient) -> None:
    await api.post("/dags", json=SAMPLE)
    run_id = (await api.post("/dags/sample/run")).json()["run_id"]
    told = await detail(api, run_id)
    assert (told["status"], told["attempts"], told["run_status"]) == ("waiting", [], "requested")
    assert (told["run_started_at"], told["run_seq"]) == (None, 0)


async def test_a_task_tells_what_waits_for_it_and_up_to_which_event_of_its_run(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("fan", {"a": (), "b": ("a",), "c": ("a", "b"), "d": ("b",)}))
    await stack.ended(run_id)
    told = await detail(api, run_id)
    assert (told["dependencies"], told["dependents"]) == ([], ["b", "c"])
    run = (await api.get(f"/runs/{run_id}")).json()
    assert [told[f"run_{name}"] for name in ("seq", "created_at", "started_at")] == [
        run[name] for name in ("seq", "created_at", "started_at")
    ]


async def test_looking_at_a_task_again_does_not_read_the_whole_definition_again(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await stack.start(dag("fan", {"a": (), "b": ("a",)}))
    before = [await detail(api, run_id, name) for name in ("a", "b")]

    async def never(*_: object) -> object:
        raise AssertionError("a definition was read")

    monkeypatch.setattr(stack.store, "definition", never)
    assert [await detail(api, run_id, name) for name in ("a", "b")] == before


async def test_an_attempt_is_seen_ready_then_running_then_cancelled(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    run_id = await stack.start(dag("held", {"a": ()}))

    async def seen(status: str) -> Detail | None:
        told = await detail(api, run_id)
        return told if column(told, "status") == [status] else None

    ready = await eventually(lambda: seen("ready"), "the attempt to be ready")
    assert (column(ready, "worker"), column(ready, "started_at"), column(ready, "duration_ms")) == ([None],) * 3
    held = Held()
    await stack.worker(held)
    running = await eventually(lambda: seen("running"), "the attempt to run")
    assert column(running, "started_at") == [running["started_at"]]
    await api.post(f"/runs/{run_id}/cancel")
    await eventually(lambda: seen("cancelled"), "the attempt to be cancelled")


async def test_a_task_that_is_cancelled_between_two_attempts_leaves_the_first_as_it_ended(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("late", {"a": ()}, command="exit 1", retries=1, retry_delay_seconds=600))

    async def retrying() -> Detail | None:
        told = await detail(api, run_id)
        return told if told["status"] == "retrying" else None

    told = await eventually(retrying, "the task to wait for its retry")
    assert (told["reason"], column(told, "retry_at")) == ("retry", [told["retry_at"]])
    await api.post(f"/runs/{run_id}/cancel")
    await stack.ended(run_id)
    told = await detail(api, run_id)
    assert (told["status"], column(told, "status"), column(told, "error")[0]) == (
        "cancelled",
        ["failed"],
        told["error"],
    )


async def test_an_attempt_whose_worker_fell_silent_is_lost_and_the_next_says_why_it_is(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    run_id = await stack.start(dag("silent", {"a": ()}))
    partition = int(run_id.rpartition("-")[2])

    async def claimed() -> bool:
        return bool(await stack.store.claim(partition, "silent", 1))

    await eventually(claimed, "the attempt to be claimed")

    async def lost() -> bool:
        return any(isinstance(event, e.TaskLost) for event in await stack.history(run_id))

    await eventually(lost, "the claim to be lost")
    await stack.worker(Noop())
    await stack.ended(run_id)
    told = await detail(api, run_id)
    assert column(told, "status") == ["lost", "succeeded"]
    assert column(told, "reason")[1] == "lost"
    assert (column(told, "worker")[0], column(told, "exit_code"), told["losses"]) == ("silent", [None, 0], 1)


async def test_a_long_history_is_read_piece_by_piece(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "EVENTS_AT_ONCE", 2)
    await stack.scheduler()
    await stack.worker()
    spec = dag("long", DIAMOND, command="exit $((2 - PENSTOCK_ATTEMPT))", retries=1, retry_delay_seconds=0.01)
    run_id = await stack.start(spec)
    await stack.ended(run_id)
    for task_id in DIAMOND:
        assert column(await detail(api, run_id, task_id), "status") == ["failed", "succeeded"]
