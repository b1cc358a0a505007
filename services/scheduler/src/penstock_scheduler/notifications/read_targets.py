"""Reads the file in which an operator names the targets of notifications, as definitions are read."""

import os
from collections.abc import Mapping
from pathlib import Path

from penstock.definition.explain import details_of, readable
from penstock.definition.problems import Problems, StopReadingError
from penstock.definition.text import read_text
from penstock.definition.values import kind, show
from penstock.definition.yaml_reader import read_yaml
from penstock.errors import Detail, InvalidInputError
from penstock_scheduler.notifications.check_target import Surroundings, check_target
from penstock_scheduler.notifications.target import Target

MAX_TARGETS = 100


def load_targets(path: Path | None, environment: Mapping[str, str] = os.environ) -> list[Target]:
    """Return the targets named in a file; none without one.

    Raises:
        InvalidInputError: the file cannot be read, or something in it is wrong: the message names file, line and field
            of the first problem, the details those of all. Secrets are never repeated.
    """
    if path is None:
        return []
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"PENSTOCK_NOTIFICATIONS names {path}, which cannot be read: {error.strerror}"
        raise InvalidInputError(message, [Detail("PENSTOCK_NOTIFICATIONS", message)]) from error
    problems = Problems()
    text = ""
    targets: list[Target] = []
    try:
        if any(line.strip() and not line.lstrip().startswith(b"#") for line in data.splitlines()):
            text = read_text(data, problems)
            targets = _check(text, problems, Surroundings(environment, path.parent))
    except StopReadingError:
        pass  # what stopped it was noted
    if problems.found:
        details = details_of(text or readable(data), "yaml", problems)
        first, others = details[0], len(details) - 1
        more = f" (and {others} more)" if others else ""
        raise InvalidInputError(f"{path}:{first.line}: {first.field}: {first.message}{more}", details)
    return targets


def _check(text: str, problems: Problems, around: Surroundings) -> list[Target]:
    raw = read_yaml(text, problems)
    if raw is None:
        return []
    if not isinstance(raw, list):
        problems.stop((), f"The file holds {kind(raw)}: write a list of targets, each with name and url")
    if len(raw) > MAX_TARGETS:
        problems.stop((), f"The file names {len(raw)} targets: keep at most {MAX_TARGETS}")
    targets: dict[str, Target] = {}
    for index, one in enumerate(raw):
        target = check_target(index, one, problems, around)
        if target is None:
            continue
        if target.name in targets:
            problems.add((index, "name"), f"Two targets have the name {show(target.name)}: rename one")
        targets[target.name] = target
    return list(targets.values())
