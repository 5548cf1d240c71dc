"""What counts as Midjourney's result: the grid and its pictures, videos, texts; and what is but a preview."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tidings.model import TaskRef, TaskState
from tidings.wire import Response
from tidings_midjourney.provider import Midjourney

ID = "1730621826053455"
GRID = "https://cdn.example/grid.png"


def task(**fields: object) -> dict[str, object]:
    return {"id": ID, "action": "IMAGINE", "status": "SUCCESS", "progress": "100%", "imageUrl": GRID, **fields}


def single(payload: object):
    answer = Response(200, {}, json.dumps(payload).encode(), datetime(2025, 1, 1, tzinfo=UTC))
    return Midjourney().parse(answer, TaskRef("midjourney", ID))


def roles(**fields: object) -> list[tuple[str, str, str | None]]:
    return [(output.url or output.text, output.role, output.id) for output in single(task(**fields)).outputs]


@pytest.mark.parametrize("word", ["IN_PROGRESS", "MODAL", "FAILURE", "CANCEL", "BRAND_NEW"])
def test_a_picture_of_what_has_not_succeeded_is_a_preview(word):
    assert [output.role for output in single(task(status=word)).outputs] == ["preview"]


def test_the_grid_and_its_pictures_are_what_was_asked_for():
    single_ones = [{"url": f"https://cdn.example/{n}.png", "thumbnail": f"https://cdn.example/{n}.jpg"} for n in (1, 2)]

    assert roles(imageUrls=[*single_ones, "no link", None], thumbnailUrl="https://cdn.example/t.jpg") == [
        (GRID, "primary", None),
        ("https://cdn.example/1.png", "primary", "1"),
        ("https://cdn.example/2.png", "primary", "2"),
        ("https://cdn.example/t.jpg", "thumbnail", None),
        ("https://cdn.example/1.jpg", "thumbnail", "1"),
        ("https://cdn.example/2.jpg", "thumbnail", "2"),
    ]


def test_a_link_in_several_places_is_one_output():
    assert roles(imageUrls=[{"url": GRID, "thumbnail": GRID}], thumbnailUrl=GRID) == [(GRID, "primary", None)]


def test_the_single_pictures_are_enough():
    assert roles(imageUrl="", image_urls=["https://cdn.example/1.png"]) == [
        ("https://cdn.example/1.png", "primary", "1")
    ]


@pytest.mark.parametrize("name", ["videoUrl", "video_url"])
def test_beside_a_video_a_picture_is_its_thumbnail(name):
    assert roles(action="VIDEO", **{name: "https://cdn.example/v"}) == [
        ("https://cdn.example/v", "primary", None),
        (GRID, "thumbnail", None),
    ]
    assert single(task(**{name: "https://cdn.example/v"})).outputs[0].kind == "video"


def test_a_video_may_stand_where_a_picture_should():
    [output] = single(task(imageUrl="https://cdn.example/v.mp4?ex=1")).outputs
    assert (output.kind, output.role) == ("video", "primary")


@pytest.mark.parametrize("link", ["", None, 5, {}, "attachments/x.png", ["nothing"]])
def test_a_success_without_a_link_is_a_success_without_outputs(link):
    status = single(task(imageUrl=link))
    assert (status.state, status.outputs, status.missing_outputs) == (TaskState.succeeded, (), "none")


def test_a_link_to_the_servers_own_machine_is_kept_as_it_is():
    link = f"http://localhost:3001/mj/image/{ID}"
    assert roles(imageUrl=link) == [(link, "primary", None)]


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({"properties": {"finalPrompt": "a", "finalZhPrompt": "甲"}, "promptEn": "b"}, [("a", None), ("甲", "zh")]),
        ({"properties": {"finalPrompt": "", "finalZhPrompt": "甲"}}, [("甲", "zh")]),
        ({"properties": None, "promptEn": "b", "prompt": ""}, [("b", None)]),
        ({"properties": {"finalPrompt": 5, "finalZhPrompt": None}}, [("5", None)]),
        ({"properties": {"finalPrompt": ["odd"]}, "promptEn": None}, []),
    ],
)
@pytest.mark.parametrize("action", ["DESCRIBE", "SHORTEN", "describe"])
def test_a_description_is_a_text_and_its_picture_what_was_described(action, fields, texts):
    outputs = single(task(action=action, **fields)).outputs

    assert [(output.text, output.id) for output in outputs if output.kind == "text"] == texts
    assert [output.role for output in outputs] == ["primary"] * len(texts) + ["preview"]


def test_what_was_to_be_shortened_is_no_result_but_a_described_text_is():
    fields = {"prompt": "a long prompt", "promptEn": "a long prompt", "imageUrl": ""}

    assert single(task(action="SHORTEN", **fields)).missing_outputs == "none"
    assert roles(action="DESCRIBE", **fields) == [("a long prompt", "primary", None)]


def test_the_final_prompt_of_a_picture_is_no_output():
    assert roles(properties={"finalPrompt": "pig"}) == [(GRID, "primary", None)]


def test_a_description_under_way_has_no_text_yet():
    status = single(task(action="DESCRIBE", status="IN_PROGRESS", promptEn="so far"))
    assert [output.kind for output in status.outputs] == ["image"]
