"""Many runs are cancelled with one call, each by itself."""

import httpx
import pytest

from api_kit import SAMPLE
from penstock.ids import new_run_id
from stack import Noop, Stack

UNKNOWN = new_run_id(1, 1_700_000_000_000, b"0123456789")


@pytest.fixture
async def api(api: httpx.AsyncClient) -> httpx.AsyncClient:
    await api.post("/dags", json=SAMPLE)
    return api


async def test_each_of_many_runs_is_cancelled_or_refused_by_itself(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    worker = await stack.worker(Noop())
    done = (await api.post("/dags/sample/run")).json()["run_id"]
    await stack.ended(done)
    worker.stop()
    waiting = [(await api.post("/dags/sample/run")).json()["run_id"] for _ in range(40)]
    answer = await api.post("/runs/cancel", json={"run_ids": [waiting[0], done, "zzz", *waiting, UNKNOWN]})
    assert answer.status_code == 200
    told = answer.json()
    assert told["cancelled"] == waiting
    refused = {one["run_id"]: one["code"] for one in told["refused"]}
    assert refused == {done: "conflict", "zzz": "not_found", UNKNOWN: "not_found"}
    assert all(one["message"] for one in told["refused"])
    for run_id in waiting:
        assert await stack.ended(run_id) == "cancelled"
    assert (await api.get(f"/runs/{done}")).json()["status"] == "succeeded"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"run_ids": []}', "run_ids"),
        ('{"run_ids": "x"}', "run_ids"),
        ('{"run_ids": [1]}', "run_ids[0]"),
        (f'{{"run_ids": ["{"0" * 65}"]}}', "run_ids[0]"),
        (f'{{"run_ids": {["a"] * 501}}}'.replace("'", '"'), "run_ids"),
        ("{}", "body"),
        ("[]", "body"),
        ('{"run_ids": ["a"], "reason": "x"}', "body"),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused_and_cancels_nothing(
    api: httpx.AsyncClient, body: str, field: str
) -> None:
    answer = await api.post("/runs/cancel", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert answer.json()["error"]["details"][0]["field"] == field


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"run_ids": ["\xff"]}', "application/json", 400),
        (b'{"run_ids": ["a"]}', "text/plain", 415),
        (b" " * 70_000, "application/json", 413),
    ],
)
async def test_a_body_that_cannot_be_read_says_why(
    api: httpx.AsyncClient, body: bytes, content_type: str, status: int
) -> None:
    answer = await api.post("/runs/cancel", content=body, headers={"content-type": content_type})
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
