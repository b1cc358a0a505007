"""Checks one target of notifications, once it is plain values. No message repeats an address, a header or a secret."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from penstock.core.notify import Occasion
from penstock.definition import names
from penstock.definition.fields import Fields
from penstock.definition.problems import Problems
from penstock.definition.values import Value, kind, show
from penstock.definition.vocabulary import unknown_key
from penstock_scheduler.notifications.signature import key_of
from penstock_scheduler.notifications.target import (
    DEFAULT_GIVE_UP_AFTER_SECONDS,
    DEFAULT_ON,
    DEFAULT_TIMEOUT_SECONDS,
    Format,
    Target,
)

MAX_TIMEOUT_SECONDS = 60
MAX_GIVE_UP_AFTER_SECONDS = 7 * 24 * 60 * 60
MAX_LENGTH = 2048
"""Characters of an address, a secret or a pattern."""

T = TypeVar("T")

_SECRETS = ("secret", "secret_env", "secret_file")
_KEYS = (
    *("name", "url", "on", "dags", "format", *_SECRETS),
    *("headers", "timeout_seconds", "give_up_after_seconds"),
)
_WORDS = {"events": "on", "event": "on", "when": "on", "id": "name", "type": "format", "timeout": "timeout_seconds"}
_EMPTY = {
    "secret": "secret is empty: leave it out to sign nothing",
    "secret_env": "secret_env names a variable that is not set, or is empty",
    "secret_file": "secret_file names a file that is empty",
}
_NAME = re.compile(names.TARGET)
_HEADER = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
_HEADER_VALUE = re.compile(r"^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$")
_OURS = re.compile(r"webhook-.*|content-.*|user-agent|host|connection|transfer-encoding", re.IGNORECASE)


class Surroundings:
    """Where secrets come from: the environment, and files beside the one that names the targets."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = environment
        self.folder = folder


def check_target(index: int, raw: Value, problems: Problems, around: Surroundings) -> Target | None:
    """Return a target, sound only if no problem was noted; None if it is not even a map."""
    if not isinstance(raw, dict):
        problems.add((index,), f"A target is {kind(raw)}: write a map with name and url")
        return None
    fields = Fields(problems, (index,), raw)
    for key in raw:
        if key not in _KEYS:
            fields.bad(key, unknown_key(key, _KEYS, _WORDS, "a target"))
    timeout = fields.seconds("timeout_seconds", high=MAX_TIMEOUT_SECONDS, positive=True)
    give_up = fields.seconds("give_up_after_seconds", high=MAX_GIVE_UP_AFTER_SECONDS, positive=True)
    return Target(
        name=_name(fields),
        url=_url(fields),
        on=frozenset(_texts(fields, "on", DEFAULT_ON, _occasion)),
        dags=tuple(_texts(fields, "dags", ("*",), str)),
        format=_format(fields),
        secret=_secret(fields, around),
        headers=_headers(fields),
        timeout_seconds=DEFAULT_TIMEOUT_SECONDS if timeout is None else timeout,
        give_up_after_seconds=DEFAULT_GIVE_UP_AFTER_SECONDS if give_up is None else give_up,
    )


def _name(fields: Fields) -> str:
    if "name" not in fields.raw:
        fields.bad("name", "The target has no name: add the line name: ops-chat")
        return ""
    name = fields.text("name", "", limit=MAX_LENGTH)
    if not _NAME.fullmatch(name):
        fields.bad("name", f"The name {show(name)} cannot be used: write 1 to 64 of the characters A-Z a-z 0-9 _ . -")
    return name


def _url(fields: Fields) -> str:
    if "url" not in fields.raw:
        fields.bad("url", "The target has no url: add the address that takes the notifications")
        return ""
    url = fields.text("url", "http://-", limit=MAX_LENGTH)
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not re.search(r"\s", url)
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        sound = False
    if not sound:
        fields.bad("url", "url must look like https://host[:port]/path (or http://)")
    return url


def _texts(fields: Fields, key: str, default: Sequence[T], read: Callable[[str], T]) -> list[T]:
    """Return a list of texts, each as ``read`` has it; a ValueError of its is what to say of one."""
    if key not in fields.raw:
        return list(default)
    raw = fields.raw[key]
    if not isinstance(raw, list):
        fields.bad(key, f"{key} is {kind(raw)}: write a list of texts")
        return list(default)
    found: list[T] = []
    for item in raw:
        if not isinstance(item, str) or not item or len(item) > MAX_LENGTH:
            fields.bad(key, f"{key} has an entry that is {kind(item)}: write texts, none of them empty")
            continue
        try:
            found.append(read(item))
        except ValueError as error:
            fields.bad(key, str(error))
    return found


def _occasion(text: str) -> Occasion:
    if text not in set(Occasion):
        raise ValueError(f"{show(text)} is no occasion: write {', '.join(Occasion)}")
    return Occasion(text)


def _format(fields: Fields) -> Format:
    text = fields.text("format", Format.PENSTOCK, limit=MAX_LENGTH)
    if text not in set(Format):
        fields.bad("format", f"{show(text)} is no format: write {' or '.join(Format)}")
        return Format.PENSTOCK
    return Format(text)


def _secret(fields: Fields, around: Surroundings) -> bytes:
    given = [key for key in _SECRETS if key in fields.raw]
    if not given:
        return b""
    key = given[0]
    if len(given) > 1:
        fields.bad(given[1], f"The target has both {key} and {given[1]}: keep one of the two")
    secret = _read_secret(fields, key, around)
    if not secret:
        return b""
    try:
        return key_of(secret)
    except ValueError as error:
        fields.bad(key, f"{key} cannot be used: {error}")
        return b""


def _read_secret(fields: Fields, key: str, around: Surroundings) -> str:
    """Return the secret that a key gives or names; empty, with a problem noted, where there is none."""
    text = fields.text(key, "-", limit=MAX_LENGTH)
    secret = text
    if key == "secret_env":
        secret = around.environment.get(text, "")
    elif key == "secret_file":
        try:
            secret = (around.folder / text).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            # The name is not repeated: it may be the secret itself, under the wrong key.
            fields.bad(key, f"The file that secret_file names cannot be read: {why}")
            return ""
    if not secret:
        fields.bad(key, _EMPTY[key])
    return secret


def _headers(fields: Fields) -> dict[str, str]:
    raw = fields.raw.get("headers", {})
    if not isinstance(raw, dict):
        fields.bad("headers", f"headers is {kind(raw)}: write a map of names to texts")
        return {}
    headers: dict[str, str] = {}
    for name, value in raw.items():
        if not _HEADER.fullmatch(name):
            fields.bad("headers", f"{show(name)} cannot be the name of a header")
        elif _OURS.fullmatch(name):
            fields.bad("headers", f"The header {show(name)} is set by Penstock: leave it out")
        elif not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            fields.bad("headers", f"The value of the header {show(name)} must be text of printable ASCII characters")
        else:
            headers[name] = value
    return headers
