"""Write the OpenAPI document of the API to stdout, without starting it: the dashboard's types are made from it."""

import json
import sys

from penstock.settings import Settings
from penstock.store.memory.store import MemoryStore
from penstock_api.app import create_app


def main() -> None:
    """Write the document, its keys in a fixed order."""
    app = create_app(MemoryStore(1, lambda: 0), Settings())
    json.dump(app.openapi(), sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
