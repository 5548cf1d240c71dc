"""The files are real: each is read back by its format's own rules."""

from __future__ import annotations

import io
import struct
import wave
import zlib

import pytest

from tidings_simulator import media


def boxes(content: bytes, start: int = 0) -> list[tuple[str, bytes]]:
    found, at = [], start
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        assert 8 <= size <= len(content) - at, f"the box {kind!r} does not fit"
        found.append((kind.decode(), content[at + 8 : at + size]))
        at += size
    return found


def inside(content: bytes, *path: str) -> bytes:
    for kind in path:
        content = dict(boxes(content))[kind]
    return content


def test_the_video_is_a_tree_of_boxes_whose_sample_table_points_at_its_frame():
    video = media.mp4()
    assert [kind for kind, _ in boxes(video)] == ["ftyp", "mdat", "moov"]

    table = inside(video, "moov", "trak", "mdia", "minf", "stbl")
    size = struct.unpack_from(">I", inside(table, "stsz"), 4)[0]
    offset = struct.unpack_from(">I", inside(table, "stco"), 8)[0]

    assert video[offset : offset + size] == media.png()


def test_the_videos_sample_description_is_a_picture_of_the_right_size():
    entry = inside(media.mp4(), "moov", "trak", "mdia", "minf", "stbl", "stsd")[8:]
    [(kind, content)] = boxes(entry)

    assert kind == "mp4v"
    assert struct.unpack_from(">2H", content, 24) == (16, 16)
    assert [box for box, _ in boxes(content, 78)] == ["esds"]


def test_the_picture_has_sound_checksums_and_as_many_pixels_as_it_says():
    content, at, chunks = media.png(), 8, {}
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", content, at + 8 + size)[0] == zlib.crc32(kind + data)
        chunks[kind] = data
        at += size + 12

    width, height = struct.unpack_from(">II", chunks[b"IHDR"])
    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (1 + 3 * width)


def test_the_photo_is_framed_as_a_jpeg():
    content, at, markers = media.jpeg(), 2, []
    while content[at + 1] != 0xDA:
        assert content[at] == 0xFF
        markers.append(content[at + 1])
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]

    assert content[:2] == b"\xff\xd8"
    assert content[-2:] == b"\xff\xd9"
    assert markers == [0xE0, 0xDB, 0xC0, 0xC4, 0xC4]


def test_the_song_is_whole_frames():
    frame = 144 * 128_000 // 44_100  # bytes of a frame by the format's formula
    song = media.mp3()

    assert len(song) % frame == 0
    assert all(song[at : at + 2] == b"\xff\xfb" for at in range(0, len(song), frame))


def test_the_sound_is_a_wave_file():
    with wave.open(io.BytesIO(media.wav())) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (1, 8000, 800)


@pytest.mark.parametrize(
    ("ending", "media_type"),
    [("mp4", "video/mp4"), ("JPG", "image/jpeg"), ("mp3", "audio/mpeg"), ("xyz", "text/plain; charset=utf-8")],
)
def test_a_files_type_follows_its_ending(ending, media_type):
    assert media.file_for(ending)[0] == media_type
