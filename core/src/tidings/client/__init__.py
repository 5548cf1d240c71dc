"""The public verbs, asynchronous and synchronous, over one engine."""

from tidings.client.default import fetch, fetch_many, wait
from tidings.client.engine import AsyncClient
from tidings.client.sync import Client

__all__ = ["AsyncClient", "Client", "fetch", "fetch_many", "wait"]
