"""The values Tidings speaks in: which task, what state it is in, what it made and why it failed."""

from tidings.model.ref import TaskRef
from tidings.model.status import Artifact, Failure, Kind, Role, Source, TaskState, TaskStatus

__all__ = ["Artifact", "Failure", "Kind", "Role", "Source", "TaskRef", "TaskState", "TaskStatus"]
