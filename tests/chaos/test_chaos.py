"""A short chaos, and the same load in peace. ``make chaos MINUTES=… SEED=…`` plays longer ones."""

from pathlib import Path

import pytest

from chaos.scenario import Scenario, play


@pytest.mark.timeout(300)
async def test_whatever_is_killed_frozen_or_cut_off_every_promise_is_kept(tmp_path: Path) -> None:
    report = await play(Scenario(seed=1, seconds=60, runs=(120, 1)), tmp_path)
    assert report.violations == [], report.table()
    assert (report.lost_runs, report.duplicates) == (0, 0)
    assert len(report.faults) > 10, "it was no peace"


@pytest.mark.timeout(120)
async def test_in_peace_no_attempt_is_lost_and_none_is_executed_twice(tmp_path: Path) -> None:
    report = await play(Scenario(seed=2, seconds=5, runs=(50, 1), faults=False), tmp_path)
    assert report.violations == [], report.table()
    assert (report.lost_runs, report.duplicates, report.losses) == (0, 0, 0)
    assert report.executions <= report.attempts
