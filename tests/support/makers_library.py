"""Makers' own client libraries: found or skipped, and made to move the simulated clock where they would sleep."""

from __future__ import annotations

import os
import time
from importlib import import_module
from types import ModuleType, SimpleNamespace

import httpx
import pytest


def library(name: str) -> ModuleType:
    """The library. Without it the module's tests are skipped, or fail where TIDINGS_TEST_CLIENTS=1 wants them run."""
    if os.environ.get("TIDINGS_TEST_CLIENTS") == "1":
        return import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed: `make clients` installs it and runs these tests")


def time_of(simulator) -> SimpleNamespace:
    """To put in the place of a library's `time`: sleeping moves the simulator's clock on, and takes no time itself."""
    return SimpleNamespace(sleep=simulator.advance, time=time.time)


def file_at(url: str) -> tuple[str, bytes]:
    """The media type and content of the file at a link, asked for without any key, as a browser would."""
    answer = httpx.get(url, trust_env=False)
    return answer.raise_for_status().headers["content-type"], answer.content
