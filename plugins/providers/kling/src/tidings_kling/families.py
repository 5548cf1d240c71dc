"""Kling's families: each is a part of the address, so a task is named by its family and its id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from tidings.model import Kind, TaskRef
from tidings.wire import Request, segment

_VIDEOS = (
    "text2video",
    "image2video",
    "multi-image2video",
    "video-extend",
    "effects",
    "lip-sync",
    "motion-control",
    "omni-video",
    "advanced-lip-sync",
    "avatar/image2video",
    "multi-elements",
    "image-recognize",
)
_IMAGES = ("generations", "kolors-virtual-try-on", "multi-image2image", "omni-image", "editing/expand")
_AUDIO = ("text-to-audio", "video-to-audio", "tts")
_BY_MODEL = ("text-to-video/kling-3.0-turbo", "image-to-video/kling-3.0-turbo")
# A newer family with the model's name in its address, whatever models come.
_NAMES_A_MODEL = re.compile(r"[a-z0-9-]+/kling-[a-z0-9.-]+")

TASKS = "tasks"
"""Where the newer families' tasks are also found, all in one place: `GET /tasks?task_ids=ID`."""

PATHS: Mapping[str, str] = MappingProxyType(
    {
        **{family: f"/v1/videos/{family}" for family in _VIDEOS},
        **{f"images/{family}": f"/v1/images/{family}" for family in _IMAGES},
        **{f"audio/{family}": f"/v1/audio/{family}" for family in _AUDIO},
        "general/custom-voices": "/v1/general/custom-voices",
        **{family: f"/{family}" for family in _BY_MODEL},
        TASKS: "/tasks",
    }
)
"""From a route to the path in front of the id. Video families go without a prefix, the others with theirs."""


def names_a_model(route: str) -> bool:
    """Whether `route` is of the newer form FAMILY/kling-MODEL."""
    return _NAMES_A_MODEL.fullmatch(route) is not None


def request_for(ref: TaskRef) -> Request:
    """What to ask about `ref`, whose route says where."""
    route = ref.route or ""
    if route == TASKS:
        return Request("GET", PATHS[TASKS], query={"task_ids": ref.id})
    return Request("GET", f"{PATHS.get(route, f'/{route}')}/{segment(ref.id)}")


def kind_of(route: str | None) -> Kind:
    """What a family makes, for links that do not say it."""
    family = (route or "").partition("/")[0]
    return _KINDS.get(family, "video")


_KINDS: Mapping[str, Kind] = MappingProxyType({"images": "image", "audio": "audio", "general": "audio"})
