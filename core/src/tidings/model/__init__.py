"""The values Tidings speaks in: which task, what state it is in, what it made and why it failed, and what is new."""

from tidings.model.news import Change, Event, Look
from tidings.model.ref import TaskRef
from tidings.model.status import Artifact, Failure, Kind, Role, Source, TaskState, TaskStatus

__all__ = [
    "Artifact",
    "Change",
    "Event",
    "Failure",
    "Kind",
    "Look",
    "Role",
    "Source",
    "TaskRef",
    "TaskState",
    "TaskStatus",
]
