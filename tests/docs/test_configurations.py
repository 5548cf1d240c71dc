"""Every `tidings.toml` that a page or a package's README shows works where it is most likely pasted."""

from __future__ import annotations

import re
import textwrap
import tomllib
from pathlib import Path

import pytest

from tidings.config import Config
from tidings.plugins import default_plugins

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("plugins/*/*/README.md")])
BLOCK = re.compile(r"^```toml\n(.*?)^```|(?:^|\n)((?: {4}\[[^\n]+\n)(?:(?: {4}[^\n]*)?\n)*)", re.DOTALL | re.MULTILINE)
OURS = {"gateway", "accounts"}  # the tables that make a TOML file ours


def configurations():
    for page in PAGES:
        for number, match in enumerate(BLOCK.finditer(page.read_text()), 1):
            text = match[1] or textwrap.dedent(match[2])
            if OURS & tomllib.loads(text).keys():
                yield pytest.param(text, id=f"{page.relative_to(ROOT)}:{number}")


@pytest.mark.parametrize("text", list(configurations()))
def test_a_configuration_that_is_shown_works_in_the_working_directory(text, tmp_path):
    (tmp_path / "tidings.toml").write_text(text)
    keys = dict.fromkeys(re.findall(r"env:(\w+)", text), "access-0123456|secret-0123456")
    config = Config.load(env=keys, cwd=tmp_path, user_dir=tmp_path / "none")
    for name, table in tomllib.loads(text).get("accounts", {}).items():
        provider = default_plugins().provider(table.get("provider", "luma"))
        assert config.account_for(provider, name).key.get_secret_value() in keys.values()


def test_they_are_found():
    assert len(list(configurations())) > 15
