"""The hostile and borderline files of ``tests/data/adversarial``, and what Penstock answers to each."""

import gzip
from pathlib import Path

import msgspec

DATA = Path(__file__).parent / "data" / "adversarial"

OUR_CHOICE = {
    "dependency_twice": "reject",
    "empty_tasks": "reject",
    "chain_20k": "accept",
    "command_and_callable": "reject",
    "callable_exits": "accept",
    "dependencies_null": "accept",
    "key_norway": "accept",
    "yaml_timestamp_ok": "accept",
    "utf16_yaml": "reject",
    "filename_traversal": "accept",
    "dag_id_traversal": "reject",
    "id_colon": "accept",
    "id_slash": "reject",
    "command_1mb": "reject",
}
"""What Penstock does where both answers are sound; ``docs/definition.md`` tells users."""


class Run(msgspec.Struct):
    """What a run of an accepted file must come to."""

    state: dict[str, str]


class Case(msgspec.Struct):
    """One entry of ``expected.json``."""

    case: str
    file: str
    gzip: bool
    expect: str
    status: list[int]
    upload_as: str
    field: list[str] = []
    mention: list[str] = []
    run: Run | None = None

    @property
    def answer(self) -> str:
        """Whether Penstock is to "accept" or to "reject" it."""
        return OUR_CHOICE[self.case] if self.expect == "either" else self.expect

    def read(self) -> bytes:
        """Return the file as it is uploaded."""
        data = (DATA / self.file).read_bytes()
        return gzip.decompress(data) if self.gzip else data


class _Expected(msgspec.Struct):
    cases: list[Case]


CASES = msgspec.json.decode((DATA / "expected.json").read_bytes(), type=_Expected).cases


def names(case: Case) -> str:
    """Return how a case is called in a test's id."""
    return case.case
