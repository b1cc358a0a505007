"""The start page: what is here and what happened last, without a script. Names are other people's text: escaped."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from penstock import __version__
from penstock.core.run import RunSummary
from penstock.errors import StoreUnavailableError
from penstock.store.records import DagSummary
from penstock_api.context import Shared
from penstock_api.times import rfc3339

RUNS = 20
DAGS = 200

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b2733 }
h1 { font-size: 1.6rem } h1 small { font-weight: normal; color: #66788a } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } th { font-weight: 600; color: #66788a }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #e3e8ee; overflow-wrap: anywhere }
code { background: #f0f3f6; padding: .1rem .3rem; border-radius: 3px } a { color: #0b62b5 }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}

router = APIRouter()


@router.get("/", include_in_schema=False)
async def start_page(shared: Shared) -> Response:
    """Show the DAGs and the last runs."""
    try:
        dags = await shared.store.dags()
        runs = (await shared.store.runs("", None, RUNS, "")).runs
    except StoreUnavailableError:
        return HTMLResponse(_page("<p>The store does not answer. Try again in a moment.</p>"), 503, _HEADERS)
    return HTMLResponse(_page(_dags(dags) + _runs(runs)), headers=_HEADERS)


def _page(body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Penstock</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<h1>Penstock <small>{escape(__version__)}</small></h1>
<p>Runs workflows and keeps every fact about them in an event log. See it work: <code>make demo</code>.</p>
<p><a href="docs">API</a> · <a href="metrics">metrics</a> · <a href="readyz">readiness</a> ·
<a href="schema/dag.json">schema of definitions</a></p>
{body}
</body>
</html>
"""


def _dags(dags: list[DagSummary]) -> str:
    if not dags:
        return "<h2>DAGs</h2>\n<p>None is registered yet.</p>\n"
    rows = [(_link("dags", dag.dag_id), escape(dag.name), f"{dag.task_count:,}") for dag in dags[:DAGS]]
    more = f"<p>The first {DAGS} of {len(dags):,}.</p>\n" if len(dags) > DAGS else ""
    return "<h2>DAGs</h2>\n" + _table(("id", "name", "tasks"), rows) + more


def _runs(runs: list[RunSummary]) -> str:
    if not runs:
        return "<h2>Last runs</h2>\n<p>There was none yet.</p>\n"
    rows = [
        (_link("runs", run.run_id), escape(run.dag_id), escape(run.status), rfc3339(run.created_at)) for run in runs
    ]
    return "<h2>Last runs</h2>\n" + _table(("run", "DAG", "status", "requested"), rows)


def _link(folder: str, name: str) -> str:
    return f'<a href="{folder}/{escape(name)}">{escape(name)}</a>'  # ids need no quoting in URLs


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; ``rows`` hold HTML."""
    lines = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return "<table>\n<tr>" + "".join(f"<th>{cell}</th>" for cell in head) + f"</tr>\n{lines}\n</table>\n"
