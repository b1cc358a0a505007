"""Two hundred small worlds, each with its own misfortune; the invariants hold in all of them."""

import os

import pytest
from msgspec.structs import replace

from simulation.plan import NO_FAULTS, Plan
from simulation.run import scenario, simulate

SEEDS = int(os.environ.get("PENSTOCK_TEST_SEEDS", "200"))
BLOCK = 20


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_the_invariants_hold_whatever_goes_wrong(first: int) -> None:
    for seed in range(first, min(first + BLOCK, SEEDS)):
        try:
            simulate(seed, scenario(seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}: PYTHONPATH=tests python -m simulation --seeds {seed}") from error


@pytest.mark.parametrize("seed", [372, 7124, 7538, 7764])
def test_what_once_went_wrong_stays_mended(seed: int) -> None:
    deaths = Plan(odds=NO_FAULTS, deaths=10, pauses=0, outages=0, late=False)
    simulate(seed, Plan(failovers=3, late=False) if seed % 8 == 4 else deaths)


def test_a_clock_that_is_set_and_set_right_before_anybody_notices_loses_no_claim() -> None:
    assert simulate(5809, replace(scenario(5809), late=False)).losses == 0


def test_a_clock_that_is_set_loses_no_claim_and_keeps_no_run_waiting() -> None:
    quiet = Plan(odds=NO_FAULTS, deaths=0, pauses=0, outages=0, jumps=4)
    assert sum(simulate(seed, quiet).losses for seed in range(10)) == 0


def test_a_seed_replays_exactly() -> None:
    for seed in (5, 7, 8):
        assert simulate(seed, scenario(seed)) == simulate(seed, scenario(seed))


def test_some_runs_are_late_and_others_are_not() -> None:
    results = [simulate(seed, Plan(odds=NO_FAULTS, deaths=0, pauses=0, outages=0)) for seed in range(5)]
    assert 0 < sum(result.late for result in results) < sum(result.runs for result in results)


def test_faults_really_happen() -> None:
    results = [simulate(seed, Plan(failovers=1)) for seed in range(10)]
    assert sum(result.faults for result in results) > 100
    assert sum(result.deaths for result in results) > 10
    assert sum(result.losses for result in results) > 0
    assert sum(result.refused for result in results) > 0


def test_a_forked_log_is_declared() -> None:
    quiet = Plan(odds=NO_FAULTS, deaths=0, pauses=0, outages=0, failovers=2)
    results = [simulate(seed, quiet) for seed in range(5)]
    assert sum(result.forks for result in results) > 0
    assert sum(result.taken for result in results) > 0
