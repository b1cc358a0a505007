"""Who is told what, in which words, and how they know it is from us: all of it without a server."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

import strategies
from penstock.core import events as e
from penstock.core.codec import encode_event
from penstock.core.dag import DagSpec, TaskSpec
from penstock.core.notify import NotifySpec, Occasion
from penstock.core.run import RunSummary, StoredError, TaskState
from penstock.core.status import RunStatus, TaskStatus
from penstock.store.views import RunView
from penstock_scheduler.notifications.message import body_of, test_body_of
from penstock_scheduler.notifications.news import News, Reason, event_id, reason_of
from penstock_scheduler.notifications.posting import RETRY_AFTER_SECONDS, Answer, Outcome, post
from penstock_scheduler.notifications.selection import is_notable, is_told, occasion_of
from penstock_scheduler.notifications.signature import key_of, signature
from penstock_scheduler.notifications.target import Format, Target
from receiver_kit import Request, open_receiver

test_body_of.__test__ = False  # type: ignore[attr-defined]  # it is no test
NOW = 1_700_000_000_123
TARGET = Target(name="ops", url="https://hooks.example/T0/B0/very-secret")
RUN = RunSummary("r-0", "etl <&> co", "v1", RunStatus.FAILED, NOW - 5000, NOW - 4000, NOW, 0, 9, 9)


def news(**fields: Any) -> News:  # noqa: ANN401  # whatever a test sets
    told: dict[str, Any] = {
        "id": event_id(3, 0, 9),
        "occasion": Occasion.FAILED,
        "deployment": "pk",
        "partition": 3,
        "seq": 9,
        "at": NOW,
        "run": RUN,
    }
    return News(**(told | fields))


@given(strategies.events())
def test_what_an_outbox_passes_over_unread_gives_no_occasion(event: e.AnyEvent) -> None:
    matters = occasion_of(event) is not None or isinstance(event, e.LogForked)
    assert is_notable(encode_event(event)) or not matters


@pytest.mark.parametrize(
    ("event", "occasion"),
    [
        (e.RunFinished(run_id="r", status=RunStatus.FAILED), Occasion.FAILED),
        (e.RunFinished(run_id="r", status=RunStatus.SUCCEEDED), Occasion.SUCCEEDED),
        (e.RunFinished(run_id="r", status=RunStatus.CANCELLED), Occasion.CANCELLED),
        (e.RunLate(run_id="r", due=1), Occasion.LATE),
        (e.RunCancelled(run_id="r"), None),
        (e.RunStarted(run_id="r"), None),
        (e.FactRejected(run_id="r", fact="RunFinished", reason="a decision is not a fact"), None),
    ],
)
def test_the_end_of_a_run_and_its_lateness_give_occasion(event: e.AnyEvent, occasion: Occasion | None) -> None:
    assert occasion_of(event) is occasion


@pytest.mark.parametrize(
    ("fields", "notify", "told"),
    [
        ({}, (), True),
        ({"on": frozenset({Occasion.LATE})}, (), False),
        ({"dags": ("etl", "sales-*")}, (), True),
        ({"dags": ("etl", "other-*")}, (), False),
        ({"dags": ("SALES-*",)}, (), False),
        ({"dags": ()}, (), False),
        ({"dags": ()}, (NotifySpec("ops"),), True),
        ({"dags": ()}, (NotifySpec("other"),), False),
        ({"dags": ()}, (NotifySpec("ops", (Occasion.SUCCEEDED,)),), False),
        ({"on": frozenset({Occasion.LATE})}, (NotifySpec("ops"),), False),
        ({"on": frozenset({Occasion.LATE})}, (NotifySpec("ops", (Occasion.FAILED,)),), True),
        ({}, (NotifySpec("ops", (Occasion.SUCCEEDED,)),), True),
    ],
)
def test_target_and_dag_both_have_a_say(fields: dict[str, Any], notify: Sequence[NotifySpec], told: bool) -> None:
    target = msgspec.structs.replace(TARGET, **fields)
    assert is_told(target, Occasion.FAILED, "sales-eu", notify) is told


def test_a_run_failed_because_of_the_first_of_its_tasks_that_did() -> None:
    dag = DagSpec(id="d", name="d", tasks={name: TaskSpec(id=name, name=name) for name in "abc"})
    tasks = {
        0: TaskState(TaskStatus.UPSTREAM_FAILED, seq=4),
        1: TaskState(TaskStatus.FAILED, seq=9, error=StoredError("exit", "later")),
        2: TaskState(TaskStatus.FAILED, seq=5, error=StoredError("exception", "ValueError: x\nand more")),
    }
    assert reason_of(RunView(RUN, tasks), dag) == Reason("c", "exception", "ValueError: x")
    tasks[2] = TaskState(TaskStatus.FAILED, seq=5, error=StoredError("exit", "x" * 2000))
    found = reason_of(RunView(RUN, tasks), dag)
    assert found is not None
    assert len(found.message) == 500
    assert reason_of(RunView(RUN, {0: tasks[0]}), dag) is None


def test_a_body_tells_what_the_page_says_it_does() -> None:
    told = news(reason=Reason("load", "exit", "no table"), url="https://p/x")
    body = msgspec.json.decode(body_of(told, Format.PENSTOCK))
    assert body == {
        "id": "3-0-9",
        "type": "run.failed",
        "deployment": "pk",
        "partition": 3,
        "seq": 9,
        "at": "2023-11-14T22:13:20.123Z",
        "run": {
            "run_id": "r-0",
            "dag_id": "etl <&> co",
            "version": "v1",
            "status": "failed",
            "requested_at": "2023-11-14T22:13:15.123Z",
            "started_at": "2023-11-14T22:13:16.123Z",
            "ended_at": "2023-11-14T22:13:20.123Z",
            "late_at": None,
            "task_counts": {},
        },
        "reason": {"task_id": "load", "kind": "exit", "message": "no table"},
        "url": "https://p/x",
    }


def test_slack_shows_names_as_they_are_and_a_link() -> None:
    reason = Reason("a<b", "exit", "<!channel> & more")
    body = msgspec.json.decode(body_of(news(reason=reason, url="https://p/x?a=1&b=2"), Format.SLACK))
    assert body["text"] == "etl &lt;&amp;&gt; co failed (a&lt;b: &lt;!channel&gt; &amp; more)"
    section, context = body["blocks"]
    assert section["text"]["text"].startswith(":red_circle: *etl &lt;&amp;&gt; co failed*\na&lt;b: &lt;!channel")
    assert context["elements"][0]["text"] == "<https://p/x?a=1&amp;b=2|r-0> · pk"


@pytest.mark.parametrize("occasion", Occasion)
def test_slack_has_words_for_every_occasion(occasion: Occasion) -> None:
    body = msgspec.json.decode(body_of(news(occasion=occasion), Format.SLACK))
    assert body["text"].startswith("etl")
    assert body["blocks"][1]["elements"][0]["text"] == "r-0 · pk"


def test_a_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's own libraries."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(min_size=1), st.binary())
def test_who_has_the_key_can_check_the_signature(key: bytes, body: bytes) -> None:
    version, _, digest = signature(key, "id", 7, body).partition(",")
    assert version == "v1"
    assert base64.b64decode(digest) == hmac.new(key, b"id.7." + body, hashlib.sha256).digest()


def test_a_secret_is_the_text_itself_or_base64_after_its_prefix() -> None:
    assert key_of("größer") == "größer".encode()
    assert key_of("whsec_aGVsbG8=") == b"hello"
    with pytest.raises(ValueError, match="base64"):
        key_of("whsec_not base64!")
    with pytest.raises(ValueError, match="nothing follows"):
        key_of("whsec_")


def test_nothing_secret_is_shown() -> None:
    target = msgspec.structs.replace(TARGET, secret=b"very-secret", headers={"X-Key": "very-secret"})
    assert "very-secret" not in f"{target!r} {target}"


async def answered(answer: str, **fields: Any) -> tuple[Answer, Request]:  # noqa: ANN401  # whatever a test sets
    async with open_receiver() as receiver, httpx.AsyncClient() as client:
        receiver.answer = lambda _request: answer
        target = msgspec.structs.replace(TARGET, url=receiver.url, **fields)
        return await post(client, target, "3-0-9", b"{}", NOW), receiver.requests[0]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, Outcome.DELIVERED) for status in (200, 201, 202, 204)),
        *((status, Outcome.FAILED) for status in (408, 425, 429, 500, 502, 503, 504)),
        *((status, Outcome.REFUSED) for status in (301, 302, 308, 400, 401, 403, 404, 410, 413, 422)),
    ],
)
async def test_an_answer_says_whether_to_try_again(status: int, outcome: Outcome) -> None:
    answer, _ = await answered(f"{status} So")
    assert answer.outcome is outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("999999", RETRY_AFTER_SECONDS),
        ("Tue, 14 Nov 2023 22:13:30 GMT", 9.877),
        ("Tue, 14 Nov 2023 22:13:10 GMT", 0.0),
        ("soon", 0.0),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", 0.0),
        ("9" * 400, RETRY_AFTER_SECONDS),
        ("-5", 0.0),
    ],
)
async def test_a_target_may_ask_to_wait(header: str, seconds: float) -> None:
    answer, _ = await answered(f"503 So\r\nRetry-After: {header}")
    assert answer.retry_after == pytest.approx(seconds)


async def test_what_identifies_a_notification_cannot_be_set_by_its_target() -> None:
    _, request = await answered("200 OK", headers={"X-Team": "data", "Webhook-Id": "forged"})
    headers = request.headers
    assert (headers["x-team"], headers["webhook-id"], headers["webhook-timestamp"]) == ("data", "3-0-9", "1700000000")
    assert headers["user-agent"].startswith("Penstock/")
    assert "webhook-signature" not in headers


async def test_an_answer_that_does_not_come_and_a_connection_that_breaks_are_failures() -> None:
    async with open_receiver() as receiver, httpx.AsyncClient() as client:

        async def never(_request: Request) -> str:
            await asyncio.Event().wait()
            return ""

        receiver.answer = never
        target = msgspec.structs.replace(TARGET, url=receiver.url, timeout_seconds=0.05)
        late = await post(client, target, "id", b"{}", NOW)
        await receiver.stop()
        gone = await post(client, target, "id", b"{}", NOW)
    assert (late.outcome, late.reason) == (Outcome.FAILED, "no answer within 0.05 s")
    assert (gone.outcome, gone.reason.partition(":")[0]) == (Outcome.FAILED, "ConnectError")


async def test_an_error_that_nobody_expected_of_a_request_is_a_failure_and_logged() -> None:
    def fails(_request: httpx.Request) -> httpx.Response:
        raise OverflowError("a mistake of a library")

    async with httpx.AsyncClient(transport=httpx.MockTransport(fails)) as client:
        with capture_logs() as logs:
            answer = await post(client, TARGET, "id", b"{}", NOW)
    assert (answer.outcome, answer.reason) == (Outcome.FAILED, "unexpected error: OverflowError")
    assert [(entry["log_level"], entry["target"]) for entry in logs] == [("error", "ops")]
