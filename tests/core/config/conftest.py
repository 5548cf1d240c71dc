"""Three providers that differ in where they are reached, and a folder for configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tidings.config import Account, Config, values
from tidings.model import TaskState
from tidings.provider import Provider
from tidings.wire import Request

KEY = "sk-0123456789abcdef"


def provider(name: str, *, official_url: str | None = None, gateway_path: str | None = None) -> Provider:
    facts = {
        "name": name,
        "title": name,
        "states": {"done": TaskState.succeeded},
        "official_url": official_url,
        "gateway_path": gateway_path,
        "request": lambda self, ref: Request("GET", f"/{ref.id}"),
        "parse": lambda self, response, ref: None,
    }
    kind: type[Provider] = type(name, (Provider,), facts)
    return kind()


class Desk:
    """Where configuration is written and read: two folders, an environment, and nothing of the machine's."""

    both = provider("maker", official_url="https://api.maker.example/", gateway_path="/maker/")
    gateway_only = provider("luma", gateway_path="")
    official_only = provider("my-studio", official_url="https://studio.example")
    nowhere = provider("homemade")

    def __init__(self, folder: Path) -> None:
        self.cwd = folder / "here"
        self.user_dir = folder / "user"
        self.cwd.mkdir()
        self.user_dir.mkdir()
        self.env: dict[str, str] = {}

    def write(self, text: str) -> None:
        (self.cwd / "tidings.toml").write_text(text)

    def write_for_user(self, text: str) -> None:
        (self.user_dir / "tidings.toml").write_text(text)

    def load(self, **arguments: Any) -> Config:
        return Config.load(env=self.env, cwd=self.cwd, user_dir=self.user_dir, **arguments)

    def account(
        self,
        which: Provider | None = None,
        name: str | None = None,
        accounts: Mapping[str, Any] | None = None,
        **arguments: Any,
    ) -> Account:
        return self.load(accounts=accounts, **arguments).account_for(which or self.both, name)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(values, "_warned", set())
    return Desk(tmp_path)
