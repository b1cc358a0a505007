"""What the API answers, field by field. The OpenAPI page is made from these types, so the two cannot differ."""

from penstock_api.schemas.common import ErrorAnswer, ErrorBody, Health
from penstock_api.schemas.dags import (
    DagDetail,
    DagEntry,
    DagList,
    Registered,
    TaskDefinition,
    Uploaded,
    VersionEntry,
    VersionList,
)
from penstock_api.schemas.runs import (
    CancelRequest,
    CancelResult,
    EventList,
    RefusedCancellation,
    RunAccepted,
    RunCancelling,
    RunDetail,
    RunEntry,
    RunList,
    TaskFailure,
    TaskView,
)
from penstock_api.schemas.system import Metrics, PartitionMetrics
from penstock_api.schemas.tasks import Attempt, AttemptStatus, LogLine, LogLines, TaskDetail

ANSWERS = (
    ErrorAnswer,
    Registered,
    Uploaded,
    DagList,
    VersionList,
    DagDetail,
    RunAccepted,
    RunCancelling,
    RunList,
    RunDetail,
    TaskDetail,
    LogLines,
    CancelRequest,
    CancelResult,
    EventList,
    Metrics,
    Health,
)
"""Every type that is answered, or asked for, as such."""

__all__ = [
    "ANSWERS",
    "Attempt",
    "AttemptStatus",
    "CancelRequest",
    "CancelResult",
    "DagDetail",
    "DagEntry",
    "DagList",
    "ErrorAnswer",
    "ErrorBody",
    "EventList",
    "Health",
    "LogLine",
    "LogLines",
    "Metrics",
    "PartitionMetrics",
    "RefusedCancellation",
    "Registered",
    "RunAccepted",
    "RunCancelling",
    "RunDetail",
    "RunEntry",
    "RunList",
    "TaskDefinition",
    "TaskDetail",
    "TaskFailure",
    "TaskView",
    "Uploaded",
    "VersionEntry",
    "VersionList",
]
