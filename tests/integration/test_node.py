"""The connections to one server of several: a Cluster may lose it while somebody is about to ask it."""

from redis.asyncio.client import Redis

from penstock.store.valkey.node import Node


def is_connected(client: Redis) -> bool:
    return any(connection.is_connected for connection in client.connection_pool._available_connections)


async def test_a_server_that_is_asked_after_it_was_given_up_is_left_without_a_connection(server_url: str) -> None:
    node = Node(server_url, "it")
    try:
        assert await node.exchange([("PING",)]) == [b"PONG"]
        assert is_connected(node._client)
        await node.close()
        assert await node.exchange([("PING",)]) == [b"PONG"]
        assert not is_connected(node._client)
    finally:
        await node.close()
