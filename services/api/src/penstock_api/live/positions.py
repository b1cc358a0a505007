"""Where a viewer stands: the seq it has seen of every partition it watches, written ``0:12,1:5``."""

import re
from collections.abc import Collection, Mapping

from penstock_api.errors import UnreadableBodyError

_FORM = re.compile(r"[0-9]{1,5}:[0-9]{1,15}(,[0-9]{1,5}:[0-9]{1,15})*", re.ASCII)


def write_positions(positions: Mapping[int, int]) -> str:
    """Return the positions as the id of an event."""
    return ",".join(f"{partition}:{seq}" for partition, seq in positions.items())


def read_positions(text: str, watched: Collection[int]) -> dict[int, int]:
    """Return the positions that an event id holds.

    Raises:
        UnreadableBodyError: it is no such id, or one of a stream that watched other partitions: what lies between could
            not be told from what was seen.
    """
    if _FORM.fullmatch(text):
        pairs = [pair.split(":") for pair in text.split(",")]
        positions = {int(partition): int(seq) for partition, seq in pairs}
        if positions.keys() == set(watched) and len(pairs) == len(positions):
            return positions
    raise UnreadableBodyError("Last-Event-ID is not an id of this stream. Leave it out to begin with what happens now.")
