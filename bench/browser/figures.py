"""A measured figure beside its budget."""

from collections.abc import Sequence
from statistics import median

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """What was measured: a median (or what ``name`` says), its range, and the most (or least) it should be."""

    name: str
    value: float
    unit: str
    least: float
    most: float
    budget: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the figure is within its budget."""
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    def line(self) -> str:
        """Return the figure as a line to print."""
        sign = "≥" if self.at_least else "≤"
        verdict = "" if self.kept else "   over budget"
        spread = f"{self.least:,.0f}–{self.most:,.0f}"
        return f"{self.name:<58} {self.value:>9,.0f} {self.unit:<4} ({spread})  budget {sign} {self.budget:,.0f}{verdict}"


def of(name: str, values: Sequence[float], unit: str, budget: float, *, at_least: bool = False) -> Figure:
    """Return the median of the values."""
    return Figure(name, median(values), unit, min(values), max(values), budget, at_least)


def percentile_of(name: str, values: Sequence[float], part: float, unit: str, budget: float) -> Figure:
    """Return a percentile of the values, by the nearest rank."""
    ordered = sorted(values)
    value = ordered[min(len(ordered) - 1, int(part * len(ordered)))]
    return Figure(name, value, unit, ordered[0], ordered[-1], budget)
