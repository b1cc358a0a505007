"""Checks the tags of a DAG: short texts by which people find and group DAGs."""

import re

from penstock.definition import names
from penstock.definition.fields import Fields, unusable_characters
from penstock.definition.limits import MAX_TAG_LENGTH, MAX_TAGS
from penstock.definition.problems import Problems
from penstock.definition.values import Value, kind, show

_TAG = re.compile(names.TAG)


def check_tags(fields: Fields, problems: Problems) -> tuple[str, ...]:
    """Return the sound tags of a DAG, in the order written."""
    raw = fields.raw.get("tags")
    if raw is None:
        return ()
    if not isinstance(raw, list):
        example = f"[{show(raw)}]" if isinstance(raw, str) else '["nightly", "sales"]'
        fields.bad("tags", f"tags is {kind(raw)}: write a list of texts, such as {example}")
        return ()
    if len(raw) > MAX_TAGS:
        fields.bad("tags", f"tags has {len(raw):,} entries: keep at most {MAX_TAGS}")
        return ()
    sound: dict[str, None] = {}
    for index, item in enumerate(raw):
        if trouble := _trouble(item, sound):
            path = (*fields.path, "tags")
            problems.add(path, trouble, at=(*path, index))
        else:
            sound[str(item)] = None
    return tuple(sound)


def _trouble(item: Value, before: dict[str, None]) -> str | None:
    if not isinstance(item, str):
        return f"A tag is {kind(item)}: write text, in quotes"
    if len(item) > MAX_TAG_LENGTH:
        return f"The tag {show(item)} has {len(item):,} characters: shorten it to at most {MAX_TAG_LENGTH}"
    if not _TAG.fullmatch(item) or unusable_characters(item):
        return (
            f"The tag {show(item)} cannot be used: write 1 to {MAX_TAG_LENGTH} characters without control characters, "
            "with no white space first or last"
        )
    return f"The tag {show(item)} stands twice: keep one" if item in before else None
