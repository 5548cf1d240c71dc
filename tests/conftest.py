"""What holds for every test: no setting of the machine's reaches it, and the same run finds the same examples."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from itertools import count

_numbers = count(1)
_OURS = ("TIDINGS_TEST_",)
_FOREIGN = ("TIDINGS_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_", "XDG_")


def _forget_the_machine() -> None:
    """Accounts, proxies and configuration of the person who runs the tests must not decide what they find."""
    for name in tuple(os.environ):
        if name.upper().startswith(_FOREIGN) and not name.startswith(_OURS):
            del os.environ[name]
    nowhere = tempfile.mkdtemp(prefix="tidings-tests-")
    atexit.register(shutil.rmtree, nowhere, ignore_errors=True)
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        os.environ[name] = nowhere
    os.environ["TIDINGS_STATE"] = f"{nowhere}/state"


def _put_httpx2_in_httpxs_place() -> None:
    """The second run: `import httpx`, also inside httpx-aiohttp, yields httpx2. Refuses when httpx is in already."""
    import httpx2

    httpx2.alias_httpx()


def _hear_interrupts() -> None:
    """A run that was started in the background ignores Ctrl-C, and so would every program the tests start and stop."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_forget_the_machine()
_hear_interrupts()
if os.environ.get("TIDINGS_TEST_HTTPX2") == "1":
    _put_httpx2_in_httpxs_place()

import pytest  # noqa: E402  # the environment has to be clean before anything reads it
from hypothesis import settings  # noqa: E402  # as above, the environment first


@pytest.fixture(autouse=True)
def _state_of_its_own() -> Iterator[None]:
    """What one test's tasks taught must not decide when another's are looked at. The folder is made on first use."""
    shared = os.environ["TIDINGS_STATE"]
    os.environ["TIDINGS_STATE"] = f"{shared}-{next(_numbers)}"
    yield
    os.environ["TIDINGS_STATE"] = shared


# `pytest --hypothesis-profile=explore` looks for new counterexamples; the usual run is the same every time and on
# every machine, however slow.
settings.register_profile("steady", deadline=None, derandomize=True, database=None, max_examples=100)
settings.register_profile("explore", deadline=None, max_examples=5000, print_blob=True)
settings.load_profile("steady")
