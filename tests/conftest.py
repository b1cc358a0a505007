"""What the tests share: one embedded server for a whole session."""

from collections.abc import Iterator

import pytest

from penstock.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server; no test pulls the plug, so it need not sync its file."""
    with EmbeddedServer(tmp_path_factory.mktemp("server"), appendfsync="no") as server:
        yield server.redis_url
