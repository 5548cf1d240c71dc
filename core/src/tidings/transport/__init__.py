"""Sends requests and streams files over HTTP; the only room that knows httpx and aiohttp."""

from tidings.transport.contract import Download, Outgoing, Transport
from tidings.transport.http import HttpTransport

__all__ = ["Download", "HttpTransport", "Outgoing", "Transport"]
