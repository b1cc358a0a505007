"""The address of the server: its forms, and what is said of one that is wrong."""

import pytest

from penstock.logs import redact_text
from penstock.server_address import parse_address
from penstock.store.valkey.topology import topology_of


@pytest.mark.parametrize(
    "url",
    [
        "redis://h",
        "redis://:pw@h:7000/3",
        "rediss://u:p@h",
        "redis://[::1]:7000/0",
        "unix:///tmp/s.sock",
        "redis://h?db=2",
    ],
)
def test_a_single_server_keeps_its_address_as_it_was_given(url: str) -> None:
    address = parse_address(url)
    assert (address.kind, address.url) == ("single", url)


def test_a_cluster_is_known_by_some_of_its_nodes() -> None:
    address = parse_address("rediss+cluster://me:p%40ss@a:7000,b,[fd00::1]:7002?ssl_ca_certs=/ca.pem")
    assert (address.kind, address.tls) == ("cluster", True)
    assert address.hosts == (("a", 7000), ("b", 6379), ("fd00::1", 7002))
    assert address.url_of("c", 7009) == "rediss://me:p%40ss@c:7009/0?ssl_ca_certs=/ca.pem"
    assert address.url_of("fd00::2", 1) == "rediss://me:p%40ss@[fd00::2]:1/0?ssl_ca_certs=/ca.pem"


def test_a_primary_is_known_by_its_sentinels_and_their_name_for_it() -> None:
    address = parse_address("redis+sentinel://:pw@a,b:7001/it/3")
    assert (address.kind, address.service, address.database) == ("sentinel", "it", 3)
    assert address.hosts == (("a", 26379), ("b", 7001))
    assert address.url_of("c", 1) == "redis://:pw@c:1/3"
    assert address.url_of_sentinel("a", 2, credentials=False) == "redis://a:2/0"
    assert address.url_of_sentinel("a", 2, credentials=True) == "redis://:pw@a:2/0"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("memory://", "must look like redis://"),
        ("h:6379", "must look like redis://"),
        ("redis://", "must look like redis://"),
        ("unix://", "must look like redis://"),
        ("redis://h:port", "must look like redis://"),
        ("redis://h:0", "must look like redis://"),
        ("redis://a,b", "several hosts"),
        ("redis+cluster://", "must look like redis://"),
        ("redis+cluster://:hunter2@", "must look like redis://"),
        ("redis+cluster://a,:7000", "must look like redis://"),
        ("redis+cluster://a:70000", "must look like redis://"),
        ("redis+cluster://a/1", "no databases but 0"),
        ("redis+cluster://:hunter2@a,:hunter2@b", "stand once"),
        ("redis+sentinel://a", "service is missing"),
        ("redis+sentinel:///it", "must look like redis://"),
        ("redis+sentinel://a/it/x", "database is a number"),
        ("redis+clusters://a", "must look like redis://"),
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        topology_of(url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis+cluster://me:hunter2@a:7000,b:7001", "redis+cluster://***@a:7000,b:7001"),
        ("rediss+cluster://:hunter2@a,:hunter2@b", "rediss+cluster://***@b"),
        ("redis+sentinel://:hun,ter2@a:26379,b:26379/it/0", "redis+sentinel://***@a:26379,b:26379/it/0"),
    ],
)
def test_a_password_among_several_hosts_is_hidden(url: str, shown: str) -> None:
    assert redact_text(f"at {url} now") == f"at {shown} now"
