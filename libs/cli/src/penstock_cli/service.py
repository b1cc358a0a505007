"""``penstock api``, ``scheduler`` and ``worker``: one service in the foreground, as ``python -m`` would start it."""

import os
import runpy

from penstock.settings import load_settings
from penstock_cli.connect import joined


def run_service(module: str) -> None:
    """Run a service in this process until it is told to stop.

    Without a server in the settings it joins the stack that runs on the data directory, if one does.
    """
    settings = joined(load_settings())
    if "redis_url" in settings.model_fields_set:
        os.environ["PENSTOCK_REDIS_URL"] = settings.redis_url
    runpy.run_module(module, run_name="__main__", alter_sys=True)
