"""What the tests share for a whole session: one server, by default the embedded one, and one Cluster."""

import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings

import server_image
from cluster_kit import Cluster, open_cluster
from penstock.embedded import EmbeddedServer
from receiver_kit import Receiver, open_receiver

# How long an example takes says more about the machine than about the code.
settings.register_profile("penstock", deadline=None)
settings.load_profile("penstock")

# A shell that starts us in the background has us ignore Ctrl-C, and whatever we start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server; no test pulls the plug, so a write need not wait for the disk."""
    if server_image.IMAGE:
        with server_image.server_in_container(server_image.IMAGE) as url:
            yield url
        return
    with EmbeddedServer(tmp_path_factory.mktemp("server"), appendfsync="everysec") as server:
        yield server.redis_url


def pytest_report_header() -> str | None:
    """Say on which server this is, where it is not the embedded one."""
    return f"server: a container of {server_image.IMAGE}" if server_image.IMAGE else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a server of one's choice, leave out what would not notice."""
    if server_image.IMAGE:
        config.hook.pytest_deselected(items=[item for item in items if not server_image.asks_the_server(item)])
        items[:] = filter(server_image.asks_the_server, items)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Cluster of three primaries; no test changes what it is made of."""
    with open_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def cluster_url(cluster: Cluster) -> str:
    """Its address."""
    return cluster.url


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver of webhooks on loopback."""
    async with open_receiver() as receiver:
        yield receiver
