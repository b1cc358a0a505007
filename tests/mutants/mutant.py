"""What a mutant is, and where the product's sources are."""

import msgspec

SCRIPTS = "libs/common/src/penstock/store/valkey/scripts"
VALKEY = "libs/common/src/penstock/store/valkey"
MEMORY = "libs/common/src/penstock/store/memory"
CORE = "libs/common/src/penstock/core"
API = "services/api/src/penstock_api"
CLI = "libs/cli/src/penstock_cli"
SCHEDULER = "services/scheduler/src/penstock_scheduler"
NOTIFICATIONS = f"{SCHEDULER}/notifications"
WORKER = "services/worker/src/penstock_worker"


class Mutant(msgspec.Struct, frozen=True):
    """One change that must not go unnoticed.

    It replaces a text that stands exactly once in a file. ``killed_by`` is what pytest is given, or ``seeds a-b`` for
    the simulation.
    """

    name: str
    file: str
    before: str
    after: str
    killed_by: str
