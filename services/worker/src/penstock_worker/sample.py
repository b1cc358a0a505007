"""The callable of the sample DAG that the dashboard offers: installed with the worker, so that it runs anywhere."""

from datetime import UTC, datetime


def do_b(message: str) -> dict[str, str]:
    """Return what was given and when, as RFC 3339 in UTC."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"message": message, "at": at}
