"""The health check of the images: ``python -I -S healthcheck.py PORT`` asks the service beside it for ``/readyz``.

Prints what it says, which the engine keeps for whoever asks why, and exits with 1 where it is not ready.
"""

import http.client
import sys

ANSWER_SECONDS = 4
"""Less than the engine waits for this program."""


def main() -> None:
    """Ask, print, exit."""
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        print(answer.read().decode())
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"no answer: {error}")
    sys.exit(0 if answer.status == http.client.OK else 1)


if __name__ == "__main__":
    main()
