"""A measured figure beside its budget."""

import os
from collections.abc import Sequence
from statistics import median

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """What was measured: a median (or what ``name`` says), the range, and what it should be at most (or at least).

    ``budget`` is None for what is only told. ``load`` is the machine's load average of the last minute.
    """

    name: str
    value: float
    unit: str
    least: float
    most: float
    budget: float | None
    at_least: bool
    load: float

    @property
    def kept(self) -> bool:
        """Whether the figure is within its budget."""
        if self.budget is None:
            return True
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    def line(self) -> str:
        """Return the figure as a line to print."""
        spread = f"{_short(self.least)} .. {_short(self.most)}"
        told = f"{self.name:<62} {_short(self.value):>7} {self.unit:<4} {spread:<18}"
        if self.budget is not None:
            sign = "≥" if self.at_least else "≤"
            told += f" budget {sign} {_short(self.budget):<6} {'kept' if self.kept else 'OVER'}"
        return f"{told:<114} load {self.load:.1f}"


def of(name: str, values: Sequence[float], unit: str, budget: float | None = None, *, at_least: bool = False) -> Figure:
    """Return the median of the values."""
    return _figure(name, median(values), values, unit, budget, at_least=at_least)


def percentile_of(name: str, values: Sequence[float], part: float, unit: str, budget: float | None = None) -> Figure:
    """Return a percentile of the values, by the nearest rank."""
    ordered = sorted(values)
    return _figure(name, ordered[min(len(ordered) - 1, int(part * len(ordered)))], values, unit, budget)


def _figure(
    name: str, value: float, values: Sequence[float], unit: str, budget: float | None, *, at_least: bool = False
) -> Figure:
    return Figure(name, value, unit, min(values), max(values), budget, at_least, os.getloadavg()[0])


def _short(value: float) -> str:
    return f"{value:,.1f}" if abs(value) < 10 else f"{value:,.0f}"
