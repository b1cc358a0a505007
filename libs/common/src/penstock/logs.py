"""The logs of the services: structlog, as JSON lines for machines or in colour for a terminal.

One pipeline serves both our own loggers and those of libraries (uvicorn, redis, asyncio), so that every line has
the same fields: ``timestamp``, ``level``, ``service``, ``logger``, ``event``, and what was bound with
``structlog.contextvars`` (``run``, ``task``, ``partition``, ``trace_id``). No secret passes it.
"""

import logging
import math
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]

HIDDEN = "***"
"""What stands in a log in place of a secret."""

_HIDDEN_NAMES = r"pass(?:word|wd|phrase)|secret|token|authorization|api[_-]?key|cookie|credential"
_SECRET_KEY = re.compile(_HIDDEN_NAMES, re.IGNORECASE)
# Greedy up to the last @ before a slash: a password may itself hold an unescaped @.
_URL_CREDENTIALS = re.compile(r"\b(?P<kept>[a-z][a-z0-9+.-]*://)[^\s/]*@", re.IGNORECASE)
_ASSIGNMENT = re.compile(rf"(?P<kept>(?:{_HIDDEN_NAMES})[\w-]*=)[^\s&\"',;]+", re.IGNORECASE)
_BEARER = re.compile(r"\b(?P<kept>bearer\s+)[^\s\"',;]+", re.IGNORECASE)


def configure_logging(
    service: str, log_format: LogFormat = "auto", level: LogLevel = "info", *, stream: TextIO | None = None
) -> None:
    """Send every log of this process through one pipeline; call it once, before the first line is logged.

    Args:
        service: the name that every line carries.
        log_format: "auto" is "console" when ``stream`` is a terminal, else "json".
        level: the least severe level that is logged.
        stream: where the lines go; standard error by default.
    """
    stream = stream or sys.stderr
    pipeline: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _adds(service),
    ]
    structlog.configure(
        processors=[*pipeline, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    as_json = log_format == "json" or (log_format == "auto" and not stream.isatty())
    # The traceback is made text before redaction; no renderer prints the values of local variables.
    plain = structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=pipeline,
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer() if as_json else plain,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # they would print in a format of their own
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide the secrets of a log line, at any depth: by the names of keys, and by their looks inside text.

    A structlog processor. What comes out is plain data that every renderer can write.
    """
    return {key: _redacted(key, value) for key, value in event.items()}


def redact_text(text: str) -> str:
    """Return ``text`` without credentials in URLs, bearer tokens and values assigned to secret names."""
    text = _URL_CREDENTIALS.sub(rf"\g<kept>{HIDDEN}@", text)
    text = _ASSIGNMENT.sub(rf"\g<kept>{HIDDEN}", text)
    return _BEARER.sub(rf"\g<kept>{HIDDEN}", text)


def _redacted(key: str, value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if _SECRET_KEY.search(key):
        return HIDDEN
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)  # JSON has no NaN
    if isinstance(value, Mapping):
        return {str(inner): _redacted(str(inner), held) for inner, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(key, held) for held in value]
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    return redact_text(value if isinstance(value, str) else repr(value))


def _adds(service: str) -> Processor:
    """Return the processor that stamps a line with its time (RFC 3339, UTC, milliseconds) and its service."""

    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "timestamp": now,
            "level": event.pop("level"),
            "service": service,
            "logger": event.pop("logger"),
            "event": event.pop("event"),
            **event,
        }

    return add
