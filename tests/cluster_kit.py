"""Several servers as one: a Cluster, or a primary with a replica and a Sentinel, from the embedded server's program, or
from the one that ``PENSTOCK_TEST_CLUSTER`` names.

Everything listens on loopback. No tool is needed: what ``valkey-cli --cluster`` would do is done here.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.crc import REDIS_CLUSTER_HASH_SLOTS
from redis.retry import Retry

from penstock.embedded import _binary
from penstock.tether import tethered

PROGRAM = os.environ.get("PENSTOCK_TEST_CLUSTER") or str(_binary())
PATIENCE_S = 30.0
NODE_TIMEOUT_MS = 1500
"""How long a node of a cluster may be silent before the others replace it."""
PASSWORD = "secret-of-the-tests"
_COMMON = f"""\
bind 127.0.0.1
requirepass {PASSWORD}
save ""
"""
_DATA = f"""{_COMMON}\
masterauth {PASSWORD}
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
hash-max-listpack-value 1024
repl-diskless-sync-delay 0
"""


class Member:
    """One server process."""

    def __init__(self, folder: Path, port: int, config: str, *flags: str) -> None:
        self.port = port
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "server.conf").write_text(f"port {port}\n{config}")
        self._command = tethered([PROGRAM, "server.conf", *flags])
        self._process: subprocess.Popen[bytes] | None = None
        self._client = redis.Redis(port=port, password=PASSWORD, retry=Retry(NoBackoff(), 0), socket_timeout=5)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the process and return when it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        until(self._answers, f"{self.address} to answer: {self.folder}/server.log")

    def tell(self, *command: str | int) -> object:
        """Tell the server something."""
        answer: object = self._client.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py's
        return answer

    def info(self, section: str) -> dict[str, str]:
        """Return what a command that answers like INFO says."""
        name, *rest = section.split()
        self._client.response_callbacks.clear()
        said = self.tell(name, *rest)
        assert isinstance(said, bytes)
        return dict(line.split(":", 1) for line in said.decode().splitlines() if ":" in line)

    def kill(self) -> None:
        """End the process as nobody should."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End the process."""
        self._client.close()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "server.log").read_text()
        try:
            return self.tell("PING") in {b"PONG", True}
        except redis.RedisError:
            return False


class Cluster:
    """A cluster: the primaries, each with its share of the slots, and the replicas of each."""

    def __init__(self, primaries: Sequence[Member], replicas: Sequence[Member]) -> None:
        self.primaries = primaries
        self.replicas = replicas

    @property
    def url(self) -> str:
        """The address of the cluster: two of its nodes are enough to find the others."""
        hosts = ",".join(member.address for member in self.primaries[:2])
        return f"redis+cluster://:{PASSWORD}@{hosts}"

    def owner(self, slot: int) -> Member:
        """Return the primary that serves a slot."""
        return {member.port: member for member in (*self.primaries, *self.replicas)}[self._port_of(slot)]

    def node_id(self, member: Member) -> str:
        """Return how the cluster calls a node."""
        name = member.tell("CLUSTER", "MYID")
        assert isinstance(name, bytes)
        return name.decode()

    def form(self) -> None:
        """Make one cluster of the nodes."""
        first, *others = self.primaries
        share = -(-REDIS_CLUSTER_HASH_SLOTS // len(self.primaries))
        for number, member in enumerate(self.primaries):
            last = min((number + 1) * share, REDIS_CLUSTER_HASH_SLOTS) - 1
            member.tell("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            member.tell("CLUSTER", "ADDSLOTSRANGE", number * share, last)
        for member in (*others, *self.replicas):
            member.tell("CLUSTER", "MEET", "127.0.0.1", first.port)
        everybody = (*self.primaries, *self.replicas)
        until(lambda: all(self._knows(member, len(everybody)) for member in everybody), "the nodes to meet")
        for primary, replica in zip(self.primaries, self.replicas, strict=False):
            replica.tell("CLUSTER", "REPLICATE", self.node_id(primary))
        until(lambda: all(self._sound(member) for member in everybody), "the cluster to be formed")
        until(lambda: all(self._follows(replica) for replica in self.replicas), "the replicas to follow")

    def _port_of(self, slot: int) -> int:
        for member in (*self.primaries, *self.replicas):
            with contextlib.suppress(redis.RedisError):
                member._client.response_callbacks.clear()
                ranges = member.tell("CLUSTER", "SLOTS")
                assert isinstance(ranges, list)
                for first, last, primary, *_ in ranges:
                    if first <= slot <= last:
                        return int(primary[1])
        raise AssertionError(f"nobody serves slot {slot}")

    def _knows(self, member: Member, count: int) -> bool:
        return member.info("CLUSTER INFO")["cluster_known_nodes"] == str(count)

    def _sound(self, member: Member) -> bool:
        said = member.info("CLUSTER INFO")
        return said["cluster_state"] == "ok" and said["cluster_size"] == str(len(self.primaries))

    def _follows(self, replica: Member) -> bool:
        said = replica.info("INFO replication")
        return said["role"] == "slave" and said.get("master_link_status") == "up"


class Watched:
    """A primary, a replica of it, and a Sentinel that replaces the one by the other."""

    def __init__(self, primary: Member, replica: Member, sentinel: Member) -> None:
        self.primary = primary
        self.replica = replica
        self.sentinel = sentinel

    @property
    def url(self) -> str:
        """The address of whichever server is the primary."""
        return f"redis+sentinel://:{PASSWORD}@{self.sentinel.address}/it/0"


@contextlib.contextmanager
def open_cluster(folder: Path, primaries: int = 3, *, replicas: bool = False, extra: str = "") -> Iterator[Cluster]:
    """Start a cluster and form it; ``extra`` are lines of its configuration."""
    config = f"{_DATA}cluster-enabled yes\ncluster-node-timeout {NODE_TIMEOUT_MS}\ncluster-replica-validity-factor 0\n"
    config += extra
    count = primaries * 2 if replicas else primaries
    members = [Member(folder / str(port), port, config) for port in free_ports(count, bus=True)]
    with running(members):
        cluster = Cluster(members[:primaries], members[primaries:])
        cluster.form()
        yield cluster


@contextlib.contextmanager
def open_watched(folder: Path) -> Iterator[Watched]:
    """Start a primary, a replica and a Sentinel, and return when each knows the others."""
    ports = free_ports(3)
    primary = Member(folder / "primary", ports[0], _DATA)
    replica = Member(folder / "replica", ports[1], f"{_DATA}replicaof 127.0.0.1 {ports[0]}\n")
    watch = (
        f"{_COMMON}sentinel monitor it 127.0.0.1 {ports[0]} 1\nsentinel auth-pass it {PASSWORD}\n"
        "sentinel down-after-milliseconds it 1000\nsentinel failover-timeout it 5000\n"
    )
    sentinel = Member(folder / "sentinel", ports[2], watch, "--sentinel")
    with running([primary, replica, sentinel]):
        until(lambda: "num-slaves=1" in str(_masters(sentinel)), "the Sentinel to know the replica")
        until(lambda: replica.info("INFO replication").get("master_link_status") == "up", "the replica to follow")
        yield Watched(primary, replica, sentinel)


def _masters(sentinel: Member) -> str:
    sentinel._client.response_callbacks.clear()
    said = sentinel.tell("SENTINEL", "MASTERS")
    assert isinstance(said, list)
    (state,) = said
    pairs = list(state.items()) if isinstance(state, dict) else list(zip(state[::2], state[1::2], strict=True))
    return " ".join(f"{name.decode()}={value.decode()}" for name, value in pairs)


@contextlib.contextmanager
def running(members: Sequence[Member]) -> Iterator[None]:
    """Start servers; end them in the end, whatever became of them."""
    try:
        for member in members:
            member.start()
        yield
    finally:
        for member in members:
            member.stop()


def free_ports(count: int, *, bus: bool = False) -> list[int]:
    """Return ports that nobody listens on; for nodes of a cluster also those of their bus, 10,000 above, are free."""
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if not bus:
                ports.append(port)
                continue
            # The system gives ports from the upper half: the bus of one of those would lie beyond the last port.
            port = 10_000 + port % 12_000
            try:
                for one in (port, port + 10_000):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", one))
            except OSError:
                continue
            ports.append(port)
        return ports


async def in_time(condition: Callable[[], bool], what: str) -> None:
    """Return when the condition holds, which is asked for in a thread: everything else goes on."""
    await asyncio.to_thread(until, condition, what)


def until(condition: Callable[[], bool], what: str) -> None:
    """Return when the condition holds."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        # Whoever makes a server the primary also closes its connections.
        with contextlib.suppress(redis.ConnectionError):
            if condition():
                return
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
