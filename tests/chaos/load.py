"""What is asked of the deployment, and when: all decided beforehand by one source of chance."""

import random
from pathlib import Path
from typing import Any

import msgspec

from chaos import dags

SMALL_DAGS = 24

WAVE_MINUTES = 10
WAVE = (6000, 20)
"""So many small and large runs are asked for as fast as they are answered, every so many minutes."""

WAVE_PART = 0.05
"""The part of a wave's time in which its runs are asked for."""

STRAGGLERS = 0.1
"""The share of the runs that come one by one, whenever they like."""

ASKED_DURING = 0.8
"""The part of the time in which runs are asked for one by one; in the rest they may end."""


class Order(msgspec.Struct, frozen=True):
    """A run to ask for ``at`` seconds from the beginning, again later, and to cancel; None for never."""

    at: float
    dag_id: str
    key: str
    repeat_after: float | None
    cancel_after: float | None


class Load(msgspec.Struct, frozen=True):
    """Definitions by id, one that must be refused, and orders in the order of their time."""

    definitions: dict[str, dict[str, Any]]
    refused: dict[str, Any]
    orders: list[Order]


def sizes(minutes: float) -> tuple[int, int]:
    """Return how many small and how many large runs fit into so many minutes of trouble."""
    small, large = WAVE
    waves = minutes / WAVE_MINUTES
    return max(1, round(waves * small)), max(1, round(waves * large))


def plan_load(seconds: float, runs: tuple[int, int], trace: Path, chance: random.Random, *, waves: bool = True) -> Load:
    """Return a load of small and large runs (how many of each) that leave their traces in the file ``trace``.

    Without ``waves`` all come one by one.
    """
    times = _Times(seconds, STRAGGLERS if waves else 1.0, chance)
    definitions = [dags.small(number, trace, chance) for number in range(SMALL_DAGS)]
    small = [_order(f"small-{chance.randrange(SMALL_DAGS)}", number, times, chance) for number in range(runs[0])]
    large = [_order("large", number, times, chance) for number in range(runs[1])]
    return Load(
        definitions={definition["id"]: definition for definition in (*definitions, dags.large(trace))},
        refused=dags.refused(),
        orders=sorted((*small, *large), key=lambda order: order.at),
    )


class _Times:
    """When the runs are asked for: some at any time, the others in waves."""

    def __init__(self, seconds: float, stragglers: float, chance: random.Random) -> None:
        self._seconds = seconds
        self._stragglers = stragglers
        self._waves = max(1, round(seconds / 60 / WAVE_MINUTES))
        self._chance = chance

    def draw(self) -> float:
        """Return the time of an order."""
        if self._chance.random() < self._stragglers:
            return self._chance.uniform(0, self._seconds * ASKED_DURING)
        wave = self._chance.randrange(self._waves)
        return self._seconds / self._waves * (wave + self._chance.uniform(0, WAVE_PART))


def _order(dag_id: str, number: int, times: _Times, chance: random.Random) -> Order:
    return Order(
        at=times.draw(),
        dag_id=dag_id,
        key=f"{dag_id}/{number}",
        repeat_after=chance.uniform(0, 5) if chance.random() < 0.2 else None,
        cancel_after=chance.uniform(0, 3) if chance.random() < 0.05 else None,
    )
