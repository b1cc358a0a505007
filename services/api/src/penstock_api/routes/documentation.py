"""The API's own description: OpenAPI with a page to read it on, and the schema of definitions.

The page's scripts and styles come with the ``fastapi-offline`` package: nothing is fetched from elsewhere, and the
Content-Security-Policy lets the page talk to nobody but this server.
"""

import base64
import hashlib

import msgspec
from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from penstock.definition import json_schema

ASSETS_PATH = "/docs/assets"

_START = "SwaggerUIBundle({url: 'openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null})"
_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Penstock API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script>{_START}</script>
</body>
</html>
"""
_START_HASH = base64.b64encode(hashlib.sha256(_START.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; script-src 'self' 'sha256-{_START_HASH}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_DAG_SCHEMA = msgspec.json.encode(json_schema())

router = APIRouter(tags=["documentation"], default_response_class=Response)


@router.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """Show the API."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get(
    "/schema/dag.json",
    responses={200: {"description": "JSON Schema", "content": {"application/schema+json": {}}}},
)
async def dag_schema() -> Response:
    """Read the JSON Schema of definitions, for editors."""
    return Response(_DAG_SCHEMA, media_type="application/schema+json")


def assets() -> StaticFiles:
    """Return the files of the page."""
    return StaticFiles(packages=[("fastapi_offline", "static")])
