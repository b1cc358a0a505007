"""Lines of a log over HTTP, by their numbers: any part of it, the end of it, or what a search finds."""

from collections.abc import Sequence

import httpx
import pytest

from api_kit import SAMPLE
from penstock.ids import partition_of_dag
from penstock.store.records import QueueEntry
from penstock_api import line_search
from stack import Held, Stack, dag, eventually

Json = dict[str, object]


async def printed(stack: Stack, texts: Sequence[str], first: int = 1, run_id: str = "") -> str:
    """Print lines as the first attempt of task ``a`` of a run; return the run's id."""
    run_id = run_id or await stack.start(dag("printed", {"a": ()}))
    partition = partition_of_dag("printed", stack.store.partitions)
    claim = QueueEntry(partition, "default", 1, run_id, "a", 0, 1, "printed", "v")
    lines = [(1_700_000_000_000 + number, ("stdout", "stderr")[number % 2], text) for number, text in enumerate(texts)]
    for begin in range(0, len(lines), 500):
        await stack.store.append_output(claim, first + begin, lines[begin : begin + 500])
    return run_id


async def lines(api: httpx.AsyncClient, run_id: str, query: str = "") -> dict[str, object]:
    answer = await api.get(f"/runs/{run_id}/tasks/a/logs/lines?{query}")
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def numbers(told: Json) -> list[int]:
    found = told["lines"]
    assert isinstance(found, list)
    return [line["n"] for line in found]


async def test_a_line_has_its_number_its_time_its_stream_and_its_text(stack: Stack, api: httpx.AsyncClient) -> None:
    run_id = await printed(stack, ["one <&é>", "two"])
    assert await lines(api, run_id) == {
        "attempt": 1,
        "lines": [
            {"n": 1, "at": "2023-11-14T22:13:20.000Z", "stream": "stdout", "text": "one <&é>"},
            {"n": 2, "at": "2023-11-14T22:13:20.001Z", "stream": "stderr", "text": "two"},
        ],
        "total": 2,
        "kept": 2,
        "ended": False,
        "next": None,
    }


@pytest.mark.parametrize(
    ("query", "first", "last", "following"),
    [
        ("", 1, 500, 501),
        ("from=1001", 1001, 1300, None),
        ("from=1201&limit=50", 1201, 1250, 1251),
        ("from=1251&limit=50", 1251, 1300, None),
        ("from=-3", 1298, 1300, None),
        ("from=-1300&limit=2", 1, 2, 3),
        ("from=-9999&limit=5000", 1, 1300, None),
        ("from=1301", 1, 0, None),
    ],
)
async def test_any_part_of_a_log_is_read_by_number_and_says_where_to_go_on(
    stack: Stack, api: httpx.AsyncClient, query: str, first: int, last: int, following: int | None
) -> None:
    run_id = await printed(stack, [f"line {number}" for number in range(1, 1301)])
    told = await lines(api, run_id, query)
    assert numbers(told) == list(range(first, last + 1))
    assert (told["total"], told["kept"], told["next"]) == (1300, 1300, following)


async def test_lines_that_were_left_out_lack_in_the_middle(stack: Stack, api: httpx.AsyncClient) -> None:
    run_id = await printed(stack, ["one", "two"])
    await printed(stack, ["nine", "ten"], first=9, run_id=run_id)
    told = await lines(api, run_id)
    assert (numbers(told), told["total"], told["kept"]) == ([1, 2, 9, 10], 10, 4)
    assert numbers(await lines(api, run_id, "from=-2")) == [9, 10]
    assert numbers(await lines(api, run_id, "from=3&limit=1")) == [9]


async def test_a_search_finds_the_lines_that_hold_a_text_in_any_case(stack: Stack, api: httpx.AsyncClient) -> None:
    texts = [f"line {number}" + " an Örtlicher ERROR (50%)" * (number % 400 == 0) for number in range(1, 1301)]
    run_id = await printed(stack, texts)
    assert numbers(await lines(api, run_id, "search=error")) == [400, 800, 1200]
    assert numbers(await lines(api, run_id, "search=ÖRTLICHER Error (50%25)")) == [400, 800, 1200]
    assert numbers(await lines(api, run_id, "search=nothing")) == []
    page = await lines(api, run_id, "search=error&limit=2")
    assert (numbers(page), page["next"]) == ([400, 800], 801)
    rest = await lines(api, run_id, f"search=error&limit=2&from={page['next']}")
    assert (numbers(rest), rest["next"]) == ([1200], None)
    assert numbers(await lines(api, run_id, "search=error&from=-600")) == [800, 1200]


async def test_a_search_stops_after_so_many_lines_and_says_where_to_go_on(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_search, "PAGE_LINES", 10)
    monkeypatch.setattr(line_search, "SCANNED_LINES", 20)
    run_id = await printed(stack, [f"line {number}" for number in range(1, 51)])
    begin: object = 1
    scanned = []
    found = []
    while begin is not None:
        told = await lines(api, run_id, f"search=line 4&from={begin}")
        found += numbers(told)
        begin = told["next"]
        scanned.append(begin)
    assert scanned == [21, 41, None]
    assert found == [4, *range(40, 50)]


@pytest.mark.parametrize("line", ["x" * 100, "\N{GRINNING FACE}" * 25])
async def test_an_answer_with_long_lines_ends_early_and_the_next_goes_on(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(line_search, "PAGE_LINES", 10)
    monkeypatch.setattr(line_search, "ANSWER_BYTES", 1000)
    run_id = await printed(stack, [line for _ in range(25)])
    told = await lines(api, run_id)
    assert (numbers(told), told["next"]) == (list(range(1, 11)), 11)
    assert numbers(await lines(api, run_id, "from=21")) == [21, 22, 23, 24, 25]


async def test_lines_are_there_while_an_attempt_runs_and_its_end_is_told(stack: Stack, api: httpx.AsyncClient) -> None:
    held = Held()
    await stack.scheduler()
    await stack.worker(held)
    run_id = await stack.start(dag("printed", {"a": ()}))

    async def running() -> bool:
        return "a" in held.running

    await eventually(running, "the task to run")
    await printed(stack, ["one"], run_id=run_id)
    told = await lines(api, run_id)
    assert (numbers(told), told["ended"]) == ([1], False)
    held.running["a"].set()
    await stack.ended(run_id)
    told = await lines(api, run_id, "from=2")
    assert (numbers(told), told["total"], told["ended"]) == ([], 1, True)


async def test_each_attempt_has_its_own_lines(stack: Stack, api: httpx.AsyncClient) -> None:
    await stack.scheduler()
    await stack.worker()
    command = "for i in $(seq $PENSTOCK_ATTEMPT); do echo $i; done; exit 1"
    run_id = await stack.start(dag("tries", {"a": ()}, command=command, retries=1, retry_delay_seconds=0.01))
    await stack.ended(run_id)
    for query, attempt in (("attempt=1", 1), ("attempt=2", 2), ("", 2)):
        told = await lines(api, run_id, query)
        assert (told["attempt"], told["total"], told["ended"]) == (attempt, attempt, True)
    assert (await api.get(f"/runs/{run_id}/tasks/a/logs/lines?attempt=3")).status_code == 404


async def test_a_capped_log_shows_its_head_its_tail_and_what_was_left_out_between(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    await stack.scheduler()
    await stack.worker()
    run_id = await stack.start(dag("much", {"a": ()}, command="seq 1 400000"))
    await stack.ended(run_id)
    told = await lines(api, run_id, "search=left out")
    (remark,) = numbers(told)
    around = await lines(api, run_id, f"from={remark - 1}&limit=3")
    found = around["lines"]
    assert isinstance(found, list)
    assert [line["stream"] for line in found] == ["stdout", "system", "stdout"]
    last = (await lines(api, run_id, "from=-1"))["lines"]
    assert isinstance(last, list)
    assert last[0]["text"] == "400000"


async def test_of_a_task_that_was_not_tried_there_are_no_lines(api: httpx.AsyncClient) -> None:
    await api.post("/dags", json=SAMPLE)
    run_id = (await api.post("/dags/sample/run")).json()["run_id"]
    told = await lines(api, run_id, "from=-5")
    assert told == {"attempt": 1, "lines": [], "total": 0, "kept": 0, "ended": False, "next": None}
    for path in (f"/runs/{run_id}/tasks/none/logs/lines", "/runs/none/tasks/a/logs/lines"):
        assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("from", "0"), ("from", "x"), ("limit", "0"), ("limit", "5001"), ("attempt", "0"), ("search", "x" * 1001)],
)
async def test_a_query_that_makes_no_sense_is_refused_with_its_field(
    stack: Stack, api: httpx.AsyncClient, field: str, value: str
) -> None:
    run_id = await stack.start(dag("printed", {"a": ()}))
    answer = await api.get(f"/runs/{run_id}/tasks/a/logs/lines", params={field: value})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("task_id", "plain", "told"),
    [
        ("a", "a", "a"),
        ("é\"'<>:|*;,", "__________", "%C3%A9_________"),
        ("..x", "..x", "..x"),
        ("t" * 128, "t" * 80, "t" * 80),
    ],
)
async def test_a_log_is_downloaded_under_a_name_that_is_safe(
    stack: Stack, api: httpx.AsyncClient, task_id: str, plain: str, told: str
) -> None:
    run_id = await stack.start(dag("named", {task_id: ()}))
    path = str(httpx.URL(path=f"/runs/{run_id}/tasks/{task_id}/logs"))
    answer = await api.get(path, params={"download": "true"})
    assert answer.status_code == 200
    ending = f"-1-{run_id}.log"
    expected = f"attachment; filename=\"{plain}{ending}\"; filename*=UTF-8''{told}{ending}"
    assert answer.headers["content-disposition"] == expected
    assert "content-disposition" not in (await api.get(path)).headers
