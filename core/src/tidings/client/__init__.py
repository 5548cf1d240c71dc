"""The public verbs, asynchronous and synchronous, over one engine."""

from tidings.client.completions import Completions
from tidings.client.default import as_completed, fetch, fetch_many, wait, wait_many
from tidings.client.engine import AsyncClient
from tidings.client.feed import Feed
from tidings.client.sync import Client
from tidings.client.sync_feed import SyncFeed
from tidings.client.watching import Watching

__all__ = [
    "AsyncClient",
    "Client",
    "Completions",
    "Feed",
    "SyncFeed",
    "Watching",
    "as_completed",
    "fetch",
    "fetch_many",
    "wait",
    "wait_many",
]
