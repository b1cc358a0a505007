"""What a run of the chaos has shown, as a table."""

from collections.abc import Iterator
from statistics import median

import msgspec

from chaos.server_use import ServerUse
from chaos.vitals import Use

MOST_TOLD = 50
"""Violations that are printed; all are in the JSON."""


class Report(msgspec.Struct, kw_only=True):
    """The figures, and everything that was wrong."""

    seed: int
    seconds: float
    faults: dict[str, int]
    no_networks: str
    runs: dict[str, int]
    logged: dict[str, int]
    rejected: dict[str, int]
    client_requests: int
    client_retries: int
    lost_replies: int
    longest_survival_seconds: float
    takeover_seconds: list[float]
    most_open_runs: int
    uses: dict[str, Use]
    server_use: ServerUse | None
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
        if self.no_networks:
            yield "  no networks of their own", self.no_networks
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
                "runs open at once": self.most_open_runs,
            },
        )
        yield from self._times()
        yield "  executions too many", str(self.duplicates)
        yield "  runs lost", str(self.lost_runs)

    def _times(self) -> Iterator[tuple[str, str]]:
        yield "  longest survival after a kill, s", f"{self.longest_survival_seconds:.1f}"
        if self.takeover_seconds:
            yield "  takeover after a kill, median, s", f"{median(self.takeover_seconds):.1f}"
            yield "  takeover after a kill, longest, s", f"{max(self.takeover_seconds):.1f}"
        for name, use in self.uses.items():
            yield f"  {name}: MiB, early and late", f"{use.mebibytes[0]:.0f} {use.mebibytes[1]:.0f}"
            yield f"  {name}: open files, early and late", f"{use.files[0]:.0f} {use.files[1]:.0f}"
        if server := self.server_use:
            figures = {"finished runs": server.finished_runs, "MiB": server.mebibytes}
            for name, (early, late) in {**figures, "bytes per event": server.bytes_per_event}.items():
                yield f"  server: {name}, early and late", f"{early:.0f} {late:.0f}"


def _section(title: str, figures: dict[str, int]) -> Iterator[tuple[str, str]]:
    yield title, str(sum(figures.values())) if title in {"faults injected", "runs"} else ""
    for name, figure in figures.items():
        yield f"  {name}", str(figure)
