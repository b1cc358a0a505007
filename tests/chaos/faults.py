"""What goes wrong, and when: a timetable made beforehand, so that a seed says what will be done to the deployment."""

import random

import msgspec

from chaos.deployment import APIS, SCHEDULER_LEASE_SECONDS, SCHEDULERS, WORKER_LEASE_SECONDS, WORKERS

SERVER = ("server",)
WIRED = (*SCHEDULERS, *WORKERS)
"""Who has a network of its own, where there are such."""
CLIENTS = (*APIS, *SCHEDULERS, *WORKERS)
"""Everybody who has a link to the server."""


class Kind(msgspec.Struct, frozen=True):
    """A kind of fault: the time from one to the next (seconds), what ``amount`` may be, and who may be hit."""

    gap: tuple[float, float]
    amount: tuple[float, float]
    targets: tuple[str, ...]


KINDS = {
    "kill scheduler": Kind((4, 10), (0, 3), SCHEDULERS),
    "kill worker": Kind((3, 9), (0, 3), WORKERS),
    "kill api": Kind((5, 12), (0, 3), APIS),
    "kill server": Kind((10, 30), (0, 2), SERVER),
    "freeze scheduler": Kind((4, 12), (0.5 * SCHEDULER_LEASE_SECONDS, 3 * SCHEDULER_LEASE_SECONDS), SCHEDULERS),
    "freeze worker": Kind((4, 12), (0.5 * WORKER_LEASE_SECONDS, 3 * WORKER_LEASE_SECONDS), WORKERS),
    "freeze api": Kind((8, 20), (0.5, 3), APIS),
    "cut connections": Kind((2, 7), (0, 0), CLIENTS),
    "cut off": Kind((6, 15), (1, 10), CLIENTS),
    "cut off, there": Kind((8, 20), (1, 10), CLIENTS),
    "cut off, back": Kind((8, 20), (1, 10), CLIENTS),
    "unplug": Kind((6, 15), (1, 10), WIRED),
    "lose replies": Kind((3, 8), (2, 8), CLIENTS),
    "lose replies of the api": Kind((6, 15), (2, 8), APIS),
    "slow network": Kind((8, 20), (2, 8), CLIENTS),
    "flush scripts": Kind((8, 20), (0, 0), SERVER),
    "kill clients": Kind((10, 25), (0, 0), SERVER),
    "busy server": Kind((12, 30), (0.5, 2), SERVER),
}


class Fault(msgspec.Struct, frozen=True):
    """One fault, ``at`` seconds from the beginning; ``amount``: how long it lasts, or what was killed stays away."""

    at: float
    kind: str
    target: str
    amount: float


def timetable(seconds: float, chance: random.Random) -> list[Fault]:
    """Return the faults of so many seconds, in order."""
    faults = []
    for name, kind in KINDS.items():
        at = chance.uniform(0, kind.gap[1])
        while at < seconds:
            faults.append(Fault(at, name, chance.choice(kind.targets), chance.uniform(*kind.amount)))
            at += chance.uniform(*kind.gap)
    return sorted(faults, key=lambda fault: fault.at)
