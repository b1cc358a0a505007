"""Which runs and DAGs the last events of a partition were about: what a viewer missed, without a look at each."""

from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from penstock_api.live.events import LiveEvent

_REGISTERED = "DagRegistered"
_FORKED = "LogForked"


class Change(msgspec.Struct, frozen=True, gc=False):
    """A run that has changed: the seq of its last event, and a number that orders changes over all partitions."""

    run_id: str
    seq: int
    arrival: int


class Changes:
    """The runs and DAGs that changed after ``floor``, each with its last event, at most ``limit`` of either."""

    def __init__(self, floor: int, limit: int) -> None:
        self.floor = floor
        self.top = floor
        self.forked = 0
        """The seq of the last event that declared the log a new branch: what was read before it may be gone."""
        self._limit = limit
        self._runs: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._dags: OrderedDict[str, int] = OrderedDict()

    def note(self, event: LiveEvent, arrival: int) -> None:
        """Take the event that comes next; after a gap all begins anew."""
        seq = event.seq
        if seq != self.top + 1:
            self._runs.clear()
            self._dags.clear()
            self.floor = seq - 1
        self.top = seq
        if event.foreign:
            return
        if event.run_id:
            self._runs[event.run_id] = (seq, arrival)
            self._runs.move_to_end(event.run_id)
            if len(self._runs) > self._limit:
                # What changed after the forgotten one is all here.
                self.floor = max(self.floor, self._runs.popitem(last=False)[1][0])
        elif event.type == _REGISTERED:
            self._dags[event.dag_id] = seq
            self._dags.move_to_end(event.dag_id)
            if len(self._dags) > self._limit:
                self.floor = max(self.floor, self._dags.popitem(last=False)[1])
        elif event.type == _FORKED:
            self.forked = seq

    def runs_after(self, seq: int) -> Iterator[Change]:
        """Yield the runs that changed after ``seq``, the last one first: all of them, unless ``seq`` is below floor."""
        for run_id, (last, arrival) in reversed(self._runs.items()):
            if last <= seq:
                return
            yield Change(run_id, last, arrival)

    def dags_after(self, seq: int) -> dict[str, int]:
        """Return the DAGs of which a version was registered after ``seq``, each with the seq of the last one."""
        return {dag_id: last for dag_id, last in self._dags.items() if last > seq}
