"""Few requests: coalescing, batching, pacing and pausing. A lane is one (provider, account); a governor one key."""

from tidings.lanes.digest import UNCHANGED
from tidings.lanes.governor import Governor, Trouble, forget_governors, governor_for
from tidings.lanes.inquiry import Inquiry
from tidings.lanes.lane import Lane
from tidings.lanes.sender import Sender
from tidings.lanes.signing import Signature, check_key, check_link, signed_for_file
from tidings.lanes.waiter import Waiter

__all__ = [
    "UNCHANGED",
    "Governor",
    "Inquiry",
    "Lane",
    "Sender",
    "Signature",
    "Trouble",
    "Waiter",
    "check_key",
    "check_link",
    "forget_governors",
    "governor_for",
    "signed_for_file",
]
