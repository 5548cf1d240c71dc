"""Sends requests and streams files over HTTP; the only room that knows httpx and aiohttp."""

from tidings.transport.contract import Download, Outgoing, Transport
from tidings.transport.http import HttpTransport, TransportLike, as_transport

__all__ = ["Download", "HttpTransport", "Outgoing", "Transport", "TransportLike", "as_transport"]
