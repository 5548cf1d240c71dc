"""Saves what a task made: whole files under their final names, or nothing."""

from tidings.download.names import file_name
from tidings.download.save import save

__all__ = ["file_name", "save"]
