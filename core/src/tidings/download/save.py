"""Fetches outputs to disk: tries again when the line is cut, and says plainly when a link is dead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import IO

from tidings.clock import Clock
from tidings.download.contents import genuine
from tidings.download.files import settle, whole_or_nothing
from tidings.download.inside import content_of
from tidings.download.names import file_names
from tidings.errors import DownloadError, FetchError, LinkExpired, ProviderUnavailable, Unreachable
from tidings.flow import Retry
from tidings.lanes import Signature
from tidings.lanes.discretion import shows, without
from tidings.model import Artifact, Role, TaskStatus
from tidings.transport import Download, Outgoing, Transport
from tidings.wire import Response, is_data_uri

_TIMEOUT = 3600.0  # seconds for one file
_WRITE = 1024 * 1024  # bytes gathered before a thread is asked to write them
_RETRY = Retry()
_NO_KEY = Signature({}, ())
_REFUSED = frozenset({401, 403})
_GONE = frozenset({401, 403, 404, 410})  # what storage answers once a signature has run out
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


Sign = Callable[[str], Signature]
"""What goes along to a URL whose file needs the key. Raises `DownloadError` where the key does not go there."""


async def save(
    status: TaskStatus, folder: Path, transport: Transport, *, roles: Sequence[Role], sign: Sign, clock: Clock
) -> list[Path]:
    """Save the outputs of `status` that have one of `roles` into `folder`; the paths, in the outputs' order.

    Args:
        sign: called for outputs that need the key, anew for each try: a signature may be good for minutes only.

    Raises:
        DownloadError: there is nothing to save, or it could not be saved. `LinkExpired`: a link no longer works.
        Whatever `sign` raises.
    """
    outputs = [output for output in status.outputs if output.role in roles]
    try:
        if not outputs:
            raise DownloadError(_nothing(status, roles))
        paths = [_folder(folder) / name for name in file_names(status.ref, outputs)]
        for output, path in zip(outputs, paths, strict=True):
            if not _is_there(path):
                await _save(output, path, transport, sign, clock)
    except DownloadError as error:
        error.ref, error.provider, error.last_status = status.ref, status.ref.provider, status
        raise
    return paths


def _nothing(status: TaskStatus, roles: Sequence[Role]) -> str:
    if status.missing_outputs == "expired":
        return "its outputs were removed by the provider"
    has = ", ".join(sorted({output.role for output in status.outputs})) or "no outputs"
    return f"there is no output of role {' or '.join(roles)} to save; the task is {status.state} and has {has}"


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(f"the folder {folder} cannot be made: {error.strerror}") from error
    return folder


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise DownloadError(f"{path} could not be looked at: {error.strerror}") from error


async def _save(output: Artifact, path: Path, transport: Transport, sign: Sign, clock: Clock) -> None:
    if output.expires_at is not None and output.expires_at <= clock.now():
        raise LinkExpired(f"the link ran out at {output.expires_at:%Y-%m-%d %H:%M:%S} UTC: fetch the task again")
    attempt = 0
    while True:
        attempt += 1
        try:
            with whole_or_nothing(path) as file:
                await _fill(file, output, transport, sign, clock)
                return await asyncio.to_thread(settle, file)
        except FetchError as error:
            delay = _RETRY.delay(error, attempt, spread=1.0)
            if delay is None:
                raise DownloadError(error.message, retryable=error.retryable, retry_after=error.retry_after) from error
        except OSError as error:
            raise DownloadError(f"{path} could not be written: {error.strerror or error}") from error
        await clock.sleep(delay)


async def _fill(file: IO[bytes], output: Artifact, transport: Transport, sign: Sign, clock: Clock) -> None:
    if output.url is None or is_data_uri(output.url):
        await asyncio.to_thread(lambda: file.write(content_of(output)))
        return
    signature = sign(output.url) if output.needs_key else _NO_KEY
    outgoing = Outgoing("GET", output.url, signature.headers, timeout=_TIMEOUT, secrets=signature.secrets)
    try:
        async with transport.stream(outgoing) as download:
            _check(download, clock, with_key=output.needs_key and not download.was_sent_on)
            size = await _copy(genuine(download, output), file)
    except Exception as error:
        if shows(error, outgoing.secrets):
            raise without(error, outgoing.secrets) from None
        raise
    _check_size(size, download)


def _check_size(size: int, download: Download) -> None:
    expected = download.headers.get("content-length", "")
    if expected.isdigit() and "content-encoding" not in download.headers and int(expected) != size:
        raise Unreachable(f"the file was cut: {size} of {expected} bytes came")
    if size == 0:  # kept, it would be taken for the output for ever
        raise Unreachable("the storage sent an empty file")


async def _copy(chunks: AsyncIterator[bytes], file: IO[bytes]) -> int:
    """Write the file down as it comes, in a thread: a slow disk must not hold up everyone else's looks."""
    size, gathered = 0, bytearray()
    async for chunk in chunks:
        gathered += chunk
        if len(gathered) >= _WRITE:
            size += await asyncio.to_thread(file.write, bytes(gathered))
            gathered.clear()
    return size + await asyncio.to_thread(file.write, bytes(gathered))


def _check(download: Download, clock: Clock, *, with_key: bool) -> None:
    """What storage, or the account's own server, which saw the key, answers instead of the file."""
    if with_key and download.status in _REFUSED:
        raise DownloadError(
            f"the server answered {download.status}: the key was refused. Check it with `tidings doctor`"
        )
    if download.status in _GONE:
        raise LinkExpired(f"the storage answered {download.status}: the link has run out, or never worked")
    if download.status in _BUSY:
        answer = Response(download.status, download.headers, b"", clock.now())
        raise ProviderUnavailable(f"the storage answered {download.status}", retry_after=answer.retry_after)
    if download.status != 200:
        raise DownloadError(f"the storage answered {download.status} instead of the file")
