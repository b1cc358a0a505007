"""The paths of the API, by resource."""

from penstock_api.routes import (
    cancelling,
    dags,
    dashboard,
    definitions,
    documentation,
    grid,
    health,
    live,
    log_lines,
    logs,
    metrics,
    overview,
    runs,
    system,
    tasks,
)

ROUTERS = (
    overview.router,
    dags.router,
    definitions.router,
    grid.router,
    runs.router,
    cancelling.router,
    tasks.router,
    logs.router,
    log_lines.router,
    live.router,
    metrics.router,
    system.router,
    health.router,
    documentation.router,
    dashboard.router,
)
"""In the order in which the documentation shows them."""
