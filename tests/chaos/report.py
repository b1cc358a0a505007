"""What a run of the chaos has shown, as a table."""

from collections.abc import Iterator

import msgspec

MOST_TOLD = 50
"""Violations that are printed; all are in the JSON."""


class Report(msgspec.Struct, kw_only=True):
    """The figures, and everything that was wrong."""

    seed: int
    seconds: float
    faults: dict[str, int]
    runs: dict[str, int]
    logged: dict[str, int]
    rejected: dict[str, int]
    client_requests: int
    client_retries: int
    lost_replies: int
    longest_survival_seconds: float
    events: int
    takeovers: int
    tasks: int
    attempts: int
    executions: int
    losses: int
    duplicates: int
    lost_runs: int
    violations: list[str]

    def table(self) -> str:
        """Return the report for people."""
        rows = list(self._rows())
        width = max(len(name) for name, _ in rows)
        lines = [f"{name:<{width}}  {value:>8}".rstrip() for name, value in rows]
        return "\n".join([*lines, "", *self._verdict()])

    def _verdict(self) -> list[str]:
        if not self.violations:
            return ["every invariant holds"]
        told = [f"VIOLATION  {violation}" for violation in self.violations[:MOST_TOLD]]
        return [*told, f"{len(self.violations)} violations"]

    def _rows(self) -> Iterator[tuple[str, str]]:
        yield "seed", str(self.seed)
        yield "seconds", f"{self.seconds:.0f}"
        yield from _section("faults injected", self.faults)
        yield from _section("runs", self.runs)
        yield from _section("said by the services", self.logged)
        yield from _section("facts rejected", self.rejected)
        yield from _section(
            "all in all",
            {
                "requests answered": self.client_requests,
                "requests repeated": self.client_retries,
                "replies lost on the way": self.lost_replies,
                "events": self.events,
                "takeovers (terms)": self.takeovers,
                "tasks": self.tasks,
                "attempts": self.attempts,
                "executions": self.executions,
                "attempts lost": self.losses,
            },
        )
        yield "  longest survival after a kill, s", f"{self.longest_survival_seconds:.1f}"
        yield "  executions too many", str(self.duplicates)
        yield "  runs lost", str(self.lost_runs)


def _section(title: str, figures: dict[str, int]) -> Iterator[tuple[str, str]]:
    yield title, str(sum(figures.values())) if title in {"faults injected", "runs"} else ""
    for name, figure in figures.items():
        yield f"  {name}", str(figure)
