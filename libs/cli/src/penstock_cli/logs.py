"""What ``penstock logs`` does: the output of one task as it was printed, or of all tasks with their names before it."""

import sys
import threading

from penstock.client import Client
from penstock.errors import InvalidInputError, PenstockError
from penstock_cli.connect import connect

FOLLOWERS = 64
"""How many tasks are followed at the same time; the output of the others is kept and comes when one has ended."""


def logs(run_id: str, task_id: str | None, attempt: int | None, *, follow: bool) -> None:
    """Print what a task, or every task of a run, has printed; ``follow`` goes on until the end."""
    if task_id is None and attempt is not None:
        raise InvalidInputError("an attempt is one of a task: name the task too")
    with connect() as client:
        if task_id is not None:
            for text in client.logs(run_id, task_id, attempt, follow=follow):
                sys.stdout.write(text)
                sys.stdout.flush()
        elif follow:
            _Followers(client, run_id).run()
        else:
            for task in client.get_run(run_id).tasks:
                if task.attempt:
                    _print_log(client, run_id, task.task_id, None)


class _Followers:
    """Follows every attempt of a run in a thread of its own; lines are never mixed."""

    def __init__(self, client: Client, run_id: str) -> None:
        self._client = client
        self._run_id = run_id
        self._slots = threading.Semaphore(FOLLOWERS)
        self._failed: list[PenstockError] = []

    def run(self) -> None:
        """Return when the run has ended and all is printed."""
        threads: list[threading.Thread] = []
        for event in self._client.follow(self._run_id):
            if event.type == "TaskStarted":
                self._slots.acquire()
                attempt = (str(event.data["task_id"]), int(event.data["attempt"]))
                # Daemons: Ctrl-C must not wait for a task that prints nothing.
                threads.append(threading.Thread(target=self._follow, args=attempt, daemon=True))
                threads[-1].start()
        for thread in threads:
            thread.join()
        if self._failed:
            raise self._failed[0]

    def _follow(self, task_id: str, attempt: int) -> None:
        try:
            _print_log(self._client, self._run_id, task_id, attempt, follow=True)
        except PenstockError as error:
            self._failed.append(error)
        finally:
            self._slots.release()


def _print_log(client: Client, run_id: str, task_id: str, attempt: int | None, *, follow: bool = False) -> None:
    rest = ""
    for text in client.logs(run_id, task_id, attempt, follow=follow):
        *lines, rest = (rest + text).split("\n")
        _print_lines(task_id, lines)
    _print_lines(task_id, [rest] if rest else [])


def _print_lines(task_id: str, lines: list[str]) -> None:
    # One write for all, so that threads do not mix within a line.
    sys.stdout.write("".join(f"{task_id} | {line}\n" for line in lines))
    sys.stdout.flush()
