"""Unpacks gzip and deflate piece by piece, and notices when the end is missing."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

PACKINGS = frozenset({"gzip", "x-gzip", "deflate"})
_PIECE = 1024 * 1024  # bytes at most at a time: a bomb of a thousand times its size goes off in small pieces
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


async def unpacked(chunks: AsyncIterator[bytes], packing: str) -> AsyncIterator[bytes]:
    """The bytes within `chunks`, packed as one of `PACKINGS`. Nothing at all unpacks to nothing.

    Raises:
        httpx.DecodingError: these bytes are not packed so.
        httpx.ReadError: they end before their end, which neither a length nor a closed connection tells.
    """
    unpacker = _Unpacker(packing)
    async for chunk in chunks:
        for piece in unpacker.feed(chunk):
            yield piece
    if not unpacker.is_whole:
        raise httpx.ReadError("the packed bytes end before their end")


class _Unpacker:
    """One stream; for gzip also several, one behind the other, which together are one file."""

    def __init__(self, packing: str) -> None:
        self._is_gzip = packing != "deflate"
        self._waiting = b""  # a first byte alone does not tell what it begins
        self._stream: zlib._Decompress | None = None

    @property
    def is_whole(self) -> bool:
        return not self._waiting and (self._stream is None or self._stream.eof)

    def feed(self, data: bytes) -> Iterator[bytes]:
        data = self._waiting + data
        if self._stream is None and len(data) < 2:
            self._waiting = data
            return
        self._waiting = b""
        try:
            is_full = False  # where a piece is, there may be more to come of bytes already fed
            while (data or is_full) and (stream := self._stream_for(data)) is not None:
                piece = stream.decompress(data, _PIECE)
                yield piece
                data, is_full = stream.unconsumed_tail or stream.unused_data, len(piece) == _PIECE
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from error

    def _stream_for(self, data: bytes) -> zlib._Decompress | None:
        """The stream that `data` goes on with, or begins; None for what is padding behind the end."""
        if self._stream is None or (self._stream.eof and self._is_gzip and data.startswith(b"\x1f")):
            self._stream = zlib.decompressobj(_GZIP if self._is_gzip else _deflated_as(data))
        return None if self._stream.eof else self._stream


def _deflated_as(data: bytes) -> int:
    """zlib's two bytes of header are meant by "deflate"; some servers leave them out."""
    return _ZLIB if data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0 else _RAW
