"""Few requests: coalescing, batching, pacing and pausing. A lane is one (provider, account); a governor one key."""

from tidings.lanes.governor import Governor, governor_for
from tidings.lanes.lane import Lane

__all__ = ["Governor", "Lane", "governor_for"]
