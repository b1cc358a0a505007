"""What one simulation does, and what it has seen."""

import msgspec

from simulation.processes import Odds

PARTITIONS = 2

FAULTY = Odds(before=0.01, after=0.02, repeated=0.01, late=0.005)
POOR = Odds(before=0.1, after=0.1)
NO_FAULTS = Odds()


class Plan(msgspec.Struct, frozen=True):
    """What one simulation does."""

    dags: int = 3
    runs: int = 12
    schedulers: int = 2
    workers: int = 3
    seconds: float = 40.0
    odds: Odds = FAULTY
    deaths: int = 6
    pauses: int = 4
    outages: int = 2
    failovers: int = 0
    jumps: int = 0
    late: bool = True

    @property
    def calm(self) -> bool:
        """Whether nothing goes wrong, but that the server's clock may be set."""
        return not (self.odds != NO_FAULTS or self.deaths or self.pauses or self.outages or self.failovers)


class Result(msgspec.Struct, frozen=True):
    """What a simulation has seen; ``taken`` counts heads that schedulers had seen before a failover took them."""

    commits: int
    events: int
    faults: int
    deaths: int
    losses: int
    refused: int
    forks: int
    taken: int
    late: int
    runs: int
    fingerprint: str
