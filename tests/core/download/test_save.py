"""What a task made lies in the folder whole and under its name, or an error says why and nothing lies there."""

from __future__ import annotations

import asyncio
import errno
import gzip
import os
import stat
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tidings.download import files
from tidings.errors import DownloadError, LinkExpired
from tidings.model import Artifact, TaskState
from tidings.transport import HttpTransport

FILM = bytes(range(256)) * 20_000  # five megabytes: several writes, many reads
PACKED = gzip.compress(FILM)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def test_a_file_is_saved_byte_for_byte_and_its_folder_made(serve, download, status_of, folder):
    storage = await serve((200, {"Content-Type": "video/mp4"}, FILM))
    deep = folder / "a" / "b"
    assert await download(status_of(f"{storage.url}/x.mp4?sig=a%2Fb"), into=deep) == [deep / "luma-9d4b.mp4"]
    assert (deep / "luma-9d4b.mp4").read_bytes() == FILM
    assert (names(deep), storage.targets) == (["luma-9d4b.mp4"], ["/x.mp4?sig=a%2Fb"])


@pytest.fixture
def umask():
    """Sets the process's umask for one test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
async def test_a_file_has_the_permissions_the_person_gives_files(serve, download, status_of, umask, mask, mode):
    umask(mask)
    storage = await serve((200, {}, b"film"))
    [path] = await download(status_of(f"{storage.url}/x.mp4"))
    assert stat.S_IMODE(path.stat().st_mode) == mode


async def test_a_file_that_is_there_is_kept_and_not_asked_for(serve, download, status_of, folder):
    storage = await serve((200, {}, b"new"))
    folder.mkdir()
    (folder / "luma-9d4b.mp4").write_bytes(b"old")
    expired = Artifact(kind="video", url=f"{storage.url}/x.mp4", expires_at=NOW - timedelta(days=1))
    assert await download(status_of(expired)) == [folder / "luma-9d4b.mp4"]
    assert ((folder / "luma-9d4b.mp4").read_bytes(), storage.received) == (b"old", [])


async def test_a_text_is_saved_without_a_request(download, status_of, folder):
    [path] = await download(status_of(Artifact(kind="text", text="Größe 漢字\r\nsecond line\n")))
    assert (path.name, path.read_bytes()) == ("luma-9d4b.txt", "Größe 漢字\r\nsecond line\n".encode())


async def test_each_output_has_a_file_of_its_own_in_the_order_of_the_outputs(serve, download, status_of):
    async def echo(request, reader, writer):
        body = request.target.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    storage = await serve(echo)
    paths = await download(status_of(*(f"{storage.url}/{name}" for name in ("a.png", "b.png", "c.mp4", "d.png"))))
    assert [path.name for path in paths] == ["luma-9d4b.png", "luma-9d4b.2.png", "luma-9d4b.mp4", "luma-9d4b.3.png"]
    assert [path.read_bytes() for path in paths] == [b"/a.png", b"/b.png", b"/c.mp4", b"/d.png"]


async def test_only_the_roles_asked_for_are_saved(serve, download, status_of, folder):
    storage = await serve((200, {}, b"film"))
    status = status_of(
        f"{storage.url}/x.mp4",
        Artifact(kind="video", url=f"{storage.url}/w.mp4", role="watermarked"),
        Artifact(kind="image", url=f"{storage.url}/t.jpg", role="thumbnail"),
    )
    await download(status, roles=("thumbnail", "primary"))
    assert names(folder) == ["luma-9d4b.mp4", "luma-9d4b.thumbnail.jpg"]
    assert sorted(storage.targets) == ["/t.jpg", "/x.mp4"]


async def test_nothing_to_save_is_an_error_that_says_what_there_is(download, status_of, folder):
    thumbnail = Artifact(kind="image", url="http://storage.test/t.jpg", role="thumbnail")
    with pytest.raises(DownloadError, match=r"no output of role primary .* running and has thumbnail$"):
        await download(status_of(thumbnail, state=TaskState.running))
    with pytest.raises(DownloadError, match=r"is failed and has no outputs$"):
        await download(status_of(state=TaskState.failed))
    with pytest.raises(DownloadError, match=r"were removed by the provider$"):
        await download(status_of(missing_outputs="expired"))
    assert not folder.exists()


async def test_an_error_knows_its_task(download, status_of):
    status = status_of(state=TaskState.failed)
    with pytest.raises(DownloadError) as caught:
        await download(status)
    assert (caught.value.ref, caught.value.provider, caught.value.last_status) == (status.ref, "luma", status)


CUTS = {
    "before the answer": b"",
    "in the body": b"HTTP/1.1 200 OK\r\nContent-Length: 6000000\r\n\r\n" + FILM,
    "in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "before the last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "in what is packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + PACKED[:1000],
    "before it was packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n"
    + PACKED[:1000],
}


@pytest.mark.parametrize("cut", CUTS)
async def test_a_cut_file_is_tried_again_and_leaves_nothing(serve, download, status_of, folder, clock, cut):
    storage = await serve(CUTS[cut])
    with pytest.raises(DownloadError, match=r"^luma:9d4b: 127\.0\.0\.1 hung up before the answer was whole$") as caught:
        await download(status_of(f"{storage.url}/x.mp4"))
    assert caught.value.retryable
    assert names(folder) == []
    assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize("cut", CUTS)
async def test_a_cut_file_that_comes_whole_the_second_time_is_saved(serve, download, status_of, folder, cut):
    storage = await serve(CUTS[cut], CUTS[cut], (200, {}, b"whole"))
    [path] = await download(status_of(f"{storage.url}/x.mp4"))
    assert (path.read_bytes(), names(folder)) == (b"whole", ["luma-9d4b.mp4"])


async def test_a_length_that_does_not_fit_is_noticed_whatever_transport_brought_it(download, status_of, folder, clock):
    short = httpx.MockTransport(lambda request: httpx.Response(200, content=b"abc", headers={"content-length": "9"}))
    with pytest.raises(DownloadError, match="cut: 3 of 9 bytes came"):
        await download(status_of("http://storage.test/x.mp4"), through=HttpTransport(short))
    assert (names(folder), len(clock.slept)) == ([], 2)


async def test_an_empty_file_is_not_kept_for_the_output(serve, download, status_of, folder):
    storage = await serve((200, {}, b""))
    with pytest.raises(DownloadError, match="sent an empty file"):
        await download(status_of(f"{storage.url}/x.mp4"))
    assert names(folder) == []


@pytest.mark.parametrize("code", [401, 403, 404, 410])
async def test_a_dead_link_is_not_tried_again(serve, download, status_of, folder, clock, code):
    storage = await serve((code, {"Content-Type": "application/xml"}, b"<Error/>"))
    with pytest.raises(LinkExpired, match=f"answered {code}") as caught:
        await download(status_of(f"{storage.url}/x.mp4?sig=secret"))
    assert (len(storage.received), clock.slept, names(folder)) == (1, [], [])
    assert not caught.value.retryable
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("code", [204, 206, 304, 400, 402, 416])
async def test_what_is_neither_the_file_nor_trouble_is_an_error_at_once(
    serve, download, status_of, folder, clock, code
):
    storage = await serve((code, {}, b""))
    with pytest.raises(DownloadError, match=f"answered {code} instead of the file"):
        await download(status_of(f"{storage.url}/x.mp4"))
    assert (len(storage.received), clock.slept, names(folder)) == (1, [], [])


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
async def test_trouble_that_passes_is_waited_out(serve, download, status_of, clock, code):
    storage = await serve((code, {}, b"busy"), (200, {}, b"film"))
    [path] = await download(status_of(f"{storage.url}/x.mp4"))
    assert (path.read_bytes(), clock.slept) == (b"film", [0.5])


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("asked", ["3", "Thu, 01 Jan 2026 00:00:03 GMT"])
async def test_storage_that_says_how_long_to_wait_is_waited_for(serve, download, status_of, clock, code, asked):
    storage = await serve((code, {"Retry-After": asked}, b"busy"), (200, {}, b"film"))
    [path] = await download(status_of(f"{storage.url}/x.mp4"))
    assert (path.read_bytes(), clock.slept) == (b"film", [3.0])


async def test_storage_that_asks_for_more_patience_than_there_is_is_told_at_once(serve, download, status_of, clock):
    storage = await serve((503, {"Retry-After": "3600"}, b"busy"))
    with pytest.raises(DownloadError, match="answered 503") as caught:
        await download(status_of(f"{storage.url}/x.mp4"))
    assert (clock.slept, caught.value.retry_after, caught.value.retryable) == ([], 3600.0, True)


async def test_trouble_that_stays_is_told(serve, download, status_of, folder):
    storage = await serve((503, {}, b"busy"))
    with pytest.raises(DownloadError, match="answered 503") as caught:
        await download(status_of(f"{storage.url}/x.mp4"))
    assert (len(storage.received), caught.value.retryable, names(folder)) == (3, True, [])


@pytest.mark.parametrize("content_type", ["text/html", "Text/HTML; charset=utf-8"])
async def test_a_web_page_is_not_saved_as_a_film(serve, download, status_of, folder, content_type):
    storage = await serve((200, {"Content-Type": content_type}, b"<!doctype html>Sign in"))
    with pytest.raises(DownloadError, match="a web page where the video should be"):
        await download(status_of(f"{storage.url}/x.mp4"))
    assert names(folder) == []


@pytest.mark.parametrize(
    ("headers", "body", "what"),
    [
        ({"Content-Type": "application/json"}, b'{"error":"not ready"', "JSON"),
        ({"Content-Type": "application/xml"}, b"<Error>Expired</Error>", "an error in XML"),
        ({}, b"<!doctype html><html>" + b" " * 5000, "a web page"),
    ],
)
async def test_what_storage_says_instead_is_not_saved_as_a_film(
    serve, download, status_of, folder, clock, headers, body, what
):
    storage = await serve((200, headers, body))
    with pytest.raises(DownloadError, match=f"^luma:9d4b: there is {what} where the video should be$"):
        await download(status_of(f"{storage.url}/x.mp4"))
    assert (names(folder), clock.slept) == ([], [])


async def test_a_file_beyond_all_measure_is_given_up_and_leaves_nothing(
    serve, download, status_of, folder, clock, monkeypatch
):
    monkeypatch.setattr("tidings.download.contents.MAX_FILE", 100_000)
    storage = await serve(
        (200, {}, FILM), (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(100_001))), (200, {}, FILM[:100_000])
    )
    for _ in range(2):
        with pytest.raises(DownloadError, match="the video is larger than 100000 bytes"):
            await download(status_of(f"{storage.url}/x.mp4"))
        assert (names(folder), clock.slept) == ([], [])
    [path] = await download(status_of(f"{storage.url}/x.mp4"))
    assert path.stat().st_size == 100_000


async def test_a_web_page_is_saved_where_it_is_the_output(serve, download, status_of):
    storage = await serve((200, {"Content-Type": "text/html"}, b"<p>"))
    [path] = await download(status_of(Artifact(kind="file", url=f"{storage.url}/x.html")))
    assert path.name == "luma-9d4b.html"


@pytest.mark.parametrize("since", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
async def test_a_link_that_has_run_out_by_its_own_word_is_not_asked(serve, download, status_of, folder, since):
    storage = await serve((200, {}, b"film"))
    output = Artifact(kind="video", url=f"{storage.url}/x.mp4", expires_at=NOW - since)
    with pytest.raises(LinkExpired, match=r"ran out at 202\d-.* UTC: fetch the task again"):
        await download(status_of(output))
    assert (storage.received, names(folder)) == ([], [])


async def test_a_link_that_is_still_good_is_asked(serve, download, status_of):
    storage = await serve((200, {}, b"film"))
    output = Artifact(kind="video", url=f"{storage.url}/x.mp4", expires_at=NOW + timedelta(seconds=1))
    [path] = await download(status_of(output))
    assert path.read_bytes() == b"film"


async def test_storage_on_another_host_sees_no_key(serve, download, status_of):
    storage = await serve((200, {}, b"film"))
    maker = await serve((302, {"Location": f"{storage.url}/x.mp4"}, b""))
    async with httpx.AsyncClient(headers={"Authorization": "Bearer sk-0123456789"}, trust_env=False) as client:
        [path] = await download(status_of(f"{maker.url}/x.mp4"), through=HttpTransport(client))
    assert path.read_bytes() == b"film"
    assert all("authorization" not in request.headers for request in maker.received + storage.received)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_packed_file_is_unpacked(serve, download, status_of, chunked):
    packed = gzip.compress(FILM)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
    if chunked:
        packed = head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    else:
        packed = head + b"Content-Length: %d\r\n\r\n" % len(packed) + packed
    storage = await serve(packed)
    [path] = await download(status_of(f"{storage.url}/x.mp4"))
    assert path.read_bytes() == FILM


async def test_a_file_packed_in_layers_is_refused(serve, download, status_of, folder):
    storage = await serve((200, {"Content-Encoding": "gzip, gzip"}, gzip.compress(gzip.compress(FILM))))
    with pytest.raises(DownloadError, match="not asked for"):
        await download(status_of(f"{storage.url}/x.mp4"))
    assert names(folder) == []


class FullDisk:
    """A file that takes so many bytes and no more, or takes all and cannot keep them."""

    def __init__(self, file, room: int) -> None:
        self._file = file
        self._room = room

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()

    def write(self, data: bytes) -> int:
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)


@pytest.mark.parametrize("room", [0, 2_000_000])
async def test_a_full_disk_says_so_and_leaves_nothing(serve, download, status_of, folder, monkeypatch, clock, room):
    really_open = files.Path.open
    monkeypatch.setattr(files.Path, "open", lambda *arguments: FullDisk(really_open(*arguments), room))
    storage = await serve((200, {}, FILM))
    with pytest.raises(DownloadError, match=r"luma-9d4b\.mp4 could not be written: No space left on device"):
        await download(status_of(f"{storage.url}/x.mp4"))
    assert (names(folder), clock.slept) == ([], [])


async def test_a_disk_that_is_full_only_at_the_end_says_so_too(serve, download, status_of, folder, monkeypatch):
    def fsync(descriptor):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(files.os, "fsync", fsync)
    storage = await serve((200, {}, b"film"))
    with pytest.raises(DownloadError, match="could not be written: Disk quota exceeded"):
        await download(status_of(f"{storage.url}/x.mp4"))
    assert names(folder) == []


async def test_a_folder_that_cannot_be_made_is_named(download, status_of, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for into in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(DownloadError, match=r"^luma:9d4b: the folder .*file.* cannot be made: "):
            await download(status_of("http://storage.test/x.mp4"), into=into)


async def test_a_folder_that_may_not_be_looked_into_says_so(download, status_of, monkeypatch):
    def is_file(path):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(files.Path, "is_file", is_file)
    with pytest.raises(DownloadError, match=r"luma-9d4b\.mp4 could not be looked at: Permission denied"):
        await download(status_of("http://storage.test/x.mp4"))


async def test_a_folder_in_the_files_place_is_an_error_and_not_the_file(serve, download, status_of, folder):
    storage = await serve((200, {}, b"film"))
    (folder / "luma-9d4b.mp4").mkdir(parents=True)
    with pytest.raises(DownloadError, match="could not be written: Is a directory"):
        await download(status_of(f"{storage.url}/x.mp4"))
    assert names(folder) == ["luma-9d4b.mp4"]


async def test_cancelling_half_way_leaves_nothing(serve, download, status_of, folder):
    async def half(request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + FILM)
        await reader.read()
        writer.close()

    storage = await serve(half)
    task = asyncio.create_task(download(status_of(f"{storage.url}/x.mp4")))
    while not any(path.stat().st_size for path in (folder.iterdir() if folder.exists() else [])):
        await asyncio.sleep(0)  # until the first megabytes are on the disk
    [part] = names(folder)
    assert part.startswith("."), "what is not whole is hidden"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names(folder) == []


async def test_two_who_save_the_same_output_at_once_both_get_it_whole(serve, download, status_of, folder):
    storage = await serve((200, {}, FILM))
    status = status_of(f"{storage.url}/x.mp4")
    [[first], [second]] = await asyncio.gather(download(status), download(status))
    assert first == second
    assert (first.read_bytes(), names(folder)) == (FILM, ["luma-9d4b.mp4"])


async def test_the_disk_is_waited_for_in_a_thread(serve, download, status_of, monkeypatch):
    threads = []
    monkeypatch.setattr(files.os, "fsync", lambda descriptor: threads.append(threading.current_thread()))
    storage = await serve((200, {}, b"film"))
    await download(status_of(f"{storage.url}/x.mp4"))
    [thread] = threads
    assert thread is not threading.main_thread()


@pytest.mark.parametrize("url", ["http://a..b/x.mp4", "ftp://storage.test/x.mp4", "nothing", ""])
async def test_a_link_that_is_none_is_an_error_and_not_a_crash(download, status_of, folder, clock, url):
    with pytest.raises(DownloadError, match="cannot be asked") as caught:
        await download(status_of(url))
    assert (caught.value.retryable, clock.slept, names(folder)) == (False, [], [])
