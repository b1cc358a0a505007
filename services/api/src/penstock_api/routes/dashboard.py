"""The dashboard: one page for every address under which it may be opened, and the files it is made of.

It is built from ``services/api/dashboard`` into this package (``make dashboard``). Nearly all of its files carry their
content's hash in their names and are kept by browsers for ever; the page itself is asked for each time.
"""

import mimetypes
import re
from contextlib import suppress
from http import HTTPStatus
from importlib import resources
from pathlib import Path

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ASSETS_PATH = "/ui/assets"
BUILT = Path(str(resources.files("penstock_api"))) / "dashboard"

_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
_FOR_EVER = "public, max-age=31536000, immutable"
_NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Penstock</title><link rel="icon" href="data:,"></head>
<body>
<h1>Penstock</h1>
<p>The API is up, the dashboard has not been built: <code>make dashboard</code>. See the <a href="docs">API</a>.</p>
</body>
</html>
"""

router = APIRouter(default_response_class=Response)


@router.api_route("/ui/theme.js", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/ui/icon.svg", methods=["GET", "HEAD"], include_in_schema=False)
async def plain_file(request: Request) -> Response:
    """Return one of the two files whose names stay the same from build to build.

    Raises:
        HTTPException: 404 where the dashboard has not been built.
    """
    file = BUILT / request.url.path.rpartition("/")[2]
    if not file.is_file():
        raise HTTPException(404)
    return FileResponse(file, headers={"Cache-Control": "no-cache"})


@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/ui", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/ui/{address:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def page() -> Response:
    """Show the dashboard, whose page finds out from the address what to show."""
    index = BUILT / "index.html"
    return HTMLResponse(index.read_bytes() if index.exists() else _NOT_BUILT, headers=_HEADERS)


class Assets(StaticFiles):
    """The files that bear the hash of their content in their names: kept by browsers for ever.

    Beside those that are text the build puts what they are compressed, so that nobody waits for it.
    """

    def __init__(self) -> None:
        super().__init__(directory=BUILT / "assets", check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, compressed in the best way that the client accepts and the build has.

        Raises:
            HTTPException: 404 for one that this build does not have.
        """
        answer = await self._compressed(path, scope) or await super().get_response(path, scope)
        answer.headers["Cache-Control"] = _FOR_EVER
        return answer

    async def _compressed(self, path: str, scope: Scope) -> Response | None:
        for coding in _accepted(Headers(scope=scope).get("accept-encoding", "")):
            with suppress(HTTPException):  # not there: the next one, or the file itself, has the answer
                answer = await super().get_response(path + _SUFFIXES[coding], scope)
                # What is sent as it is gets this from the layer that would have compressed it.
                answer.headers["Vary"] = "Accept-Encoding"
                if answer.status_code != HTTPStatus.NOT_MODIFIED:
                    answer.headers["Content-Encoding"] = coding
                    answer.headers["Content-Type"] = _media_type(path)
                return answer
        return None


_SUFFIXES = {"br": ".br", "gzip": ".gz"}
"""The ways in which files are compressed, the best first, and what their names end in then."""


def _accepted(header: str) -> list[str]:
    """Return which of our ways an ``Accept-Encoding`` allows, the best first; what is rated 0 is refused."""
    rated: dict[str, bool] = {}
    for part in header.lower().split(","):
        name, _, rating = part.partition(";")
        rated[name.strip()] = not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", rating)
    return [coding for coding in _SUFFIXES if rated.get(coding, rated.get("*", False))]


def _media_type(path: str) -> str:
    guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed
