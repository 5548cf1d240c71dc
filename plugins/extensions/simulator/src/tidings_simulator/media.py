"""Real files of a few hundred bytes, made in code: what a simulated task gives to download."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

_SIDE = 16  # pixels of every picture
_MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz: a silent frame
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)  # a picture that is not turned


def png() -> bytes:
    """A blue square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    rows = (b"\x00" + b"\x30\x60\xc0" * _SIDE) * _SIDE
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    """A grey square: one component, one block of 8 by 8, and Huffman tables of a single code each."""

    def segment(marker: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data

    one_code = bytes([1]) + bytes(15) + b"\x00"
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            segment(0xDB, b"\x00" + b"\x01" * 64),
            segment(0xC0, struct.pack(">BHHBBBB", 8, 8, 8, 1, 1, 0x11, 0)),
            segment(0xC4, b"\x00" + one_code),
            segment(0xC4, b"\x10" + one_code),
            segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            b"\x3f\xff\xd9",
        )
    )


def mp3() -> bytes:
    """A second of silence."""
    return _MP3_FRAME * 38


def wav() -> bytes:
    """A tenth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return file.getvalue()


def mp4() -> bytes:
    """A video of one second and one frame, the frame being the picture of `png`."""
    frame = png()
    kind = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2mp41")
    media = _box(b"mdat", frame)
    return kind + media + _movie(offset=len(kind) + 8, size=len(frame))


def _movie(*, offset: int, size: int) -> bytes:
    """The table of contents of a video with one track, whose only frame lies at `offset` and has `size` bytes."""
    header = _full(b"mvhd", struct.pack(">4I", 0, 0, 1000, 1000), b"\x00\x01\x00\x00\x01\x00", bytes(10), _MATRIX,
                   bytes(24), struct.pack(">I", 2))  # fmt: skip  # one line per field group reads better
    track = _full(b"tkhd", struct.pack(">5I", 0, 0, 1, 0, 1000), bytes(16), _MATRIX,
                  struct.pack(">2I", _SIDE << 16, _SIDE << 16), flags=3)  # fmt: skip  # as above
    time = _full(b"mdhd", struct.pack(">4I", 0, 0, 1000, 1000), b"\x55\xc4\x00\x00")
    handler = _full(b"hdlr", bytes(4), b"vide", bytes(12), b"video\x00")
    where = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    info = _box(b"minf", _full(b"vmhd", bytes(8), flags=1), where, _sample_table(offset=offset, size=size))
    return _box(b"moov", header, _box(b"trak", track, _box(b"mdia", time, handler, info)))


def _sample_table(*, offset: int, size: int) -> bytes:
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _picture_entry()),
        _full(b"stts", struct.pack(">3I", 1, 1, 1000)),
        _full(b"stsc", struct.pack(">4I", 1, 1, 1, 1)),
        _full(b"stsz", struct.pack(">2I", size, 1)),
        _full(b"stco", struct.pack(">2I", 1, offset)),
    )


def _picture_entry() -> bytes:
    """How the frame is coded: ISO 14496-1 registers 0x6D for PNG as a visual stream."""
    decoder = b"\x04\x0d\x6d\x11" + bytes(11)
    stream = b"\x03" + bytes([3 + len(decoder) + 3]) + b"\x00\x01\x00" + decoder + b"\x06\x01\x02"
    size = struct.pack(">2H2I", _SIDE, _SIDE, 72 << 16, 72 << 16)
    entry = bytes(6) + b"\x00\x01" + bytes(16) + size + bytes(4) + b"\x00\x01" + bytes(32) + b"\x00\x18\xff\xff"
    return _box(b"mp4v", entry, _full(b"esds", stream))


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A box with a version (0) and flags."""
    return _box(kind, struct.pack(">I", flags), *parts)


def text() -> bytes:
    return b"Made by the Tidings simulator.\n"


# From a file's ending to its type and its maker. What is not in it is served as text.
_KINDS: Mapping[str, tuple[str, Callable[[], bytes]]] = MappingProxyType(
    {
        "mp4": ("video/mp4", mp4),
        "png": ("image/png", png),
        "jpg": ("image/jpeg", jpeg),
        "jpeg": ("image/jpeg", jpeg),
        "mp3": ("audio/mpeg", mp3),
        "wav": ("audio/wav", wav),
    }
)


@cache
def file_for(ending: str) -> tuple[str, bytes]:
    """The media type and the content of a file whose name ends in `.ending`."""
    media_type, make = _KINDS.get(ending.lower(), ("text/plain; charset=utf-8", text))
    return media_type, make()
