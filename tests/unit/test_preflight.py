"""What is read out of a server's description of itself."""

from penstock.store.valkey.preflight import faults


def info(**fields: str) -> bytes:
    described = {"valkey_version": "9.0.0", "role": "master", "aof_enabled": "1", "loading": "0", **fields}
    return "".join(f"{name}:{value}\r\n" for name, value in described.items()).encode()


def test_a_server_that_keeps_an_append_only_file_is_fit() -> None:
    assert faults(info()) == []


def test_a_server_without_an_append_only_file_is_unfit() -> None:
    assert faults(info(aof_enabled="0")) == ["it does not keep an append-only file: set appendonly to yes"]


def test_a_server_that_loads_its_data_is_not_judged_by_the_file_it_reads() -> None:
    assert faults(info(aof_enabled="0", loading="1")) == []
