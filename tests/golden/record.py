"""How the golden logs were made: scenarios put through the real engine, with every time and id given.

Run by hand when a new schema version needs logs of its own: ``PYTHONPATH=tests python tests/golden/record.py``. It
writes ``tests/golden/v<schema version>/`` and refuses to touch a file that exists: what was recorded once must be
readable for ever.

Beside the logs it writes ``schema.json``: what an event of that version may hold.

The first line of a log says which partition and incarnation the log is of, the hash that ends its chain, and the
digest of the projections that the engine wrote. Each further line is one event, byte for byte as stored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from golden.recorder import Recorder
from golden.scenarios import SCENARIOS
from penstock.core import events as e


async def record(scenario: Callable[[Recorder], Awaitable[None]]) -> bytes:
    """Return the file that a scenario makes."""
    recorder = Recorder()
    await scenario(recorder)
    return b"\n".join(recorder.lines()) + b"\n"


def schema() -> bytes:
    """Return what an event may hold, as JSON schema without prose."""
    return msgspec.json.format(msgspec.json.encode(_without_prose(msgspec.json.schema(e.AnyEvent)), order="sorted"))


def _without_prose(part: object) -> object:
    if isinstance(part, dict):
        kept = {name: inner for name, inner in part.items() if not (name == "description" and isinstance(inner, str))}
        return {name: _without_prose(inner) for name, inner in kept.items()}
    if isinstance(part, list):
        return [_without_prose(inner) for inner in part]
    return part


async def main() -> None:
    directory = Path(__file__).parent / f"v{e.SCHEMA_VERSION}"
    directory.mkdir(exist_ok=True)
    with (directory / "schema.json").open("xb") as file:
        file.write(schema() + b"\n")
    for scenario in SCENARIOS:
        with (directory / f"{scenario.__name__}.jsonl").open("xb") as file:
            file.write(await record(scenario))


if __name__ == "__main__":
    asyncio.run(main())
