"""Logs: one shape for every line, whoever wrote it, and no secret in any of them."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from penstock.logs import LogFormat, LogLevel, configure_logging, redact, redact_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def configured(log_format: LogFormat = "json", level: LogLevel = "info") -> io.StringIO:
    stream = io.StringIO()
    configure_logging("worker", log_format, level, stream=stream)
    return stream


def only_line(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    fields = json.loads(line)
    assert isinstance(fields, dict)
    return fields


def test_a_line_is_json_with_time_level_service_and_what_was_bound() -> None:
    stream = configured()
    structlog.contextvars.bind_contextvars(run="r-1", partition=3)
    structlog.stdlib.get_logger("penstock.claims").info("attempt claimed", task="load")
    fields = only_line(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(fields.pop("timestamp")))
    assert fields == {
        "level": "info",
        "service": "worker",
        "logger": "penstock.claims",
        "event": "attempt claimed",
        "run": "r-1",
        "partition": 3,
        "task": "load",
    }


@pytest.mark.parametrize("name", ["redis", "uvicorn", "uvicorn.error", "uvicorn.access"])
def test_a_library_logs_in_the_same_shape(name: str) -> None:
    logging.getLogger(name).addHandler(logging.StreamHandler(elsewhere := io.StringIO()))
    stream = configured()
    structlog.contextvars.bind_contextvars(partition=3)
    logging.getLogger(name).warning("lost %s", "the server")
    fields = only_line(stream)
    assert (fields["event"], fields["logger"], fields["partition"]) == ("lost the server", name, 3)
    if name != "redis":
        assert elsewhere.getvalue() == ""


def test_lines_below_the_level_are_not_written() -> None:
    stream = configured(level="warning")
    structlog.stdlib.get_logger().info("ours")
    logging.getLogger("redis").info("theirs")
    assert stream.getvalue() == ""


def test_auto_is_readable_in_a_terminal_and_json_elsewhere() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    configure_logging("api", "auto", stream=terminal)
    structlog.stdlib.get_logger().info("ready")
    configure_logging("api", "auto", stream=pipe)
    structlog.stdlib.get_logger().info("ready")
    assert "ready" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
    assert only_line(pipe)["event"] == "ready"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_secret_reaches_the_output(log_format: LogFormat) -> None:
    stream = configured(log_format)
    log = structlog.stdlib.get_logger()
    log.info("connecting to redis://:hunter2@host:6379/0", url="rediss://me:hunter2@host/1")
    log.info("request", headers={"Authorization": "Basic hunter2", "X-Api-Key": "hunter2"}, token="hunter2")
    log.info("nested", outer=[{"db_password": "hunter2"}, ("a", b"secret=hunter2")])
    log.info("object", held=ValueError("redis://:hunter2@host"))
    logging.getLogger("uvicorn.access").info("GET /runs?access_token=hunter2&limit=5 Bearer hunter2")
    log.error("no connection", exc_info=ConnectionError("redis://:hunter2@host refused"))
    written = stream.getvalue()
    assert len(re.findall("connecting|request|nested|object|limit=5|ConnectionError", written)) >= 6
    assert "hunter2" not in written


def test_a_traceback_shows_no_values_of_local_variables() -> None:
    stream = configured("console")
    hidden = "local" + "value"
    try:
        hidden.index("x")
    except ValueError:
        structlog.stdlib.get_logger().exception("failed")
    assert "ValueError" in stream.getvalue()
    assert "localvalue" not in stream.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("redis://:p@ss@host/0", "redis://***@host/0"),
        ("redis://u:p@a,redis://u:p@b", "redis://***@a,redis://***@b"),
        ("redis://h?password=x&db=1", "redis://h?password=***&db=1"),
        ("mail me@example.org", "mail me@example.org"),
        ("the token is gone", "the token is gone"),
    ],
)
def test_text_loses_its_secrets_and_nothing_else(text: str, shown: str) -> None:
    assert redact_text(text) == shown


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), plain))
def test_whatever_is_logged_can_be_written_as_json(event: dict[str, object]) -> None:
    json.dumps(redact(None, "info", event), allow_nan=False)
