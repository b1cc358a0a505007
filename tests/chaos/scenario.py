"""One run of the chaos from the first process to the verdict."""

import asyncio
import random
import time
from pathlib import Path

import msgspec

from chaos.checker import check
from chaos.client import Client
from chaos.deployment import deployed
from chaos.faults import timetable
from chaos.injector import Injector
from chaos.journal import Journal
from chaos.load import plan_load
from chaos.report import Report
from chaos.rest import await_rest, check_gone, check_rest
from chaos.service_logs import count_logs

MOST_SURVIVAL_SECONDS = 2.0
"""How long what a worker had started may outlive its kill."""


class Scenario(msgspec.Struct, frozen=True):
    """What to do: trouble for so many seconds (none without ``faults``) under so many small and large runs."""

    seed: int
    seconds: float
    runs: tuple[int, int]
    faults: bool = True


async def play(scenario: Scenario, folder: Path) -> Report:
    """Play a scenario in an empty folder, where its data, logs, traces and journal stay."""
    begun = time.monotonic()
    trace = folder / "traces"
    load = plan_load(scenario.seconds, scenario.runs, trace, random.Random(f"load {scenario.seed}"))
    chance = random.Random(f"faults {scenario.seed}")
    faults = timetable(scenario.seconds, chance) if scenario.faults else []
    violations: list[str] = []
    journal = Journal(folder / "journal")
    async with deployed(folder, chance, short_leases=scenario.faults) as deployment:
        injector = Injector(deployment, chance)
        client = Client(deployment, journal, random.Random(f"client {scenario.seed}"))
        async with asyncio.TaskGroup() as group:
            group.create_task(client.place(load))
            group.create_task(injector.inject(faults))
        await deployment.up()
        async with deployment.store() as store:
            await await_rest(store, violations.append)
            await check_rest(store, trace, violations.append)
            await deployment.end()
            check_gone(deployment, violations.append)
            findings = await check(store, journal, load, trace, violations)
        journal.close()
    violations += client.troubles
    logged, errors = count_logs(service.log for service in deployment.services.values())
    violations += errors
    if injector.longest_survival > MOST_SURVIVAL_SECONDS:
        violations.append(f"what a killed worker had started lived on for {injector.longest_survival:.1f} s")
    if not scenario.faults and findings.losses:
        violations.append(f"{findings.losses} attempts were lost and nothing was done to anybody")
    return Report(
        seed=scenario.seed,
        seconds=time.monotonic() - begun,
        faults=dict(sorted(injector.injected.items())),
        logged=dict(sorted(logged.items())),
        client_requests=client.asked,
        client_retries=client.retried,
        lost_replies=sum(link.lost_replies for link in (*deployment.links.values(), *deployment.doors.values())),
        longest_survival_seconds=injector.longest_survival,
        violations=violations,
        **msgspec.structs.asdict(findings),
    )
