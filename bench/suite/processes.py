"""What processes cost: CPU time and memory, by role, of each with everything it has started."""

import os
from collections.abc import Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(roles: Mapping[str, list[int]]) -> dict[str, float]:
    """Return the CPU time used so far by the processes of each role and their descendants, ended ones too."""
    return {role: sum(_cpu(pid) for root in pids for pid in _tree(root)) for role, pids in roles.items()}


def peak_mebibytes(roles: Mapping[str, list[int]]) -> dict[str, float]:
    """Return the largest resident set (MiB) that each process of a role had, summed with its descendants'."""
    return {role: sum(_peak(pid) for root in pids for pid in _tree(root)) / 1024 for role, pids in roles.items()}


def pss_mebibytes(roles: Mapping[str, list[int]]) -> dict[str, float]:
    """Return the memory (MiB) of each role now, what processes share counted in parts."""
    return {role: sum(_pss(pid) for root in pids for pid in _tree(root)) / 1024 for role, pids in roles.items()}


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        try:
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
            found += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:  # gone meanwhile
            continue
    return found


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def _peak(pid: int) -> int:
    return _line(f"/proc/{pid}/status", "VmHWM:")


def _pss(pid: int) -> int:
    return _line(f"/proc/{pid}/smaps_rollup", "Pss:")


def _line(path: str, name: str) -> int:
    """Return the number of KiB on a line of a file; 0 where the process is gone."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
