"""The catalogue of mutants keeps up with the code, so that a renamed line is noticed long before they are played."""

from pathlib import Path

import pytest

from mutants.__main__ import verdict
from mutants.catalogue import MUTANTS
from mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]


def named(mutant: Mutant) -> str:
    return mutant.name


@pytest.mark.parametrize("mutant", MUTANTS, ids=named)
def test_what_a_mutant_replaces_stands_once_in_its_file(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text().count(mutant.before) == 1


@pytest.mark.parametrize("mutant", MUTANTS, ids=named)
def test_what_notices_a_mutant_exists(mutant: Mutant) -> None:
    path, _, test = mutant.killed_by.partition("::")
    assert path.startswith("seeds ") or f"def {test}" in (ROOT / path).read_text()


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("def test_it(): assert False", "failed"),
        ("import nowhere", "code "),
        ("import pytest\n@pytest.fixture\ndef broken(): 1 / 0\ndef test_it(broken): pass", "code "),
    ],
    ids=["fails", "cannot be imported", "cannot be prepared"],
)
def test_only_a_test_that_ran_and_failed_notices_a_mutant(tmp_path: Path, text: str, begins: str) -> None:
    (tmp_path / "test_it.py").write_text(text)
    assert verdict(tmp_path, "test_it.py").startswith(begins)


def test_a_test_that_does_not_end_notices_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutants.__main__.TIMEOUT_SECONDS", 0.01)
    (tmp_path / "test_it.py").write_text("def test_it(): pass")
    assert verdict(tmp_path, "test_it.py").startswith("no end")
