"""One run of the chaos from the first process to the verdict."""

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from chaos.checker import Findings, check
from chaos.client import Client
from chaos.deployment import Deployment, deployed
from chaos.faults import timetable
from chaos.injector import Injector
from chaos.journal import Journal
from chaos.leftovers import check_leftovers
from chaos.load import plan_load
from chaos.report import Report
from chaos.rest import await_rest, check_gone, check_rest
from chaos.service_logs import count_logs
from chaos.takeovers import LONGEST_SECONDS, Takeovers
from chaos.vitals import Vitals

MOST_SURVIVAL_SECONDS = 2.0
"""How long what a worker had started may outlive its kill."""


class Scenario(msgspec.Struct, frozen=True):
    """What to do: trouble for so many seconds (none without ``faults``) under so many small and large runs.

    A ``soak`` has to show that nothing grows; one that is too short to show it has failed.
    """

    seed: int
    seconds: float
    runs: tuple[int, int]
    faults: bool = True
    soak: bool = False


async def play(scenario: Scenario, folder: Path) -> Report:
    """Play a scenario in an empty folder, where its data, logs, traces and journal stay."""
    begun = time.monotonic()
    trace = folder / "traces"
    load_chance, chance = random.Random(f"load {scenario.seed}"), random.Random(f"faults {scenario.seed}")
    load = plan_load(scenario.seconds, scenario.runs, trace, load_chance, waves=scenario.faults)
    faults = timetable(scenario.seconds, chance) if scenario.faults else []
    violations: list[str] = []
    journal = Journal(folder / "journal")
    async with (
        deployed(folder, chance, short_leases=scenario.faults) as deployment,
        deployment.store() as store,
        asyncio.TaskGroup() as group,
    ):
        vitals = Vitals(deployment, store)
        injector = Injector(deployment, Takeovers(store), chance)
        client = Client(deployment, journal, random.Random(f"client {scenario.seed}"))
        watching = group.create_task(vitals.watch())
        async with asyncio.TaskGroup() as trouble:
            trouble.create_task(client.place(load))
            trouble.create_task(injector.inject(faults))
        await deployment.up()
        await await_rest(store, violations.append)
        watching.cancel()
        await check_rest(store, trace, violations.append)
        await deployment.end()
        check_gone(deployment, violations.append)
        findings = await check(store, journal, load, trace, violations)
        runs = sum(findings.runs.values())
        kept = (runs, len(load.definitions))
        await check_leftovers(deployment.admin, *kept, workers_died=scenario.faults, blame=violations.append)
    journal.close()
    logged, errors = count_logs(service.log for service in deployment.services.values())
    violations += [*client.troubles, *errors, *_too_much(scenario, injector, vitals, findings)]
    return Report(
        seed=scenario.seed,
        seconds=time.monotonic() - begun,
        logged=dict(sorted(logged.items())),
        violations=violations,
        **_counted(deployment, injector, client, vitals),
        **msgspec.structs.asdict(findings),
    )


def _counted(deployment: Deployment, injector: Injector, client: Client, vitals: Vitals) -> dict[str, Any]:
    """Return what those who took part have counted, by the names that it has in the report."""
    return {
        "faults": dict(sorted(injector.injected.items())),
        "no_networks": deployment.no_networks,
        "client_requests": client.asked,
        "client_retries": client.retried,
        "lost_replies": sum(link.lost_replies for link in (*deployment.links.values(), *deployment.doors.values())),
        "longest_survival_seconds": injector.longest_survival,
        "takeover_seconds": injector.takeovers.seconds,
        "most_open_runs": vitals.most_open_runs,
        "uses": vitals.uses(),
        "server_use": vitals.server_use(),
    }


def _too_much(scenario: Scenario, injector: Injector, vitals: Vitals, findings: Findings) -> Iterator[str]:
    if injector.longest_survival > MOST_SURVIVAL_SECONDS:
        yield f"what a killed worker had started lived on for {injector.longest_survival:.1f} s"
    for owner in injector.takeovers.never:
        yield f"nobody has taken over from {owner} within {LONGEST_SECONDS:g} s"
    if scenario.faults:
        return
    if findings.losses:
        yield f"{findings.losses} attempts were lost and nothing was done to anybody"
    uses, server = vitals.uses(), vitals.server_use()
    if scenario.soak and not (uses and server):
        yield "nothing lived and worked for so long that its growth could be judged: play for longer"
    for name, use in uses.items():
        if use.grows:
            yield f"{name} takes more and more: {use}"
    if server is not None and server.grows:
        yield f"the server takes more and more for the same work: {server}"
