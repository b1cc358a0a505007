"""What is asked of the deployment, and when: all decided beforehand by one source of chance."""

import random
from pathlib import Path
from typing import Any

import msgspec

from chaos import dags

SMALL_DAGS = 24
SMALL_RUNS_PER_MINUTE = 5000 / 30
LARGE_RUNS_PER_MINUTE = 20 / 30

ASKED_DURING = 0.8
"""The part of the time in which runs are asked for; the rest is for those under way."""


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
    return max(1, round(minutes * SMALL_RUNS_PER_MINUTE)), max(1, round(minutes * LARGE_RUNS_PER_MINUTE))


def plan_load(seconds: float, runs: tuple[int, int], trace: Path, chance: random.Random) -> Load:
    """Return a load of small and large runs (how many of each) that leave their traces in the file ``trace``."""
    definitions = [dags.small(number, trace, chance) for number in range(SMALL_DAGS)]
    small = [_order(f"small-{chance.randrange(SMALL_DAGS)}", number, seconds, chance) for number in range(runs[0])]
    large = [_order("large", number, seconds / 2, chance) for number in range(runs[1])]
    return Load(
        definitions={definition["id"]: definition for definition in (*definitions, dags.large(trace))},
        refused=dags.refused(),
        orders=sorted((*small, *large), key=lambda order: order.at),
    )


def _order(dag_id: str, number: int, seconds: float, chance: random.Random) -> Order:
    return Order(
        at=chance.uniform(0, seconds * ASKED_DURING),
        dag_id=dag_id,
        key=f"{dag_id}/{number}",
        repeat_after=chance.uniform(0, 5) if chance.random() < 0.2 else None,
        cancel_after=chance.uniform(0, 3) if chance.random() < 0.05 else None,
    )
