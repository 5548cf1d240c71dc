"""What a gateway's menu lists beside the tasks, but answers at once: there is nothing to follow."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tidings.errors import UnknownProvider

ANSWERS_AT_ONCE: Mapping[str, str] = MappingProxyType(
    {
        "audio": "speech and transcription",
        "chat": "chat completions",
        "dall-e": "DALL·E pictures",
        "embeddings": "embeddings",
        "gpt-image": "GPT Image pictures",
        "ideogram": "Ideogram pictures",
        "recraft": "Recraft pictures",
        "rerank": "reranking",
        "tts": "speech",
        "whisper": "transcription",
    }
)
"""By the name somebody may try in a ref, what it makes. Its result is in the answer to the request that orders it."""

_SPELLINGS: Mapping[str, str] = MappingProxyType({"dalle": "dall-e", "embedding": "embeddings"})


def has_no_task(name: str) -> UnknownProvider | None:
    """The error for a `name` that answers at once, None for every other."""
    what = ANSWERS_AT_ONCE.get(_SPELLINGS.get(name, name))
    if what is None:
        return None
    return UnknownProvider(
        f"{name!r} has no tasks: gateways answer {what} at once, the result is in the answer to your request. "
        "Tidings follows what takes longer; `tidings providers` lists whose tasks",
        provider=name,
    )
