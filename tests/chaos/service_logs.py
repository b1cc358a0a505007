"""What the services say of themselves in their logs: what was refused, and errors that nobody expected."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

MOST_TOLD = 500
"""Characters of an error."""

_COUNTED = {
    "partition taken over": "takeovers",
    "partition lost": "refused: {reason}",
    "partition dropped": "tenures ended by the silence of the store",
    "outcome of a commit unknown": "commits of unknown outcome",
    "report not taken": "reports answered {answer}",
    "store unavailable": "waits for the store",
    "cannot claim": "waits for the store",
    "outcomes wait for the store": "waits for the store",
}
"""What is counted, and under which name."""


def count_logs(paths: Iterable[Path]) -> tuple[Counter[str], list[str]]:
    """Return what was counted, and everything that tells of an error; of a traceback, its last line."""
    counts: Counter[str] = Counter()
    errors: list[str] = []
    for path in paths:
        traceback = ""
        for text in path.read_text(errors="replace").splitlines():
            try:
                line: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
            except msgspec.DecodeError:  # what an interpreter prints as it ends
                traceback = text or traceback
                continue
            if traceback:
                errors.append(f"{path.stem}: {traceback[:MOST_TOLD]}")
                traceback = ""
            if line.get("level") in {"error", "critical"}:
                errors.append(f"{path.stem}: {text[:MOST_TOLD]}")
            if name := _COUNTED.get(str(line.get("event"))):
                counts[name.format_map(line)] += 1
        errors += [f"{path.stem}: {traceback[:MOST_TOLD]}"] if traceback else []
    return counts, errors
