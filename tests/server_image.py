"""The server of the tests as a container: what ``PENSTOCK_TEST_IMAGE`` names takes the place of the embedded one.

Only what asks a server is run then, since the rest does not depend on it: ``make test-containers``.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

IMAGE = os.environ.get("PENSTOCK_TEST_IMAGE", "")
"""The image of a Redis or a Valkey; empty for the embedded server."""

_PORT = 6379
# What Penstock asks of a server, but for the sync of every write: no test pulls the plug. It is published on a port.
_OPTIONS = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"]
_PASSWORD = secrets.token_hex(8)
_OPTIONS += ["--requirepass", _PASSWORD]


@contextmanager
def server_in_container(image: str) -> Iterator[str]:
    """Run a server of that image on this machine's engine; give its address."""
    container = DockerContainer(image).with_command(_OPTIONS).with_exposed_ports(_PORT)
    with container.waiting_for(LogMessageWaitStrategy("Ready to accept connections")) as running:
        yield f"redis://:{_PASSWORD}@127.0.0.1:{running.get_exposed_port(_PORT)}/0"


def asks_the_server(item: pytest.Item) -> bool:
    """Tell whether a test uses the server that all tests share: the one that the conformance suite names valkey."""
    if not isinstance(item, pytest.Function):
        return False
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return "server_url" in item.fixturenames or params.get("store_url") == "valkey"
