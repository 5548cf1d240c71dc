"""Few requests: coalescing, batching, pacing and pausing. A lane is one (provider, account); a governor one key."""

from tidings.lanes.governor import Governor, forget_governors, governor_for
from tidings.lanes.inquiry import Inquiry
from tidings.lanes.lane import Lane
from tidings.lanes.sender import Sender

__all__ = ["Governor", "Inquiry", "Lane", "Sender", "forget_governors", "governor_for"]
