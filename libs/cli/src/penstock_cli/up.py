"""``penstock up``: the stack in the foreground, until Ctrl-C."""

import asyncio
import contextlib

from penstock.logs import configure_logging
from penstock.settings import Settings
from penstock_cli.signals import Interrupted, stop_requests, unless_asked
from penstock_cli.supervisor import Stack
from penstock_scheduler.notifications.read_targets import load_targets


def run_stack(settings: Settings, workers: int) -> None:
    """Start the stack, keep it up until told to stop, and end it; it raises what ``Stack.start`` does.

    Raises:
        InvalidInputError: something is wrong with the file that names the targets of notifications.
    """
    load_targets(settings.notifications)  # a mistake is told once now, not by a scheduler that starts again and again
    configure_logging("up", settings.log_format, settings.log_level)
    asyncio.run(_run(settings, workers))


async def _run(settings: Settings, workers: int) -> None:
    stack = Stack(settings, workers=workers)
    with stop_requests(stack.hurry) as asked:
        try:
            await unless_asked(asked, stack.start())
            _say(f"Penstock is up at {stack.url}{_where(settings)}. Ctrl-C stops it.")
            await asked.wait()
            _say("Stopping: running tasks may finish. Ctrl-C again stops them too.")
        except Interrupted:
            pass
        finally:
            await stack.stop()
    _say("Penstock has stopped.")


def _where(settings: Settings) -> str:
    return "" if "redis_url" in settings.model_fields_set else f", data in {settings.data_dir}"


def _say(line: str) -> None:
    """Print a line for people, whatever the logs look like; a terminal that was closed is no reason to fail."""
    with contextlib.suppress(OSError):
        print(line, flush=True)  # noqa: T201  # this is what the command answers
