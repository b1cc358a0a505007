"""What the tests share: one embedded server, and one Cluster, for a whole session."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from cluster_kit import Cluster, open_cluster
from penstock.embedded import EmbeddedServer

# How long an example takes says more about the machine than about the code.
settings.register_profile("penstock", deadline=None)
settings.load_profile("penstock")

# A shell that starts us in the background has us ignore Ctrl-C, and whatever we start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server; no test pulls the plug, so a write need not wait for the disk."""
    with EmbeddedServer(tmp_path_factory.mktemp("server"), appendfsync="everysec") as server:
        yield server.redis_url


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Cluster of three primaries; no test changes what it is made of."""
    with open_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def cluster_url(cluster: Cluster) -> str:
    """Its address."""
    return cluster.url
