"""What others are told of a run."""

from enum import StrEnum


class Occasion(StrEnum):
    """What there may be to tell of a run: it ended in one of three ways, or is late."""

    FAILED = "failed"
    LATE = "late"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
