"""Settings: good values are read, bad ones are named with what is allowed, and secrets stay hidden."""

import traceback
from pathlib import Path

import pytest

from penstock.errors import InvalidInputError
from penstock.settings import load_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "API_HOST", "API_PORT", "LOG_LEVEL", "DATA_DIR"):
        monkeypatch.delenv(f"PENSTOCK_{name}", raising=False)


def test_without_an_environment_everything_stays_on_this_machine() -> None:
    settings = load_settings()
    assert settings.redis_url == "redis://127.0.0.1:6379/0"
    assert (settings.api_host, settings.api_port) == ("127.0.0.1", 8000)
    assert settings.data_dir == Path(".penstock")
    assert 1 <= settings.worker_slots <= 8


def test_variables_are_read_by_their_prefixed_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_API_PORT", "9000")
    monkeypatch.setenv("PENSTOCK_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("PENSTOCK_WORKER_LEASE_SECONDS", "2.5")
    settings = load_settings()
    assert (settings.api_port, settings.log_level, settings.worker_lease_seconds) == (9000, "debug", 2.5)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_API_PORT", "")
    assert load_settings().api_port == 8000


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PENSTOCK_API_PORT", "70000", "should be less than or equal to 65535"),
        ("PENSTOCK_API_PORT", "http", "should be a valid integer"),
        ("PENSTOCK_PARTITIONS", "0", "should be greater than or equal to 1"),
        ("PENSTOCK_LOG_FORMAT", "xml", "should be 'auto', 'json' or 'console'"),
        ("PENSTOCK_KEY_PREFIX", "a{b}", "should match pattern"),
        ("PENSTOCK_WORKER_LEASE_SECONDS", "nan", "should be"),
        ("PENSTOCK_API_NAMES", "https://penstock.example", "must be host names without port"),
        ("PENSTOCK_API_NAMES", "penstock.example:8000", "must be host names without port"),
        ("PENSTOCK_REDIS_URL", "memory://", "must look like redis://"),
        ("PENSTOCK_REDIS_URL", "redis://", "must look like redis://"),
        ("PENSTOCK_REDIS_URL", "redis://host:port", "must look like redis://"),
        ("PENSTOCK_REDIS_URL", "redis://[::1", "must look like redis://"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInputError) as caught:
        load_settings()
    (detail,) = caught.value.details
    assert detail.field == name
    assert allowed in detail.message
    assert name in str(caught.value)


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_API_PORT", "x")
    monkeypatch.setenv("PENSTOCK_PARTITIONS", "x")
    with pytest.raises(InvalidInputError) as caught:
        load_settings()
    assert {one.field for one in caught.value.details} == {"PENSTOCK_API_PORT", "PENSTOCK_PARTITIONS"}


def test_the_password_of_the_server_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_REDIS_URL", "rediss://me:hunter2@host:7000/3")
    settings = load_settings()
    assert settings.redis_url == "rediss://me:hunter2@host:7000/3"
    assert settings.redacted_url == "rediss://***@host:7000/3"
    assert "hunter2" not in f"{settings!r} {settings}"


def test_a_refused_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_REDIS_URL", "http://me:hunter2@host")
    with pytest.raises(InvalidInputError) as caught:
        load_settings()
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
