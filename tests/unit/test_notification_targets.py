"""The file that names the targets of notifications: what it may say, and how it is told what is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from penstock.core.notify import Occasion
from penstock.errors import InvalidInputError
from penstock_scheduler.notifications.read_targets import load_targets
from penstock_scheduler.notifications.target import Format, Target


def load(folder: Path, text: str | bytes, environment: Mapping[str, str] | None = None) -> list[Target]:
    file = folder / "targets.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_targets(file, environment or {})


def refusal(folder: Path, text: str | bytes) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        load(folder, text)
    return caught.value


def test_nothing_is_named_without_a_file_or_by_an_empty_one(tmp_path: Path) -> None:
    assert load_targets(None) == []
    for text in ("", "\n", "# nobody yet\n", "[]", "null"):
        assert load(tmp_path, text) == []


def test_a_target_gets_the_documented_defaults(tmp_path: Path) -> None:
    (target,) = load(tmp_path, "- {name: ops, url: 'https://example.com/hook'}")
    assert (target.name, target.url, target.format) == ("ops", "https://example.com/hook", Format.PENSTOCK)
    assert (target.on, target.dags) == (frozenset({Occasion.FAILED, Occasion.LATE}), ("*",))
    assert (target.secret, target.headers, target.timeout_seconds, target.give_up_after_seconds) == (
        *(b"", {}),
        *(10.0, 86_400.0),
    )


def test_every_key_reaches_its_field(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    text = """
- name: ops
  url: http://127.0.0.1:9000/hook?channel=1
  on: [succeeded, cancelled]
  dags: [etl-*, sales]
  format: slack
  secret: in clear
  timeout_seconds: 2.5
  give_up_after_seconds: 600
  headers: {X-Team: data, Authorization: Bearer abc}
- {name: by-env, url: 'https://example.com', secret_env: HOOK_KEY, dags: []}
- {name: by-file, url: 'https://example.com', secret_file: key}
"""
    first, by_env, by_file = load(tmp_path, text, {"HOOK_KEY": "whsec_aGVsbG8="})
    assert (first.on, first.dags) == (frozenset({Occasion.SUCCEEDED, Occasion.CANCELLED}), ("etl-*", "sales"))
    assert (first.format, first.secret, first.timeout_seconds) == (Format.SLACK, b"in clear", 2.5)
    assert (first.give_up_after_seconds, first.headers["X-Team"]) == (600.0, "data")
    assert (by_env.secret, by_env.dags, by_file.secret) == (b"hello", (), b"from a file")


WRONG = [
    ("name: ops", "file"),
    ("- ops", "0"),
    ("- {url: 'https://example.com'}", "0.name"),
    ("- {name: 'ops chat', url: 'https://example.com'}", "0.name"),
    ("- {name: ops}", "0.url"),
    *(
        (f"- {{name: ops, url: '{url}'}}", "0.url")
        for url in (
            "ftp://example.com",
            "example.com/hook",
            "https://",
            "https://example.com:0",
            "https://example.com:99999",
            "https://exa mple.com",
            "file:///etc/passwd",
        )
    ),
    *(
        (f"- {{name: ops, url: 'https://example.com', {rest}}}", f"0.{rest.partition(':')[0]}")
        for rest in (
            "on: failed",
            "on: [started]",
            "on: [7]",
            "dags: etl",
            "dags: ['']",
            "format: xml",
            "secret: ''",
            "secret: whsec_!!!",
            "secret: whsec_",
            "secret: 7",
            "secret_env: NOT_SET",
            "secret_file: not-there",
            "timeout_seconds: 0",
            "timeout_seconds: 61",
            "timeout_seconds: soon",
            "give_up_after_seconds: 604801",
            "headers: [a]",
            "headers: {'a b': c}",
            "headers: {X-A: 7}",
            'headers: {X-A: "a\\nb"}',
            "headers: {Webhook-Id: forged}",
            "headers: {Host: example.org}",
            "colour: red",
        )
    ),
    ("- {name: ops, url: 'https://example.com', secret: a, secret_env: B}", "0.secret_env"),
    ("- {name: ops, url: 'https://example.com'}\n- {name: ops, url: 'https://example.com'}", "1.name"),
]


@pytest.mark.parametrize(("text", "field"), WRONG)
def test_what_could_not_be_told_is_refused_with_its_field(tmp_path: Path, text: str, field: str) -> None:
    assert [detail.field for detail in refusal(tmp_path, text).details] == [field]


def test_a_message_names_file_line_and_field_and_the_key_that_was_meant(tmp_path: Path) -> None:
    error = refusal(tmp_path, "- name: ops\n  url: https://example.com\n  events: [failed]\n  timeout_seconds: -1\n")
    assert error.message.startswith(f"{tmp_path}/targets.yaml:3: 0.events: ")
    assert "did you mean `on`?" in error.message
    assert error.message.endswith("(and 1 more)")
    assert [detail.line for detail in error.details] == [3, 4]


@pytest.mark.parametrize(
    "text", ["- {name: ops", "- name: ops\n  name: ops2\n", b"\xff\xfe", "\tname: x", "- !!python/name:os x"]
)
def test_what_is_no_yaml_is_refused_with_its_line(tmp_path: Path, text: str | bytes) -> None:
    assert refusal(tmp_path, text).details[0].line >= 1


def test_a_file_that_cannot_be_read_is_named_with_its_variable(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"PENSTOCK_NOTIFICATIONS names .*missing\.yaml"):
        load_targets(tmp_path / "missing.yaml")


def test_no_message_repeats_an_address_or_a_secret(tmp_path: Path) -> None:
    text = """
- {name: a, url: 'hooks.example/topsecret', secret: 'whsec_topsecret!', headers: {X-Key: "topsecret\\n"}}
- {name: b, url: 'https://example.com/ topsecret', secret_env: topsecret}
- {name: c, url: 'https://example.com', secret_file: whsec_topsecret}
"""
    error = refusal(tmp_path, text)
    assert len(error.details) >= 6
    assert "topsecret" not in f"{error} {error.details}"
