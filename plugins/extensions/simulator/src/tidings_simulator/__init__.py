"""A real HTTP server on loopback that plays every installed provider, faults included, for tests and the demo."""

from tidings_simulator.faults import Fault, Faults
from tidings_simulator.log import RequestLog, SeenRequest
from tidings_simulator.server import DEFAULT_KEY, Simulator
from tidings_simulator.tasks import Record

__all__ = ["DEFAULT_KEY", "Fault", "Faults", "Record", "RequestLog", "SeenRequest", "Simulator"]
