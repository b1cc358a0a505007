"""Which Penstock a command talks to: the API over HTTP, or for inspections the store itself."""

import os

from penstock.client import Client
from penstock.data_dir import running_server_url
from penstock.errors import PenstockError
from penstock.settings import Settings, load_settings
from penstock_cli.address import announced, url_of


class NothingRunsError(PenstockError):
    """No server is named and none runs on the data directory."""


def connect() -> Client:
    """Return a client of the API.

    It is the one that ``PENSTOCK_API_URL`` names; without that the one of the stack that runs on the data directory;
    without one the address on which the settings would have an API listen.
    """
    url = os.environ.get("PENSTOCK_API_URL")
    if not url:
        settings = load_settings()
        url = announced(settings.data_dir) or url_of(settings.api_host, settings.api_port)
    return Client(url)


def joined(settings: Settings) -> Settings:
    """Return settings that name the server of the stack that runs on the data directory, unless they name one."""
    if "redis_url" in settings.model_fields_set:
        return settings
    url = running_server_url(settings.data_dir)
    return settings if url is None else settings.model_copy(update={"redis_url": url})


def store_settings() -> Settings:
    """Return settings that name a server to inspect.

    Raises:
        NothingRunsError: there is none.
    """
    settings = joined(load_settings())
    if "redis_url" not in settings.model_fields_set:
        where = settings.data_dir
        raise NothingRunsError(f"no Penstock runs on {where}: start one with `penstock up`, or set PENSTOCK_REDIS_URL")
    return settings
