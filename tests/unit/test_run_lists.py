"""Which lists of runs are looked at, and in which order."""

from itertools import pairwise

from penstock.core.status import RUN_LIFECYCLE, RunStatus
from penstock.store.run_lists import status_lists


def test_lists_are_looked_at_in_the_order_in_which_a_run_moves_so_that_none_slips_past() -> None:
    looked = status_lists(frozenset(RunStatus) - {RunStatus.CANCELLED})
    assert set(looked) == set(RunStatus) - {RunStatus.CANCELLED}
    for earlier, later in pairwise(looked):
        assert earlier is not None
        assert later is not None
        assert earlier not in RUN_LIFECYCLE[later]


def test_all_statuses_together_are_one_list() -> None:
    assert status_lists(frozenset(RunStatus)) == status_lists(None) == (None,)
    assert status_lists(RunStatus.FAILED) == status_lists(frozenset({RunStatus.FAILED})) == (RunStatus.FAILED,)
    assert status_lists(frozenset()) == ()
