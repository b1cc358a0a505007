"""Partitions spread evenly over the servers of a Cluster."""

from collections import Counter

import pytest
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from penstock.store.valkey.keys import PartitionKeys
from penstock.store.valkey.routing import slot_of


@pytest.mark.parametrize("partitions", [8, 16, 64])
@pytest.mark.parametrize("servers", range(1, 9))
def test_no_server_has_more_than_one_partition_more_than_another(partitions: int, servers: int) -> None:
    heads = [PartitionKeys("pk", partition, partitions).head for partition in range(partitions)]
    shares = Counter(slot_of(head) * servers // REDIS_CLUSTER_HASH_SLOTS for head in heads)
    assert len(shares) == servers
    assert max(shares.values()) - min(shares.values()) <= 1


@pytest.mark.parametrize("key", ["pk:{3.7}:head", "plain", "{}:x", "a{b", "a{}{b}", "{a}{b}", "é{ü}", ""])
def test_a_key_has_the_slot_that_servers_give_it(key: str) -> None:
    assert slot_of(key) == key_slot(key.encode())
