"""Every code block in the docs and the README runs, and does what the page says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).parent / "page_runner.py"
PAGES = sorted([ROOT / "README.md", *(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts)])
MOST_SKIPPED = 3  # to skip one more is to run one less: find another way first


def run(page: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV_CORE")}
    return subprocess.run(
        [sys.executable, "-W", "error", str(RUNNER), str(page)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )


def runner_module():
    import runpy

    return runpy.run_path(str(RUNNER))


def has_code(page: Path) -> bool:
    static = runner_module()["_STATIC"]
    return any(not block.kind.startswith(static) for block in runner_module()["blocks"](page.read_text()))


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES if has_code(page)]
)
def test_a_page_does_what_it_says(page):
    done = run(page)
    assert done.returncode == 0, done.stderr


def test_skipped_blocks_are_few_and_say_why():
    blocks = runner_module()["blocks"]
    reasons = [block.skipped for page in PAGES for block in blocks(page.read_text()) if block.skipped is not None]
    assert all(len(reason.split()) >= 4 for reason in reasons), reasons
    assert len(reasons) <= MOST_SKIPPED, reasons


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```python\n1 / 0\n```", "ZeroDivisionError"),
        ("```python\nprint(1)\n```\n\n```text\n2\n```", "the page says"),
        ("```python\nprint(1)\n```", "show what it prints"),
        ("```console\n$ echo one\ntwo\n```", "the page says"),
        ("```console\n$ exit 3\n```", "ended with 3"),
        ("```toml\n[gateway]\nurl = 3\n```", "ConfigError"),
        ("```toml\nurl = = 3\n```", "TOMLDecodeError"),
        ("```json\n{'a': 1}\n```", "JSONDecodeError"),
        ('```json\n{"ref": "luma:a", "state": "finished"}\n```', "ValidationError"),
        ("<!-- run: pytest -->\n\n```python\ndef test_it():\n    assert 1 == 2\n```", "assert 1 == 2"),
        ("```ruby\nputs 1\n```", "nobody knows how to run"),
    ],
)
def test_a_page_that_lies_is_found_out(text, complaint, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(text)
    done = run(page)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_a_page_that_tells_the_truth_passes(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- setup\nx = 20\n-->\n\n```python\nprint(x + 1, 'and more')\n```\n\n```text\n21 and ...\n```\n\n"
        "```console\n$ export WHO=world\n$ echo hello $WHO\nhello world\n$ exit 3\n$ echo $?\n3\n```\n\n"
        "<!-- not run: it would never end -->\n\n```console\n$ sleep 1000000\n```\n"
    )
    done = run(page)
    assert done.returncode == 0, done.stderr
