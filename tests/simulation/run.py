"""One seed, one simulation."""

import asyncio
import logging
import random

import structlog

from simulation.plan import NO_FAULTS, POOR, Plan, Result
from simulation.processes import owned_tasks
from simulation.virtual_time import VirtualLoop
from simulation.world import World

SCENARIOS = (
    Plan(odds=NO_FAULTS, deaths=0, pauses=0, outages=0),
    Plan(deaths=0, pauses=0, outages=0),
    Plan(odds=NO_FAULTS, deaths=10, pauses=0, outages=0),
    Plan(odds=NO_FAULTS, deaths=0, pauses=10, outages=0),
    Plan(odds=NO_FAULTS, deaths=0, pauses=0, outages=0, jumps=4),
    Plan(odds=POOR, deaths=0, pauses=0, outages=1, failovers=3),
    Plan(failovers=3),
    Plan(jumps=3),
    Plan(),
)
"""Peace, one kind of trouble at a time, and everything at once."""


def scenario(seed: int) -> Plan:
    """Return what a seed simulates."""
    return SCENARIOS[seed % len(SCENARIOS)]


def simulate(seed: int, plan: Plan) -> Result:
    """Run one simulation.

    Raises:
        AssertionError: an invariant does not hold.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    random.seed(seed)  # the product's own backoff draws from here
    loop = VirtualLoop()
    loop.set_task_factory(owned_tasks)
    try:
        asyncio.set_event_loop(loop)
        result = loop.run_until_complete(_run(seed, plan))
    finally:
        _cancel_all(loop)
        asyncio.set_event_loop(None)
        loop.close()
    if loop.failures:
        raise loop.failures[0]
    return result


async def _run(seed: int, plan: Plan) -> Result:
    return await World(seed, plan).run()


def _cancel_all(loop: VirtualLoop) -> None:
    while tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
