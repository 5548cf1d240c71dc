"""`tidings new-provider`: what it refuses, where it writes, and that the example is what it wrote, filled in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tidings.cli import cli
from tidings.cli.new_provider import layout, names, writing
from tidings.cli.new_provider.layout import ALONE, IN_CHECKOUT, rendered
from tidings.cli.new_provider.names import named
from tidings.errors import ConfigError
from tidings.model.ref import _RESERVED
from tidings.plugins import INSTALLABLE

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples/third_party_provider"
TEMPLATES = Path(layout.__file__).parent / "templates"


def files_in(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache", ".venv"} & set(path.parts)  # of whoever tried it
    }


class TestNames:
    def test_everything_follows_from_the_name(self):
        assert named("acme-video").as_mapping() == {
            "name": "acme-video",
            "title": "Acme Video",
            "label": "Acme Video",
            "url": "https://api.acme-video.example",
            "distribution": "tidings-acme-video",
            "module": "acme_video",
            "package": "tidings_acme_video",
            "kind": "AcmeVideo",
            "variable": "TIDINGS_ACME_VIDEO",
        }

    def test_title_and_address_can_be_given(self):
        given = named("acme", title=" Acme “Pro” 绘图 ", url="https://api.acme.example:8443/v2/ ")
        assert (given.title, given.url) == ("Acme “Pro” 绘图", "https://api.acme.example:8443/v2")

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("Acme_Video", "write acme-video"),
            ("acme video", "write acme-video"),
            ("acme--video", "write acme-video"),
            ("-acme", "write acme"),
            ("../acme", "write acme"),
            ("3d", "a letter first"),
            ("ä", r"'\xe4' cannot be a provider's name"),
            ("", "'' cannot be a provider's name"),
            ("a\n", "write a"),
            ("x" * 31, "it has 31 characters, the most are 30"),
            ("tidings-acme", "write acme, not tidings-acme"),
            ("gateway", "has a meaning of its own"),
            ("luma", "installed already, see tidings providers"),
            ("suno", "there is a package tidings-suno already"),
            ("simulator", "there is a package tidings-simulator already"),
            ("none", "its class would be called None"),
            ("true", "its class would be called True"),
            ("warning", "its class would be called Warning"),
            ("provider", "its class would be called Provider"),
            ("task-status", "its class would be called TaskStatus"),
        ],
    )
    def test_a_name_that_cannot_be_is_refused_with_the_reason(self, tidings, name, message):
        result = tidings("new-provider", "--", name)
        assert result.code == 2
        assert message in result.err
        assert "Traceback" not in result.err
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize("name", [*_RESERVED, *INSTALLABLE])
    def test_no_reserved_name_and_no_name_of_ours_can_be_taken(self, name):
        with pytest.raises(ConfigError):
            named(name)

    def test_a_package_that_could_be_imported_is_not_hidden(self, tmp_path, monkeypatch):
        (tmp_path / "tidings_acme.py").write_text("")
        monkeypatch.syspath_prepend(str(tmp_path))
        with pytest.raises(ConfigError, match="a package tidings_acme is installed already"):
            named("acme")

    @pytest.mark.parametrize("title", ['a"b', "a\\b", "a\nb", "", "  ", "a\u202eb", "x" * 41])
    def test_a_title_that_would_not_stay_in_its_text_is_refused(self, tidings, title):
        result = tidings("new-provider", "acme", "--title", title)
        assert result.code == 2
        assert "title" in result.err

    @pytest.mark.parametrize(
        "url",
        [
            "api.maker.example",
            "ftp://api.maker.example",
            "https://",
            "https:///v1",
            "https://key@api.maker.example",
            "https://api.maker.example?key=1",
            "https://api.maker.example/#x",
            'https://api.maker.example/"',
            "https://api.maker.example/a b",
            f"https://{'a' * 80}.example",
        ],
    )
    def test_an_address_that_is_none_is_refused(self, tidings, url):
        result = tidings("new-provider", "acme", "--url", url)
        assert result.code == 2
        assert "address" in result.err


class TestWriting:
    def test_it_writes_a_distribution_and_says_what_to_do_next(self, tidings):
        result = tidings("new-provider", "acme-video")
        assert result.code == 0, result.err
        first, *hints = result.lines
        assert first == "Wrote 12 files of the provider acme-video: tidings-acme-video. Next:"
        assert [hint.split("  ")[1] for hint in hints] == [
            "pip install -e '.[test]' && pytest",
            "grep -rn TODO .",
            "tidings providers",
        ]
        assert "TIDINGS_ACME_VIDEO_KEY" in hints[-1]
        assert files_in(Path("tidings-acme-video")) == {
            path.partition("/")[2]: text for path, text in rendered(ALONE, named("acme-video")).items()
        }

    def test_json_is_one_object_that_names_every_file(self, tidings):
        Path("new").mkdir()
        (line,) = tidings("new-provider", "acme", "--in", "new", "--json").lines
        told = json.loads(line)
        files = told.pop("files")
        assert told == {"name": "acme", "distribution": "tidings-acme", "path": "new/tidings-acme"}
        assert set(files) == {str(path) for path in Path("new").rglob("*") if path.is_file()}

    def test_title_and_address_stand_in_the_provider(self, tidings):
        tidings("new-provider", "acme", "--title", "Acme's best", "--url", "https://acme.example/api/")
        source = Path("tidings-acme/src/tidings_acme/provider.py").read_text()
        assert 'title = "Acme\'s best"' in source
        assert 'official_url = "https://acme.example/api"' in source

    @pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: path.symlink_to("nowhere")])
    def test_what_exists_is_left_alone(self, tidings, make):
        make(Path("tidings-acme"))
        result = tidings("new-provider", "acme")
        assert result.code == 2
        assert "'tidings-acme' exists already: nothing was written" in result.err
        assert not list(Path().glob("tidings-acme/*"))

    def test_a_folder_that_is_not_there_is_refused(self, tidings):
        result = tidings("new-provider", "acme", "--in", "nowhere")
        assert result.code == 2
        assert "'nowhere' does not exist" in result.err

    def test_what_was_begun_is_removed_when_a_file_cannot_be_written(self, tmp_path):
        (tmp_path / "mine").mkdir()
        files = {tmp_path / "mine/new/file": "x", tmp_path / "mine/new/file/below": "y"}
        with pytest.raises(ConfigError, match=r"nothing was written, because .*file' cannot be: File exists"):
            writing.write_all(files)
        assert list(tmp_path.rglob("*")) == [tmp_path / "mine"]

    def test_what_was_begun_is_removed_on_ctrl_c(self, tmp_path):
        class Interrupted(dict):
            def items(self):
                yield from super().items()
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            writing.write_all(Interrupted({tmp_path / "new/a": "x", tmp_path / "new/deep/b": "y"}))
        assert list(tmp_path.iterdir()) == []

    def test_an_existing_file_is_never_overwritten_even_if_it_came_meanwhile(self, tmp_path):
        (tmp_path / "b").write_text("mine")
        with pytest.raises(ConfigError, match="File exists"):
            writing.write_all({tmp_path / "a": "x", tmp_path / "b": "y"})
        assert files_in(tmp_path) == {"b": "mine"}


class TestInACheckout:
    @pytest.fixture
    def checkout(self, tmp_path):
        root = tmp_path / "checkout"
        for folder in ("core/src/tidings", "plugins/providers", "docs/reference/providers", "changelog.d"):
            (root / folder).mkdir(parents=True)
        return root

    def test_every_file_goes_to_its_place(self, tidings, checkout, monkeypatch):
        monkeypatch.chdir(checkout)
        result = tidings("new-provider", "acme-video", "--in", "plugins/providers")
        assert result.code == 0, result.err
        assert "make test" in result.out
        written = files_in(checkout)
        assert {path for path in written if "/src/" not in path} == {
            "plugins/providers/acme-video/pyproject.toml",
            "plugins/providers/acme-video/README.md",
            "tests/plugins/providers/acme-video/test_acme_video.py",
            "docs/reference/providers/acme-video.md",
            "changelog.d/+acme-video.feature.md",
        }
        alone = rendered(ALONE, named("acme-video"))
        inner = {path: text for path, text in alone.items() if "/src/" in path}
        assert inner == {
            path.replace("plugins/providers/acme-video", "tidings-acme-video"): text
            for path, text in written.items()
            if "/src/" in path
        }

    @pytest.mark.parametrize("own", IN_CHECKOUT.own)
    def test_nothing_is_written_when_one_of_the_places_is_taken(self, tidings, checkout, own):
        taken = checkout / own.replace("$name", "acme")
        taken.parent.mkdir(parents=True, exist_ok=True)
        taken.write_text("mine")
        result = tidings("new-provider", "acme", "--in", str(checkout / "plugins/providers"))
        assert result.code == 2
        assert f"{str(taken)!r} exists already" in result.err
        assert files_in(checkout) == {taken.relative_to(checkout).as_posix(): "mine"}

    def test_a_folder_of_that_name_elsewhere_is_an_ordinary_one(self, tidings, tmp_path):
        (tmp_path / "plugins/providers").mkdir(parents=True)
        tidings("new-provider", "acme", "--in", str(tmp_path / "plugins/providers"))
        assert (tmp_path / "plugins/providers/tidings-acme/tests/test_acme.py").is_file()


class TestTemplates:
    @pytest.mark.parametrize("lay", [ALONE, IN_CHECKOUT])
    @pytest.mark.parametrize(
        "given",
        [
            named("a"),
            named("ab-3d-c"),
            named(
                "x" * names._LONGEST_NAME,
                title="雪" * names._LONGEST_TITLE,
                url="https://" + "a" * (names._LONGEST_URL - len("https://")),
            ),
        ],
        ids=lambda given: given.name,
    )
    def test_what_is_written_is_clean_whatever_the_name(self, tmp_path, lay, given):
        writing.write_all({tmp_path / path: text for path, text in rendered(lay, given).items()})
        config = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), str(tmp_path)]
        for command in (["check"], ["format", "--check"]):
            ran = subprocess.run(
                [sys.executable, "-m", "ruff", *command, *config], check=False, capture_output=True, text=True
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr

    def test_every_template_is_used(self):
        used = {f"{file}.tmpl" for lay in (ALONE, IN_CHECKOUT) for file in lay.files}
        assert set(files_in(TEMPLATES)) == used

    def test_nothing_is_left_to_substitute(self):
        for lay in (ALONE, IN_CHECKOUT):
            assert [path for path, text in rendered(lay, named("acme")).items() if "$" in path + text] == []

    def test_both_project_files_agree_on_what_is_built(self):
        alone, ours = (layout.template(file) for file in ("pyproject.toml", "checkout/pyproject.toml"))
        for line in ('$name = "$package"', 'packages = ["src/$package"]', 'requires = ["hatchling>=1.27"]'):
            assert line in alone
            assert line in ours

    def test_help_knows_the_command(self, tidings):
        listed = cli._listed["new-provider"]
        assert f"new-provider  {listed.help}" in re.sub(r" {2,}", "  ", tidings("--help").out)


# What Nimbus calls what the templates' invented maker calls otherwise: all that was filled in for the example.
NIMBUS = {
    r"\bprocessing\b": "drifting",
    r"\bdone_long_ago\b": "rained_long_ago",
    r"\bdone\b": "rained",
    r"\bbroken\b": "evaporated",
    r"\bfile\b": "painting",
    r"\bresult\.png": "cloud.png",
    r"\bjob-(\d)": r"c\1",
    r"the text was refused": "the wind was too strong",
    r'docs_url = ".*"': 'docs_url = "https://docs.nimbus.example/jobs"',
}


def filled_in(text: str) -> str:
    """What a template's text becomes when the author of Nimbus is through with it: no TODO is left."""
    text = re.sub(r"^ *# TODO: .*\n", "", text, flags=re.MULTILINE)
    for pattern, word in NIMBUS.items():
        text = re.sub(pattern, word, text)
    return text


def without_sources(text: str) -> str:
    return re.sub(r'"source": ".*"', '"source": ""', text)


def test_the_example_is_what_the_command_writes_with_nimbus_own_words_filled_in(monkeypatch):
    monkeypatch.setattr("tidings.cli.new_provider.names.find_spec", lambda package: None)  # who has Nimbus installed
    made = rendered(ALONE, named("nimbus", title="Nimbus cloud paintings"))
    expected = {filled_in(path.partition("/")[2]): without_sources(filled_in(text)) for path, text in made.items()}
    example = {path: without_sources(text) for path, text in files_in(EXAMPLE).items()}
    for own in (expected, example):
        own.pop("README.md")  # the example's speaks of the example
    assert expected == example
    assert not any("TODO" in text for text in example.values())
