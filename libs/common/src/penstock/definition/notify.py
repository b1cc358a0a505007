"""Checks whom a DAG wants to be told: targets by their names. Addresses and secrets are for operators to know."""

import re

from penstock.core.notify import NotifySpec, Occasion
from penstock.definition import names
from penstock.definition.fields import Fields
from penstock.definition.limits import MAX_NOTIFY
from penstock.definition.problems import Problems
from penstock.definition.values import Path, Value, kind, show

_TARGET = re.compile(names.TARGET)
_EXAMPLE = "[ops-chat] or [{to: ops-chat, on: [failed]}]"


def check_notify(fields: Fields, problems: Problems) -> tuple[NotifySpec, ...]:
    """Return the sound entries of ``notify``, in the order written."""
    raw = fields.raw.get("notify")
    if raw is None:
        return ()
    if not isinstance(raw, list):
        fields.bad("notify", f"notify is {kind(raw)}: write a list of targets, such as {_EXAMPLE}")
        return ()
    if len(raw) > MAX_NOTIFY:
        fields.bad("notify", f"notify has {len(raw):,} entries: keep at most {MAX_NOTIFY}")
        return ()
    found: dict[str, NotifySpec] = {}
    for index, item in enumerate(raw):
        entry = _entry(item, (*fields.path, "notify", index), problems)
        if entry is None:
            continue
        if entry.to in found:
            problems.add((*fields.path, "notify", index), f"The target {show(entry.to)} stands twice: keep one")
        found[entry.to] = entry
    return tuple(found.values())


def _entry(item: Value, path: Path, problems: Problems) -> NotifySpec | None:
    raw: Value = {"to": item} if isinstance(item, str) else item
    if not isinstance(raw, dict):
        problems.add(path, f"An entry of notify is {kind(raw)}: write a name or a map, as in {_EXAMPLE}")
        return None
    fields = Fields(problems, path, raw)
    for key in raw.keys() - {"to", "on"}:
        fields.bad(key, f"{show(key)} is not a key of an entry of notify: use to and on; addresses are for operators")
    to = raw.get("to")
    if not isinstance(to, str) or not _TARGET.fullmatch(to):
        shown = show(to) if isinstance(to, str) else kind(to)
        fields.bad("to", f"to is {shown}: write the name of a target, 1 to 64 of the characters A-Z a-z 0-9 _ . -")
        return None
    return NotifySpec(to, _occasions(fields))


def _occasions(fields: Fields) -> tuple[Occasion, ...]:
    raw = fields.raw.get("on")
    if raw is None:
        return ()
    wanted = f"write a list of {', '.join(Occasion)}"
    if not isinstance(raw, list) or not raw:
        fields.bad("on", f"on is {'empty' if raw == [] else kind(raw)}: {wanted}, or leave the key out")
        return ()
    found: dict[Occasion, None] = {}
    for item in raw:
        if not isinstance(item, str) or item not in set(Occasion):
            fields.bad("on", f"on has {show(item) if isinstance(item, str) else kind(item)}: {wanted}")
        elif Occasion(item) in found:
            fields.bad("on", f"on has {item} twice: keep one")
        else:
            found[Occasion(item)] = None
    return tuple(found)
