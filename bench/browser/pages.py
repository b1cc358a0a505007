"""Scenes: how long pages take until they can be used, each in a window that has never seen the dashboard."""

from collections.abc import AsyncIterator

from browser.figures import Figure, of
from browser.stage import Stage
from browser.window import acting, opening, script_kibibytes, there
from suite import shapes

GRAPH = there("[data-graph=canvas], [data-task]")
ROWS = there('[role="row"][data-run]', 10)
HOME = " && ".join(
    [
        there('[aria-label="Figures"]'),
        there("figure canvas", 3),
        there("li[data-run]", 20),
        there('a[href^="/ui/dags/"]', 20),
    ]
)
_CLICK_RUNS = """document.querySelector('nav a[href="/ui/runs"]').click()"""


async def home(stage: Stage) -> AsyncIterator[Figure]:
    """Home: all figures, charts and lists."""
    times, sizes = [], []
    for _ in range(stage.repeats):
        async with stage.window() as page:
            times.append(await opening(page, stage.url("/"), HOME))
            sizes.append(await script_kibibytes(page))
    yield of("home interactive, cold cache", times, "ms", 1000)
    yield of("JavaScript of its first view, on the wire", sizes, "KiB", 250 * 1000 / 1024)


async def graph(stage: Stage) -> AsyncIterator[Figure]:
    """The graphs of a run and of a DAG, of 1,000 and 5,000 tasks."""
    for count, width, budget in ((1000, 25, 1000), (5000, 50, 2500)):
        dag_id = f"layered-{count}"
        [run_id] = await stage.ended_runs(dag_id, shapes.layered(count, width))
        for what, path in (("run", f"/ui/runs/{run_id}"), ("DAG", f"/ui/dags/{dag_id}?tab=graph")):
            times = []
            for _ in range(stage.repeats):
                async with stage.window() as page:
                    times.append(await opening(page, stage.url(path), GRAPH))
            yield of(f"{what} of {count:,} tasks: graph interactive, cold cache", times, "ms", budget)


async def grid(stage: Stage) -> AsyncIterator[Figure]:
    """The grid of a DAG, runs by tasks."""
    await stage.ended_runs("grid", shapes.layered(200, 10), 100)
    times = []
    for _ in range(stage.repeats):
        async with stage.window() as page:
            cells = there('[role="gridcell"] [data-status]', 100)
            times.append(await opening(page, stage.url("/ui/dags/grid?tab=grid"), cells))
    yield of("grid of 200 tasks x 100 runs, cold cache", times, "ms", 1000)


async def runs(stage: Stage) -> AsyncIterator[Figure]:
    """The first rows of the runs page, from Home and by its address."""
    clicked, filtered, opened = [], [], []
    for _ in range(stage.repeats):
        async with stage.window() as page:
            await opening(page, stage.url("/"), HOME)
            clicked.append(await acting(page, _CLICK_RUNS, f"location.pathname === '/ui/runs' && {ROWS}"))
            failed = """[...document.querySelectorAll('[role="row"][data-run] [data-status]')]"""
            failed += ".every((one) => one.dataset.status === 'failed')"
            filtered.append(await opening(page, stage.url("/ui/runs?status=failed"), f"{ROWS} && {failed}"))
        async with stage.window() as page:
            opened.append(await opening(page, stage.url("/ui/runs"), ROWS))
    many = f"of {sum((await stage.deployment.store.figures()).runs.values()):,} runs"
    yield of(f"runs page {many}: first rows, by a click", clicked, "ms", 300)
    yield of("the same: those that failed, by a link, warm cache", filtered, "ms")
    yield of("the same: by its address, cold cache", opened, "ms")
