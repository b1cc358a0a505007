"""The samples behind a dashboard's curves: what has happened since the last, and how long attempts waited and ran."""

import pytest
from msgspec.structs import replace

from api_kit import open_api
from penstock.core.codec import encode_event
from penstock.core.dag import DagSpec
from penstock.core.events import TaskStarted
from penstock.core.run import TaskState
from penstock.errors import StoreUnavailableError
from penstock.store.records import LogEntry
from penstock_api import durations
from penstock_api.durations import percentile
from penstock_api.outlines import Outlines
from penstock_api.sampler import Sampler
from stack import DIAMOND, Held, Noop, Stack, dag, eventually


@pytest.fixture
def sampler(stack: Stack) -> Sampler:
    return Sampler(stack.store, Outlines(stack.store))


async def diamond(stack: Stack) -> str:
    """Bring up a scheduler and a worker, and have them run four tasks to their end; return the run's id."""
    await stack.scheduler()
    await stack.worker(Noop())
    run_id = await stack.start(dag("diamond", DIAMOND))
    await stack.ended(run_id)
    return run_id


async def test_the_first_sample_needs_something_to_be_compared_with(sampler: Sampler) -> None:
    await sampler.take()
    assert not sampler.series
    await sampler.take()
    assert sampler.latest is not None
    assert (sampler.latest.tasks_per_second, sampler.latest.wait_p50_ms, sampler.latest.run_p95_ms) == (0, None, None)


async def test_a_sample_says_how_much_has_ended_and_how_long_attempts_waited_and_ran(
    stack: Stack, sampler: Sampler
) -> None:
    await sampler.take()
    run_id = await diamond(stack)
    await sampler.take()
    sample = sampler.latest
    assert sample is not None
    events = 1 + len(await stack.history(run_id))
    # All three are counts over the same few milliseconds.
    assert sample.tasks_per_second == pytest.approx(4 * sample.runs_per_second, rel=0.01)
    assert sample.events_per_second == pytest.approx(events * sample.runs_per_second, rel=0.01)
    states = (await stack.tasks(run_id)).values()
    waits = sorted(state.started_at - state.ready_at for state in states)
    runs = sorted(state.finished_at - state.started_at for state in states)
    assert (sample.wait_p50_ms, sample.wait_p95_ms) == (waits[1], waits[3])
    assert (sample.run_p50_ms, sample.run_p95_ms) == (runs[1], runs[3])


async def test_what_waits_and_what_has_started_is_seen_before_anything_has_ended(
    stack: Stack, sampler: Sampler
) -> None:
    await sampler.take()
    await stack.scheduler()
    held = Held()
    await stack.worker(held, slots=2)
    await stack.start(dag("three", {"a": (), "b": (), "c": ()}))

    async def started() -> bool:
        return (await stack.store.figures()).tasks.get("running") == 2

    await eventually(started, "two tasks to run")
    await sampler.take()
    assert sampler.latest is not None
    assert sampler.latest.queue_depth == 1
    assert sampler.latest.wait_p50_ms is not None
    assert (sampler.latest.run_p50_ms, sampler.latest.tasks_per_second) == (None, 0)
    for release in held.running.values():
        release.set()


async def test_a_sample_looks_at_no_more_than_a_bounded_number_of_tasks(
    stack: Stack, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durations, "ATTEMPTS", 5)
    asked: list[int] = []
    read = stack.store.task_states

    async def counted(places: list[tuple[str, int]]) -> object:
        asked.append(len(places))
        return await read(places)

    monkeypatch.setattr(stack.store, "task_states", counted)
    await sampler.take()
    await stack.scheduler()
    await stack.worker(Noop())
    await stack.ended(await stack.start(dag("wide", {f"t{number}": () for number in range(40)})))
    await sampler.take()
    assert 0 < asked[0] <= 5


async def test_while_nothing_happens_no_log_is_read(
    stack: Stack, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    await diamond(stack)
    await sampler.take()

    async def never(*_: object) -> object:
        raise AssertionError("a log was read")

    monkeypatch.setattr(stack.store, "log", never)
    await sampler.take()
    assert sampler.latest is not None


async def test_a_sample_that_could_not_be_taken_is_made_up_for_by_the_next(
    stack: Stack, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sampler.take()
    await diamond(stack)

    async def away(*_: object) -> object:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(stack.store, "log", away)
        with pytest.raises(StoreUnavailableError):
            await sampler.take()
    assert not sampler.series
    await sampler.take()
    assert sampler.latest is not None
    assert sampler.latest.tasks_per_second > 0


async def test_what_a_sample_cannot_resolve_is_left_out_of_it(
    stack: Stack, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sampler.take()
    await stack.scheduler()
    await stack.worker(Noop())
    lost = await stack.start(dag("lost", {"a": ()}))
    await stack.ended(lost)
    run_id = await stack.start(dag("diamond", DIAMOND))
    await stack.ended(run_id)
    read_log, read_definition = stack.store.log, stack.store.definition
    version = await stack.store.versions("lost")

    async def log(partition: int, after: int, limit: int) -> list[LogEntry]:
        strange = TaskStarted(run_id=run_id, task_id="nowhere", attempt=1, worker="w")
        return [LogEntry(partition, after + 1, encode_event(strange)), *await read_log(partition, after, limit)]

    async def definition(partition: int, wanted: str) -> DagSpec | None:
        return None if wanted == version[0].version else await read_definition(partition, wanted)

    monkeypatch.setattr(stack.store, "log", log)
    monkeypatch.setattr(stack.store, "definition", definition)
    await sampler.take()
    assert sampler.latest is not None
    assert sampler.latest.wait_p50_ms is not None


async def test_an_event_that_nothing_can_be_learnt_of_spoils_one_sample_and_not_those_that_follow(
    stack: Stack, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sampler.take()
    await diamond(stack)

    async def broken(*_: object) -> object:
        raise LookupError("unheard of")

    monkeypatch.setattr(stack.store, "summaries", broken)
    await sampler.take()
    await sampler.take()
    assert [(one.tasks_per_second > 0, one.wait_p50_ms) for one in sampler.series] == [(True, None), (False, None)]


async def test_the_samples_of_a_process_are_in_its_overview_the_oldest_first(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penstock_api.sampler.SAMPLE_SECONDS", 0.01)
    monkeypatch.setattr("penstock_api.pacing.SHARE", 1.0)
    monkeypatch.setattr("penstock_api.figures.FRESH_SECONDS", 0.0)
    async with open_api(stack.store) as api:

        async def three() -> list[str] | None:
            series = (await api.get("/overview")).json()["series"]
            return [sample["at"] for sample in series] if len(series) >= 3 else None

        times = await eventually(three, "three samples")
    assert times == sorted(times)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert (percentile(values, 50), percentile(values, 95), percentile(values, 100)) == (50, 95, 100)
    assert (percentile([7], 50), percentile([7], 95), percentile([], 50)) == (7, 7, None)


async def test_an_attempt_does_not_wait_for_less_than_no_time_though_a_clock_was_set_back(
    stack: Stack, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sampler.take()
    await diamond(stack)
    read = stack.store.task_states

    async def set_back(places: list[tuple[str, int]]) -> list[TaskState | None]:
        states = await read(places)
        return [state and replace(state, started_at=10, ready_at=20, finished_at=5) for state in states]

    monkeypatch.setattr(stack.store, "task_states", set_back)
    await sampler.take()
    assert sampler.latest is not None
    assert (sampler.latest.wait_p95_ms, sampler.latest.run_p50_ms) == (0, 0)
