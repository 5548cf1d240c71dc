"""Many tasks over time: each is looked at when it is worth it, until it ends or our patience does."""

from tidings.watch.course import Course
from tidings.watch.entry import Entry
from tidings.watch.followed import Followed
from tidings.watch.memory import DURATIONS_FILE, Memory
from tidings.watch.news import News, Tell, TellLooks
from tidings.watch.watch import Watch

__all__ = ["DURATIONS_FILE", "Course", "Entry", "Followed", "Memory", "News", "Tell", "TellLooks", "Watch"]
