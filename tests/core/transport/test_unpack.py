"""What was packed comes out as it went in, in small pieces, and a missing end is noticed wherever it is cut."""

from __future__ import annotations

import gzip
import zlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import Unreachable
from tidings.testing.virtual import run_virtual
from tidings.transport import Outgoing
from tidings.transport.unpack import unpacked


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "gzip in two parts": ("gzip", lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:])),
    "deflate": ("deflate", zlib.compress),
    "deflate without a header": ("deflate", deflated),
}


def unpack(packed: bytes, packing: str, size: int) -> list[bytes]:
    async def chunks():
        for at in range(0, len(packed), size):
            yield packed[at : at + size]

    async def read():
        return [piece async for piece in unpacked(chunks(), packing)]

    return run_virtual(read())


@pytest.mark.parametrize("way", PACKED)
@given(st.binary(max_size=2000), st.integers(1, 3000))
def test_what_was_packed_comes_out_however_it_was_cut_into_chunks(way, data, size):
    packing, pack = PACKED[way]
    assert b"".join(unpack(pack(data), packing, size)) == data


@pytest.mark.parametrize("way", PACKED)
@given(st.binary(min_size=4, max_size=200), st.data())
def test_a_missing_end_is_noticed_wherever_it_is_cut(way, data, draws):
    packing, pack = PACKED[way]
    packed = pack(data)
    ends = {len(gzip.compress(data[:3]))} if "parts" in way else set()  # the first part is whole by itself
    cut = draws.draw(st.integers(1, len(packed) - 1).filter(lambda at: at not in ends))
    with pytest.raises(httpx.ReadError):
        unpack(packed[:cut], packing, 64)


def test_what_stands_behind_the_end_is_padding():
    assert b"".join(unpack(gzip.compress(b"film") + b"\0" * 100, "gzip", 7)) == b"film"
    assert b"".join(unpack(zlib.compress(b"film") + b"more", "deflate", 7)) == b"film"


def test_nothing_unpacks_to_nothing():
    assert unpack(b"", "gzip", 1) == []


@pytest.mark.parametrize("extra", range(-3, 4))
def test_a_size_of_just_a_piece_or_so_is_not_taken_for_a_cut(extra):
    data = b"0" * (3 * 1024 * 1024 + extra)
    assert b"".join(unpack(deflated(data), "deflate", 1_000_000)) == data


def test_a_bomb_goes_off_in_small_pieces():
    pieces = unpack(gzip.compress(b"0" * 50_000_000), "gzip", 100_000)
    assert sum(map(len, pieces)) == 50_000_000
    assert max(map(len, pieces)) <= 1024 * 1024


CUT = gzip.compress(b'{"state": "completed"}' * 1000)[:-20]
FRAMES = {
    "by the end of the connection": b"Connection: close\r\n\r\n" + CUT,
    "by a length that counts what came": b"Content-Length: %d\r\n\r\n" % len(CUT) + CUT,
    "by chunks": b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(CUT), CUT),
}


@pytest.mark.parametrize("frame", FRAMES)
async def test_a_packed_answer_that_was_cut_is_none(serve, transport, frame):
    server = await serve(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + FRAMES[frame])
    with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 hung up before the answer was whole$") as caught:
        await transport.send(Outgoing("GET", server.url))
    assert caught.value.retryable


async def test_an_answer_without_a_body_may_say_that_it_is_packed(serve, transport):
    server = await serve((401, {"Content-Encoding": "gzip"}, b""))
    assert (await transport.send(Outgoing("GET", server.url))).body == b""
