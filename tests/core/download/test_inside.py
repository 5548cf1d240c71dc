"""What came inside the answer is saved without a request, or an error says why without showing it."""

from __future__ import annotations

import pytest

from tidings.download import inside
from tidings.errors import DownloadError
from tidings.model import Artifact

PIXEL = "data:image/png;base64,iVBORw0KGgo="


class NoTransport:
    """Whoever asks it for anything fails."""


def image(url: str, **facts: object) -> Artifact:
    return Artifact(kind="image", url=url, **facts)


@pytest.mark.parametrize(
    ("output", "name", "content"),
    [
        (image(PIXEL), "luma-9d4b.png", b"\x89PNG\r\n\x1a\n"),
        (image("data:image/svg+xml,%3Csvg%2F%3E"), "luma-9d4b.svg", b"<svg/>"),
        (image("data:;base64,R0lG", media_type="image/gif"), "luma-9d4b.gif", b"GIF"),
        (image("data:;base64,R0lG"), "luma-9d4b.png", b"GIF"),
        (Artifact(kind="text", url="data:text/plain,run.exe"), "luma-9d4b.txt", b"run.exe"),
        (image(PIXEL, needs_key=True), "luma-9d4b.png", b"\x89PNG\r\n\x1a\n"),
    ],
)
async def test_a_file_inside_the_answer_is_saved_without_a_request(download, status_of, folder, output, name, content):
    assert await download(status_of(output), through=NoTransport()) == [folder / name]
    assert (folder / name).read_bytes() == content


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("data:image/png;base64,iVBO*w0KGgo=", "cannot be decoded"),
        ("data:image/png;base64,iVBORw0KG", "cannot be decoded"),
        ("data:image/png;base64,", "is empty"),
        ("data:iVBORw0KGgo=", "in no form that is known"),
    ],
)
async def test_a_broken_one_is_an_error_that_does_not_show_it(download, status_of, folder, clock, url, why):
    with pytest.raises(DownloadError, match=rf"^luma:9d4b: the image inside the answer .*{why}") as caught:
        await download(status_of(image(url)), through=NoTransport())
    assert (list(folder.iterdir()), clock.slept, caught.value.retryable) == ([], [], False)
    assert "iVBO" not in str(caught.value)


async def test_one_beyond_all_measure_is_an_error(download, status_of, folder, monkeypatch):
    monkeypatch.setattr(inside, "MAX_INSIDE", len(PIXEL) - 1)
    with pytest.raises(DownloadError, match=r"inside the answer is larger than 33 characters"):
        await download(status_of(image(PIXEL)), through=NoTransport())
    assert list(folder.iterdir()) == []
