"""Prove that the tests can fail: ``make mutants`` breaks the product in known ways, each of which must be noticed."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutants.catalogue import MUTANTS
from mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]
SOURCES = ("libs/common", "libs/cli", "services/api", "services/scheduler", "services/worker")

TIMEOUT_SECONDS = 300
"""More than pytest allows a test: that a test does not end is for pytest to say."""

_FAILED = re.compile(r"\b\d+ failed\b|^failed seeds: \d", re.MULTILINE)
"""What pytest and the simulation say when a test has failed, and not when one could not be run."""


def command(killed_by: str) -> list[str]:
    """Return what runs the test that a mutant names."""
    kind, _, rest = killed_by.partition(" ")
    if kind == "seeds":
        return [sys.executable, "-m", "simulation", "--seeds", rest]
    return [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", killed_by]


def verdict(copy: Path, killed_by: str) -> str:
    """Run the test on a copy of the tree; return ``passed``, ``failed``, or else why it has shown nothing."""
    paths = [*(str(copy / source / "src") for source in SOURCES), str(copy / "tests"), str(copy)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command(killed_by),
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end within {TIMEOUT_SECONDS} s"
    if done.returncode == 0:
        return "passed"
    if done.returncode == 1 and _FAILED.search(done.stdout):
        return "failed"
    return f"code {done.returncode}: {' '.join((done.stdout + done.stderr).split()[-30:])}"


def judge(copy: Path, mutant: Mutant) -> str:
    """Return the verdict of the test that has to notice the mutant."""
    path = copy / mutant.file
    original = path.read_text()
    if original.count(mutant.before) != 1:
        raise SystemExit(f"{mutant.name}: its text must stand once in {mutant.file}")
    path.write_text(original.replace(mutant.before, mutant.after))
    try:
        return verdict(copy, mutant.killed_by)
    finally:
        path.write_text(original)


def main() -> int:
    """Check that the tests pass on the product and fail on every mutant; return 1 if one survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the names of mutants; all without")
    names = parser.parse_args().names
    mutants = [mutant for mutant in MUTANTS if not names or any(name in mutant.name for name in names)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "penstock"
        ignored = shutil.ignore_patterns(".git", ".venv", ".penstock", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, copy, ignore=ignored)
        for killed_by in dict.fromkeys(mutant.killed_by for mutant in mutants):
            if (found := verdict(copy, killed_by)) != "passed":
                print(f"without any mutant, {killed_by}: {found}")
                return 1
        survivors = 0
        for mutant in mutants:
            found = judge(copy, mutant)
            survivors += found != "failed"
            told = {"failed": "killed", "passed": "SURVIVES"}.get(found, "BROKEN")
            print(f"{told:8}  {mutant.name:84}  {mutant.killed_by}", flush=True)
            if told == "BROKEN":
                print(f"          its test has shown nothing: {found}", flush=True)
    print(f"{len(mutants)} mutants, {len(mutants) - survivors} killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
