"""What lies in the repository: nothing of one machine, no lock files, and fragments that the changelog can take."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

# Put together from pieces, so that this file does not offend itself.
REGISTRIES = re.compile("|".join(["pypi" + r"\.org", "python" + "hosted", "extra-" + "index-url", "find-" + "links"]))
HOMES = re.compile(r"(?<![\w.:/%-])/(?:" + "|".join(["ho" + "me", "wo" + "rk", "ro" + "ot", "Us" + "ers"]) + r")/\w")
LOCKS = {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "pylock.toml"}
FRAGMENT = re.compile(r"\+[a-z0-9-]+\.(feature|change|fix)\.md")


def lines(root, tracked):
    for name in tracked:
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a sound
        for number, line in enumerate(text.splitlines(), start=1):
            yield f"{name}:{number}", line


def test_no_file_names_a_package_registry(root, tracked):
    offenders = [place for place, line in lines(root, tracked) if REGISTRIES.search(line)]
    assert offenders == [], "which index serves the packages is each machine's own affair"


def test_no_file_holds_a_path_of_somebodys_machine(root, tracked):
    offenders = [f"{place}: {line.strip()[:80]}" for place, line in lines(root, tracked) if HOMES.search(line)]
    assert offenders == []


def test_no_lock_file_is_tracked(tracked):
    offenders = [str(name) for name in tracked if name.name in LOCKS]
    assert offenders == [], "lock files carry registry addresses; versions are pinned in constraints.txt"


def test_constraints_pin_versions_and_name_no_address(root):
    pins = [line for line in (root / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert pins, "run make constraints"
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+-]+", pin)] == []
    assert [pin for pin in pins if pin.startswith("tidings")] == []


def test_every_dependency_is_pinned(root):
    project = tomllib.loads((root / "pyproject.toml").read_text())
    wanted = sum(project["dependency-groups"].values(), project["project"]["dependencies"])
    wanted += project["project"]["optional-dependencies"]["testing"]
    for plugin in root.glob("plugins/*/*/pyproject.toml"):
        needs = tomllib.loads(plugin.read_text())["project"]["dependencies"]
        wanted += [need for need in needs if not need.startswith("tidings")]
    pinned = {folded(line.partition("==")[0]) for line in (root / "constraints.txt").read_text().splitlines()}
    missing = [need for need in wanted if folded(re.match(r"[\w.-]+", need).group()) not in pinned]
    assert missing == [], "run make constraints"


def folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_fragments_are_named_as_the_changelog_takes_them(root):
    names = {path.name for path in (root / "changelog.d").iterdir() if not path.name.startswith(".")} - {"README.md"}
    assert [name for name in names if not FRAGMENT.fullmatch(name)] == [], "see changelog.d/README.md"


def test_the_changelog_can_be_drafted(root):
    draft = subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "next"],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert draft.returncode == 0, draft.stderr
    assert "## next" in draft.stdout
