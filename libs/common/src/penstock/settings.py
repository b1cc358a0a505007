"""The settings of a Penstock process: environment variables that start with ``PENSTOCK_``, read once at the start.

Every process of a deployment reads the same names; what a setting means, and its unit, is said beside it.
"""

import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from penstock.errors import Detail, InvalidInputError
from penstock.logs import LogFormat, LogLevel, redact_text
from penstock.server_address import parse_address

_PREFIX = "PENSTOCK_"
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})")


def _server_address(url: str) -> str:
    """Refuse what cannot be an address, without repeating it: it may hold a password."""
    parse_address(url)
    return url


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = not url or (parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0)
    except ValueError as error:  # a port that is no number
        raise ValueError("must look like https://host[:port][/path]") from error
    if not valid or parts.query or parts.fragment:
        raise ValueError("must look like https://host[:port][/path]")
    return url


def _host_names(names: str) -> str:
    for name in filter(None, names.split(",")):
        if not _HOST_NAME.fullmatch(name.strip()):
            raise ValueError("must be host names without port, separated by commas: penstock.example.org,api")
    return names


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """What a process was told; immutable. Its repr shows no secret."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True)

    redis_url: Annotated[str, AfterValidator(_server_address)] = Field(default="redis://127.0.0.1:6379/0", repr=False)
    """Where the Valkey or Redis server is, the Cluster, or its Sentinels: see ``penstock.server_address``. May hold a
    password: show ``redacted_url`` instead."""

    key_prefix: str = Field(default="pk", pattern=r"^[a-z0-9_-]{1,32}$")
    """What every key on the server starts with, so that deployments can share one."""

    partitions: int = Field(default=8, ge=1, le=1024)
    """How many shards the deployment has. Fixed when it is created."""

    api_host: str = Field(default="127.0.0.1", min_length=1)
    """The address the API listens on."""

    api_port: int = Field(default=8000, ge=1, le=65535)
    """The TCP port the API listens on."""

    api_names: Annotated[str, AfterValidator(_host_names)] = ""
    """Under which host names the API is reached, separated by commas; beside these it answers to localhost and to IP
    addresses. Without any it answers to all names, but on loopback to those of loopback only."""

    metrics_host: str = Field(default="127.0.0.1", min_length=1)
    """The address on which a scheduler or worker tells its metrics and its health."""

    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """The TCP port for that; without one they do not listen. The API tells its own on ``api_port``."""

    log_format: Annotated[LogFormat, BeforeValidator(_lower)] = "auto"
    """"json" (one object per line), "console" (for people), or "auto": console in a terminal, else JSON."""

    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = "info"
    """The least severe level that is logged."""

    data_dir: Path = Path(".penstock")
    """Where the embedded server keeps its data; relative to the working directory."""

    worker_slots: int = Field(default_factory=lambda: min(4 * (os.cpu_count() or 1), 8), ge=1, le=1000)
    """How many attempts one worker runs at a time: four per core, at most 8, unless told."""

    worker_lease_seconds: float = Field(default=10.0, ge=1, le=3600)
    """How long a claimed attempt may go without a heartbeat before it is declared lost. Seconds."""

    scheduler_lease_seconds: float = Field(default=4.0, ge=1, le=3600)
    """How long a silent scheduler keeps its partitions: with the time to notice, it is replaced within 5. Seconds."""

    scheduler_loaded_tasks: int = Field(default=500_000, ge=1000)
    """How many tasks of runs a scheduler keeps in memory; beyond, runs that are still are loaded when needed."""

    output_cap_bytes: int = Field(default=1024 * 1024, ge=1024, le=1024**3)
    """How much of the output of one attempt is kept; head and tail stay. Bytes."""

    kill_grace_seconds: float = Field(default=5.0, ge=0, le=3600)
    """How long a task gets between SIGTERM and SIGKILL. Seconds."""

    drain_grace_seconds: float = Field(default=30.0, ge=0, le=86400)
    """How long a worker told to stop lets its running attempts finish. Seconds."""

    max_upload_bytes: int = Field(default=10 * 1024 * 1024, ge=1024, le=1024**3)
    """How large a definition sent to the API may be. Bytes."""

    notifications: Path | None = None
    """The file that names the targets of notifications (docs/notifications.md); none are sent without one."""

    public_url: Annotated[str, AfterValidator(_web_address)] = ""
    """Where people reach the dashboard, such as https://penstock.example.com: notifications lead there."""

    @property
    def redacted_url(self) -> str:
        """The server's address without its password, fit to be shown and logged."""
        return redact_text(self.redis_url)


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        InvalidInputError: a variable has a value that is not allowed; the message and the details name each
            such variable and what is allowed, and never repeat the value.
    """
    try:
        return Settings()
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    details = [Detail(field=f"{_PREFIX}{str(one['loc'][0]).upper()}", message=_sentence(one["msg"])) for one in found]
    # Raised here, outside the handler: the original would carry the refused values along in a traceback.
    raise InvalidInputError("; ".join(f"{one.field} {one.message}" for one in details), details)


def _sentence(message: str) -> str:
    """Turn pydantic's wording ("Input should be …") into what follows a variable's name."""
    return message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
