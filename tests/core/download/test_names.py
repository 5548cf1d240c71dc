"""An output's name is one plain part of a path, the same every time, and no other task's."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidings.download.names import file_name, file_names
from tidings.errors import InvalidRef
from tidings.model import Artifact, TaskRef

FILM = Artifact(kind="video", url="http://storage.test/x.mp4")
PLAIN = re.compile(r"[a-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9]+)+")

words = st.text(max_size=300) | st.text("ab-_./%~é 1", max_size=12)
urls = st.one_of(
    st.text(max_size=80).map(lambda text: f"http://storage.test/{text}"),
    st.text("./%2fea\\:?#[", max_size=20).map(lambda text: f"http://{text}"),
    st.text(max_size=40),
)


@st.composite
def refs(draw) -> TaskRef:
    provider = draw(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,4}[a-z0-9])?", fullmatch=True))
    account, route = draw(st.none() | words), draw(st.none() | words)
    try:
        return TaskRef(provider, draw(words), account, route)
    except InvalidRef:
        return TaskRef(provider, draw(st.text("ab-_1", min_size=1, max_size=8)))


@st.composite
def artifacts(draw) -> Artifact:
    return Artifact(
        kind=draw(st.sampled_from(["video", "image", "audio", "text", "model3d", "file"])),
        url=draw(urls),
        role=draw(st.sampled_from(["primary", "raw", "watermarked", "preview", "thumbnail"])),
        media_type=draw(
            st.none() | st.sampled_from(["video/mp4", "image/png; q=1", "x/../../y"]) | st.text(max_size=20)
        ),
    )


@given(refs(), artifacts(), st.integers(1, 9999))
@example(TaskRef("luma", "./.."), FILM, 1)
@example(TaskRef("luma", "~/.ssh/x"), FILM, 1)
@example(TaskRef("luma", "漢" * 4000), FILM, 1)
def test_a_name_is_one_plain_part_of_a_path(ref, output, number):
    name = file_name(ref, output, number=number)
    assert PLAIN.fullmatch(name), "no slash, no leading dot, no space, nothing a shell or a terminal minds"
    assert len(name.encode()) <= 200
    assert name == file_name(ref, output, number=number)


@given(refs(), refs(), artifacts(), artifacts(), st.integers(1, 12), st.integers(1, 12))
@example(TaskRef("luma", "a"), TaskRef("luma", "a-2"), FILM, FILM, 2, 1)
@example(TaskRef("luma", "a"), TaskRef("luma", "a-raw"), FILM.model_copy(update={"role": "raw"}), FILM, 1, 1)
@example(TaskRef("kling", "b-c", route="a"), TaskRef("kling", "c", route="a-b"), FILM, FILM, 1, 1)
@example(TaskRef("kling", "b", route="a"), TaskRef("kling", "a-b"), FILM, FILM, 1, 1)
@example(TaskRef("kling-ai", "5"), TaskRef("kling", "ai-5"), FILM, FILM, 1, 1)
@example(TaskRef("luma", "5", account="a"), TaskRef("luma", "5", account="b"), FILM, FILM, 1, 1)
@example(TaskRef("luma", "5", account="a"), TaskRef("luma", "a-5"), FILM, FILM, 1, 1)
@example(TaskRef("luma", "a/b"), TaskRef("luma", "a_b"), FILM, FILM, 1, 1)
@example(TaskRef("luma", "a.raw"), TaskRef("luma", "a"), FILM, FILM.model_copy(update={"role": "raw"}), 1, 1)
@example(TaskRef("luma", "a" * 200), TaskRef("luma", "a" * 201), FILM, FILM, 1, 1)
def test_two_tasks_never_share_a_name(one, other, its, others, number, another):
    if one != other:
        assert file_name(one, its, number=number) != file_name(other, others, number=another)


@given(refs(), st.lists(artifacts(), max_size=8))
def test_outputs_of_one_task_have_names_of_their_own(ref, outputs):
    named = file_names(ref, outputs)
    assert len(named) == len(outputs) == len(set(named))


@given(refs(), st.lists(artifacts(), max_size=8), st.sampled_from(["primary", "raw", "thumbnail"]))
def test_a_name_does_not_depend_on_which_other_roles_are_saved(ref, outputs, role):
    alone = file_names(ref, [output for output in outputs if output.role == role])
    among = [name for name, output in zip(file_names(ref, outputs), outputs, strict=True) if output.role == role]
    assert alone == among


NAMES = [
    (TaskRef("luma", "9d4b7516-77e5-481a-b015-48313946f33b"), "luma-9d4b7516-77e5-481a-b015-48313946f33b.mp4"),
    (TaskRef("suno", "task_Ab3"), "suno-task_Ab3.mp4"),
    (TaskRef("kling", "8672", route="text2video"), "kling-text2video-8672.10030935.mp4"),
    (TaskRef("luma", "5", account="studio"), "luma-studio-5.5a1a8329.mp4"),
]


@pytest.mark.parametrize(("ref", "name"), NAMES, ids=str)
def test_names_stay_the_same_from_version_to_version(ref, name):
    """Another name for the same output would be fetched and kept a second time."""
    assert file_name(ref, FILM) == name


SUFFIXES = [
    (Artifact(kind="video", url="http://s.test/a.MOV?x=.exe"), ".mov"),
    (Artifact(kind="video", url="http://s.test/a%2Ewebm"), ".webm"),
    (Artifact(kind="video", url="http://s.test/a"), ".mp4"),
    (Artifact(kind="video", url="http://s.test/a.b/c", media_type="video/webm; codecs=vp9"), ".webm"),
    (Artifact(kind="image", url="http://s.test/a.verylong"), ".png"),
    (Artifact(kind="image", url="http://s.test/.jpg/"), ".png"),
    (Artifact(kind="audio", url="http://["), ".mp3"),
    (Artifact(kind="model3d", url="http://s.test/"), ".glb"),
    (Artifact(kind="file", url="http://s.test/a.%2F"), ".bin"),
    (Artifact(kind="text", text="la la"), ".txt"),
]


@pytest.mark.parametrize(("output", "suffix"), SUFFIXES)
def test_a_suffix_comes_from_the_link_or_the_media_type_or_the_kind(output, suffix):
    assert file_name(TaskRef("luma", "a"), output) == f"luma-a{suffix}"
