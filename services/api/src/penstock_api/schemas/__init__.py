"""What the API answers, field by field. The OpenAPI page is made from these types, so the two cannot differ."""

from penstock_api.schemas.common import ErrorAnswer, ErrorBody, Health
from penstock_api.schemas.dags import (
    DagDetail,
    DagEntry,
    DagList,
    DagRunsList,
    DagWithRuns,
    Registered,
    TaskDefinition,
    Uploaded,
    Validation,
    VersionEntry,
    VersionList,
)
from penstock_api.schemas.grid import DagGrid, GridRun, GridTask
from penstock_api.schemas.runs import (
    EventList,
    RunAccepted,
    RunCancelling,
    RunDetail,
    RunEntry,
    RunList,
    TaskFailure,
    TaskView,
)
from penstock_api.schemas.system import Metrics, PartitionMetrics

ANSWERS = (
    ErrorAnswer,
    Registered,
    Uploaded,
    Validation,
    DagList,
    DagRunsList,
    DagGrid,
    VersionList,
    DagDetail,
    RunAccepted,
    RunCancelling,
    RunList,
    RunDetail,
    TaskView,
    EventList,
    Metrics,
    Health,
)
"""Every type that is answered as such."""

__all__ = [
    "ANSWERS",
    "DagDetail",
    "DagEntry",
    "DagGrid",
    "DagList",
    "DagRunsList",
    "DagWithRuns",
    "ErrorAnswer",
    "ErrorBody",
    "EventList",
    "GridRun",
    "GridTask",
    "Health",
    "Metrics",
    "PartitionMetrics",
    "Registered",
    "RunAccepted",
    "RunCancelling",
    "RunDetail",
    "RunEntry",
    "RunList",
    "TaskDefinition",
    "TaskFailure",
    "TaskView",
    "Uploaded",
    "Validation",
    "VersionEntry",
    "VersionList",
]
