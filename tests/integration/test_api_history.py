"""Long histories of runs: read in pieces, told in pages, none of them too large."""

import httpx
import pytest

from penstock_api.routes import runs
from stack import DIAMOND, Noop, Stack, dag


async def test_a_long_history_comes_whole_though_it_is_read_in_pieces(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    run_id = await stack.start(dag("diamond", DIAMOND))
    await stack.ended(run_id)
    whole = (await api.get(f"/runs/{run_id}/events")).json()
    monkeypatch.setattr(runs, "EVENTS_AT_ONCE", 3)
    assert (await api.get(f"/runs/{run_id}/events?limit=10000")).json() == whole
    page = (await api.get(f"/runs/{run_id}/events?limit=7")).json()
    assert (page["events"], page["next_cursor"]) == (whole["events"][:7], whole["events"][6]["seq"])
    refused = await api.get(f"/runs/{run_id}/events?limit=10001")
    assert (refused.status_code, refused.json()["error"]["details"][0]["field"]) == (422, "limit")


async def test_a_page_of_large_events_ends_early_and_the_next_goes_on(
    stack: Stack, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.scheduler()
    await stack.worker(Noop())
    run_id = await stack.start(dag("diamond", DIAMOND))
    await stack.ended(run_id)
    path = f"/runs/{run_id}/events?limit=10000"
    whole = (await api.get(path)).json()
    monkeypatch.setattr(runs, "EVENTS_AT_ONCE", 3)
    monkeypatch.setattr(runs, "ANSWER_BYTES", 400)
    pages: list[list[object]] = []
    after: object = 0
    while after is not None:
        page = (await api.get(f"{path}&after={after}")).json()
        pages.append(page["events"])
        after = page["next_cursor"]
    assert [event for events in pages for event in events] == whole["events"]
    assert len(pages) > 3
    monkeypatch.setattr(runs, "ANSWER_BYTES", 1)
    assert len((await api.get(path)).json()["events"]) == 1
