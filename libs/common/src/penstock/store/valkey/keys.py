"""Every key name in one place.

All keys of a partition carry one hash tag, so that in a cluster they share one slot and one script may touch them all.
The tags are chosen so that partitions spread evenly over the slots; plain numbers would be lumpy.
"""

from functools import cache

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

SCHEDULERS = "scheduler"
"""The consumer group of an inbox: it holds the cursor, so that any tool sees the lag."""

WORKERS = "workers"
"""The consumer group of a queue."""


@cache
def hash_tag(partition: int, partitions: int) -> str:
    """Return the tag of a partition: the first of its series whose slot lies near the middle of its share."""
    share = REDIS_CLUSTER_HASH_SLOTS / partitions
    middle = (partition + 0.5) * share
    number = 0
    while abs(key_slot(f"{partition}.{number}".encode()) - middle) > max(1.0, share / 8):
        number += 1
    return f"{partition}.{number}"


class WorkersKeys:
    """The keys that say which workers there are: they concern no partition, and share a slot of their own."""

    def __init__(self, prefix: str) -> None:
        base = f"{prefix}:{{workers}}:"
        self.until = base + "until"
        self.told = base + "told"


class PartitionKeys:
    """The keys of one partition."""

    def __init__(self, prefix: str, partition: int, partitions: int) -> None:
        self.base = f"{prefix}:{{{hash_tag(partition, partitions)}}}:"
        self.head = self.base + "head"
        self.lease = self.base + "lease"
        self.inbox = self.base + "inbox"
        self.log = self.base + "log"
        self.dead = self.base + "dead"
        self.timers = self.base + "timers"
        self.counts = self.base + "counts"
        self.dags = self.base + "dags"
        self.current = self.base + "current"
        self.idle = self.base + "idle"
        self.notified = self.base + "notified"

    def queue(self, name: str) -> str:
        """Return the stream of ready attempts."""
        return f"{self.base}queue:{name}"

    def mending(self, name: str) -> str:
        """Return the stream that takes the place of a queue; it exists within one script only."""
        return f"{self.base}mending:{name}"

    def run(self, run_id: str) -> str:
        """Return the hash of a run's projection."""
        return f"{self.base}run:{run_id}"

    def events(self, run_id: str) -> str:
        """Return the list of the seqs of a run's events: a stream of its own would take 4 KiB for the least run."""
        return f"{self.base}events:{run_id}"

    def runs(self, dag_id: str = "", status: str = "") -> str:
        """Return the sorted set of run ids of a DAG (empty for all) in a status (empty for all)."""
        return f"{self.base}runs:{dag_id}:{status}"

    def versions(self, dag_id: str) -> str:
        """Return the hash of a DAG's versions."""
        return f"{self.base}versions:{dag_id}"

    def definition(self, version: str) -> str:
        """Return the string that holds a definition."""
        return f"{self.base}definition:{version}"

    def idempotency(self, dag_id: str, digest: str) -> str:
        """Return the string that remembers an idempotency key by its digest."""
        return f"{self.base}idempotency:{dag_id}:{digest}"

    def bell(self, worker: str) -> str:
        """Return the list on which a worker waits to be told something."""
        return f"{self.base}bell:{worker}"

    def output(self, run_id: str, task_id: str, attempt: int) -> str:
        """Return the stream of lines an attempt printed."""
        return f"{self.base}output:{run_id}:{attempt}:{task_id}"
