"""Prove that the tests can fail: ``make mutants`` breaks the product in known ways, each of which must be noticed."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutants.catalogue import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
SOURCES = ("libs/common", "libs/cli", "services/api", "services/scheduler", "services/worker")
TIMEOUT_SECONDS = 120


def command(killed_by: str) -> list[str]:
    """Return what runs the test that a mutant names."""
    kind, _, rest = killed_by.partition(" ")
    if kind == "seeds":
        return [sys.executable, "-m", "simulation", "--seeds", rest]
    return [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", killed_by]


def passes(copy: Path, killed_by: str) -> bool:
    """Run the test on a copy of the tree; a run that does not end has failed."""
    paths = [*(str(copy / source / "src") for source in SOURCES), str(copy / "tests"), str(copy)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command(killed_by), cwd=copy, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def survives(copy: Path, mutant: Mutant) -> bool:
    """Return whether the mutant goes unnoticed."""
    path = copy / mutant.file
    original = path.read_text()
    if original.count(mutant.before) != 1:
        raise SystemExit(f"{mutant.name}: its text must stand once in {mutant.file}")
    path.write_text(original.replace(mutant.before, mutant.after))
    try:
        return passes(copy, mutant.killed_by)
    finally:
        path.write_text(original)


def main() -> int:
    """Check that the tests pass on the product and fail on every mutant; return 1 if one survives."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "penstock"
        ignored = shutil.ignore_patterns(".git", ".venv", ".penstock", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, copy, ignore=ignored)
        for killed_by in dict.fromkeys(mutant.killed_by for mutant in MUTANTS):
            if not passes(copy, killed_by):
                print(f"without any mutant, {killed_by} fails")
                return 1
        survivors = 0
        for mutant in MUTANTS:
            survived = survives(copy, mutant)
            survivors += survived
            print(f"{'SURVIVES' if survived else 'killed':8}  {mutant.name:66}  {mutant.killed_by}", flush=True)
    print(f"{len(MUTANTS)} mutants, {len(MUTANTS) - survivors} killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
