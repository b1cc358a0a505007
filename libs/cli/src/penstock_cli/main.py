"""The program ``penstock``: runs a command and turns what goes wrong into one clear line and an exit code."""

import sys

from penstock.errors import PenstockError
from penstock_cli.commands import cli


def app() -> None:
    """Run the command line and exit."""
    try:
        cli()
    except KeyboardInterrupt:
        sys.exit(130)
    except (PenstockError, OSError) as error:
        from penstock_cli.failures import report  # noqa: PLC0415  # not needed where nothing goes wrong

        sys.exit(report(error))


if __name__ == "__main__":
    app()
