"""A scheduler of the next Penstock, whose events have a schema of their own: ``python -m newer_scheduler``."""

from collections.abc import MutableMapping
from typing import cast

from penstock.core import events

NEWER = events.SCHEMA_VERSION + 1

if __name__ == "__main__":
    events.SCHEMA_VERSION = NEWER
    # Not before: the other modules read the version when they are imported.
    from penstock.core import codec

    cast("MutableMapping[int, codec.Upcaster]", codec.UPCASTERS)[NEWER - 1] = lambda old: old

    from penstock_scheduler.__main__ import main

    main()
