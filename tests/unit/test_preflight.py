"""What is read out of a server's description of itself, and what of it forbids using the server."""

import pytest
from redis.exceptions import ClusterDownError, ResponseError, TryAgainError

from penstock.store.valkey.preflight import combined, faults, parse_settings, refusal
from penstock.store.views import ServerSettings


def settings(appendfsync: str = "always", **fields: str) -> ServerSettings:
    described = {"valkey_version": "9.0.0", "role": "master", "aof_enabled": "1", "loading": "0", **fields}
    info = "".join(f"{name}:{value}\r\n" for name, value in described.items()).encode()
    return parse_settings(info, appendfsync)


def test_a_server_that_keeps_an_append_only_file_is_fit() -> None:
    assert faults(settings()) == []


def test_a_server_without_an_append_only_file_is_unfit() -> None:
    assert faults(settings(aof_enabled="0")) == ["it does not keep an append-only file: set appendonly to yes"]


def test_a_server_that_loads_its_data_is_not_judged_by_the_file_it_reads() -> None:
    loading = settings(aof_enabled="0", loading="1")
    assert (loading.appendonly, faults(loading)) == ("unknown", [])


def test_a_server_that_never_syncs_its_file_is_unfit_and_one_that_does_so_every_second_is_not() -> None:
    (fault,) = faults(settings("no"))
    assert "an acknowledged write may be lost" in fault
    assert faults(settings("everysec")) == []


def test_what_a_server_does_not_tell_is_not_held_against_it() -> None:
    assert faults(settings("unknown")) == []


def test_where_no_file_is_kept_how_it_would_be_synced_is_not_a_second_fault() -> None:
    assert len(faults(settings("no", aof_enabled="0"))) == 1


def test_the_settings_are_in_the_words_of_the_server() -> None:
    told = settings("everysec", maxmemory="1024", maxmemory_policy="allkeys-lru")
    assert told == ServerSettings("Valkey 9.0.0", "master", 1024, "allkeys-lru", "yes", "everysec")
    (fault,) = faults(told)
    assert "maxmemory-policy" in fault


def test_how_full_the_memory_is_and_whether_the_file_was_written_is_told() -> None:
    told = settings(used_memory="77", total_system_memory="999", aof_last_write_status="ok")
    assert (told.used_memory, told.system_memory, faults(told)) == (77, 999, [])
    failing = settings(aof_last_write_status="err")
    assert faults(failing) == ["it could not write to its append-only file: look at its disk"]


def test_an_old_redis_a_replica_and_one_that_may_evict_are_unfit() -> None:
    old = parse_settings(b"redis_version:6.2.14\r\nrole:slave\r\naof_enabled:1\r\n", "always")
    assert faults(old) == [
        "Redis 6.2.14 is too old: 7.0 or newer is needed",
        "its role is slave: connect to the primary",
    ]


def test_of_several_servers_the_worst_is_told_and_the_sum_of_their_memory() -> None:
    fit = ServerSettings("Valkey 9.0.0", "master", 1024, "noeviction", "yes", "always", 10, 100, "ok", ["a:1"])
    lax = ServerSettings("Valkey 8.1.0", "master", 4096, "noeviction", "yes", "everysec", 20, 100, "ok", ["b:1"])
    assert combined([fit, lax]) == ServerSettings(
        "Valkey 8.1.0, Valkey 9.0.0", "master", 5120, "noeviction", "yes", "everysec", 30, 200, "ok", ["a:1", "b:1"]
    )
    unfit = ServerSettings("Valkey 9.0.0", "slave", 0, "allkeys-lru", "no", "no", 30, 100, "err", ["c:1"])
    together = combined([unfit, fit, lax])
    assert (together.role, together.maxmemory, together.maxmemory_policy) == ("slave", 0, "allkeys-lru")
    assert (together.appendonly, together.appendfsync, together.aof_last_write_status) == ("no", "no", "err")


@pytest.mark.parametrize(
    ("error", "said"),
    [(ClusterDownError("CLUSTERDOWN"), "a primary of the cluster is away"), (TryAgainError("later"), "is being moved")],
)
def test_what_a_cluster_cannot_do_at_the_moment_is_told_in_words(error: ResponseError, said: str) -> None:
    assert said in refusal(error)
